"""Which spans the adapters' calls are, and what each of them says: the same for all."""

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from interactions_core.exceptions import InteractionsError
from interactions_emulator import Emulator
from tests.adapters.conftest import MakeDriver
from tests.adapters.talk import CALL, WEATHER, results, talk, user
from tests.golden_spans import (
    CONVENTIONS,
    GOLDEN,
    convention_names,
    described,
    golden,
)
from tests.searches import MODEL as SEARCHING
from tests.searches import QUESTION, SCRIPT
from tests.spans import Told, attributes, told

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

RESEARCH: Final = "deep-research-preview-04-2026"
WORKER: Final = "antigravity-preview-09-2026"
RUN: Final = {"background": True, "poll": (0.01, 0.01)}

Scenario = Callable[[MakeDriver, Emulator, str], object]


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with told(monkeypatch) as found:
        yield found


def text(make: MakeDriver, _: Emulator, way: str) -> None:
    options = {"temperature": 0.5, "max_output_tokens": 900, "thinking_level": "low"}
    talk(make(session_id="tenant", **options), "Hello.", "And now?", way=way)


def tools(make: MakeDriver, emulator: Emulator, way: str) -> None:
    emulator.script(
        [
            {"when": {"last_step": "function_result"}, "reply": {"text": "Warm."}},
            {"reply": {"calls": [CALL]}},
        ]
    )
    driver = make()
    answer = driver.ask([user("Weather?")], [WEATHER], way=way)
    said = [user("Weather?"), answer, *results(answer, "21 degrees")]
    driver.ask(said, [WEATHER], way=way)


def error(make: MakeDriver, emulator: Emulator, way: str) -> None:
    emulator.fault(do={"status": 503, "message": "hunter2"}, times=9)
    talk(make(max_retries=1), "Hello.", way=way)


def refused(make: MakeDriver, emulator: Emulator, way: str) -> None:
    emulator.fault(do={"status": 400, "message": "hunter2"}, times=9)
    talk(make(), "Hello.", way=way)


def replay(make: MakeDriver, emulator: Emulator, way: str) -> None:
    driver = make()
    messages = talk(driver, "Hello.", way=way)
    emulator.reset()
    driver.ask([*messages, user("And now?")], way=way)


def fork(make: MakeDriver, _: Emulator, way: str) -> None:
    driver = make()
    begun = talk(driver, "Hello.", way=way)
    driver.ask([*begun, user("In English.")], way=way)
    driver.ask([*copy.copy(begun), user("And now?")], way=way)


def background(make: MakeDriver, emulator: Emulator, way: str) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 0.1}}])
    talk(make(**RUN, session_id="tenant"), "Hello.", way=way)


def agent(make: MakeDriver, _: Emulator, way: str) -> None:
    options = {"model": None, "agent": RESEARCH, "poll": (0.01, 0.01)}
    talk(make(**options), "Hello.", way=way)


def agent_at_once(make: MakeDriver, _: Emulator, way: str) -> None:
    driver = make(model=None, agent=WORKER, background=False)
    talk(driver, "Hello.", "And now?", way=way)


def separate(make: MakeDriver, emulator: Emulator, way: str) -> None:
    emulator.script(SCRIPT)
    searches = {"tools": [{"type": "google_search"}], "combine_tools": "separate"}
    make(model=SEARCHING, **searches).ask([user(QUESTION)], [WEATHER], way=way)


SCENARIOS: Final[list[Scenario]] = [
    text,
    tools,
    error,
    refused,
    replay,
    fork,
    background,
    agent,
    agent_at_once,
    separate,
]
NOT_OF_TOY: Final = {text, agent, agent_at_once, background, separate}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_spans_are_the_golden_ones_in_every_way(  # noqa: PLR0917 - fixtures
    scenario: Scenario,
    adapter: str,
    make_driver: MakeDriver,
    emulator: Emulator,
    spans: Told,
    tmp_path: Path,
) -> None:
    if adapter == "toy" and scenario in NOT_OF_TOY:
        pytest.skip("the adapter of the page has no option for it")
    for way in make_driver().ways:
        emulator.script(None)
        emulator.clear_faults()
        spans.exporter.clear()
        # What another way was answered is not known to this one.
        apart = partial(make_driver, sessions=f"sqlite:///{tmp_path}/{way}.db")

        with contextlib.suppress(InteractionsError):
            scenario(apart, emulator, way)

        found = described(spans)
        assert found == golden(scenario.__name__, stream="stream" in way), way


def test_each_span_names_its_adapter(
    adapter: str, make_driver: MakeDriver, spans: Told
) -> None:
    talk(make_driver(), "Hello.")

    [span] = spans.spans
    assert attributes(span).get("interactions.framework", "toy") == adapter


def test_golden_names_are_of_the_conventions_or_ours() -> None:
    kept: Any = json.loads(GOLDEN.read_text(encoding="utf-8"))
    written = {
        name
        for ways in kept.values()
        for spans in ways.values()
        for span in spans
        for name in span["attributes"]
    }

    listed = json.loads(CONVENTIONS.read_text(encoding="utf-8"))
    known = {name for package in listed.values() for name in package["names"]}
    others = {"error.type", "server.address", "server.port"}
    assert {n for n in written - known - others if n[:13] != "interactions."} == set()


def test_listed_names_are_those_of_the_installed_packages() -> None:
    assert json.loads(CONVENTIONS.read_text(encoding="utf-8")) == convention_names()
