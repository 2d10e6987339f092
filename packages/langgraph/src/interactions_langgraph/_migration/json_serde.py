"""Values as JSON that LangGraph JS reads, which knows no msgpack.

Messages are written as LangChain writes them in both languages, what LangGraph itself
stores as LangGraph JS does. Anything that JavaScript would read as something else is
refused.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from langchain_core.load import dumpd
from langchain_core.messages import BaseMessage
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import (
    _DeltaSnapshot,  # pyright: ignore[reportPrivateUsage]
)
from langgraph.types import Interrupt, Send

SAFE_INTEGER: Final = 2**53 - 1
"""https://tc39.es/ecma262/#sec-number.max_safe_integer"""


_PYTHON_MESSAGES: Final = ["langchain", "schema", "messages"]
_MESSAGES: Final = ("langchain_core", "messages")
"""Where LangChain's messages are in JavaScript; in Python they are found there too."""


class NoJsonError(TypeError):
    """A value has no JSON that JavaScript reads as the same."""


class JsonSerde(SerializerProtocol):
    """Writes JSON, and reads what it wrote as LangGraph's own serializer does."""

    def __init__(self) -> None:
        self._reader = JsonPlusSerializer()

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Serialize.

        Raises:
            NoJsonError: It, or a part of it, cannot be written so.
        """
        if isinstance(obj, bytes):
            return "bytes", obj
        text = json.dumps(_to_plain(obj, ""), separators=(",", ":"))
        return "json", text.encode()

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """Read back."""
        return self._reader.loads_typed(data)

    def is_equal(self, left: object, right: object) -> bool:
        """Tell whether two values are the same JSON, in whatever order of keys."""
        try:
            return _to_plain(left, "") == _to_plain(right, "")
        except NoJsonError:
            return False


def _to_plain(value: object, where: str) -> object:
    # By the very class: what only behaves like it would come back without it.
    if isinstance(value, BaseMessage):
        return _message(value, where)
    form = _FORMS.get(type(value))
    if form is None:
        kind = type(value)
        raise _refusal(where, f"an object of {kind.__module__}:{kind.__qualname__}")
    return form(value, where)


def _as_is(value: object, _: str) -> object:
    return value


def _integer(value: int, where: str) -> object:
    if abs(value) > SAFE_INTEGER:
        raise _refusal(where, "an integer that JavaScript rounds")
    return value


def _float(value: float, where: str) -> object:
    if not math.isfinite(value):
        raise _refusal(where, "a number that is not finite")
    return value


def _list(value: Sequence[object], where: str) -> object:
    return [_to_plain(part, f"{where}[{at}]") for at, part in enumerate(value)]


def _snapshot(value: _DeltaSnapshot, where: str) -> object:
    inner = _to_plain(value.value, where)
    return {"lc": 2, "type": "delta_snapshot", "value": inner}


def _interrupt(value: Interrupt, where: str) -> object:
    return {"value": _to_plain(value.value, where), "id": value.id}


def _send(value: Send, where: str) -> object:
    return {"node": value.node, "args": _to_plain(value.arg, where)}


def _object(value: Mapping[object, object], where: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, part in value.items():
        if not isinstance(name, str):
            raise _refusal(where, "a key that is no text")
        found[name] = _to_plain(part, f"{where}.{name}" if where else name)
    return found


def _message(value: BaseMessage, where: str) -> object:
    written = dumpd(value)
    if not _rename(written):
        raise _refusal(
            where, "a message with something in it that JSON has no form for"
        )
    return written


def _rename(value: object) -> bool:
    """Name messages as JavaScript does; tell whether there is nothing else to build."""
    if isinstance(value, list):
        return all(map(_rename, cast("list[object]", value)))
    if not isinstance(value, dict):
        return True
    parts = cast("dict[str, Any]", value)
    if parts.get("lc") == 1:
        path = cast("list[str]", parts.get("id", []))
        if parts.get("type") != "constructor" or path[:-1] != _PYTHON_MESSAGES:
            return False
        parts["id"] = [*_MESSAGES, path[-1]]
    return all(map(_rename, parts.values()))


_FORMS: Final[Mapping[type, Callable[[Any, str], object]]] = {
    type(None): _as_is,
    bool: _as_is,
    str: _as_is,
    int: _integer,
    float: _float,
    list: _list,
    tuple: _list,
    dict: _object,
    _DeltaSnapshot: _snapshot,
    Interrupt: _interrupt,
    Send: _send,
}


def _refusal(where: str, what: str) -> NoJsonError:
    place = f" at {where}" if where else ""
    return NoJsonError(f"{what}{place} has no JSON that LangGraph JS reads as the same")
