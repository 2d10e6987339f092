"""Structured answers obey their schema."""

import json
import re
from typing import Any

import pytest

from interactions_emulator.answering.arguments import TextValues, fill

TEXT = 'Ada Lovelace, 36, wrote 7 notes in "London" and likes green.'
NODE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
        "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
    },
    "required": ["name", "children", "next"],
}


def obj(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


SCHEMAS = [
    pytest.param(obj(a=obj(b=obj(c={"type": "integer"}))), id="nested"),
    pytest.param(obj(n={"type": "integer", "minimum": 40, "maximum": 50}), id="range"),
    pytest.param(
        obj(n={"type": "integer", "exclusiveMinimum": 4, "exclusiveMaximum": 6}),
        id="exclusive",
    ),
    pytest.param(obj(n={"type": "integer", "multipleOf": 5}), id="multiple"),
    pytest.param(obj(n={"type": "number", "maximum": 0.5}), id="number"),
    pytest.param(obj(s={"type": "string", "minLength": 30}), id="long"),
    pytest.param(obj(s={"type": "string", "maxLength": 2}), id="short"),
    pytest.param(obj(s={"const": 5}), id="const"),
    pytest.param(obj(s={"enum": ["red", "green"]}), id="enum"),
    pytest.param(obj(s={"type": ["null", "string"]}), id="nullable"),
    pytest.param(
        obj(a={"type": "array", "items": {"type": "integer"}, "minItems": 5}),
        id="items",
    ),
    pytest.param(
        obj(a={"type": "array", "items": obj(x={"type": "string"}), "minItems": 3}),
        id="objects",
    ),
    pytest.param(
        obj(a={"type": "array", "items": {"type": "string"}, "maxItems": 1}), id="few"
    ),
    pytest.param(
        obj(
            a={
                "type": "array",
                "items": {"enum": ["a", "b", "c"]},
                "minItems": 3,
                "uniqueItems": True,
            }
        ),
        id="unique",
    ),
    pytest.param(
        obj(u={"anyOf": [obj(k={"const": "x"}), {"type": "string"}]}), id="any"
    ),
    pytest.param(
        obj(u={"allOf": [obj(a={"type": "string"}), obj(b={"type": "boolean"})]}),
        id="all",
    ),
    pytest.param({"$defs": {"node": NODE}, **NODE}, id="recursive"),
    pytest.param({"$ref": "#/$defs/node", "$defs": {"node": NODE}}, id="root-ref"),
    *[
        pytest.param(obj(s={"type": "string", "format": form}), id=form)
        for form in ("date", "date-time", "time", "email", "uri", "uuid", "ipv4")
    ],
]


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("text", [TEXT, ""], ids=["text", "nothing"])
def test_the_filled_value_obeys_its_schema(schema: dict[str, Any], text: str) -> None:
    value = fill(schema, TextValues(text))

    assert violations(value, schema, schema) == []


def test_a_tuple_is_refused_as_recorded(http: Any) -> None:
    """API: `Invalid JSON payload` for `items` as a list (vercel/ai)."""
    schema = obj(pair={"type": "array", "items": [{"type": "string"}]})
    wanted = {"type": "text", "mime_type": "application/json", "schema": schema}

    status, message = http.refused("Hi.", response_format=wanted)

    assert (status, message) == (
        400,
        "Invalid JSON payload: syntax error in request body.",
    )


def test_a_property_may_be_called_items(http: Any, answer_text: Any) -> None:
    schema = obj(items={"type": "array", "items": {"type": "string"}})
    wanted = {"type": "text", "mime_type": "application/json", "schema": schema}

    made = http.made("Buy 'milk' and 'tea'.", response_format=wanted)

    assert json.loads(answer_text(made)) == {"items": ["milk", "tea"]}


def violations(value: Any, schema: Any, root: Any, at: str = "$") -> list[str]:
    """Check the keywords that this file uses; a second reading of JSON Schema."""
    while "$ref" in schema:
        found = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    problems = [*_unions(value, schema, root, at), *_scalar(value, schema, at)]
    if isinstance(value, dict):
        missing = [n for n in schema.get("required", []) if n not in value]
        problems += [f"{at} lacks {missing}"] if missing else []
        for name, item in value.items():
            inner = schema.get("properties", {}).get(name)
            problems += violations(item, inner, root, f"{at}.{name}") if inner else []
    if isinstance(value, list):
        low, high = schema.get("minItems", 0), schema.get("maxItems", 10**6)
        problems += [] if low <= len(value) <= high else [f"{at} has {len(value)}"]
        if schema.get("uniqueItems") and len({json.dumps(v) for v in value}) < len(
            value
        ):
            problems.append(f"{at} repeats itself")
        for item in value:
            problems += violations(item, schema.get("items", {}), root, f"{at}[]")
    return problems


def _unions(value: Any, schema: Any, root: Any, at: str) -> list[str]:
    problems = []
    if "anyOf" in schema and all(
        violations(value, one, root, at) for one in schema["anyOf"]
    ):
        problems.append(f"{at} fits no branch")
    for one in schema.get("allOf", []):
        problems += violations(value, one, root, at)
    return problems


TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*",
    "time": r"\d\d:\d\d:\d\d.*",
    "email": r".+@.+\..+",
    "uri": r"[a-z]+:.+",
    "uuid": r"[0-9a-f-]{36}",
    "ipv4": r"\d+\.\d+\.\d+\.\d+",
}


def _scalar(value: Any, schema: Any, at: str) -> list[str]:
    kinds = schema.get("type", list(TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    checks = {
        "type": isinstance(value, tuple(t for k in kinds for t in _types(k))),
        "const": value == schema.get("const", value),
        "enum": value in schema.get("enum", [value]),
    }
    if isinstance(value, str):
        checks["minLength"] = len(value) >= schema.get("minLength", 0)
        checks["maxLength"] = len(value) <= schema.get("maxLength", 10**6)
        pattern = FORMATS.get(schema.get("format", ""), ".*")
        checks["format"] = re.fullmatch(pattern, value, re.DOTALL) is not None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        checks["minimum"] = value >= schema.get("minimum", value)
        checks["maximum"] = value <= schema.get("maximum", value)
        checks["exclusiveMinimum"] = value > schema.get("exclusiveMinimum", value - 1)
        checks["exclusiveMaximum"] = value < schema.get("exclusiveMaximum", value + 1)
        checks["multipleOf"] = value % schema.get("multipleOf", 1) == 0 or (
            "multipleOf" not in schema
        )
    return [f"{at} breaks {name}: {value!r}" for name, met in checks.items() if not met]


def _types(kind: str) -> tuple[Any, ...]:
    found = TYPES[kind]
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"allOf": [{"properties": 5, "required": 5}, 7]},
        obj(n={"type": "integer", "multipleOf": 1e-300, "minimum": 1e300}),
        obj(n={"type": "integer", "minimum": "a", "maximum": []}),
        obj(a={"type": "array", "uniqueItems": True, "minItems": 1000, "enum": {}}),
        obj(s={"type": "string", "format": 5, "minLength": "x", "maxLength": {}}),
        {"anyOf": [5, None], "$ref": "#/a/b"},
    ],
)
def test_an_odd_schema_gets_some_answer(http: Any, schema: dict[str, Any]) -> None:
    wanted = {"type": "text", "mime_type": "application/json", "schema": schema}

    made = http.made(TEXT, response_format=wanted)

    assert made["status"] == "completed"
