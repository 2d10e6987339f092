"""The JSON that commands print, held against the schemas that are published."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import interactions_core.cli

FOLDER = Path(interactions_core.cli.__file__).parent / "schemas"


def published(name: str) -> dict[str, Any]:
    """Return a schema as it is published."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def check(name: str, found: object) -> None:
    """Hold an object against a schema, and find keys of which that does not tell."""
    schema = _closed(published(name))
    Draft202012Validator(schema).validate(found)


def _closed(schema: Any) -> Any:
    """Allow no keys but those that are named, where any are."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    is_object = "properties" in schema and "type" in schema
    return closed | ({"additionalProperties": False} if is_object else {})
