"""Values that hold lists of messages, or something large, somewhere inside.

An agent hands its whole state to each tool call, and a graph keeps its input: so
the conversation would be stored again with each of them. Such lists are set aside,
stored as the chains they are, and put back on reading; so are large texts and bytes.
"""

import copy
import dataclasses
import types
from typing import Any, Final, TypeGuard, cast

from langchain_core.messages import BaseMessage
from langgraph.types import Send
from pydantic import BaseModel

DEPTH: Final = 5
"""How many containers deep lists of messages are looked for."""

LARGE: Final = 4096
"""From how many characters or bytes on a part of a value is stored by itself."""

_SCALARS: Final = (int, float, type(None))
_BY_KEY: Final = (dict, list)

Path = tuple[str | int | None, ...]
"""The way to a value: keys, places in lists, and `None` into a `Send`."""


def is_message_list(value: object) -> TypeGuard[list[BaseMessage]]:
    """Tell whether a value is stored as a chain."""
    # An empty list, or a list of another class, is a value like any other.
    if type(value) is not list or not value:
        return False
    # Few classes, many messages.
    classes = {*map(type, cast("list[object]", value))}
    return all(issubclass(cls, BaseMessage) for cls in classes)


def set_aside(
    value: object, found: list[tuple[Path, object]], path: Path = ()
) -> object:
    """Copy a value without the lists of messages and the large parts in it.

    Args:
        value: What to look into; it stays as it is.
        found: Takes up each of them and the way to it.
        path: The way that led here.

    Returns:
        A copy with something empty in the place of each, or the value itself if it
        holds none.
    """
    if is_message_list(value) or (path and _is_large(value)):
        found.append((path, value))
        return type(value)()
    before = len(found)
    parts = _parts(value) if len(path) < DEPTH else ()
    changed = [(step, set_aside(part, found, (*path, step))) for step, part in parts]
    if len(found) == before:
        return value
    clone = copy.copy(value)
    for step, part in changed:
        _place(clone, step, part)
    return clone


def put_back(value: object, path: Path, part: object) -> None:
    """Place a list where it was set aside."""
    for step in path[:-1]:
        value = _follow(value, step)
    _place(value, path[-1], part)


def _parts(value: object) -> list[tuple[str | int | None, object]]:
    if isinstance(value, Send):
        return [(None, value.arg)]
    if type(value) is dict:
        items = cast("dict[object, object]", value).items()
        return [(key, part) for key, part in items if type(key) is str]
    if type(value) is list:
        items = cast("list[object]", value)
        return (
            [] if isinstance(next(iter(items), None), _SCALARS) else [*enumerate(items)]
        )
    if not isinstance(value, type) and dataclasses.is_dataclass(value):
        return [(name, getattr(value, name)) for name in _dataclass_fields(type(value))]
    if isinstance(value, BaseModel) and not isinstance(value, BaseMessage):
        return [(name, getattr(value, name)) for name in _model_fields(type(value))]
    return []


def _is_large(value: object) -> TypeGuard[str | bytes]:
    return type(value) in {str, bytes} and len(cast("str | bytes", value)) >= LARGE


def _dataclass_fields(cls: type[Any]) -> list[str]:
    # Whatever runs when it is rebuilt must not see the empty places.
    if hasattr(cls, "__post_init__"):
        return []
    return [field.name for field in dataclasses.fields(cls) if field.init]


def _model_fields(cls: type[BaseModel]) -> list[str]:
    # As above: no validators, no constructor, no constraints.
    decorators = cls.__pydantic_decorators__
    if (
        cls.__pydantic_custom_init__
        or cls.__pydantic_post_init__
        or cls.__pydantic_root_model__
        or any(
            (
                decorators.field_validators,
                decorators.model_validators,
                decorators.validators,
                decorators.root_validators,
                decorators.field_serializers,
                decorators.model_serializers,
            )
        )
    ):
        return []
    return [
        name
        for name, field in cls.model_fields.items()
        if not field.alias
        and all(isinstance(each, types.FunctionType) for each in field.metadata)
    ]


def _follow(value: Any, step: str | int | None) -> object:
    if step is None:
        return value.arg
    return value[step] if type(value) in _BY_KEY else getattr(value, str(step))


def _place(value: Any, step: str | int | None, part: object) -> None:
    if step is None:
        value.arg = part
    elif type(value) in _BY_KEY:
        value[step] = part
    else:
        # Also where the class is frozen.
        object.__setattr__(value, str(step), part)
