"""Functions with names that a model refuses: short on the wire, their own elsewhere."""

from typing import Any

import pytest

from interactions_core.canonical import Json
from interactions_core.protocol.functions import short_name
from interactions_core.records.turn import Reply, Turn
from interactions_core.transcript.steps import Step, function_call, function_result
from interactions_core.transcript.streaming import CallStarted
from interactions_emulator import Emulator
from tests.contract.asking import Asker, make_turn, text_of

LONG = f"mcp_files_{'read_a_file_of_the_project_' * 3}now"
SHORT = short_name(LONG)
TOO_LONG = (
    "tools[0].name: [FIELD_INVALID] Invalid function name. Must start with a letter or "
    "an underscore. Must be a-z, A-Z, 0-9, or contain underscores (_), dots (.), colons "
    "(:), or dashes (-), with a maximum length of 64."
)
CHOICE: Json = {"allowed_tools": {"mode": "any", "tools": [LONG]}}
PARAMETERS: Json = {"type": "object", "properties": {}}


def turn_of(*steps: Step | str, choice: Json = None, **options: Any) -> Turn:
    tool: Json = {"type": "function", "name": LONG, "parameters": PARAMETERS}
    settings: dict[str, Json] = {"tools": [tool]}
    if choice is not None:
        settings["generation_config"] = {"tool_choice": choice}
    return make_turn(steps, settings=settings, **options)


def bodies(emulator: Emulator) -> list[dict[str, Any]]:
    return [r["body"] for r in emulator.requests() if r["method"] == "POST"]


def call_in(reply: Reply) -> dict[str, Any]:
    [found] = [step for step in reply.steps if step.get("type") == "function_call"]
    return dict(found)


def refuse(emulator: Emulator) -> None:
    emulator.fault(do={"status": 400, "message": TOO_LONG})


@pytest.mark.parametrize("background", [False, True])
def test_a_name_that_is_refused_is_short_on_the_wire_and_its_own_in_the_answer(
    asker: Asker, emulator: Emulator, *, background: bool
) -> None:
    refuse(emulator)

    reply = asker.take(turn_of("read", choice=CHOICE, background=background))

    [refused, answered] = bodies(emulator)
    assert len(SHORT) == 64
    assert refused["tools"][0]["name"] == LONG
    assert answered["tools"][0]["name"] == SHORT
    config = answered["generation_config"]
    assert config["tool_choice"] == {"allowed_tools": {"mode": "any", "tools": [SHORT]}}
    assert call_in(reply)["name"] == LONG
    started = [one.name for one in asker.shown if isinstance(one, CallStarted)]
    assert started == [LONG] * len(started)
    assert len(started) == ("stream" in asker.way)


def test_the_next_turn_is_one_create_that_is_chained_and_answers_the_short_name(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator)
    call = call_in(asker.take(turn_of("read", choice=CHOICE)))
    steps = (
        "read",
        function_call(call["id"], LONG, call["arguments"]),
        function_result(call["id"], LONG, "the content"),
    )
    sent = len(bodies(emulator))

    reply = asker.take(turn_of(*steps))

    [body] = bodies(emulator)[sent:]
    assert reply.reason == "continue"
    assert body["tools"][0]["name"] == SHORT
    assert [step["name"] for step in body["input"]] == [SHORT]
    assert "the content" in text_of(reply)


def test_a_replay_calls_the_function_by_its_short_name_throughout(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator)
    first = asker.take(turn_of("read", choice=CHOICE))
    call = call_in(first)
    steps = (
        "read",
        function_call(call["id"], LONG, call["arguments"]),
        function_result(call["id"], LONG, "the content"),
    )
    asker.delete(first)

    reply = asker.take(turn_of(*steps))

    body = bodies(emulator)[-1]
    assert reply.reason == "expired"
    names = [step["name"] for step in body["input"] if "name" in step]
    assert names == [SHORT, SHORT]


def test_no_warning_is_left_where_the_name_is_short_on_the_wire(
    asker: Asker, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(emulator)
    asker.take(turn_of("read"))
    caplog.clear()

    asker.take(turn_of("read again"))

    assert not [said for said in caplog.messages if "characters" in said]
