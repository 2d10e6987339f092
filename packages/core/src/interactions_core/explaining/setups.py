"""Which part of a setup differs from that of an earlier request. Pure.

What stands before the list takes no part in its digest: whatever changes in it, the
answer before is continued all the same. What it costs is the service's cache.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from interactions_core.records.setups import Named, Setup

PartName = Literal["model", "instruction", "tools", "response_format", "options"]
"""`model`: or agent. `options`: each field of the create that is no other part."""

State = Literal["same", "changed", "unknown"]

PARTS: tuple[PartName, ...] = (
    "model",
    "instruction",
    "tools",
    "response_format",
    "options",
)
_FORMAT = "response_format"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange:
    """One part of a setup beside that of an earlier request.

    Attributes:
        part: Which.
        state: Whether it changed; `unknown` where a release that kept no setups has
            recorded one of the two.
        then: Which model it was; "" for other parts.
        now: Which it is.
        then_bytes: How long the instruction was; `None` for none, and for other parts.
        now_bytes: How long it is.
        added: Names of tools or options that it had not.
        removed: Names of those that it has no more.
        changed: Names of those that are other ones.
        is_moved: Whether the tools are in another order.
        changes: In how many turns of the conversation it changed, of `among`.
        among: How many turns were looked through, in which it is known.
        values: How many different ones they have.
    """

    part: PartName
    state: State
    then: str = ""
    now: str = ""
    then_bytes: int | None = None
    now_bytes: int | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    is_moved: bool = False
    changes: int = 0
    among: int = 0
    values: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupChange:
    """A setup beside that of an earlier request.

    Attributes:
        compared_with: The earlier record.
        turn: Its number in the conversation; 0 where it has none.
        parts: All parts, in the order of `PARTS`.
        is_other_digest: Whether matching takes instruction and tools for others.
    """

    compared_with: str
    turn: int = 0
    parts: tuple[PartChange, ...] = ()
    is_other_digest: bool = False

    def part(self, name: PartName) -> PartChange:
        """Return one part."""
        return next(each for each in self.parts if each.part == name)

    def those(self, state: State) -> tuple[PartChange, ...]:
        """Return the parts of a state."""
        return tuple(each for each in self.parts if each.state == state)


def compare_setups(then: Setup, now: Setup, key: str, turn: int = 0) -> SetupChange:
    """Tell what differs of a setup.

    Args:
        then: The earlier one.
        now: The later one.
        key: The earlier record.
        turn: Its number in the conversation.
    """
    is_same = bool(then.digest) and then.digest == now.digest
    options, others = _split(then.options), _split(now.options)
    return SetupChange(
        compared_with=key,
        turn=turn,
        is_other_digest=then.digest != now.digest,
        parts=(
            _plain("model", then.target, now.target),
            _instruction(then, now, is_same=is_same),
            _tools(then, now, is_same=is_same),
            _named(_FORMAT, options[0], others[0]),
            _named("options", options[1], others[1]),
        ),
    )


Counts = Mapping[PartName, tuple[int, int, int]]
"""Of each part `changes`, `among` and `values`, as `PartChange` has them."""


def count_changes(known: Sequence[tuple[Setup, SetupChange | None]]) -> Counts:
    """Count in how many turns each part changed.

    Args:
        known: The setup of each turn, and what differs of it.
    """
    return {part: _count(part, known) for part in PARTS}


def with_counts(change: SetupChange, counts: Counts) -> SetupChange:
    """Say of each part that changed in how many turns it did."""
    return replace(change, parts=tuple(_counted(each, counts) for each in change.parts))


def _count(
    part: PartName, known: Sequence[tuple[Setup, SetupChange | None]]
) -> tuple[int, int, int]:
    values = [v for setup, _ in known if (v := _value(setup, part)) is not None]
    states = [told.part(part).state for _, told in known if told is not None]
    return states.count("changed"), len(values), len(set(values))


def _counted(part: PartChange, counts: Counts) -> PartChange:
    if part.state != "changed":
        return part
    changes, among, values = counts[part.part]
    return replace(part, changes=changes, among=among, values=values)


def _value(setup: Setup, part: PartName) -> object:
    """Return what is equal where a part is the same; `None` for unknown."""
    if part == "model":
        return setup.target
    if part == "instruction":
        shape = setup.instruction
        return (shape.mark if shape else b"") if setup.is_outlined else None
    if part == "tools":
        return setup.tools
    return _split(setup.options)[part == "options"]


def _plain(part: PartName, then: str, now: str) -> PartChange:
    state: State = "same" if then == now else "changed"
    return PartChange(part=part, state=state, then=then, now=now)


def _instruction(then: Setup, now: Setup, *, is_same: bool) -> PartChange:
    if is_same:
        return PartChange(part="instruction", state="same")
    if not (then.is_outlined and now.is_outlined):
        return PartChange(part="instruction", state="unknown")
    one, other = then.instruction, now.instruction
    if (one and one.mark) == (other and other.mark):
        return PartChange(part="instruction", state="same")
    return PartChange(
        part="instruction",
        state="changed",
        then_bytes=one.size if one else None,
        now_bytes=other.size if other else None,
    )


def _tools(then: Setup, now: Setup, *, is_same: bool) -> PartChange:
    if is_same:
        return PartChange(part="tools", state="same")
    told = _named("tools", then.tools, now.tools)
    if told.state != "unknown":
        return told
    # Instruction and tools are one digest: if it is not the one, it is the other.
    instruction = _instruction(then, now, is_same=False)
    has_digests = bool(then.digest) and bool(now.digest)
    if has_digests and instruction.state == "same":
        return PartChange(part="tools", state="changed")
    return told


def _named(part: PartName, then: Named | None, now: Named | None) -> PartChange:
    if then is None or now is None:
        return PartChange(part=part, state="unknown")
    one, other = _numbered(then), _numbered(now)
    both = [name for name in other if name in one]
    is_moved = [name for name in one if name in other] != both
    return PartChange(
        part=part,
        state="same" if then == now else "changed",
        added=tuple(name for name, _ in other if (name, _) not in one),
        removed=tuple(name for name, _ in one if (name, _) not in other),
        changed=tuple(each[0] for each in both if one[each] != other[each]),
        is_moved=is_moved,
    )


def _numbered(named: Named) -> dict[tuple[str, int], str]:
    """Tell apart what has the same name: two servers, or two functions of one."""
    seen = Counter[str]()
    found: dict[tuple[str, int], str] = {}
    for name, mark in named:
        found[name, seen[name]] = mark
        seen[name] += 1
    return found


def _split(options: Named | None) -> tuple[Named | None, Named | None]:
    """Return the response format, and all other options."""
    if options is None:
        return None, None
    chosen = tuple(each for each in options if each[0] == _FORMAT)
    return chosen, tuple(each for each in options if each[0] != _FORMAT)
