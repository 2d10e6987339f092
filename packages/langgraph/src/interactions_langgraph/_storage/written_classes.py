"""Which classes LangGraph's serializer writes objects of, and with which code.

Pure. One predicate for each branch of `_msgpack_default` in
`langgraph.checkpoint.serde.jsonplus`, in its order, on the class instead of the object.
A class for which no branch holds was never written by it.
"""

import dataclasses
import decimal
import dis
import functools
import inspect
import pathlib
import re
import uuid
from collections import deque
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from typing import Any, Final
from zoneinfo import ZoneInfo

from langgraph.checkpoint.serde.jsonplus import (
    EXT_CONSTRUCTOR_KW_ARGS,
    EXT_CONSTRUCTOR_POS_ARGS,
    EXT_CONSTRUCTOR_SINGLE_ARG,
    EXT_METHOD_SINGLE_ARG,
    EXT_PYDANTIC_V1,
    EXT_PYDANTIC_V2,
)
from langgraph.checkpoint.serde.types import (
    _DeltaSnapshot,  # pyright: ignore[reportPrivateUsage]
)
from langgraph.store.base import Item

PATTERN: Final = ("re", "compile")
"""What stands for a class where a regular expression was written."""

METHODS: Final = ("model_dump", "get_secret_value", "dict", "_asdict")
"""Methods that decide how an object is written, whatever its class is otherwise."""

Predicate = Callable[[type], bool]


@functools.lru_cache(maxsize=1024)
def code_of(cls: type) -> int | None:
    """Return the msgpack extension code that objects of a class are written with.

    `None` if none of those that name a class: it is written as something else, or
    not at all.
    """
    return next((code for holds, code in _BRANCHES if holds(cls)), None)


def _is_one_of(*bases: type) -> Predicate:
    return lambda cls: issubclass(cls, bases)


def _has_method(name: str) -> Predicate:
    # Not what a metaclass answers, and not what `__getattr__` would.
    return lambda cls: (
        any(name in vars(each) for each in cls.__mro__)
        and callable(getattr(cls, name, None))
    )


def _is_packed_natively(cls: type) -> bool:
    return issubclass(cls, str | int | dict | list) and not issubclass(cls, Enum)


def _is_send(cls: type) -> bool:
    """Tell whether objects look like a `Send`, as `SendProtocol` asks of them."""
    return cls.__hash__ is not None and {"node", "arg"} <= _attributes(cls)


def _attributes(cls: type) -> set[str]:
    """Name what objects of a class have: by its body, or by its constructor."""
    found: set[str] = set()
    for each in cls.__mro__:
        # `type` itself has something else under this name.
        annotations: Any = vars(each).get("__annotations__")
        found |= {*vars(each), *(annotations if isinstance(annotations, dict) else ())}
        for name in ("__init__", "__new__"):
            found |= _assigned(vars(each).get(name))
    return found


def _assigned(function: Any) -> set[str]:
    code = getattr(inspect.unwrap(function), "__code__", None) if function else None
    if code is None:
        return set()
    steps = dis.get_instructions(code)
    return {str(step.argval) for step in steps if step.opname == "STORE_ATTR"}


_ADDRESSES: Final = (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)

_BRANCHES: Final[tuple[tuple[Predicate, int | None], ...]] = (
    (_is_packed_natively, None),
    (_is_one_of(_DeltaSnapshot), None),
    (_has_method("model_dump"), EXT_PYDANTIC_V2),
    (_has_method("get_secret_value"), EXT_CONSTRUCTOR_SINGLE_ARG),
    (_has_method("dict"), EXT_PYDANTIC_V1),
    (_has_method("_asdict"), EXT_CONSTRUCTOR_KW_ARGS),
    (_is_one_of(pathlib.Path), EXT_CONSTRUCTOR_POS_ARGS),
    (_is_one_of(re.Pattern), None),
    (_is_one_of(uuid.UUID, decimal.Decimal), EXT_CONSTRUCTOR_SINGLE_ARG),
    (_is_one_of(set, frozenset, deque, *_ADDRESSES), EXT_CONSTRUCTOR_SINGLE_ARG),
    (_is_one_of(datetime), EXT_METHOD_SINGLE_ARG),
    (_is_one_of(timedelta, date), EXT_CONSTRUCTOR_POS_ARGS),
    (_is_one_of(time), EXT_CONSTRUCTOR_KW_ARGS),
    (_is_one_of(timezone), EXT_CONSTRUCTOR_POS_ARGS),
    (_is_one_of(ZoneInfo, Enum), EXT_CONSTRUCTOR_SINGLE_ARG),
    (_is_send, EXT_CONSTRUCTOR_POS_ARGS),
    (dataclasses.is_dataclass, EXT_CONSTRUCTOR_KW_ARGS),
    (_is_one_of(Item), EXT_CONSTRUCTOR_KW_ARGS),
)
