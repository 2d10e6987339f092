"""What makes one message: its class and its fields, packed.

Packing a message costs a sixth of serializing it, and sees a change
at any depth. So it tells on every `put` which messages are as before, and on
every read it stands in for building a message that was built before.
"""

from collections.abc import Callable
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
    name = _NAMES.get(type(message))
    if name is None:
        return None
    try:
        return ormsgpack.packb(
            [name, message.__dict__, message.__pydantic_extra__],
            option=_ONLY_PLAIN_DATA,
        )
    except (TypeError, ValueError):
        return None


def build_message(packed: bytes) -> BaseMessage:
    """Build a new message from `pack_message`, sharing nothing with the first."""
    name, fields, extra = ormsgpack.unpackb(packed)
    cls = _CLASSES[name]
    message = cls.__new__(cls)
    # Pydantic's own pickling protocol; validating again would cost three times
    # as much and could only find what was found when the message was made.
    message.__setstate__(
        {
            "__dict__": fields,
            "__pydantic_extra__": extra,
            "__pydantic_fields_set__": {*fields, *(extra or ())},
            "__pydantic_private__": None,
        }
    )
    return message


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
