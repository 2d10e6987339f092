"""What is done where the service refuses what is disputed.

Each point is refused by the emulator itself, again and again: what is changed must
really be what is refused, and the next call of the kind must not be refused at all.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from interactions_core.canonical import Json
from interactions_core.client.connection import Connection
from interactions_core.exceptions import ConfigurationError, InvalidRequestError
from interactions_core.records.turn import Turn
from interactions_core.stores import MemoryStore
from interactions_core.transcript.parts import part_from_wire
from interactions_core.transcript.parts import text_part as text
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
    user_input,
)
from interactions_emulator import Emulator
from interactions_emulator.base.points import POINTS
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
PICTURE = user_input(
    [part_from_wire({"type": "image", "mime_type": "image/png", "data": "aGk="})]
)
DECLARED: dict[str, Json] = {
    "tools": [{"type": "function", "name": name} for name in ("weather", "time")]
}


def format_of(schema: Json) -> dict[str, Json]:
    whole = {"type": "text", "mime_type": "application/json", "schema": schema}
    return {"response_format": whole}


def function_of(schema: Json, name: str = "f") -> dict[str, Json]:
    return {"tools": [{"type": "function", "name": name, "parameters": schema}]}


def server_of(name: str) -> dict[str, Json]:
    return {"tools": [{"type": "mcp_server", "name": name, "url": "https://a.b"}]}


def turn(settings: dict[str, Json], *steps: Step | str) -> Callable[[str], Turn]:
    return of_model("gemini-4-neon", settings, *steps)


def of_model(
    name: str, settings: dict[str, Json], *steps: Step | str
) -> Callable[[str], Turn]:
    def make(words: str) -> Turn:
        made = make_turn([*steps, words], settings=settings)
        return replace(made, target=("model", name))

    return make


def antigravity(settings: dict[str, Json], *steps: Step) -> Callable[[str], Turn]:
    return of_agent("antigravity-preview-09-2026", settings, *steps)


def research(settings: dict[str, Json]) -> Callable[[str], Turn]:
    return of_agent("deep-research-preview-04-2026", settings)


def of_agent(
    name: str, settings: dict[str, Json], *steps: Step
) -> Callable[[str], Turn]:
    def make(words: str) -> Turn:
        made = make_turn([*steps, words], background=True)
        return replace(made, target=("agent", name), settings=settings)

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
    ("empty-text", 1, turn({}, "")),
]
ONLY_IN_WORDS = [
    ("repeated-call-ids", turn(DECLARED, "hi", CALL, RESULT, CALL, RESULT)),
    ("undeclared-functions", turn({}, "hi", CALL, RESULT)),
]


WRITTEN = [
    ("nameless-results", turn(DECLARED, "hi", CALL, function_result("c1", "", "sun"))),
    ("agent-config-type", research({"agent_config": {"thinking_summaries": "auto"}})),
    ("mcp-names", antigravity(server_of("My server"))),
]
"""Points that never come up: what is refused is written otherwise from the start."""
NEVER_SENT = [
    ("labels", turn({"labels": {"team": "a"}}), "does not take `labels`"),
    ("safety-settings", turn({"safety_settings": []}), "not take `safety_settings`"),
    (
        "latest-on-v1",
        lambda words: replace(turn({})(words), target=("model", "gemini-flash-latest")),
        "served under v1beta only",
    ),
    ("antigravity-format", antigravity(format_of({})), "takes no response_format"),
]
SEARCH: Json = {"type": "google_search"}
TOLD = [
    (
        "builtin-beside-functions",
        turn({"tools": [*function_of({"type": "object"})["tools"], SEARCH]}),
        r"`google_search` beside functions, `f` .*combine_tools=\"separate\"",
    ),
    (
        "format-beside-functions",
        of_model("gemini-2.5-flash", {**DECLARED, **format_of({"type": "object"})}),
        "a `response_format` beside functions .*take a newer one",
    ),
    (
        "antigravity-images",
        antigravity({}, PICTURE),
        "agents are known to refuse: a picture .Antigravity.*describe it",
    ),
    (
        "mcp-names",
        of_model("gemini-2.5-flash", server_of("My server")),
        "MCP servers named otherwise .*`My server` .*rename them",
    ),
    (
        "mcp-with-models",
        turn(server_of("one")),
        "known to refuse: MCP servers, `one` .*have an agent use them",
    ),
    (
        "stateless-parent",
        lambda words: make_turn([words], store=False, previous_interaction_id=words),
        "`store=False` is taken beside a named parent: leave one of them out",
    ),
]
"""What stays refused, and the words of the error that say what to change."""
ELSEWHERE = {
    "modality-case": "options write them in small letters: tests/core/test_options.py",
}


def ask(point: str, clock: Clock, *turns: Turn) -> tuple[list[int], list[str]]:
    """Return the status of each create, and the points that were refused."""
    with Emulator(clock=clock, disputed={point}, job_s=0) as emulator:
        with asking(emulator, clock) as asker:
            for each in turns:
                asker.take(each)
        return creates(emulator), refused(emulator)


def asking(emulator: Emulator, clock: Clock) -> contextlib.closing[Asker]:
    connection = Connection(
        base_url=emulator.url, api_key="k", api_version="v1", timeout_s=PATIENCE_S
    )
    asker = Asker("unary", connection, MemoryStore(), clock, clock.sleep)
    return contextlib.closing(asker)


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


@pytest.mark.parametrize(("point", "make"), WRITTEN, ids=[one[0] for one in WRITTEN])
def test_what_is_known_to_be_refused_is_written_otherwise_from_the_start(
    clock: Clock, point: str, make: Callable[[str], Any]
) -> None:
    assert ask(point, clock, make("first")) == ([200], [])


@pytest.mark.parametrize(
    ("point", "make", "words"), NEVER_SENT, ids=[one[0] for one in NEVER_SENT]
)
def test_what_cannot_be_written_otherwise_is_an_error_before_it_is_sent(
    clock: Clock, point: str, make: Callable[[str], Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        ask(point, clock, make("first"))


@pytest.mark.parametrize(("point", "make", "words"), TOLD, ids=[one[0] for one in TOLD])
def test_what_stays_refused_is_told_with_what_to_change(
    clock: Clock, point: str, make: Callable[[str], Any], words: str
) -> None:
    with (
        Emulator(clock=clock, disputed={point}) as emulator,
        asking(emulator, clock) as asker,
    ):
        parent = asker.ask("hello").interaction_id
        with pytest.raises(InvalidRequestError, match=words):
            asker.take(make(parent))

        assert refused(emulator) == [point]


def test_what_becomes_of_every_point_is_said_here() -> None:
    said = [*REMEMBERED, *ONLY_IN_WORDS, *WRITTEN, *NEVER_SENT, *TOLD]

    assert {one[0] for one in said} | ELSEWHERE.keys() == POINTS.keys()
