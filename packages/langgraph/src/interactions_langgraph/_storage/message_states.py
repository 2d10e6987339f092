"""What makes one message: its class and its fields, packed.

Packing a message costs a sixth of serializing it, and sees a change
at any depth. So it tells on every `put` which messages are as before, and on
every read it stands in for building a message that was built before.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import ormsgpack
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    ChatMessageChunk,
    FunctionMessage,
    FunctionMessageChunk,
    HumanMessage,
    HumanMessageChunk,
    RemoveMessage,
    SystemMessage,
    SystemMessageChunk,
    ToolMessage,
    ToolMessageChunk,
)

Dump = tuple[str, bytes]
"""A serialized value: what kind of bytes, and the bytes."""

Fields = tuple[type[BaseMessage], Mapping[str, Any], Mapping[str, Any] | None]
"""What makes a message: its class, its fields, and what it holds beside them."""

CACHE_BYTES: Final = 32 * 1024 * 1024
"""How many bytes of messages one saver remembers for faster reading."""

LARGEST_CACHED: Final = 64 * 1024
"""From how many bytes on a message is built anew every time."""

# Only classes whose serialized form is known to be a function of their fields.
_CLASSES: Final[dict[str, type[BaseMessage]]] = {
    cls.__name__: cls
    for cls in (
        AIMessage,
        AIMessageChunk,
        ChatMessage,
        ChatMessageChunk,
        FunctionMessage,
        FunctionMessageChunk,
        HumanMessage,
        HumanMessageChunk,
        RemoveMessage,
        SystemMessage,
        SystemMessageChunk,
        ToolMessage,
        ToolMessageChunk,
    )
}

_NAMES: Final = {cls: name for name, cls in _CLASSES.items()}

# Whatever is not plain JSON-like data must fail to pack: its packed form might
# not tell it from something else, and it could not be rebuilt.
_ONLY_PLAIN_DATA: Final = (
    ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_ENUM
    | ormsgpack.OPT_PASSTHROUGH_SUBCLASS
    | ormsgpack.OPT_PASSTHROUGH_TUPLE
    | ormsgpack.OPT_PASSTHROUGH_UUID
)


def pack_message(message: BaseMessage) -> bytes | None:
    """Pack a message of a known class.

    Returns:
        Equal bytes only for messages that serialize equally; `None` if the class is
        another one, or a field holds more than plain data.
    """
    return pack_fields((type(message), message.__dict__, message.__pydantic_extra__))


def pack_fields(fields: Fields) -> bytes | None:
    """Pack a message of these fields."""
    cls, values, extra = fields
    name = _NAMES.get(cls)
    if name is None:
        return None
    try:
        return ormsgpack.packb([name, values, extra], option=_ONLY_PLAIN_DATA)
    except (TypeError, ValueError):
        return None


def split_id(packed: bytes) -> tuple[bytes, str | None]:
    """Take the id off a packed message.

    LangGraph gives a message its id after it has stored it without one, so that the
    rest is what both have in common. Put back together they are the message again.

    Returns:
        The message packed without an id, and the id; as it is and `None` if it has none.
    """
    name, fields, extra = ormsgpack.unpackb(packed)
    found = fields.get("id")
    if type(found) is not str:
        return packed, None
    rest = [name, {**fields, "id": None}, extra]
    return ormsgpack.packb(rest, option=_ONLY_PLAIN_DATA), found


def fields_of(message: BaseMessage) -> Fields:
    """Copy what a message holds, at any depth but for what cannot change."""
    extra = message.__pydantic_extra__
    fields = _copied(message.__dict__)
    return type(message), fields, None if extra is None else _copied(extra)


def _copied(value: Any) -> Any:
    # No other thread comes between the steps of `copy`.
    own = value.copy()
    if not own:
        return _EMPTY[type(own)]
    for key, part in own.items() if type(own) is dict else enumerate(own):
        if type(part) in _EMPTY:
            own[key] = _copied(part)
    return own


# One of each, since most messages hold several and nobody changes a copy.
_EMPTY: Final[dict[type, Any]] = {dict: {}, list: []}


def build_message(packed: bytes) -> BaseMessage:
    """Build a new message from `pack_message`, sharing nothing with the first."""
    name, fields, extra = ormsgpack.unpackb(packed)
    cls = _CLASSES[name]
    message = cls.__new__(cls)
    # What pydantic's own `__setstate__` does; validating again would cost three times
    # as much and could only find what was found when the message was made.
    _set(message, "__dict__", fields)
    _set(message, "__pydantic_extra__", extra)
    _set(message, "__pydantic_fields_set__", {*fields, *extra} if extra else {*fields})
    _set(message, "__pydantic_private__", None)
    return message


_set: Final = object.__setattr__


class MessageCache:
    """Messages read before, by the very bytes that were read.

    So it cannot be stale: what the file holds is compared as a whole. Hands out a
    new message every time. Safe for any number of threads.
    """

    def __init__(self) -> None:
        self._known: dict[Dump, bytes] = {}
        self._size = 0

    def load(self, dump: Dump, load: Callable[[Dump], Any]) -> object:
        """Return what `load` would, a new object every time."""
        if len(dump[1]) > LARGEST_CACHED:
            return load(dump)
        known = self._known.get(dump)
        if known is not None:
            return build_message(known)
        value = load(dump)
        packed = pack_message(value) if isinstance(value, BaseMessage) else None
        if packed is not None:
            self._remember(dump, packed)
        return value

    def _remember(self, dump: Dump, packed: bytes) -> None:
        # Without a lock, which a fork would copy in whatever state it is. At worst
        # two threads count one message once.
        if self._size > CACHE_BYTES:
            self._known, self._size = {}, 0
        self._known[dump] = packed
        self._size += len(dump[1]) + len(packed)
