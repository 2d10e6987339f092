"""What is sent after the service has refused the form of a request."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from interactions_core.canonical import Json
from interactions_core.exceptions import InvalidRequestError
from interactions_core.records.turn import Turn
from interactions_core.transcript.parts import text_part as text
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
)
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import MODEL, Asker, make_turn, said, text_of

OLD_S = 120.0
"""Older than an id that may merely be too new for the server."""

OPAQUE = "Request contains an invalid argument."
BEGINS = "Please ensure that the request begins with a user turn."
NUMBER = (
    "Please ensure that the number of function response parts is equal to the number "
    "of function call parts of the function call turn."
)
BUILT_IN = (
    "Please enable tool_config.include_server_side_tool_invocations to use Built-in "
    "tools with Function calling."
)
MIME_TYPE = (
    "Function calling with a response mime type: 'application/json' is unsupported"
)
LEGACY = "The legacy Interactions API schema is no longer supported."
UNKNOWN = "Unknown parameter 'temperature'."
UNKNOWN_AT = (
    'Invalid JSON payload received. Unknown name "temperature" at '
    "'generation_config': Cannot find field."
)

ADDRESS = {"type": "object", "properties": {"city": {"type": "string"}}}
BOUNDED: Json = {
    "type": "object",
    "title": "Person",
    "properties": {
        "title": {"type": "string", "title": "Title", "maxLength": 9},
        "age": {"type": "integer", "minimum": 0, "default": 1},
        "home": {"$ref": "#/$defs/Address", "description": "Where."},
    },
    "$defs": {"Address": ADDRESS},
}
UNBOUNDED: Json = {
    "type": "object",
    "title": "Person",
    "properties": {
        "title": {
            "type": "string",
            "title": "Title",
            "description": "(at most 9 characters)",
        },
        "age": {"type": "integer", "default": 1, "description": "(at least 0)"},
        "home": {"$ref": "#/$defs/Address", "description": "Where."},
    },
    "$defs": {"Address": ADDRESS},
}
PLAINEST: Json = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "description": "(at most 9 characters)"},
        "age": {"type": "integer", "description": "(at least 0)"},
        "home": {**ADDRESS, "description": "Where."},
    },
    "$defs": {"Address": ADDRESS},
}
CALLS = (function_call("c1", "weather", {}), function_call("c2", "time", {}))
RESULTS = (
    function_result("c1", "weather", "sunny"),
    function_result("c2", "time", "noon"),
)


def format_of(schema: Json) -> dict[str, Json]:
    whole = {"type": "text", "mime_type": "application/json", "schema": schema}
    return {"response_format": whole}


def function_of(schema: Json) -> dict[str, Json]:
    return {"tools": [{"type": "function", "name": "f", "parameters": schema}]}


def ask_for(settings: dict[str, Json], *steps: Step | str, **options: Any) -> Turn:
    return make_turn(steps or ["hello"], settings=settings, **options)


def creates(emulator: Emulator) -> list[dict[str, Any]]:
    return [r["body"] for r in emulator.requests() if r["method"] == "POST"]


def different(bodies: list[dict[str, Any]]) -> int:
    return len({json.dumps(body, sort_keys=True) for body in bodies})


def refuse(emulator: Emulator, message: str, times: int = 1) -> None:
    emulator.fault(do={"status": 400, "message": message}, times=times)


# Schemas.


@pytest.mark.parametrize(
    ("place", "name"),
    [(format_of, "response_format"), (function_of, "tools")],
)
def test_an_opaque_refusal_is_answered_without_bounds_in_schemas(
    asker: Asker,
    emulator: Emulator,
    place: Callable[[Json], dict[str, Json]],
    name: str,
) -> None:
    refuse(emulator, OPAQUE)

    reply = asker.take(ask_for(place(BOUNDED)))

    sent = creates(emulator)
    assert [body[name] for body in sent] == [
        place(BOUNDED)[name],
        place(UNBOUNDED)[name],
    ]
    assert reply.recovered == (f"bounds:{name}",)
    assert asker.store.ledger()[-1][1].recovered == reply.recovered


def test_a_second_opaque_refusal_takes_titles_defaults_and_references(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, OPAQUE, times=2)

    reply = asker.take(ask_for(format_of(BOUNDED) | function_of(BOUNDED)))

    last = creates(emulator)[-1]
    assert last | format_of(PLAINEST) | function_of(PLAINEST) == last
    assert len(creates(emulator)) == 3
    assert reply.recovered == (
        *("bounds:response_format", "bounds:tools"),
        *("keywords:response_format", "keywords:tools"),
    )


@pytest.mark.parametrize(
    "message",
    [
        "Unknown name \"maxLength\" at 'response_format.schema': Cannot find field.",
        "maxLength is not supported.",
        "The schema produces a constraint that has too many states for serving.",
    ],
)
def test_a_refusal_that_names_a_schema_changes_only_schemas(
    asker: Asker, emulator: Emulator, message: str
) -> None:
    refuse(emulator, message, times=9)

    with pytest.raises(InvalidRequestError):
        asker.take(ask_for(format_of(BOUNDED), "hello", *CALLS, *RESULTS))

    sent = creates(emulator)
    assert (len(sent), different(sent)) == (3, 3)
    assert sent[0]["input"] == sent[1]["input"] == sent[2]["input"]


def test_at_most_three_other_forms_are_tried_and_text_alone_is_the_last(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, OPAQUE, times=9)

    with pytest.raises(InvalidRequestError, match="invalid argument"):
        asker.take(ask_for(format_of(BOUNDED), "hello", *CALLS, *reversed(RESULTS)))

    sent = creates(emulator)
    assert (len(sent), different(sent)) == (4, 4)
    assert {step["type"] for step in sent[-1]["input"]} == {"user_input"}


@pytest.mark.parametrize("status", [413, 499])
def test_what_is_refused_for_another_reason_than_its_form_is_not_sent_in_another(
    asker: Asker, emulator: Emulator, status: int
) -> None:
    emulator.fault(do={"status": status, "message": OPAQUE})

    with pytest.raises(InvalidRequestError, match=str(status)):
        asker.take(ask_for(format_of(BOUNDED), "hello", *CALLS, *RESULTS))

    assert len(creates(emulator)) == 1


# Optional fields.


@pytest.mark.parametrize("message", [UNKNOWN, UNKNOWN_AT])
def test_an_optional_field_that_is_unknown_is_left_out_with_a_warning(
    asker: Asker, emulator: Emulator, caplog: pytest.LogCaptureFixture, message: str
) -> None:
    refuse(emulator, message)

    reply = asker.take(ask_for({"generation_config": {"temperature": 0.5, "seed": 1}}))

    assert creates(emulator)[-1]["generation_config"] == {"seed": 1}
    assert reply.recovered == ("without:generation_config.temperature",)
    (warned,) = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert "does not know generation_config.temperature" in warned.getMessage()


@pytest.mark.parametrize("name", ["max_output_tokens", "tool_choice", "store", "x"])
def test_a_field_that_is_needed_is_not_left_out(
    asker: Asker, emulator: Emulator, name: str
) -> None:
    refuse(emulator, f"Unknown parameter '{name}'.", times=9)
    settings: dict[str, Json] = {"generation_config": {"max_output_tokens": 9}}

    with pytest.raises(InvalidRequestError):
        asker.take(ask_for(settings, store=False))

    assert len(creates(emulator)) == 1


# The list.


def test_results_are_sorted_into_the_order_of_their_calls(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, NUMBER)

    reply = asker.take(ask_for({}, "hello", *CALLS, *reversed(RESULTS)))

    first, last = creates(emulator)
    ids = [[s["call_id"] for s in b["input"][-2:]] for b in (first, last)]
    assert ids == [["c2", "c1"], ["c1", "c2"]]
    assert reply.recovered == ("sorted",)


@pytest.mark.parametrize("message", [BEGINS, OPAQUE])
def test_a_list_that_begins_with_the_model_is_opened_with_words(
    asker: Asker, emulator: Emulator, message: str
) -> None:
    refuse(emulator, message)
    begun = model_output([text("Welcome.")])

    reply = asker.take(ask_for({}, begun, "hello"))

    assert creates(emulator)[-1]["input"] == [
        said("Continue.").wire,
        begun.wire,
        said("hello").wire,
    ]
    assert reply.recovered == ("opened",)


@pytest.mark.parametrize(
    "message",
    [
        "Corrupted thought signature.",
        "Invalid thought signature.",
        "Function call is missing a thought_signature in functionCall parts.",
        "Unknown parameter 'signature' at 'input[1]'.",
    ],
)
def test_a_refused_signature_is_answered_from_text_alone(
    asker: Asker, emulator: Emulator, message: str
) -> None:
    refuse(emulator, message)

    reply = asker.take(ask_for(format_of(BOUNDED), "hello", *CALLS, *RESULTS))

    first, last = creates(emulator)
    assert {step["type"] for step in last["input"]} == {"user_input"}
    assert first["response_format"] == last["response_format"]
    assert reply.recovered == ("plain",)


def test_a_turn_in_another_form_is_chained_on_like_any_other(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, NUMBER)
    steps = [said("hello"), *CALLS, *reversed(RESULTS)]
    first = asker.ask(*steps)

    second = asker.ask(*steps, model_output([text(text_of(first))]), "again")

    assert (second.reason, second.recovered) == ("continue", ())
    assert creates(emulator)[-1]["input"] == [said("again").wire]


def test_a_lost_parent_is_replayed_in_the_form_that_was_found(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    settings = format_of(BOUNDED)
    first = asker.take(ask_for(settings))
    clock.advance(OLD_S)
    refuse(emulator, OPAQUE)
    emulator.fault(do={"status": 404}, nth=2)
    steps = ["hello", model_output([text(text_of(first))]), "again"]

    reply = asker.take(ask_for(settings, *steps))

    assert reply.recovered == ("bounds:response_format", "expired")
    assert creates(emulator)[-1] | format_of(UNBOUNDED) == creates(emulator)[-1]


# No other form.


@pytest.mark.parametrize(
    "message",
    [
        BUILT_IN,
        MIME_TYPE,
        LEGACY,
        "The value 'ultra' is not supported for 'thinking_level'.",
        "labels parameter is not supported in Gemini API.",
        "Provide a 'agent', or 'model' parameter.",
    ],
)
def test_a_refusal_of_what_is_asked_is_the_callers(
    asker: Asker, emulator: Emulator, message: str
) -> None:
    refuse(emulator, message, times=9)

    with pytest.raises(InvalidRequestError):
        asker.take(ask_for(format_of(BOUNDED), "hello", *CALLS, *reversed(RESULTS)))

    assert len(creates(emulator)) == 1


def test_a_named_parent_is_refused_in_the_form_that_was_asked(
    asker: Asker, emulator: Emulator
) -> None:
    first = asker.ask("hello")
    refuse(emulator, OPAQUE, times=9)

    with pytest.raises(InvalidRequestError):
        asker.take(
            ask_for(format_of(BOUNDED), previous_interaction_id=first.interaction_id)
        )

    assert len(creates(emulator)) == 2


@pytest.mark.parametrize(
    "choice", ["validated", {"allowed_tools": {"mode": "validated", "tools": ["f"]}}]
)
def test_schemas_that_are_to_be_obeyed_are_sent_as_they_are(
    asker: Asker, emulator: Emulator, choice: Json
) -> None:
    refuse(emulator, OPAQUE, times=9)
    settings = function_of(BOUNDED) | {"generation_config": {"tool_choice": choice}}

    with pytest.raises(InvalidRequestError):
        asker.take(ask_for(settings))

    assert len(creates(emulator)) == 1


# In the background.


def test_a_background_run_is_begun_in_another_form(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, OPAQUE)

    reply = asker.take(ask_for(format_of(BOUNDED), background=True))

    assert creates(emulator)[-1]["response_format"]["schema"] == UNBOUNDED
    assert reply.recovered == ("bounds:response_format",)


def test_a_model_that_refuses_the_background_answers_at_once_if_it_may(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, f"Model '{MODEL}' does not support using background=True.")

    asker.take(ask_for({}, background=True, foreground_ok=True))

    assert [b.get("background", False) for b in creates(emulator)] == [True, False]


# What the error says.


def error_of(asker: Asker, turn: Turn) -> str:
    with pytest.raises(InvalidRequestError) as raised:
        asker.take(turn)
    return str(raised.value)


def test_the_error_names_what_models_are_known_to_refuse_of_the_request(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, OPAQUE, times=9)
    settings = format_of(BOUNDED) | {"generation_config": {"temperature": 0.5}}

    said = error_of(asker, ask_for(settings))

    assert said.startswith(f"HTTP 400 invalid_request: {OPAQUE} It was refused in 2 ")
    assert "(`bounds:response_format`, `keywords:response_format`)" in said
    assert "$ref, default, maxLength, minimum, title in the schemas of" in said
    assert "gemini-3.8-flash in September 2026; leave out what becomes that" in said
    assert "`temperature` (announced for models after Gemini 3.7; leave it out)" in said


def test_the_error_names_the_tools_that_do_not_go_together(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, BUILT_IN)
    functions = [{"type": "function", "name": f"f{n}" * 33} for n in range(5)]
    settings: dict[str, Json] = {"tools": [*functions, {"type": "google_search"}]}

    said = error_of(asker, ask_for(settings))

    assert "`google_search` beside functions, `f0f0" in said
    assert "and 2 more (gemini-3.6-flash and gemini-3.5-flash-lite" in said
    assert "take gemini-3.5-flash); function names of more than 64 characters" in said


def test_the_error_says_why_there_was_no_other_form(
    asker: Asker, emulator: Emulator
) -> None:
    parent = asker.ask("hello").interaction_id
    refuse(emulator, OPAQUE, times=2)
    strict = function_of(BOUNDED) | {"generation_config": {"tool_choice": "validated"}}

    named = error_of(asker, ask_for({}, previous_interaction_id=parent))
    obeyed = error_of(asker, ask_for(strict))

    assert named.endswith("sent in no other form, because its parent was named.")
    assert "no other form, because its tool choice is `validated` (`strict`)" in obeyed


def test_functions_beside_a_format_are_explained_for_older_models(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, MIME_TYPE)
    turn = ask_for(format_of({"type": "object"}) | function_of({"type": "object"}))

    said = error_of(asker, replace(turn, target=("model", "gemini-2.5-flash")))

    assert "a `response_format` beside functions (models before Gemini 3;" in said


def test_an_error_that_says_itself_what_is_wrong_is_left_as_it_is(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, "The value 'ultra' is not supported for 'thinking_level'.")

    said = error_of(asker, ask_for(format_of(BOUNDED)))

    assert said.endswith("is not supported for 'thinking_level'.")
