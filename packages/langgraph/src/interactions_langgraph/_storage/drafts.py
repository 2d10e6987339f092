"""Values made ready for storing, before any lock is taken.

A draft holds its own copy of everything that decides what is stored. A message
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

from interactions_langgraph._storage.assemblies import (
    PACKED,
    UnsplitError,
    is_message_list,
    set_aside,
)
from interactions_langgraph._storage.codec import Codec, MessageState
from interactions_langgraph._storage.list_memory import NOTHING, SHORTEST, TakenDown
from interactions_langgraph._storage.message_states import Dump, fields_of

# LangGraph has no public name for what a `DeltaChannel` stores at a snapshot.
DeltaSnapshot: Final = _DeltaSnapshot

DIGEST_BYTES: Final = 16


@dataclasses.dataclass(frozen=True, slots=True)
class ContentDraft:
    """A value that is stored as a whole."""

    digest: bytes
    dump: Dump


@dataclasses.dataclass(frozen=True, slots=True)
class MessagesDraft:
    """A list of messages, stored as a chain."""

    digests: Sequence[bytes]
    """The i-th is of the first i + 1 messages."""
    before: TakenDown
    """Holds the first messages, as long as their states are not in `states`."""
    states: Sequence[MessageState]
    """Of the last messages."""
    is_snapshot: bool
    """The list came inside a `_DeltaSnapshot`."""

    def states_from(self, start: int) -> Iterator[MessageState]:
        """Yield the states of all messages but the first `start`."""
        known = len(self.digests) - len(self.states)
        for i in range(start, known):
            yield self.before.packed(i)
        yield from self.states[max(0, start - known) :]


@dataclasses.dataclass(frozen=True, slots=True)
class AssemblyDraft:
    """A value with lists of messages or large parts inside, stored apart from it."""

    frame: ContentDraft
    """The value with a place for each."""
    parts: Sequence[MessagesDraft | ContentDraft]


Draft = ContentDraft | MessagesDraft | AssemblyDraft

NO_KEY: Final = b""
"""Stands for the key of a thread that has not been looked up yet."""


def draft_value(value: object, key: bytes, codec: Codec) -> Draft:
    """Take down a channel's value or a write, as it is at this moment."""
    if is_message_list(value):
        return _draft_messages(value, key, codec, is_snapshot=False)
    if isinstance(value, DeltaSnapshot) and is_message_list(value.value):
        return _draft_messages(value.value, key, codec, is_snapshot=True)
    if isinstance(value, BaseMessage):
        return draft_content(codec.dump_state(codec.state(value)), key)
    frame, parts = _split(value, codec)
    content = draft_content(frame, key)
    if not parts:
        return content
    return AssemblyDraft(content, [_draft_part(part, key, codec) for part in parts])


def rekeyed(draft: Draft, key: bytes) -> Draft:
    """Name what was taken down by the digests of another thread."""
    if isinstance(draft, ContentDraft):
        return draft_content(draft.dump, key)
    if isinstance(draft, MessagesDraft):
        return _rekeyed_messages(draft, key)
    frame = draft_content(draft.frame.dump, key)
    parts = [
        _rekeyed_messages(part, key)
        if isinstance(part, MessagesDraft)
        else draft_content(part.dump, key)
        for part in draft.parts
    ]
    return AssemblyDraft(frame, parts)


def _rekeyed_messages(draft: MessagesDraft, key: bytes) -> MessagesDraft:
    states = [*draft.states_from(0)]
    digests = _chained(_digest(b"messages\0", key), states)
    return MessagesDraft(digests, NOTHING, states, draft.is_snapshot)


def _split(value: object, codec: Codec) -> tuple[Dump, Sequence[object]]:
    """Serialize a value without the parts that are stored by themselves."""
    if codec.has_places:
        try:
            frame, parts = set_aside(value, codec.dump)
        except UnsplitError:
            return codec.dump(value), ()
        dump = codec.dump(frame)
        if frame is value or dump[0] == PACKED:
            return dump, parts
    return codec.dump(value), ()


def _draft_part(part: object, key: bytes, codec: Codec) -> MessagesDraft | ContentDraft:
    if is_message_list(part):
        return _draft_messages(part, key, codec, is_snapshot=False)
    return draft_content(codec.dump(part), key)


def draft_content(dump: Dump, key: bytes) -> ContentDraft:
    """Name serialized bytes by their digest."""
    type_, body = dump
    return ContentDraft(_digest(b"content\0", key, type_.encode(), b"\0", body), dump)


def _draft_messages(
    messages: list[BaseMessage], key: bytes, codec: Codec, *, is_snapshot: bool
) -> MessagesDraft:
    seed = _digest(b"messages\0", key)
    before, known = NOTHING, 0
    if key != NO_KEY and len(messages) >= SHORTEST:
        before = codec.lists.recall(_fold(seed, codec.state(messages[0])))
        known = before.common(messages)
    digest = before.digests[known - 1] if known else seed
    copies = [fields_of(message) for message in messages[known:]]
    new = zip(messages[known:], copies, strict=True)
    states = [codec.state(message, fields) for message, fields in new]
    digests = _chained(digest, states)
    if key != NO_KEY and states and all(isinstance(s, bytes) for s in states):
        size = sum(map(len, states))
        codec.lists.remember(before.followed_by(known, copies, digests, size))
    digests = [*before.digests[:known], *digests]
    return MessagesDraft(digests, before, states, is_snapshot)


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
