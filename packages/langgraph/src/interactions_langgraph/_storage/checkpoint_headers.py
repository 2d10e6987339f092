"""A checkpoint without its values: versions, metadata, references to the values.

Headers of one namespace are nearly alike: the same names of channels and nodes,
versions of fifty characters of which most are zeros. Each is deflated against an
earlier one, which leaves about a fifth.
"""

import dataclasses
import zlib
from typing import Any, Final

from interactions_core.adapter.storage import SqlConnection
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.message_states import Dump
from interactions_langgraph._storage.prepared_values import prepare_content
from interactions_langgraph._storage.tables import row_index, thread_range_start
from interactions_langgraph._storage.threads import Thread
from interactions_langgraph._storage.value_reader import read_contents
from interactions_langgraph._storage.value_writer import ValueWriter

RAW_DEFLATE: Final = -zlib.MAX_WBITS

WORTHWHILE: Final = 0.5
"""A header that deflates to more than this share becomes the next dictionary."""

GROWN: Final = 1.5
"""So does one that is this much longer than the dictionary: the first header of a
thread lacks most of what all later ones repeat."""

MOST_DICTIONARIES: Final = 1_000
"""How many dictionaries a saver remembers at most; it then begins anew."""

PACKED_TYPE: Final = "msgpack"
"""The only kind of serialized bytes that is deflated."""


@dataclasses.dataclass(frozen=True, slots=True)
class CheckpointHeader:
    """What a row of `checkpoints` holds."""

    checkpoint: dict[str, Any]
    """All keys but `id` and `channel_values`, unknown ones included."""
    metadata: dict[str, Any]
    references: dict[str, int]

    def dump(self, codec: Codec) -> Dump:
        """Serialize, without encrypting."""
        return codec.dump([self.checkpoint, self.metadata, self.references])


@dataclasses.dataclass(frozen=True, slots=True)
class PackedHeader:
    """A header as it lies in the file."""

    type: str
    body: bytes
    dictionary: int | None = None
    """The count of the content that it was deflated against."""


class Dictionaries:
    """What headers were packed against last, so that it need not be read again.

    Safe for any number of threads: it is known by its digest.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}

    def read(
        self, connection: SqlConnection, number: int, digest: bytes | None
    ) -> bytes:
        """Return the bytes of a content; `digest` is its own, if that was read."""
        found = None if digest is None else self._known.get(digest)
        if found is None:
            [(_, found)] = read_contents(connection, [number]).values()
            if len(self._known) >= MOST_DICTIONARIES:
                self._known = {}
            if digest is not None:
                self._known[digest] = found
        return found


def pack_header(
    dump: Dump,
    space: tuple[int, int | None],
    thread: Thread,
    writer: ValueWriter,
    known: tuple[Dictionaries, bytes | None] | None = None,
) -> PackedHeader:
    """Make a header small, and renew the namespace's dictionary if need be.

    Args:
        dump: The header.
        space: The namespace's number, and the count of its dictionary.
        thread: Whose namespace it is.
        writer: Where contents are stored.
        known: Dictionaries that were read before, and the digest of this one.
    """
    codec, connection = writer.codec, writer.connection
    if not codec.is_compact or dump[0] != PACKED_TYPE:
        return PackedHeader(*codec.seal(dump))
    number, dictionary = space
    if dictionary is not None:
        dictionaries, digest = known or (Dictionaries(), None)
        content = thread_range_start(thread.row_id) + dictionary
        against = dictionaries.read(connection, content, digest)
        size = len(dump[1])
        if size <= GROWN * len(against):
            body = _deflate(dump[1], against)
            if len(body) <= WORTHWHILE * size:
                return PackedHeader(PACKED_TYPE, body, dictionary)
    dictionary = row_index(writer.store_content(prepare_content(dump, thread.key)))
    connection.execute_later(
        "UPDATE checkpoint_spaces SET dictionary = $1 WHERE number = $2",
        (dictionary, number),
    )
    return PackedHeader(PACKED_TYPE, _deflate(dump[1], dump[1]), dictionary)


def unpack_header(
    packed: PackedHeader, against: bytes | None, codec: Codec
) -> CheckpointHeader:
    """Read a header back, `against` the bytes of its dictionary if it has one."""
    body = packed.body if against is None else _inflate(packed.body, against)
    checkpoint, metadata, references = codec.load(packed.type, body)
    return CheckpointHeader(checkpoint, metadata, references)


def _deflate(body: bytes, against: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=RAW_DEFLATE, zdict=against)
    return squeezer.compress(body) + squeezer.flush()


def _inflate(body: bytes, against: bytes) -> bytes:
    stretcher = zlib.decompressobj(wbits=RAW_DEFLATE, zdict=against)
    return stretcher.decompress(body) + stretcher.flush()
