"""Values of a program as JSON: what calls and results of tools hold.

Pure. Messages carry whatever a program put into them: dates, bytes, sets, objects.
"""

import base64
import json
import math
from collections.abc import Mapping
from typing import Any, Final, cast

from pydantic import TypeAdapter

from interactions_core.adapter import Json

_anything: Final = TypeAdapter[Any](Any)


def json_value(value: Any) -> Json:
    """Bring a value into a form that every JSON reader knows.

    Numbers that are none and what pydantic cannot write become text, bytes base64.
    """
    match value:
        case None | str() | int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode()
        case _:
            return _nested(value)


def _nested(value: Any) -> Json:
    match value:
        case Mapping():
            entries = cast("Mapping[Any, Any]", value)
            return {_key(key): json_value(item) for key, item in entries.items()}
        case list() | tuple():
            return [json_value(item) for item in cast("list[Any]", value)]
        case set() | frozenset():
            # The order of a set is another one in another process.
            return sorted(map(json_value, cast("set[Any]", value)), key=json_text)
        case _:
            return json_value(_dumped(value))


def _dumped(value: Any) -> Any:
    try:
        return _anything.dump_python(value, mode="json")
    except ValueError:
        return str(value)


def json_text(value: Any) -> str:
    """Write a value as JSON text."""
    return json.dumps(json_value(value), ensure_ascii=False)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(key)
