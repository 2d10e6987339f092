"""Lists of messages as they were last stored, to find what is new in the next.

A list is compared as a whole, with copies that nobody else holds: that sees a change
at any depth, and costs a tenth of packing every message again. What Python finds
equal counts as unchanged, so that `1` instead of `True` is no change.
"""

import dataclasses
import operator
from collections.abc import Mapping, Sequence
from typing import Any, Final

from langchain_core.messages import BaseMessage

from interactions_langgraph._storage.message_states import (
    CACHE_BYTES,
    Fields,
    pack_fields,
)

SHORTEST: Final = 16
"""From how many messages on a list is remembered."""


@dataclasses.dataclass(frozen=True, slots=True)
class KnownList:
    """Some messages and the digests of the lists that end in them.

    Attributes:
        classes: What each message is.
        fields: What each holds; copies.
        extras: What it holds beside its declared fields; copies.
        digests: The i-th is of the first i + 1 messages.
        size: How many bytes they are, packed.
    """

    classes: list[type[BaseMessage]]
    fields: list[Mapping[str, Any]]
    extras: list[Mapping[str, Any] | None]
    digests: list[bytes]
    size: int

    def count_common(self, messages: Sequence[BaseMessage]) -> int:
        """Count the messages that a list has in common with this one."""
        length = min(len(messages), len(self.digests))
        messages = messages[:length]
        length = _count_common(self.classes, [*map(type, messages)])
        length = _count_common(self.fields, [*map(_fields, messages[:length])])
        return _count_common(self.extras, [*map(_extra, messages[:length])])

    def pack(self, i: int) -> bytes:
        """Pack a message as it was."""
        packed = pack_fields((self.classes[i], self.fields[i], self.extras[i]))
        assert packed is not None  # noqa: S101  or it were not remembered
        return packed

    def followed_by(
        self,
        length: int,
        new: Sequence[Fields],
        digests: Sequence[bytes],
        size: int,
    ) -> "KnownList":
        """Take the first `length` messages, and others of some size after them."""
        return KnownList(
            [*self.classes[:length], *(cls for cls, _, _ in new)],
            [*self.fields[:length], *(fields for _, fields, _ in new)],
            [*self.extras[:length], *(extra for _, _, extra in new)],
            [*self.digests[:length], *digests],
            self.size + size,
        )


NOTHING: Final = KnownList([], [], [], [], 0)


_fields: Final = operator.attrgetter("__dict__")
_extra: Final = operator.attrgetter("__pydantic_extra__")


class ListCache:
    """The lists that one saver stored last, by the digest of their first message.

    Safe for any number of threads.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, KnownList] = {}
        self._size = 0

    def get(self, first: bytes) -> KnownList:
        """Return what is remembered of a list that begins so."""
        return self._known.get(first, NOTHING)

    def put(self, taken: KnownList) -> None:
        """Keep a list in the place of an earlier one with its beginning."""
        if len(taken.digests) < SHORTEST or taken.size > CACHE_BYTES:
            return
        # Without a lock, which a fork would copy in whatever state it is. At worst
        # two threads count one list once.
        if self._size > CACHE_BYTES:
            self._known, self._size = {}, 0
        first = taken.digests[0]
        self._size += taken.size - self.get(first).size
        self._known[first] = taken


def _count_common(known: list[Any], found: list[Any]) -> int:
    """Count how many values two lists have in common at their beginning."""
    try:
        if known[: len(found)] == found:
            return len(found)
        pairs = enumerate(zip(known, found, strict=False))
        return next(i for i, (one, other) in pairs if one != other)
    except Exception:  # noqa: BLE001  whatever somebody's `__eq__` raises
        return 0
