"""The forms of a request: what each change does, and which of them a text suggests."""

from typing import Any

import pytest

from interactions_core.canonical import Json
from interactions_core.exceptions import InvalidRequestError
from interactions_core.protocol.refusals import refusal
from interactions_core.requests.refusal_texts import Form, read_forms
from interactions_core.requests.schemas import keywords_of, strip_bounds, strip_keywords
from interactions_core.requests.settings import optional_field, reshape_settings
from tests.core.session import Session, call, model, result, user

Q = user("q")
INTEGER: Json = {"type": "integer"}
BOUNDED: Json = {"type": "integer", "minimum": 1}
UNBOUNDED: Json = {"type": "integer", "description": "(at least 1)"}
SETTINGS: dict[str, Json] = {
    "response_format": {"type": "text", "schema": BOUNDED},
    "tools": [
        {"type": "function", "name": "f", "parameters": {"title": "F"}},
        {"type": "google_search"},
    ],
    "generation_config": {"temperature": 0.5},
    "labels": {"a": "b"},
}
TEMPERATURE = "generation_config.temperature"
INVALID = refusal(400, {"message": "Invalid input received"})
SCHEMAS: tuple[Form, ...] = (
    ("bounds:response_format", "bounds:tools"),
    ("keywords:response_format", "keywords:tools"),
)
PLAIN: Form = ("plain",)
LISTS: tuple[Form, ...] = (("sorted", "named"), ("opened",), PLAIN)


@pytest.mark.parametrize(
    ("schema", "plainer"),
    [
        pytest.param(BOUNDED, UNBOUNDED, id="itself"),
        pytest.param(
            {"properties": {"minimum": BOUNDED}, "required": ["minimum"]},
            {"properties": {"minimum": UNBOUNDED}, "required": ["minimum"]},
            id="property with the name of a keyword",
        ),
        pytest.param(
            {"prefixItems": [BOUNDED, True], "minItems": 2, "maxItems": 2},
            {
                "prefixItems": [UNBOUNDED, True],
                "description": "(at least 2 items, at most 2 items)",
            },
            id="tuple",
        ),
        pytest.param(
            {"items": [BOUNDED], "additionalItems": BOUNDED, "uniqueItems": True},
            {
                "items": [UNBOUNDED],
                "additionalItems": UNBOUNDED,
                "description": "(no item twice)",
            },
            id="tuple of the older draft",
        ),
        pytest.param(
            {"anyOf": [{"items": BOUNDED}, {"not": BOUNDED}], "$defs": {"a": BOUNDED}},
            {
                "anyOf": [{"items": UNBOUNDED}, {"not": UNBOUNDED}],
                "$defs": {"a": UNBOUNDED},
            },
            id="below",
        ),
        pytest.param(
            {"default": {"minimum": 1}, "enum": [{"pattern": "a"}], "const": 1},
            {"default": {"minimum": 1}, "enum": [{"pattern": "a"}], "const": 1},
            id="values that look like schemas",
        ),
        pytest.param(
            {"description": "A word.", "pattern": "^a+$", "uniqueItems": False},
            {"description": "A word. (matching the regular expression ^a+$)"},
            id="described",
        ),
        pytest.param(
            {"minimum": 0, "exclusiveMinimum": True, "exclusiveMaximum": False},
            {"description": "(at least 0)"},
            id="older draft",
        ),
        pytest.param({"$ref": "a", "minimum": 0}, {"$ref": "a"}, id="reference"),
        pytest.param(True, True, id="no object"),
    ],
)
def test_bounds_are_stripped_wherever_there_is_a_schema(
    schema: Json, plainer: Json
) -> None:
    assert strip_bounds(schema) == plainer
    assert strip_bounds(plainer) == plainer


@pytest.mark.parametrize(
    ("schema", "plainer"),
    [
        pytest.param(
            {"title": "A", "default": 1, "properties": {"title": {"title": "T"}}},
            {"properties": {"title": {}}},
            id="remarks",
        ),
        pytest.param(
            {
                "oneOf": [
                    {"const": "cat", "type": "string", "examples": ["cat"]},
                    {"const": 3, "type": "integer"},
                    {"const": True, "type": "boolean"},
                    {"const": None, "type": "null"},
                ],
                "discriminator": {"propertyName": "kind"},
            },
            {
                "oneOf": [
                    {"enum": ["cat"], "type": "string"},
                    {"enum": [3], "type": "integer"},
                    {"type": "boolean"},
                    {"type": "null"},
                ]
            },
            id="constants",
        ),
        pytest.param(
            {"$ref": "#/$defs/a", "$defs": {"a": INTEGER}},
            {"type": "integer", "$defs": {"a": INTEGER}},
            id="beside definitions",
        ),
        pytest.param(
            {"items": {"$ref": "#/$defs/a", "default": 1}, "$defs": {"a": INTEGER}},
            {"items": {"$ref": "#/$defs/a"}, "$defs": {"a": INTEGER}},
            id="beside a default, which goes",
        ),
        pytest.param(
            {
                "items": {"$ref": "#/$defs/a~1b", "description": "mine"},
                "$defs": {"a/b": {"type": "integer", "description": "its own"}},
            },
            {
                "items": {"type": "integer", "description": "mine"},
                "$defs": {"a/b": {"type": "integer", "description": "its own"}},
            },
            id="what stands beside it wins",
        ),
        pytest.param(
            {"items": {"$ref": "https://elsewhere", "description": "d"}},
            {"items": {"$ref": "https://elsewhere"}},
            id="elsewhere",
        ),
        pytest.param(
            {"items": {"$ref": "#/$defs/none/at/all", "description": "d"}},
            {"items": {"$ref": "#/$defs/none/at/all"}},
            id="nowhere",
        ),
    ],
)
def test_titles_defaults_and_qualified_references_are_taken_away(
    schema: Json, plainer: Json
) -> None:
    assert strip_keywords(schema) == plainer
    assert keywords_of(plainer) == frozenset()


def test_a_reference_that_leads_to_itself_ends() -> None:
    again = {"$ref": "#/$defs/tree", "description": "d"}
    tree: Json = {"type": "object", "properties": {"left": again, "right": again}}

    plainer: Any = strip_keywords({**again, "$defs": {"tree": tree}})

    assert plainer["properties"]["left"] == {"$ref": "#/$defs/tree"}
    assert keywords_of(plainer) == frozenset()


def test_references_that_double_at_each_level_end() -> None:
    """Ours: forty levels of two would be more than any machine can hold."""
    defs: dict[str, Json] = {"d40": INTEGER}
    for level in range(40):
        below = {"$ref": f"#/$defs/d{level + 1}", "description": "d"}
        defs[f"d{level}"] = {"properties": {"a": below, "b": below}}

    plainer = strip_keywords({"$ref": "#/$defs/d0", "description": "d", "$defs": defs})

    assert keywords_of(plainer) == frozenset()


@pytest.mark.parametrize(
    ("message", "forms"),
    [
        (
            "Request contains an invalid argument.",
            (*SCHEMAS, ("sorted", "named", "opened", "filled"), PLAIN),
        ),
        ("Please ensure that function call turn comes immediately after", LISTS),
        ("Please ensure that the number of function response parts is", LISTS),
        ("Missing call_id in content of type function_result.", LISTS),
        ("The request must start with a user turn.", (("opened",), PLAIN)),
        ("Invalid input received", (("named",), ("sorted", "opened"), PLAIN)),
        ("Corrupted thought signature.", (PLAIN,)),
        ("Request has empty input.", (("filled",), PLAIN)),
        ("Unknown parameter 'temperature'.", (("without:" + TEMPERATURE,),)),
        ("Unknown parameter 'labels' at 'body'.", (("without:labels",),)),
        ("Unknown parameter 'x'.", ()),
        ("Unknown parameter 'signature' at 'input[3]'.", (PLAIN,)),
        (
            "Unknown name \"title\" at 'tools[0]': Cannot find field.",
            (("keywords:tools",),),
        ),
        (
            "The keyword 'minimum' is not supported.",
            (("bounds:response_format",), ("keywords:response_format",)),
        ),
        ("Provide a 'agent', or 'model' parameter.", ()),
        ("The legacy Interactions API schema is no longer supported.", ()),
    ],
)
def test_a_text_suggests_forms(message: str, forms: tuple[Form, ...]) -> None:
    assert read_forms(message, SETTINGS) == forms


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("temperature", TEMPERATURE),
        (TEMPERATURE, TEMPERATURE),
        ("labels", "labels"),
        ("top_p", ""),
        ("response_format", ""),
        ("generation_config", ""),
    ],
)
def test_only_what_is_set_and_optional_may_be_left_out(name: str, path: str) -> None:
    assert optional_field(SETTINGS, name) == path


def test_a_group_of_fields_goes_with_its_last_one() -> None:
    shaped = reshape_settings(SETTINGS, [f"without:{TEMPERATURE}"])

    assert shaped.keys() == SETTINGS.keys() - {"generation_config"}


def test_results_are_named_after_the_calls_of_their_parent() -> None:
    """Beside a parent that the caller named, the list need not hold the call."""
    session = Session()
    session.ask([Q], [call("c1").wire])

    session.ask([result("c1", name="")], previous_interaction_id="i1")

    assert [body["input"][0]["name"] for body in session.bodies] == ["weather"]


def test_a_form_that_names_nothing_is_text_alone() -> None:
    session = Session()

    asked = session.ask([Q, call("c1"), result("c1")], INVALID, [model("a").wire])

    assert asked.reply.recovered == ("plain",)


def test_a_refusal_of_what_was_said_is_never_sent_in_another_form() -> None:
    session = Session()
    blocked = refusal(400, {"message": "invalid argument", "code": "content_blocked"})

    with pytest.raises(InvalidRequestError):
        session.ask([Q, call("c1"), result("c1")], blocked)

    assert len(session.bodies) == 1
