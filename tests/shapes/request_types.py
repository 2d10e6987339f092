"""What a request body says that the SDK's request types do not know.

A walk over the `*Param` types of google-genai rather than pydantic over stricter
copies of them: the copies would have to be made one by one, and an error in a union of
23 steps would come back 23 times. Here a union is chosen by `type`, no key may be
added, and the enumerations that the SDK leaves open are closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
)

from google.genai import interactions
from typing_extensions import get_type_hints, is_typeddict

UNKNOWN = "is unknown"
"""What is wrong with a key that the SDK does not have."""
_LEAVES = {str: str, bool: bool, int: int, float: int | float}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing in a body that the SDK does not know.

    `field` is the SDK's name, such as `FunctionParam.strict`; `place` is where the body
    has it, such as `tools[].strict`.
    """

    field: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place} ({self.field}): {self.what}"


def findings(body: dict[str, Any]) -> list[Finding]:
    """Return what the SDK's types do not know of the body of a create."""
    kind = "Agent" if "agent" in body else "Model"
    request = getattr(interactions, f"Create{kind}InteractionParam")
    return sorted(set(_walk(body, request, "", "")))


def word_fields() -> frozenset[str]:
    """Return the names of all fields whose value is one of the SDK's words."""
    names: set[str] = set()
    kinds = [
        interactions.CreateModelInteractionParam,
        interactions.CreateAgentInteractionParam,
    ]
    seen: set[Any] = set()
    while kinds:
        kind = kinds.pop()
        if kind in seen:
            continue
        seen.add(kind)
        for name, hint in _fields(kind).items():
            parts = list(_parts(hint))
            kinds += [part for part in parts if is_typeddict(part)]
            if any(get_origin(part) is Literal for part in parts):
                names.add(name)
    return frozenset(names)


def _walk(value: Any, hint: Any, place: str, field: str) -> Iterator[Finding]:
    hint = _bare(hint)
    origin = get_origin(hint)
    if origin is Union:
        yield from _chosen(value, hint, place, field)
    elif is_typeddict(hint) and isinstance(value, dict):
        yield from _walk_object(value, hint, place)
    elif origin is list and isinstance(value, list):
        for item in value:
            yield from _walk(item, get_args(hint)[0], f"{place}[]", field)
    elif origin is dict and isinstance(value, dict):
        for item in value.values():
            yield from _walk(item, get_args(hint)[1], f"{place}{{}}", field)
    elif origin is Literal:
        if value not in get_args(hint):
            yield Finding(field, place, f"{value!r} is none of its words")
    elif not _is_leaf(value, hint):
        what = f"{_kind(value)} where {_name(hint)} is known"
        yield Finding(field, place, what)


def _walk_object(value: dict[str, Any], hint: Any, place: str) -> Iterator[Finding]:
    fields = _fields(hint)
    if not fields:
        # The SDK's way to say: any object.
        return
    for key, item in value.items():
        inner = f"{place}.{key}".lstrip(".")
        field = f"{hint.__name__}.{key}"
        if key in fields:
            yield from _walk(item, fields[key], inner, field)
        else:
            yield Finding(field, inner, UNKNOWN)
    for key in sorted(_required(hint) - value.keys()):
        missing = f"{place}.{key}".lstrip(".")
        yield Finding(f"{hint.__name__}.{key}", missing, "is missing")


def _chosen(value: Any, hint: Any, place: str, field: str) -> Iterator[Finding]:
    """Hold a value against the alternative that its `type` names, else the nearest."""
    options = [option for option in _options(hint) if not _opens(option)]
    if isinstance(value, dict) and "type" in value:
        objects = [option for option in options if is_typeddict(option)]
        named = [o for o in objects if value["type"] in _types(o)]
        options = named or options
        if objects and not named and all(_types(option) for option in objects):
            what = f"{value['type']!r} is no type of it"
            yield Finding(field, f"{place}.type".lstrip("."), what)
            return
    tried = [list(_walk(value, option, place, field)) for option in options]
    yield from min(tried, key=lambda found: _distance(found, place))


def _distance(found: list[Finding], place: str) -> tuple[bool, int, int]:
    """Say how far a value is from an alternative; keys too many are the least."""
    wrong = [finding for finding in found if finding.what != UNKNOWN]
    return any(one.place == place for one in wrong), len(wrong), len(found)


@cache
def _fields(kind: Any) -> dict[str, Any]:
    """Return the types of the fields by their names on the wire."""
    # `schema_` and `filter_` are `schema` and `filter`, which pydantic has for itself.
    hints = get_type_hints(kind, include_extras=True)
    return {name.rstrip("_"): hint for name, hint in hints.items()}


@cache
def _required(kind: Any) -> set[str]:
    # `__required_keys__` knows nothing of annotations that are still text.
    fields = _fields(kind).items()
    return {name for name, hint in fields if get_origin(hint) is not NotRequired}


def _types(kind: Any) -> tuple[Any, ...]:
    return get_args(_bare(_fields(kind).get("type")))


def _bare(hint: Any) -> Any:
    """Return a type without aliases and what qualifies it."""
    while True:
        if get_origin(hint) in (Annotated, NotRequired, Required):
            hint = get_args(hint)[0]
        elif hasattr(hint, "__value__"):
            hint = hint.__value__
        else:
            return hint


def _options(hint: Any) -> Iterator[Any]:
    hint = _bare(hint)
    if get_origin(hint) is Union:
        for option in get_args(hint):
            yield from _options(option)
    else:
        yield hint


def _parts(hint: Any) -> Iterator[Any]:
    hint = _bare(hint)
    yield hint
    if get_origin(hint) is not Literal:
        for part in get_args(hint):
            yield from _parts(part)


def _opens(option: Any) -> bool:
    """Tell whether an alternative stands for words that the SDK does not know."""
    return isinstance(option, type) and issubclass(option, str) and option is not str


def _is_leaf(value: Any, hint: Any) -> bool:
    if hint is Any:
        return True
    wanted = _LEAVES.get(hint)
    if wanted is None or (isinstance(value, bool) and hint is not bool):
        return False
    return isinstance(value, wanted)


def _kind(value: Any) -> str:
    return {dict: "object", list: "array", str: "string"}.get(
        type(value), type(value).__name__
    )


def _name(hint: Any) -> str:
    return getattr(hint, "__name__", None) or str(hint)
