"""The outline of each request: which steps it had, without what they say. Pure.

An outline tells afterwards where two lists differ, also where no content is kept. Each
step has a mark of 16 bytes, keyed with the secret of the store: an unkeyed hash of a
short text, such as "yes", is found by trying.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from interactions_core.canonical import Json, canonical_hash
from interactions_core.transcript.sizes import step_size
from interactions_core.transcript.steps import Step

NEAREST_OF: Final = 50
"""Among how many of the newest requests the nearest one is looked for."""

DEEPEST: Final = 64
"""How many outlines at most are read to put one together."""

_KINDS: Final = {
    b"u": "user_input",
    b"m": "model_output",
    b"c": "function_call",
    b"r": "function_result",
    b"s": "system_instruction",
}
_LETTERS: Final = {kind: letter for letter, kind in _KINDS.items()}
_OTHER: Final = b"?"
_STEP: Final = struct.Struct(">16scI")
_MARK_BYTES: Final = 16
_LARGEST: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class StepShape:
    """A step without its content.

    Attributes:
        mark: 16 bytes; equal for equal steps of one store.
        kind: The step's type on the wire.
        size: Its size as JSON on the wire, in bytes.
    """

    mark: bytes
    kind: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What a turn gives a store to make an outline of.

    Attributes:
        steps: The whole list.
        reply: What the answer says, as a list would repeat it.
        system: The system instruction; `None` for none.
        settings: All fields that go with every create, that one included; `None` for
            unknown.
        base: The record that answered the beginning of the list; "" for none.
        shared: How many steps that beginning has.
        place: The framework's execution context, where it has no thread.
        seeks: Whether the nearest earlier request is to be looked for.
        repeats: Whether it is expected to be the same list, or its beginning.
    """

    steps: Sequence[Step]
    reply: Sequence[Step] = ()
    system: Json = None
    # Headers of MCP servers are in them.
    settings: Mapping[str, Json] | None = field(default=None, repr=False)
    base: str = ""
    shared: int = 0
    place: str = ""
    seeks: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What is known of the steps of one request and of its answer.

    Attributes:
        key: The record that it belongs to.
        created_at: Epoch seconds.
        asked: How many of the shapes are those of the list; the others are the reply's.
        shapes: Oldest first.
        system: The shape of the system instruction; `None` for none.
        nearest: The earlier request that the list has most in common with; "" where
            none was looked for, or nothing is in common.
        differs: The first step of the list that differs from `nearest`, counted from
            1; 0 for none.
        sought: Whether the nearest was looked for.
    """

    key: str
    created_at: float
    asked: int
    shapes: tuple[StepShape, ...]
    system: StepShape | None = None
    nearest: str = ""
    differs: int = 0
    sought: bool = False

    @property
    def list(self) -> tuple[StepShape, ...]:
        """The shapes of the list."""
        return self.shapes[: self.asked]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier request, as the nearest is chosen among them.

    Attributes:
        key: Its record.
        asked: How many steps its list has.
        packed: Its steps and those of its reply.
    """

    key: str
    asked: int
    packed: bytes


def pack(steps: Iterable[Step], secret: bytes) -> bytes:
    """Write the shapes of steps, 21 bytes each."""
    return b"".join(
        _STEP.pack(
            keyed_mark(step.mark, secret),
            _LETTERS.get(step.kind, _OTHER),
            min(step_size(step.wire), _LARGEST),
        )
        for step in steps
    )


def pack_list(sketch: Sketch, earlier: Sequence[Earlier], secret: bytes) -> bytes:
    """Write the shapes of a list; what its base has of it is taken from there."""
    base = next((each for each in earlier if each.key == sketch.base), None)
    if base is None:
        return pack(sketch.steps, secret)
    added = pack(sketch.steps[sketch.shared :], secret)
    return cut(base.packed, sketch.shared) + added


def pack_system(system: Json, secret: bytes) -> bytes:
    """Write the shape of a system instruction; nothing for none."""
    if not system:
        return b""
    mark = keyed_mark(canonical_hash(system), secret)
    size = (
        len(system.encode("utf-8", "surrogatepass")) if isinstance(system, str) else 0
    )
    return _STEP.pack(mark, _LETTERS["system_instruction"], min(size, _LARGEST))


def unpacked(packed: bytes) -> tuple[StepShape, ...]:
    """Read what `pack` has written."""
    return tuple(
        StepShape(mark, _KINDS.get(letter, "step"), size)
        for mark, letter, size in _STEP.iter_unpack(packed)
    )


def cut(packed: bytes, count: int) -> bytes:
    """Return what is packed of the first steps."""
    return packed[: max(count, 0) * _STEP.size]


def begins_with(steps: Sequence[StepShape], others: Sequence[StepShape]) -> bool:
    """Tell whether a list begins with all that another one and its reply have."""
    same = zip(steps, others, strict=False)
    return 0 < len(others) <= len(steps) and all(a.mark == b.mark for a, b in same)


def find_nearest(
    packed: bytes, earlier: Sequence[Earlier], *, repeats: bool
) -> tuple[str, int]:
    """Choose the earlier request that a list has most leading steps in common with.

    Among equals those come first that then go on with another step; where the list is
    expected to repeat one, those that it repeats. Then the newest. One of which no step
    is in the list is none.

    Args:
        packed: The list.
        earlier: Newest first.
        repeats: Whether the list is expected to repeat one.

    Returns:
        Its record, "" if nothing is in common with any; and the first step of the list
        that differs, counted from 1, or 0 for none.
    """
    known = frozenset(_marks(packed))
    best: tuple[tuple[int, bool, bool], str, int] = ((-1, False, False), "", 0)
    for each in earlier:
        leading = _leading(packed, each.packed)
        ends = {len(packed), len(each.packed)}
        differs = leading * _STEP.size not in ends
        rank = (leading, differs is not repeats, leading == each.asked)
        if rank <= best[0]:
            continue
        if leading or not known.isdisjoint(_marks(each.packed)):
            best = (rank, each.key, leading + 1 if differs else 0)
    return best[1], best[2]


def _leading(packed: bytes, other: bytes) -> int:
    """Count the leading steps with equal marks."""
    count, most = 0, min(len(packed), len(other)) // _STEP.size
    while count < most:
        count = _equal_until(packed, other, count, most)
        start = count * _STEP.size
        end = start + _MARK_BYTES
        # Sizes alone may differ: a picture that is encoded anew has the same mark.
        if count == most or packed[start:end] != other[start:end]:
            break
        count += 1
    return count


def _equal_until(packed: bytes, other: bytes, low: int, high: int) -> int:
    """Find by halves the first step from `low` on that differs in a byte."""
    while low < high:
        middle = (low + high + 1) // 2
        start, end = low * _STEP.size, middle * _STEP.size
        if packed[start:end] == other[start:end]:
            low = middle
        else:
            high = middle - 1
    return low


def _marks(packed: bytes) -> Iterator[bytes]:
    return (
        packed[start : start + _MARK_BYTES]
        for start in range(0, len(packed), _STEP.size)
    )


def keyed_mark(mark: bytes, secret: bytes) -> bytes:
    """Return the mark that a step has in the outlines of a store."""
    return hashlib.blake2b(
        mark, key=secret, digest_size=_MARK_BYTES, person=b"outline"
    ).digest()
