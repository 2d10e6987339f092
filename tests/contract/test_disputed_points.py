"""What is done where the service refuses what is disputed.

Each point is refused by the emulator itself, again and again: what is changed must
really be what is refused, and the next call of the kind must not be refused at all.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from interactions_core.canonical import Json
from interactions_core.client.connection import Connection
from interactions_core.records.turn import Turn
from interactions_core.stores import MemoryStore
from interactions_core.transcript.parts import text_part as text
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
)
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import Asker, make_turn
from tests.patience import PATIENCE_S
from tests.strictest import creates, refused

LITERAL: Json = {
    "type": "object",
    "properties": {"kind": {"const": "road", "default": "road", "type": "string"}},
}
BOUNDED: Json = {"type": "integer", "minimum": 1}
QUALIFIED: Json = {
    "type": "object",
    "properties": {"home": {"$ref": "#/$defs/Home", "description": "Today."}},
    "$defs": {"Home": {"type": "object"}},
}
CALL = function_call("c1", "weather", {})
OTHER = function_call("c2", "time", {})
RESULT = function_result("c1", "weather", "sunny")
OTHER_RESULT = function_result("c2", "time", "noon")
WELCOME = model_output([text("Welcome.")])
DECLARED: dict[str, Json] = {
    "tools": [{"type": "function", "name": name} for name in ("weather", "time")]
}


def format_of(schema: Json) -> dict[str, Json]:
    whole = {"type": "text", "mime_type": "application/json", "schema": schema}
    return {"response_format": whole}


def function_of(schema: Json, name: str = "f") -> dict[str, Json]:
    return {"tools": [{"type": "function", "name": name, "parameters": schema}]}


def turn(settings: dict[str, Json], *steps: Step | str) -> Callable[[str], Turn]:
    def make(words: str) -> Turn:
        made = make_turn([*steps, words], settings=settings)
        return replace(made, target=("model", "gemini-4-neon"))

    return make


REMEMBERED = [
    ("schema-bounds", 1, turn(format_of(BOUNDED))),
    ("schema-keywords", 1, turn(format_of(LITERAL))),
    ("schema-references", 1, turn(format_of(QUALIFIED))),
    ("tool-keywords", 2, turn(function_of({**BOUNDED, "default": 1}))),
    ("long-names", 1, turn(function_of({"type": "object"}, "f" * 80))),
    (
        "sampling",
        2,
        turn({"generation_config": {"temperature": 0.5, "top_p": 0.9, "seed": 1}}),
    ),
    ("results-order", 1, turn(DECLARED, "hi", CALL, OTHER, OTHER_RESULT, RESULT)),
    ("opens-with-model", 1, turn({}, WELCOME)),
]
ONLY_IN_WORDS = [
    ("repeated-call-ids", turn(DECLARED, "hi", CALL, RESULT, CALL, RESULT)),
    ("undeclared-functions", turn({}, "hi", CALL, RESULT)),
]


def ask(point: str, clock: Clock, *turns: Turn) -> tuple[list[int], list[str]]:
    """Return the status of each create, and the points that were refused."""
    with Emulator(clock=clock, disputed={point}) as emulator:
        connection = Connection(
            base_url=emulator.url, api_key="k", timeout_s=PATIENCE_S
        )
        asker = Asker("unary", connection, MemoryStore(), clock, clock.sleep)
        try:
            for each in turns:
                asker.take(each)
        finally:
            asker.close()
        return creates(emulator), refused(emulator)


@pytest.mark.parametrize(
    ("point", "refusals", "make"), REMEMBERED, ids=[one[0] for one in REMEMBERED]
)
def test_what_is_refused_is_left_out_and_never_sent_again(
    clock: Clock, *, point: str, refusals: int, make: Callable[[str], Any]
) -> None:
    came, points = ask(point, clock, make("first"), make("second"))

    assert came == [400] * refusals + [200, 200]
    assert points == [point] * refusals


@pytest.mark.parametrize(
    ("point", "make"), ONLY_IN_WORDS, ids=[one[0] for one in ONLY_IN_WORDS]
)
def test_what_is_taken_in_no_other_form_is_told_in_words_each_time(
    clock: Clock, point: str, make: Callable[[str], Any]
) -> None:
    """Ours: words alone are about one list, and are not remembered."""
    came, points = ask(point, clock, make("first"), make("second"))

    assert came == [400, 200, 400, 200]
    assert points == [point, point]
