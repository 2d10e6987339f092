"""The exact requests that every adapter sends, pinned in cassettes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.adapters.drivers import DRIVERS, Driver, Message
from tests.adapters.talk import WEATHER, results, system, talk, user
from tests.conftest import Clock
from tests.recorded import CASSETTES, bodies_of, cassette_at, recorded_options

RECORDED = [name for name in DRIVERS if name != "agent_framework"]
BYPASS = "skip_thought_signature_validator"


@pytest.fixture(params=RECORDED)
def adapter(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def driver(adapter: str, clock: Clock) -> Iterator[Driver]:
    with recorded_options() as options:
        made = DRIVERS[adapter](options, clock)
        yield made
        made.close()


@pytest.fixture
def cassette(adapter: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    name = f"{request.function.__name__}.yaml"
    with cassette_at(CASSETTES / adapter / name) as playing:
        yield playing


def kinds(body: Message) -> list[str]:
    return [step["type"] for step in body["input"]]


def test_text_is_one_user_input_step_and_the_system_text(
    driver: Driver, cassette: Any
) -> None:
    assert driver.ask([system("Be kind."), user("My name is Ada.")])["content"]

    content = [{"type": "text", "text": "My name is Ada."}]
    assert bodies_of(cassette) == [
        {
            "model": "gemini-3.5-flash",
            "system_instruction": "Be kind.",
            "input": [{"type": "user_input", "content": content}],
        }
    ]


def test_stream_differs_from_text_by_one_field(driver: Driver, cassette: Any) -> None:
    way = next(way for way in driver.ways if "stream" in way)

    assert driver.ask([user("My name is Ada.")], way=way)["content"]

    [body] = bodies_of(cassette)
    assert set(body) == {"model", "input", "stream"}
    assert body["stream"] is True


def test_second_turn_sends_one_step_and_the_parent(
    driver: Driver, cassette: Any
) -> None:
    talk(driver, "My name is Ada.", "What is my name?")

    _, sent = bodies_of(cassette)
    assert sent["previous_interaction_id"]
    assert kinds(sent) == ["user_input"]


def test_tool_turn_sends_results_and_declares_tools_again(
    driver: Driver, cassette: Any
) -> None:
    told = [user("call get_weather for Paris and for Rome")]
    told.append(driver.ask(told, [WEATHER]))
    told += results(told[-1], "21 degrees")

    assert driver.ask(told, [WEATHER])["content"]

    first, second = bodies_of(cassette)
    assert first["tools"] == second["tools"] == [WEATHER]
    assert kinds(second) == ["function_result", "function_result"]


def test_history_of_another_model_is_replayed_with_the_bypass_signature(
    driver: Driver, cassette: Any
) -> None:
    call = {"id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}
    foreign: Message = {"role": "assistant", "content": "", "calls": [call]}
    told = [user("Weather?"), foreign, *results(foreign, "21 degrees")]

    assert driver.ask(told, [WEATHER])["content"]

    [body] = bodies_of(cassette)
    assert kinds(body)[1:] == ["thought", "function_call", "function_result"]
    assert body["input"][1]["signature"] == BYPASS
