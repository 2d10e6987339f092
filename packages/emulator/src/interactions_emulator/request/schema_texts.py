"""Finds the JSON schemas and templates that a text shows.

Prompts that ask for JSON often spell out its form, as a schema or as an object whose
values are names of types.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from interactions_emulator.base.payloads import JsonObject, is_list, is_object

_TYPES: Mapping[str, str] = {
    "string": "string",
    "str": "string",
    "boolean": "boolean",
    "bool": "boolean",
    "integer": "integer",
    "int": "integer",
    "number": "number",
    "float": "number",
}
_TYPE = re.compile(rf"(?:{'|'.join(_TYPES)})\b", re.IGNORECASE)
_BARE = re.compile(
    rf"(?<=[:\[,])(\s*)((?:{'|'.join(_TYPES)})\b(?:\s*\([^)\n]*\))?[^,\n}}\]]*)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"\\.|[\"{}]")
_SCANNED_CHARS = 100_000


def schema_in(text: str) -> JsonObject | None:
    """Return the last schema that the text shows, or the one its template means."""
    schemas = [schema for _, _, schema in _shown(text)]
    return schemas[-1] if schemas else None


def without_schemas(text: str) -> str:
    """Return the text without the schemas and templates, whose words are no values."""
    kept: list[str] = []
    at = 0
    for start, end, _ in _shown(text):
        kept.append(text[at:start])
        at = end
    return " ".join([*kept, text[at:]]).replace("```", " ")


def _shown(text: str) -> Iterator[tuple[int, int, JsonObject]]:
    """Yield where a schema starts and ends, and the schema."""
    for start, end in _blocks(text[:_SCANNED_CHARS]):
        block = _parse(text[start:end])
        schema = None if block is None else _schema_of(block)
        if schema is not None:
            yield start, end, schema


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield the outermost pairs of braces, those inside of strings left aside."""
    depth, start, quoted = 0, 0, False
    for found in _SIGNS.finditer(text):
        sign = found[0]
        if sign == '"':
            quoted = not quoted and depth > 0
        elif sign == "{" and not quoted:
            start = start if depth else found.start()
            depth += 1
        elif sign == "}" and not quoted and depth:
            depth -= 1
            if not depth:
                yield start, found.end()


def _parse(block: str) -> JsonObject | None:
    for written in (block, _BARE.sub(_quoted, block)):
        try:
            value = json.loads(written)
        except (ValueError, RecursionError):
            continue
        return value if is_object(value) else None
    return None


def _quoted(bare: re.Match[str]) -> str:
    return bare[1] + json.dumps(bare[2].strip())


def _schema_of(block: JsonObject) -> JsonObject | None:
    if is_object(block.get("properties")):
        return block
    nested = [block.get("schema"), block.get("json_schema")]
    for inner in nested:
        if is_object(inner) and (found := _schema_of(inner)):
            return found
    return _from_template(block) if block and _is_template(block) else None


def _is_template(value: object) -> bool:
    """Whether every value is the name of a type."""
    if is_object(value):
        return all(map(_is_template, value.values()))
    if is_list(value):
        return all(map(_is_template, value))
    return isinstance(value, str) and _TYPE.match(value.strip()) is not None


def _from_template(value: Any) -> JsonObject:  # noqa: ANN401  any JSON
    if is_object(value):
        properties = {name: _from_template(one) for name, one in value.items()}
        return {"type": "object", "properties": properties, "required": list(value)}
    if is_list(value):
        return {"type": "array", "items": _from_template(value[0] if value else "str")}
    found = _TYPE.match(value.strip())
    return {"type": _TYPES[found[0].lower()] if found else "string"}
