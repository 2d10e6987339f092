"""Which classes serialized bytes name, and where in a checkpoint. Nothing is built."""

import json
import sys
from collections.abc import Iterator
from typing import Any, Final, cast

import ormsgpack

from interactions_langgraph._storage.guarded_serde import NAMING_CODES
from interactions_langgraph._storage.message_states import Dump

JSON: Final = "json"
"""The kind of bytes that LangGraph wrote before it had msgpack."""

_MSGPACK: Final = "msgpack"
_LANGGRAPH: Final = 2
"""What `lc` is in JSON of LangGraph's; objects of LangChain raise by themselves."""

_CHANNELS: Final = "channel_values"

Name = tuple[str, str]
"""Module and class."""

Step = str | int


class _Mark:
    """Stands for an object, and holds the names in its bytes."""

    def __init__(self, names: list[Name]) -> None:
        self.names = names


def names_of(dump: Dump) -> list[Name]:
    """Return the class of every object in serialized bytes."""
    return [name for _, name in _iter_names(dump)]


def holders_of(name: Name, dump: Dump) -> list[str]:
    """Return which channels of a serialized checkpoint have objects of a class."""
    found = dict.fromkeys(path[:2] for path, each in _iter_names(dump) if each == name)
    return [_in_words(path) for path in found]


def current_name(name: Name) -> Name:
    """Return where a class is defined that moved since it was stored."""
    # What may not be imported is not imported here either.
    cls = getattr(sys.modules.get(name[0]), "__dict__", {}).get(name[1])
    return (cls.__module__, cls.__name__) if isinstance(cls, type) else name


def _iter_names(dump: Dump) -> Iterator[tuple[tuple[Step, ...], Name]]:
    type_, body = dump
    if type_ == _MSGPACK:
        yield from _walk(_unpack(body), ())
    elif type_ == JSON:
        yield from _walk(json.loads(body, object_hook=_mark_json), ())


def _unpack(body: bytes) -> Any:
    def mark(code: int, data: bytes) -> _Mark:
        inner = _unpack(data)
        names = [name for _, name in _walk(inner, ())]
        if code in NAMING_CODES:
            names.insert(0, (str(inner[0]), str(inner[1])))
        return _Mark(names)

    return ormsgpack.unpackb(body, ext_hook=mark, option=ormsgpack.OPT_NON_STR_KEYS)


def _mark_json(part: dict[str, Any]) -> object:
    path = part.get("id")
    if part.get("lc") != _LANGGRAPH or not isinstance(path, list) or not path:
        return part
    *module, name = (str(each) for each in cast("list[object]", path))
    names = [name for _, name in _walk([part.get("args"), part.get("kwargs")], ())]
    return _Mark([(".".join(module), name), *names])


def _walk(
    value: object, path: tuple[Step, ...]
) -> Iterator[tuple[tuple[Step, ...], Name]]:
    if isinstance(value, _Mark):
        for name in value.names:
            yield path, name
    elif isinstance(value, dict):
        for key, part in cast("dict[Step, object]", value).items():
            yield from _walk(part, (*path, key))
    elif isinstance(value, list):
        for at, part in enumerate(cast("list[object]", value)):
            yield from _walk(part, (*path, at))


def _in_words(path: tuple[Step, ...]) -> str:
    if path[:1] == (_CHANNELS,) and path[1:]:
        return f"channel {path[1]!r}"
    return "".join(f"[{step!r}]" for step in path)
