"""Each text with which the service refuses: what is sent after it, and the next time.

The texts are those of the guide to the service. A row says how many creates a call
takes that is refused once, and one that is refused again and again; what is changed,
and whether the next call of the kind begins with the change.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from interactions_core.canonical import Json
from interactions_core.exceptions import RequestError
from interactions_core.records.turn import Turn
from interactions_core.transcript.steps import Step, function_call, function_result
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import MODEL, Asker, Chat, make_turn, said
from tests.contract.conftest import Connect
from tests.docs.service_texts import REFUSALS

OLD_S = 120.0
"""Older than an id that may merely be too new for the server."""

OPAQUE = "Request contains an invalid argument."
NUMBER = (
    "Please ensure that the number of function response parts is equal to the number "
    "of function call parts of the function call turn."
)
CHAIN = (
    "Please ensure that function response turn comes immediately after a function call "
    "turn. Got function response with name 'fetch'."
)
ANTIGRAVITY = ("agent", "antigravity-preview-09-2026")
RESEARCH = ("agent", "deep-research-preview-04-2026")
SCHEMA: Json = {"type": "integer", "title": "N", "minimum": 1}
FORMAT: dict[str, Json] = {
    "response_format": {
        "type": "text",
        "mime_type": "application/json",
        "schema": SCHEMA,
    }
}
TOOLS: dict[str, Json] = {
    "tools": [{"type": "function", "name": "f", "parameters": SCHEMA}]
}
WARM: dict[str, Json] = {"generation_config": {"temperature": 0.5}}
CALLS = (function_call("c1", "weather", {}), function_call("c2", "time", {}))
RESULTS = (
    function_result("c1", "weather", "sunny"),
    function_result("c2", "time", "noon"),
)
NAMELESS = function_result("c1", "", "sunny")

Make = Callable[[str], Turn]


def ask(settings: dict[str, Json] | None = None, *steps: Step, **options: Any) -> Make:
    """Write a turn that ends with some words."""

    def make(words: str) -> Turn:
        whole = ["hello", *steps, words] if steps else [words]
        turn = make_turn(whole, settings=settings or {})
        return replace(turn, **options)

    return make


class Row(NamedTuple):
    text: str
    make: Make
    once: int
    """Creates of a call that is refused once."""
    always: int
    """Creates of a call that is refused for ever."""
    form: tuple[str, ...] = ()
    """What is changed after one refusal; "" if the error is the caller's."""
    remembered: bool = False
    """Whether the next call begins with the change."""
    code: str | None = None
    status: int = 400


def row(id_: str, *fields: Any, **more: Any) -> Any:
    return pytest.param(Row(*fields, **more), id=id_)


REPLAYED = ask(None, *CALLS, *RESULTS)
PERMUTED = ask(None, *CALLS, *reversed(RESULTS))
SILENT = ask(None, said(""))

ROWS = [
    row(
        "schema",
        OPAQUE,
        ask(FORMAT),
        2,
        3,
        ("bounds:response_format",),
        remembered=True,
    ),
    row("tool", OPAQUE, ask(TOOLS), 2, 3, ("bounds:tools",), remembered=True),
    row("replay", OPAQUE, REPLAYED, 2, 2, ("plain",)),
    row(
        "states",
        "The specified schema produces a constraint that has too many states for "
        "serving. Typical causes of this error are schemas with lots of text.",
        ask(FORMAT),
        *(2, 3, ("bounds:response_format",), True),
    ),
    row(
        "built-in tool",
        "Please enable tool_config.include_server_side_tool_invocations to use "
        "Built-in tools with Function calling.",
        ask({"tools": [*TOOLS["tools"], {"type": "google_search"}]}),
        *(1, 1),
    ),
    row(
        "format beside functions",
        "Function calling with a response mime type: 'application/json' is unsupported",
        ask(FORMAT | TOOLS),
        *(1, 1),
    ),
    row(
        "temperature",
        "Unknown parameter 'temperature' at 'generation_config'.",
        ask(WARM),
        *(2, 2, ("without:generation_config.temperature",), True),
    ),
    row(
        "temperature in the other words",
        'Invalid JSON payload received. Unknown name "temperature" at '
        "'generation_config': Cannot find field.",
        ask(WARM),
        *(2, 2, ("without:generation_config.temperature",), True),
    ),
    row(
        "level",
        "'minimal' is not a supported thinking level for this model. Allowed values "
        "are: low, high.",
        ask({"generation_config": {"thinking_level": "minimal"}}),
        *(1, 1),
    ),
    row(
        "computer use",
        "This model requires the use of the Computer Use tool.",
        ask(FORMAT),
        *(1, 1),
    ),
    row(
        "legacy",
        "The legacy Interactions API schema is no longer supported. Please upgrade "
        "your google-genai Python SDK to version >= 2.0.0",
        ask(FORMAT),
        *(1, 1),
    ),
    row(
        "model",
        "Model 'gemini-3.9' not found. Did you mean 'gemini-3.8-flash'?",
        ask(FORMAT),
        *(1, 1),
        status=404,
        code="model_not_found",
    ),
    row("input", "Invalid input received", REPLAYED, 2, 2, ("plain",)),
    row(
        "empty", "Request has empty input.", SILENT, 2, 2, ("filled",), remembered=True
    ),
    *(
        row(f"signature {n}", said, REPLAYED, 2, 2, ("plain",))
        for n, said in enumerate(
            (
                "Corrupted thought signature.",
                "Invalid thought signature.",
                "Function call is missing a thought_signature in functionCall parts.",
            )
        )
    ),
    row("number of results", NUMBER, REPLAYED, 2, 2, ("plain",)),
    row("order of results", NUMBER, PERMUTED, 2, 3, ("sorted",), remembered=True),
    row(
        "background",
        f"Model '{MODEL}' does not support background interactions.",
        ask(background=True),
        *(1, 1),
    ),
    row(
        "background of an agent",
        "The agent does not support using background=True",
        ask({"environment": {"type": "remote"}}, target=ANTIGRAVITY, background=True),
        *(1, 1),
    ),
    *(
        row(
            f"background if it may be, {n}",
            said,
            ask(background=True, foreground_ok=True),
            *(2, 2, ("foreground",), True),
        )
        for n, said in enumerate(
            (
                f"Model '{MODEL}' does not support background interactions.",
                f"Model '{MODEL}' does not support using background=True.",
            )
        )
    ),
    row(
        "background of an agent that has it by itself",
        "The agent does not support using background=True",
        ask(
            {"environment": {"type": "remote"}},
            target=ANTIGRAVITY,
            background=True,
            foreground_ok=True,
        ),
        *(2, 2, ("foreground",), True),
    ),
    row(
        "instruction of deep research",
        OPAQUE,
        ask({"system_instruction": "Be brief."}, target=RESEARCH, background=True),
        *(1, 1),
    ),
]


@pytest.fixture
def emulator(clock: Clock) -> Any:
    with Emulator(clock=clock, job_s=0) as running:
        yield running


@pytest.fixture(params=["unary", "async stream"])
def asker(request: pytest.FixtureRequest, connect: Connect) -> Asker:
    return connect(request.param)


def creates(emulator: Emulator) -> list[dict[str, Any]]:
    return [r["body"] for r in emulator.requests() if r["method"] == "POST"]


def are_different(bodies: list[dict[str, Any]]) -> bool:
    return len({json.dumps(body, sort_keys=True) for body in bodies}) == len(bodies)


def refuse(emulator: Emulator, row: Row, times: int) -> None:
    do = {"status": row.status, "message": row.text, "code": row.code}
    emulator.fault(do={key: do[key] for key in do if do[key]}, times=times)


@pytest.mark.parametrize("row", ROWS)
def test_a_refusal_is_followed_by_what_may_help_and_the_next_call_knows(
    asker: Asker, emulator: Emulator, row: Row
) -> None:
    refuse(emulator, row, 1)

    if row.once == 1:
        with pytest.raises(RequestError):
            asker.take(row.make("first"))
    else:
        assert asker.take(row.make("first")).recovered == row.form
    sent = creates(emulator)
    reply = asker.take(row.make("second"))

    assert (len(sent), are_different(sent)) == (row.once, True)
    assert len(creates(emulator)) == row.once + 1
    assert reply.recovered == (row.form if row.remembered else ())


@pytest.mark.parametrize("row", ROWS)
def test_what_is_always_refused_is_sent_in_few_forms_all_different(
    asker: Asker, emulator: Emulator, row: Row
) -> None:
    refuse(emulator, row, 99)

    with pytest.raises(RequestError) as raised:
        asker.take(row.make("first"))

    sent = creates(emulator)
    assert (len(sent), are_different(sent)) == (row.always, True)
    assert row.text in str(raised.value)
    assert asker.store.list_forms() == []


def test_every_refusal_of_a_form_in_the_guide_has_its_row() -> None:
    told = tuple(one.values[0].text for one in ROWS)
    # Refused before it is sent, about the key, or below in this file.
    others = (
        "labels",
        "Unknown parameter 'labels'",
        "Multiple auth",
        "Requests ending",
    )
    texts = [each["message"] for each in REFUSALS if each["status"] == 400]

    assert [one for one in texts if not one.startswith((*told, *others, CHAIN))] == []


def test_a_result_without_a_name_is_sent_with_that_of_its_call(
    asker: Asker, emulator: Emulator
) -> None:
    """API: reported in August 2026; a strict emulator refuses it of itself."""
    asker.take(ask(None, CALLS[0], NAMELESS)("and now?"))

    (body,) = creates(emulator)
    assert body["input"][-2] == function_result("c1", "weather", "sunny").wire


def test_a_result_without_a_name_is_named_after_the_call_of_a_named_parent(
    asker: Asker, emulator: Emulator
) -> None:
    call = {"name": "f", "arguments": {}}
    emulator.script([{"when": {"turn": 1}, "reply": {"calls": [call]}, "times": 1}])
    first = asker.take(ask(TOOLS)("hello"))
    call_id = str(first.steps[-1]["id"])

    reply = asker.ask(
        function_result(call_id, "", "sunny"),
        previous_interaction_id=first.interaction_id,
    )

    assert reply.reason == "explicit"
    assert creates(emulator)[-1]["input"] == [
        function_result(call_id, "f", "sunny").wire
    ]


def test_a_chain_that_is_refused_goes_on_from_the_words_alone(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    chat = Chat(asker)
    chat.say("hello")
    clock.advance(OLD_S)
    emulator.fault(do={"status": 400, "message": CHAIN})

    second = chat.say("again")
    third = chat.say("and again")

    sent = creates(emulator)
    assert (len(sent), are_different(sent)) == (4, True)
    assert "previous_interaction_id" not in sent[2]
    assert second.recovered == ("plain",)
    assert (third.reason, third.previous_interaction_id) == (
        "continue",
        second.interaction_id,
    )
