"""What the twenty-five creates are made of: steps, tools and schemas. Pure.

The forms are those that the adapters send; texts are the same for everybody.
"""

from collections.abc import Sequence
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.mapping.composition import BYPASS_SIGNATURE

PICTURE: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel, in base64."""

IMAGE: Final[JsonObject] = {"type": "image", "mime_type": "image/png", "data": PICTURE}
SEARCH: Final[JsonObject] = {"type": "google_search"}

WEATHER: Final[JsonObject] = {
    "type": "function",
    "name": "get_weather",
    "description": "Tell the weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
"""With no keyword that is not recorded: what is asked with it is about something else."""

WEATHER_OF_PYDANTIC: Final[JsonObject] = {
    **WEATHER,
    "parameters": {
        "title": "GetWeather",
        "type": "object",
        "properties": {
            "city": {"title": "City", "type": "string"},
            "unit": {
                "anyOf": [{"enum": ["C", "F"], "type": "string"}, {"type": "null"}],
                "default": None,
                "title": "Unit",
            },
        },
        "required": ["city"],
        "additionalProperties": False,
    },
}

LONG_NAME: Final[JsonObject] = {
    "type": "function",
    "name": "a_name_of_a_hundred_characters_".ljust(100, "x"),
    "description": "Do nothing.",
    "parameters": {"type": "object"},
}
NO_FIELDS: Final[JsonObject] = {
    "type": "function",
    "name": "do_nothing",
    "description": "Do nothing.",
    "parameters": {"type": "object", "properties": {}, "required": []},
}

PLAIN: Final[JsonObject] = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
}
BOUNDED: Final[JsonObject] = {
    "type": "object",
    "properties": {
        "word": {"type": "string", "minLength": 1, "maxLength": 40},
        "number": {"type": "integer", "minimum": 0, "maximum": 9},
        "words": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "maxItems": 3,
        },
    },
    "required": ["word", "number", "words"],
}
UNLISTED: Final[JsonObject] = {
    "$defs": {
        "Word": {
            "type": "object",
            "properties": {"text": {"type": "string", "pattern": "^[a-z]+$"}},
            "required": ["text"],
        }
    },
    "type": "object",
    "properties": {
        "word": {
            "$ref": "#/$defs/Word",
            "description": "A word.",
            "default": {"text": "a"},
        },
        "kind": {"const": "noun", "title": "Kind"},
        "number": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 9},
        # Pydantic gives it bounds; those are asked for by themselves.
        "pair": {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "integer"}],
        },
    },
    "required": ["word", "kind", "number", "pair"],
}


def user(text: str, *parts: JsonObject) -> JsonObject:
    """Say something as the user."""
    return {"type": "user_input", "content": [_text(text), *parts]}


def model(text: str) -> JsonObject:
    """Say something as the model."""
    return {"type": "model_output", "content": [_text(text)]}


def foreign_calls(*calls: tuple[str, str]) -> list[JsonObject]:
    """Write calls that no Gemini model made, by id and function."""
    thought: JsonObject = {"type": "thought", "signature": BYPASS_SIGNATURE}
    arguments: JsonObject = {"city": "Rome"}
    return [
        thought,
        *(
            {"type": "function_call", "id": id_, "name": name, "arguments": arguments}
            for id_, name in calls
        ),
    ]


def result(call_id: str, value: Json, name: str = "get_weather") -> JsonObject:
    """Answer a call; without a name where that is ""."""
    named: JsonObject = {"name": name} if name else {}
    return {"type": "function_result", "call_id": call_id, **named, "result": value}


def answering(steps: Sequence[JsonObject], *, named: bool = True) -> list[JsonObject]:
    """Answer every call among the steps of an answer."""
    return [
        result(
            str(step.get("id")),
            "12 degrees and clear",
            str(step.get("name")) if named else "",
        )
        for step in steps
        if step.get("type") == "function_call"
    ]


def answer_in(schema: JsonObject) -> JsonObject:
    """Ask for JSON of a schema."""
    return {"type": "text", "mime_type": "application/json", "schema": schema}


def _text(text: str) -> JsonObject:
    return {"type": "text", "text": text}
