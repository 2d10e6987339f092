"""Values made ready for storing, before any lock is taken.

A prepared value holds its own copy of everything that decides what is stored. A message
that another thread changes meanwhile is stored as it was, never half of it under
the digest of the other half.
"""

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from langchain_core.messages import BaseMessage
from langgraph.checkpoint.serde.types import (
    _DeltaSnapshot,  # pyright: ignore[reportPrivateUsage]
)

from interactions_langgraph._storage.codec import Codec, MessageState
from interactions_langgraph._storage.list_cache import NOTHING, SHORTEST, KnownList
from interactions_langgraph._storage.message_states import Dump, fields_of
from interactions_langgraph._storage.nested_values import (
    PACKED,
    UnsplitError,
    is_message_list,
    set_aside,
)

# LangGraph has no public name for what a `DeltaChannel` stores at a snapshot.
DeltaSnapshot: Final = _DeltaSnapshot

DIGEST_BYTES: Final = 16


@dataclasses.dataclass(frozen=True, slots=True)
class PreparedContent:
    """A value that is stored as a whole."""

    digest: bytes
    dump: Dump


@dataclasses.dataclass(frozen=True, slots=True)
class PreparedMessages:
    """A list of messages, stored as a chain."""

    digests: Sequence[bytes]
    """The i-th is of the first i + 1 messages."""
    before: KnownList
    """Holds the first messages, as long as their states are not in `states`."""
    states: Sequence[MessageState]
    """Of the last messages."""
    is_snapshot: bool
    """The list came inside a `_DeltaSnapshot`."""

    def states_from(self, start: int) -> Iterator[MessageState]:
        """Yield the states of all messages but the first `start`."""
        known = len(self.digests) - len(self.states)
        for i in range(start, known):
            yield self.before.pack(i)
        yield from self.states[max(0, start - known) :]


@dataclasses.dataclass(frozen=True, slots=True)
class PreparedNested:
    """A value with lists of messages or large parts inside, stored apart from it."""

    frame: PreparedContent
    """The value with a place for each."""
    parts: Sequence[PreparedMessages | PreparedContent]


Prepared = PreparedContent | PreparedMessages | PreparedNested

NO_KEY: Final = b""
"""Stands for the key of a thread that has not been looked up yet."""


def prepare_value(value: object, key: bytes, codec: Codec) -> Prepared:
    """Prepare a channel's value or a write, as it is at this moment."""
    if is_message_list(value):
        return _prepare_messages(value, key, codec, is_snapshot=False)
    if isinstance(value, DeltaSnapshot) and is_message_list(value.value):
        return _prepare_messages(value.value, key, codec, is_snapshot=True)
    if isinstance(value, BaseMessage):
        return prepare_content(codec.dump_state(codec.state(value)), key)
    frame, parts = _split(value, codec)
    content = prepare_content(frame, key)
    if not parts:
        return content
    return PreparedNested(content, [_prepare_part(part, key, codec) for part in parts])


def rekeyed(prepared: Prepared, key: bytes) -> Prepared:
    """Name what was prepared by the digests of another thread."""
    if isinstance(prepared, PreparedContent):
        return prepare_content(prepared.dump, key)
    if isinstance(prepared, PreparedMessages):
        return _rekeyed_messages(prepared, key)
    frame = prepare_content(prepared.frame.dump, key)
    parts = [
        _rekeyed_messages(part, key)
        if isinstance(part, PreparedMessages)
        else prepare_content(part.dump, key)
        for part in prepared.parts
    ]
    return PreparedNested(frame, parts)


def _rekeyed_messages(prepared: PreparedMessages, key: bytes) -> PreparedMessages:
    states = [*prepared.states_from(0)]
    digests = _chained(_digest(b"messages\0", key), states)
    return PreparedMessages(digests, NOTHING, states, prepared.is_snapshot)


def _split(value: object, codec: Codec) -> tuple[Dump, Sequence[object]]:
    """Serialize a value without the parts that are stored by themselves."""
    if codec.has_slots:
        try:
            frame, parts = set_aside(value, codec.dump)
        except UnsplitError:
            return codec.dump(value), ()
        dump = codec.dump(frame)
        if frame is value or dump[0] == PACKED:
            return dump, parts
    return codec.dump(value), ()


def _prepare_part(
    part: object, key: bytes, codec: Codec
) -> PreparedMessages | PreparedContent:
    if is_message_list(part):
        return _prepare_messages(part, key, codec, is_snapshot=False)
    return prepare_content(codec.dump(part), key)


def prepare_content(dump: Dump, key: bytes) -> PreparedContent:
    """Name serialized bytes by their digest."""
    type_, body = dump
    return PreparedContent(
        _digest(b"content\0", key, type_.encode(), b"\0", body), dump
    )


def _prepare_messages(
    messages: list[BaseMessage], key: bytes, codec: Codec, *, is_snapshot: bool
) -> PreparedMessages:
    seed = _digest(b"messages\0", key)
    before, known = NOTHING, 0
    if key != NO_KEY and len(messages) >= SHORTEST:
        before = codec.lists.get(_fold(seed, codec.state(messages[0])))
        known = before.count_common(messages)
    digest = before.digests[known - 1] if known else seed
    copies = [fields_of(message) for message in messages[known:]]
    new = zip(messages[known:], copies, strict=True)
    states = [codec.state(message, fields) for message, fields in new]
    digests = _chained(digest, states)
    if key != NO_KEY and states and all(isinstance(s, bytes) for s in states):
        size = sum(map(len, states))
        codec.lists.put(before.followed_by(known, copies, digests, size))
    digests = [*before.digests[:known], *digests]
    return PreparedMessages(digests, before, states, is_snapshot)


def _chained(digest: bytes, states: Sequence[MessageState]) -> list[bytes]:
    digests: list[bytes] = []
    for state in states:
        digest = _fold(digest, state)
        digests.append(digest)
    return digests


def _fold(digest: bytes, state: MessageState) -> bytes:
    return _digest(digest, state if isinstance(state, bytes) else _tagged(state))


def _tagged(dump: Dump) -> bytes:
    # A packed message is a msgpack array, whose first byte is never "=".
    return b"=" + dump[0].encode() + b"\0" + dump[1]


def _digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()[:DIGEST_BYTES]
