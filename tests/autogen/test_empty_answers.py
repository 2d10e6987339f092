"""An answer with nothing in it is a result like any other, unless told otherwise."""

import logging
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import RoundRobinGroupChat

from interactions_core.exceptions import ConfigurationError, EmptyReplyError
from interactions_emulator import Emulator
from tests.autogen.asking import user
from tests.autogen.conftest import MakeClient

pytestmark = pytest.mark.anyio

EMPTY = {"text": ""}


@pytest.mark.parametrize("way", ["create", "create_stream"])
async def test_a_team_goes_on_after_empty_answers(
    way: str, make_client: MakeClient, emulator: Emulator
) -> None:
    stream = way == "create_stream"
    said = [{"text": "Hello."}, EMPTY, {"text": "Still here?"}, EMPTY]
    emulator.script([{"sequence": said}])
    client = make_client()
    agents: list[Any] = [
        AssistantAgent(name, client, model_client_stream=stream) for name in "ab"
    ]

    done = await RoundRobinGroupChat(agents, max_turns=4).run(task="Talk.")

    texts = [message.to_model_text() for message in done.messages]
    assert texts == ["Talk.", "Hello.", "", "Still here?", ""]
    assert client.usage.total_tokens == emulator.stats()["tokens"]


async def test_the_interaction_of_an_empty_answer_is_in_the_log(
    make_client: MakeClient, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.script([{"reply": EMPTY}])

    with caplog.at_level(logging.WARNING, "interactions_core"):
        result = await make_client().create([user("Hi.")])

    assert (result.content, result.finish_reason) == ("", "stop")
    [warning] = [one for one in caplog.messages if "neither text nor calls" in one]
    assert warning.startswith("interaction v1_")


async def test_an_empty_answer_is_an_error_where_that_is_wanted(
    make_client: MakeClient, emulator: Emulator
) -> None:
    emulator.script([{"reply": EMPTY}])

    with pytest.raises(EmptyReplyError):
        await make_client(on_empty="raise").create([user("Hi.")])


@pytest.mark.parametrize(
    "reply", [{"text": "", "status": "incomplete"}, {"thought": "Well.", "text": ""}]
)
async def test_answers_that_are_empty_for_a_reason_are_errors_still(
    reply: dict[str, Any], make_client: MakeClient, emulator: Emulator
) -> None:
    emulator.script([{"reply": reply}])

    with pytest.raises(EmptyReplyError):
        await make_client().create([user("Hi.")])


def test_an_unknown_word_for_it_is_an_error(make_client: MakeClient) -> None:
    with pytest.raises(
        ConfigurationError, match="on_empty is one of 'return', 'raise'"
    ):
        make_client(on_empty="ignore")
