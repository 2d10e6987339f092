"""A checkpoint without its values: versions, metadata, references to the values.

Headers of one namespace are nearly alike: the same names of channels and nodes,
versions of fifty characters of which most are zeros. Each is deflated against an
earlier one, which leaves about a fifth.
"""

import dataclasses
import zlib
from typing import Any, Final

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


def pack_header(
    dump: Dump,
    space: tuple[int, int | None],
    thread: Thread,
    writer: ValueWriter,
) -> PackedHeader:
    """Make a header small, and renew the namespace's dictionary if need be.

    `space` is the namespace's number, and the count of its dictionary.
    """
    codec, connection = writer.codec, writer.connection
    if not codec.is_compact or dump[0] != PACKED_TYPE:
        return PackedHeader(*codec.seal(dump))
    number, dictionary = space
    first = thread_range_start(thread.row_id)
    if dictionary is not None:
        [(_, against)] = read_contents(connection, [first + dictionary]).values()
        size = len(dump[1])
        if size <= GROWN * len(against):
            body = _deflate(dump[1], against)
            if len(body) <= WORTHWHILE * size:
                return PackedHeader(PACKED_TYPE, body, dictionary)
    dictionary = row_index(writer.store_content(prepare_content(dump, thread.key)))
    connection.execute(
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
