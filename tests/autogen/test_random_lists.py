"""Whatever happens to a list of messages, the server answers from it."""

import os
import random
from typing import Any

import pytest
from autogen_core import FunctionCall
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import FunctionTool

from interactions_emulator import Emulator
from tests.autogen.oracle import differences
from tests.autogen.teams import get_weather
from tests.autogen.witness import Witness

TURNS = int(os.environ.get("RANDOM_TURNS", "40"))
# One run of the suite shares this name among its workers, the next has another.
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "0")
NEW_SEEDS = [random.Random(f"{_RUN}{i}").randrange(10**9) for i in range(2)]

WEATHER = FunctionTool(get_weather, description="Get the weather of a city.")
QUESTIONS = (
    "My name is Ada.",
    "What is my name?",
    "call get_weather for Rome",
    "Go on",
)

History = list[LLMMessage]


@pytest.mark.anyio
@pytest.mark.parametrize("seed", [*range(4), 952749757, *NEW_SEEDS])
async def test_server_holds_what_the_list_says(
    seed: int, witness: Witness, emulator: Emulator
) -> None:
    dice = random.Random(seed)
    histories: list[History] = [[user("Hello")]]

    for _ in range(TURNS):
        history = changed(dice.choice(histories), dice)
        extra = {"store": dice.random() > 0.1}
        reply = await witness.create(history, tools=[WEATHER], extra_create_args=extra)
        histories.append([*history, *continued(reply.content, dice)])

    # An answer that is not stored has no id to ask the server for.
    stored = [asked for asked in witness.asked if asked.interaction_id]
    assert {row["status"] for row in emulator.requests()} == {200}
    assert sum(bool(asked.previous) for asked in stored) > TURNS / 4
    assert differences(stored, emulator, witness.store) == []


def user(text: str) -> UserMessage:
    return UserMessage(content=text, source="user")


def changed(history: History, dice: random.Random) -> History:
    """Do to a list what agents, contexts and users do to one."""
    history = list(history)
    match dice.randrange(10):
        case 0:
            del history[dice.randrange(len(history))]
        case 1:
            history = history[-4:]
        case 2:
            history.insert(
                dice.randint(0, len(history)), SystemMessage(content="Note.")
            )
        case 3:
            history += foreign(dice)
        case 4:
            history.append(UserMessage(content="Well?", source="critic"))
        case 5:
            history = history[: dice.randint(1, len(history))]
        case _:
            history.append(user(dice.choice(QUESTIONS)))
    kept = any(not isinstance(message, SystemMessage) for message in history)
    return history if kept else [user("Hello")]


def foreign(dice: random.Random) -> History:
    """Make another agent's call and result, as a handoff brings them."""
    name = f"foreign{dice.randrange(3)}"
    call = FunctionCall(name, '{"city": "Lima"}', "get_weather")
    return [AssistantMessage(content=[call], source="b"), answered(name)]


def answered(call_id: str) -> FunctionExecutionResultMessage:
    done = FunctionExecutionResult(content="21", name="get_weather", call_id=call_id)
    return FunctionExecutionResultMessage(content=[done])


def continued(content: Any, dice: random.Random) -> History:
    """Append a reply, and results of its calls unless something went wrong."""
    reply: History = [AssistantMessage(content=content, source="a")]
    if isinstance(content, list) and dice.random() > 0.2:
        reply += [answered(call.id) for call in content]
    return reply
