"""Agents whose tools have schemas that a model refuses."""

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_core import CancellationToken
from autogen_core.tools import BaseTool
from pydantic import BaseModel, Field

from interactions_emulator import Emulator
from tests.autogen.asking import bodies
from tests.autogen.conftest import MakeClient

pytestmark = pytest.mark.anyio


class Asked(BaseModel):
    """What a forecast is asked for."""

    city: str = Field(max_length=40)
    days: int = Field(ge=0)


class Forecast(BaseTool[Asked, str]):
    """A forecast of some days."""

    def __init__(self) -> None:
        super().__init__(Asked, str, "get_forecast", "Get a forecast.")

    async def run(self, args: Asked, cancellation_token: CancellationToken) -> str:
        del cancellation_token
        return f"{args.city}: {args.days} days of sun"


async def test_an_agent_is_answered_although_bounds_of_arguments_are_refused(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client()
    call = {"name": "get_forecast", "arguments": {"city": "Rome", "days": 3}}
    emulator.script([{"sequence": [{"calls": [call]}, {"calls": [call]}]}])
    emulator.fault(do={"status": 400})

    for _ in range(2):
        agent = AssistantAgent("guide", client, tools=[Forecast()])
        done = await agent.run(task="The weather in Rome for 3 days?")
        assert done.messages[-1].to_text() == "Rome: 3 days of sun"

    bounded = ["maxLength" in str(body["tools"]) for body in bodies(emulator)]
    assert bounded == [True, False, False]
    assert "(at most 40 characters)" in str(bodies(emulator)[-1]["tools"])
