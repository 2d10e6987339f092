"""Agents against an emulator that refuses all that a service may refuse.

What a request has to be asked without is found once; the next one of its kind is
asked without it at once.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import StructuredMessage
from autogen_core import CancellationToken
from autogen_core.tools import BaseTool
from pydantic import BaseModel, Field

from interactions_emulator import Emulator
from tests.autogen.asking import user
from tests.autogen.conftest import MakeClient
from tests.live_profiles import refused as refused_call
from tests.live_profiles import write_profile
from tests.strictest import LONG_NAME, NEWEST, creates, refused

pytestmark = pytest.mark.anyio


class Asked(BaseModel):
    """What a forecast is asked for."""

    city: str = Field(max_length=40)
    days: int = Field(ge=1)


class Forecast(BaseModel):
    """The weather of some days."""

    days: int = Field(ge=1)
    lows_and_highs: list[tuple[float, float]] = Field(min_length=1)


class GetForecast(BaseTool[Asked, str]):
    """A forecast of some days, under any name."""

    def __init__(self, name: str = "get_forecast") -> None:
        super().__init__(Asked, str, name, "Get a forecast.")

    async def run(self, args: Asked, cancellation_token: CancellationToken) -> str:
        del cancellation_token
        return f"{args.city}: {args.days} days of sun"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(disputed="all") as running:
        yield running


def script(emulator: Emulator, name: str) -> None:
    call = {"name": name, "arguments": {"city": "Rome", "days": 3}}
    emulator.script([{"when": {"last_step": "user_input"}, "reply": {"calls": [call]}}])


async def test_bounds_of_arguments_and_of_an_answer_are_answered(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(model=NEWEST)
    script(emulator, "get_forecast")

    for _ in range(2):
        agent = AssistantAgent(
            "guide", client, tools=[GetForecast()], output_content_type=Forecast
        )
        done = await agent.run(task="The weather in Rome for 3 days?")
        last = done.messages[-1]
        assert isinstance(last, StructuredMessage)
        assert isinstance(last.content, Forecast)

    assert creates(emulator) == [400, 200, 200, 200, 200]
    assert refused(emulator) == ["schema-bounds"]


async def test_a_tuple_in_an_answer_is_answered(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(model=NEWEST)

    for text in ("Rome for 3 days", "Oslo for 2 days"):
        result = await client.create([user(text)], json_output=Forecast)
        assert Forecast.model_validate_json(str(result.content))

    assert creates(emulator) == [400, 200, 200]


async def test_a_tool_of_a_long_name_is_called_by_it(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(model=NEWEST)
    script(emulator, LONG_NAME)

    for _ in range(2):
        agent = AssistantAgent("guide", client, tools=[GetForecast(LONG_NAME)])
        done = await agent.run(task="The weather in Rome for 3 days?")
        assert done.messages[-1].to_text() == "Rome: 3 days of sun"

    assert creates(emulator) == [400, 400, 200, 200]
    assert refused(emulator) == ["tool-keywords", "long-names"]


async def test_with_a_profile_of_it_nothing_is_refused(
    make_client: MakeClient,
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = [refused_call(number, NEWEST) for number in (3, 7, 22)]
    path = write_profile(tmp_path / "profile.json", *asked)
    monkeypatch.setenv("INTERACTIONS_PROFILE", path)
    # What the profile is of; google-genai 2 would ask v1beta.
    client = make_client(model=NEWEST, api_version="v1")
    script(emulator, LONG_NAME)

    agent = AssistantAgent(
        "guide", client, tools=[GetForecast(LONG_NAME)], output_content_type=Forecast
    )
    done = await agent.run(task="The weather in Rome for 3 days?")

    assert isinstance(done.messages[-1], StructuredMessage)
    assert creates(emulator) == [200, 200]
