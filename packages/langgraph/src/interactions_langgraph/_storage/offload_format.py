"""Serialized values with parts that only the server has.

Pure. A value is cut into pieces: bytes that stay here, and references to texts of an
interaction. Put together again it is the very bytes that were cut, or an error.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

import ormsgpack

from interactions_langgraph._storage.message_states import Dump

WITHOUT_ID: Final = "without an id"
"""How the name of a message ends that has none."""

PREFIX: Final = "offloaded/"
"""What the type of such a value begins with, before that of the pieces."""

_VERSION: Final = 1

Path = tuple[str | int, ...]
"""The way to a text in an interaction: keys and places in lists."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reference:
    """Bytes that an interaction holds.

    Attributes:
        interaction_id: Which one.
        path: Where the text was when it was read.
        start: Where in the text's UTF-8 the bytes begin.
        length: How many they are.
        text_digest: The SHA-256 of the whole text, which may be elsewhere by now.
    """

    interaction_id: str
    path: Path
    start: int
    length: int
    text_digest: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Offloaded:
    """A value in pieces.

    Attributes:
        type: What kind of bytes it is.
        digest: The SHA-256 of the bytes.
        name: What to call it in errors.
        pieces: In order.
    """

    type: str
    digest: bytes
    name: str
    pieces: Sequence[bytes | Reference]

    def references(self) -> Iterator[Reference]:
        """Return the pieces that are not here."""
        return (piece for piece in self.pieces if isinstance(piece, Reference))

    def to_plain(self) -> list[Any]:
        """Return lists, texts, numbers and bytes that say the same."""
        pieces = [
            piece if isinstance(piece, bytes) else [*dataclasses.astuple(piece)]
            for piece in self.pieces
        ]
        return [_VERSION, self.type, self.digest, self.name, pieces]

    @classmethod
    def from_plain(cls, plain: Sequence[Any]) -> "Offloaded":
        """Read back what `to_plain` returned."""
        _, type_, digest, name, pieces = plain
        return cls(
            type_,
            digest,
            name,
            [
                piece
                if isinstance(piece, bytes)
                else Reference(piece[0], tuple(piece[1]), *piece[2:])
                for piece in pieces
            ],
        )

    def join(self, texts: "Iterable[InteractionText]") -> Dump | None:
        """Return the value, or `None` if these texts do not make it."""
        bodies = {digest_of(text.body): text.body for text in texts}
        parts: list[bytes] = []
        for piece in self.pieces:
            if isinstance(piece, bytes):
                parts.append(piece)
                continue
            body = bodies.get(piece.text_digest, b"")
            parts.append(body[piece.start : piece.start + piece.length])
        body = b"".join(parts)
        return (self.type, body) if digest_of(body) == self.digest else None


@dataclasses.dataclass(frozen=True, slots=True)
class InteractionText:
    """A text in an interaction, as UTF-8."""

    path: Path
    body: bytes


def digest_of(body: bytes) -> bytes:
    """Return the SHA-256."""
    return hashlib.sha256(body).digest()


def texts_of(interaction: Mapping[str, Any], least: int) -> list[InteractionText]:
    """Find the texts of at least so many bytes, the longest first."""
    found = [
        InteractionText(path, body)
        for path, text in _walk(interaction, ())
        if (body := _encoded(text)) is not None and len(body) >= least
    ]
    # Stable: of equal ones the first, which is in `steps`.
    return sorted(found, key=lambda text: -len(text.body))


def cut(
    dump: Dump, interaction_id: str, texts: Sequence[InteractionText], least: int
) -> Offloaded | None:
    """Cut what an interaction holds out of a serialized value.

    Args:
        dump: The value.
        interaction_id: Whose the texts are.
        texts: As `texts_of` returned them.
        least: How many bytes a piece has at least.

    Returns:
        The pieces, without a name; `None` if nothing of it is among the texts.
    """
    body = dump[1]
    cuts: dict[int, Reference] = {}
    for text in texts:
        for start in _find_all(body, text.body):
            _add(cuts, start, _refer(interaction_id, text, 0, len(text.body)))
    # A prompt may hold the value with words around it.
    for part in _large_parts(dump, least):
        for text in texts:
            inside = text.body.find(part)
            if inside >= 0:
                for start in _find_all(body, part):
                    _add(cuts, start, _refer(interaction_id, text, inside, len(part)))
                break
    if not cuts:
        return None
    return Offloaded(dump[0], digest_of(body), "", [*_pieces(body, cuts)])


def _walk(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        # `steps` before `input`, which repeats some of them.
        items = cast("Mapping[str, object]", value).items()
        for key, part in sorted(items, key=lambda item: item[0] != "steps"):
            yield from _walk(part, (*path, key))
    elif isinstance(value, list):
        for at, part in enumerate(cast("list[object]", value)):
            yield from _walk(part, (*path, at))


def _encoded(text: str) -> bytes | None:
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair: nothing that is stored here can hold it.
        return None


def _find_all(body: bytes, part: bytes) -> Iterator[int]:
    start = body.find(part)
    while start >= 0:
        yield start
        start = body.find(part, start + len(part))


def _refer(
    interaction_id: str, text: InteractionText, start: int, length: int
) -> Reference:
    return Reference(interaction_id, text.path, start, length, digest_of(text.body))


def _add(cuts: dict[int, Reference], start: int, reference: Reference) -> None:
    end = start + reference.length
    if all(end <= at or start >= at + each.length for at, each in cuts.items()):
        cuts[start] = reference


def _pieces(body: bytes, cuts: Mapping[int, Reference]) -> Iterator[bytes | Reference]:
    end = 0
    for start, reference in sorted(cuts.items()):
        if start > end:
            yield body[end:start]
        yield reference
        end = start + reference.length
    if end < len(body):
        yield body[end:]


def _large_parts(dump: Dump, least: int) -> Iterable[bytes]:
    if dump[0] != "msgpack":
        return []
    found: list[bytes] = []
    _collect(dump[1], least, found)
    return found


def _collect(body: bytes, least: int, found: list[bytes]) -> None:
    def enter(_: int, data: bytes) -> None:
        _collect(data, least, found)

    option = ormsgpack.OPT_NON_STR_KEYS
    try:
        value = ormsgpack.unpackb(body, ext_hook=enter, option=option)
    except ormsgpack.MsgpackDecodeError:
        # Too deep, or keys of a kind that this library does not build: it stays.
        return
    for _, text in _walk(value, ()):
        encoded = _encoded(text)
        if encoded is not None and len(encoded) >= least:
            found.append(encoded)
