"""A call of a graph as a question: what of it must be equal, and what may differ.

Pure. It decides what counts as the same question; never what is sent.
"""

from collections.abc import Mapping
from typing import Final, cast

from interactions_core.canonical import Json, JsonObject, canonical_hash
from interactions_core.records.questions import Question, words_of
from interactions_core.records.turn import Turn

ADOPTABLE: Final = frozenset({"labels", "service_tier"})
"""Fields of a body that an answer may differ in, beside the generation config."""

_ASKED: Final = (
    "system_instruction",
    "tools",
    "response_format",
    "agent_config",
    "environment",
)
"""Fields of a body that are part of the question."""

_WORDS: Final = ("title", "description")
"""Keywords of JSON Schema that say something and hold to nothing."""

_FUNCTION_WORDS: Final = ("description", "short_description")

_BY_NAME: Final = frozenset(
    {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"}
)
"""Keywords whose value holds schemas by names, which are nobody's titles."""

_SCHEMAS: Final = frozenset(
    {"items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"}
    | {"additionalProperties", "unevaluatedProperties", "propertyNames"}
    | {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "contentSchema"}
)
"""Keywords whose value is a schema or a list of them; the others' are data."""

_MARK_BYTES: Final = 4
"""Of the hash of one part of a call. Enough to name what differs, which decides
nothing, and too few to find out by trying what the part was."""


def question_of(turn: Turn) -> Question:
    """Return the question of a turn, as the first call of a run without a name."""
    generation = cast("JsonObject", turn.settings.get("generation_config") or {})
    asked = _asked_parts(turn, generation)
    others = turn.settings.keys() - {*_ASKED, "generation_config"} - ADOPTABLE
    fixed = {name: turn.settings[name] for name in others}
    may_differ: dict[str, Json] = {
        **{name: value for name, value in generation.items() if name != "tool_choice"},
        **{name: turn.settings[name] for name in ADOPTABLE & turn.settings.keys()},
        words_of("tools"): _tools(turn),
        words_of("response_format"): turn.settings.get("response_format"),
    }
    list_digest = turn.transcript.request_digest
    return Question(
        run="",
        digest=canonical_hash([list_digest.hex(), asked]),
        number=0,
        list_digest=list_digest,
        list_number=0,
        fixed=canonical_hash(fixed),
        marks={
            name: _mark(list_digest, name, value)
            for name, value in {**asked, **fixed, **may_differ}.items()
            if value is not None
        },
    )


def without_words(schema: Json) -> Json:
    """Return a JSON schema without its titles and descriptions.

    Properties that are called so stay, and so does whatever is no schema, such as the
    value of `default`, `enum` or `const`.
    """
    if isinstance(schema, list | tuple):
        return [without_words(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        keyword: _without_words_in(keyword, value)
        for keyword, value in schema.items()
        if keyword not in _WORDS or not isinstance(value, str)
    }


def _without_words_in(keyword: str, value: Json) -> Json:
    if keyword in _SCHEMAS:
        return without_words(value)
    if keyword in _BY_NAME and isinstance(value, Mapping):
        return {name: without_words(schema) for name, schema in value.items()}
    return value


def _asked_parts(turn: Turn, generation: JsonObject) -> dict[str, Json]:
    kind, name = turn.target
    answered = turn.settings.get("response_format")
    formats = answered if isinstance(answered, list | tuple) else [answered]
    return {
        kind: name,
        **{part: turn.settings.get(part) for part in _ASKED},
        "tools": [_bare_tool(tool) for tool in _tools(turn)],
        "tool_choice": generation.get("tool_choice"),
        "response_format": [_bare_format(each) for each in formats if each],
        "previous_interaction_id": turn.previous_interaction_id,
    }


def _tools(turn: Turn) -> list[JsonObject]:
    """Return all tools, those included that are asked separately."""
    declared = cast("list[JsonObject]", turn.settings.get("tools") or [])
    return [*declared, *turn.built_in]


def _bare_tool(tool: JsonObject) -> JsonObject:
    if tool.get("type") != "function":
        return tool
    kept = {key: tool[key] for key in tool if key not in _FUNCTION_WORDS}
    return {**kept, "parameters": without_words(tool.get("parameters"))}


def _bare_format(written: Json) -> Json:
    if not isinstance(written, Mapping) or "schema" not in written:
        return written
    return {**written, "schema": without_words(written["schema"])}


def _mark(list_digest: bytes, name: str, value: Json) -> str:
    whole = canonical_hash([list_digest.hex(), name, value])
    return whole[:_MARK_BYTES].hex()
