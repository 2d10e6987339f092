"""Values that hold lists of messages somewhere inside.

An agent hands its whole state to each tool call, and a graph keeps its input: so
the conversation would be stored again with each of them. Such lists are set aside,
stored as the chains they are, and put back on reading.
"""

import copy
from typing import Any, Final, TypeGuard, cast

from langchain_core.messages import BaseMessage
from langgraph.types import Send

DEPTH: Final = 5
"""How many containers deep lists of messages are looked for."""

Path = tuple[str | int | None, ...]
"""The way to a value: keys, places in lists, and `None` into a `Send`."""


def is_message_list(value: object) -> TypeGuard[list[BaseMessage]]:
    """Tell whether a value is stored as a chain."""
    # An empty list, or a list of another class, is a value like any other.
    if type(value) is not list or not value:
        return False
    return all(isinstance(item, BaseMessage) for item in cast("list[object]", value))


def set_aside(
    value: object, found: list[tuple[Path, list[BaseMessage]]], path: Path = ()
) -> object:
    """Copy a value without the lists of messages in it.

    Args:
        value: What to look into; it stays as it is.
        found: Takes up each list and the way to it.
        path: The way that led here.

    Returns:
        A copy with `None` in the place of each list, or the value itself if it
        holds none.
    """
    if is_message_list(value):
        found.append((path, value))
        return None
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
    if type(value) is list and isinstance(next(iter(value), None), Send):  # pyright: ignore[reportUnknownArgumentType]
        return [*enumerate(cast("list[object]", value))]
    return []


def _follow(value: Any, step: str | int | None) -> object:
    return value.arg if step is None else value[step]


def _place(value: Any, step: str | int | None, part: object) -> None:
    if step is None:
        value.arg = part
    else:
        value[step] = part
