"""Values that hold lists of messages, or something large, somewhere inside.

An agent hands its whole state to each tool call, and a graph keeps its input: so
the conversation would be stored again with each of them. Such lists are set aside,
stored as the chains they are, and put back on reading; so are large texts and bytes.

What is looked into is what the serializer writes of a value, never its attributes: a
class may keep some of them out of it. And the parts are put back before an object is
built, so that constructors and validators see it whole.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeGuard, cast

import ormsgpack
from langchain_core.messages import BaseMessage
from langgraph.checkpoint.serde.jsonplus import (
    EXT_CONSTRUCTOR_KW_ARGS,
    EXT_CONSTRUCTOR_POS_ARGS,
    EXT_PYDANTIC_V2,
)
from langgraph.types import Send
from pydantic import BaseModel

from interactions_langgraph._storage.guarded_serde import SLOT
from interactions_langgraph._storage.message_states import Dump
from interactions_langgraph._storage.written_classes import METHODS, code_of

DEPTH: Final = 5
"""How many containers deep lists of messages are looked for."""

LARGE: Final = 4096
"""From how many characters or bytes on a part of a value is stored by itself."""

PACKED: Final = "msgpack"
"""The only kind of serialized bytes that can have places for parts."""

_SCALARS: Final = (int, float, type(None))
_ATOMS: Final = frozenset({str, bytes, int, float, bool, type(None)})


class UnsplitError(Exception):
    """A value cannot be taken apart, and is serialized as a whole."""


def is_message_list(value: object) -> TypeGuard[list[BaseMessage]]:
    """Tell whether a value is stored as a chain."""
    # An empty list, or a list of another class, is a value like any other.
    if type(value) is not list or not value:
        return False
    # Few classes, many messages.
    classes = {*map(type, cast("list[object]", value))}
    return all(issubclass(cls, BaseMessage) for cls in classes)


def set_aside(
    value: object, serialize: Callable[[object], Dump]
) -> tuple[object, Sequence[object]]:
    """Copy a value without the lists of messages and the large parts in it.

    Args:
        value: What to look into; it stays as it is.
        serialize: LangGraph's own serializer.

    Returns:
        What to serialize, and the parts whose places it has, in their order.

    Raises:
        UnsplitError: Something in it is not written as msgpack.
    """
    splitter = _Splitter(serialize)
    return splitter.split(value, 0), splitter.parts


class _Splitter:
    """Takes one value apart."""

    def __init__(self, serialize: Callable[[object], Dump]) -> None:
        self._serialize = serialize
        self.parts: list[object] = []

    def split(self, value: object, depth: int, shown: object = None) -> object:
        """Return what to serialize for a value.

        Args:
            value: A part of the whole, as the serializer meets it.
            depth: How many containers it is in.
            shown: What a pydantic object holds where `value` is in its dump.
        """
        if is_message_list(value) or (depth and _is_large(value)):
            return self._slot(value)
        if is_message_list(shown) and self._is_dump_of(value, shown):
            return self._slot(shown)
        if depth >= DEPTH or type(value) in _ATOMS:
            return value
        if type(value) is dict:
            return self._split_dict(cast("dict[object, object]", value), depth, shown)
        if type(value) is list:
            return self._split_list(cast("list[object]", value), depth, shown)
        return self._split_object(value, depth)

    def _split_dict(
        self, value: dict[object, object], depth: int, shown: object
    ) -> object:
        changed = {
            key: new
            for key, part in value.items()
            if type(key) is str
            and (new := self.split(part, depth + 1, _held(shown, key))) is not part
        }
        return value | changed if changed else value

    def _split_list(self, value: list[object], depth: int, shown: object) -> object:
        if isinstance(next(iter(value), None), _SCALARS):
            return value
        same = type(shown) is list and len(cast("list[object]", shown)) == len(value)
        held = cast("list[object]", shown) if same else [None] * len(value)
        parts = zip(value, held, strict=True)
        new = [self.split(part, depth + 1, other) for part, other in parts]
        if all(one is other for one, other in zip(new, value, strict=True)):
            return value
        return new

    def _split_object(self, value: object, depth: int) -> object:
        if isinstance(value, BaseModel) and not isinstance(value, BaseMessage):
            # Once: what it shows may be another thing the next time.
            fields = value.model_dump()
            new = self.split(fields, depth, value)
            # The last entry is read by nobody.
            return self._extension(EXT_PYDANTIC_V2, value, new, "model_validate_json")
        if isinstance(value, Send):
            new = self.split(value.arg, depth + 1)
            if new is value.arg:
                return value
            timeout = getattr(value, "timeout", None)
            rest = () if timeout is None else (timeout,)
            return self._extension(
                EXT_CONSTRUCTOR_POS_ARGS, value, (value.node, new, *rest)
            )
        fields = _dataclass_fields(value)
        new = self.split(fields, depth)
        if new is fields:
            return value
        return self._extension(EXT_CONSTRUCTOR_KW_ARGS, value, new)

    def _extension(
        self, code: int, value: object, payload: object, *rest: str
    ) -> object:
        cls = type(value)
        type_, body = self._serialize((cls.__module__, cls.__name__, payload, *rest))
        if type_ != PACKED:
            raise UnsplitError
        return ormsgpack.Ext(code, body)

    def _slot(self, part: object) -> object:
        number = len(self.parts)
        self.parts.append(part)
        return ormsgpack.Ext(SLOT, number.to_bytes(4))

    def _is_dump_of(self, value: object, messages: list[BaseMessage]) -> bool:
        """Tell whether these messages stand in a dump as they are."""
        if type(value) is not list:
            return False
        dumps = cast("list[object]", value)
        return len(dumps) == len(messages) and all(
            self._shows(dump, message)
            for dump, message in zip(dumps, messages, strict=True)
        )

    def _shows(self, dump: object, message: BaseMessage) -> bool:
        whole = message.model_dump()
        written = self._serialize(dump)
        if written == self._serialize(whole):
            return True
        # Where a field is declared as a list of a base class, a dump has only what
        # that class declares.
        extra = message.__pydantic_extra__ or {}
        return any(
            written
            == self._serialize(
                {
                    name: part
                    for name, part in whole.items()
                    if name in base.model_fields or name in extra
                }
            )
            for base in type(message).__mro__[1:]
            if issubclass(base, BaseMessage)
        )


def _held(shown: object, key: str) -> object:
    """Return what an object, or a dict in it, holds under a key of its dump."""
    if isinstance(shown, BaseModel):
        return shown.__dict__.get(key)
    if type(shown) is dict:
        return cast("dict[str, object]", shown).get(key)
    return None


def _is_large(value: object) -> TypeGuard[str | bytes]:
    return type(value) in {str, bytes} and len(cast("str | bytes", value)) >= LARGE


def _dataclass_fields(value: Any) -> Mapping[str, object]:
    """Return what the serializer calls a dataclass with, or nothing."""
    cls = type(value)
    if code_of(cls) != EXT_CONSTRUCTOR_KW_ARGS or not dataclasses.is_dataclass(cls):
        return {}
    # These come first, also where an object and not its class has them.
    if any(callable(getattr(value, name, None)) for name in METHODS):
        return {}
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(cls)}
