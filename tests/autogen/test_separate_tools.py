"""Agents with a search tool beside functions, on a model that refuses both at once."""

from pathlib import Path
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.teams import RoundRobinGroupChat

from interactions_core import MemoryStore
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.autogen.asking import WEATHER, Client, user
from tests.autogen.conftest import MakeClient
from tests.autogen.event_log import EventLog, listening
from tests.autogen.oracle import differences
from tests.autogen.witness import Ids, Witness
from tests.programs import run_program
from tests.searches import (
    ANSWER,
    ASIDE,
    FUNCTION,
    MODEL,
    QUESTION,
    SCRIPT,
    creates,
    fail_the_turn,
    posts,
    run_killed,
    texts_of,
    tools_of,
)

pytestmark = pytest.mark.anyio

SEPARATE: dict[str, Any] = {
    "model": MODEL,
    "tools": [{"type": "google_search"}],
    "combine_tools": "separate",
}


@pytest.fixture
def searching(emulator: Emulator) -> Emulator:
    emulator.script(SCRIPT)
    return emulator


async def test_an_agent_is_answered_and_its_turns_are_chained_on_one_another(
    searching: Emulator,
) -> None:
    store = MemoryStore()
    with listening(Ids()):
        client = Witness(
            base_url=searching.url, api_key="k", sessions=store, **SEPARATE
        )
        agent = AssistantAgent(
            "guide", client, tools=[WEATHER], reflect_on_tool_use=True
        )
        for task in (QUESTION, "And tomorrow?"):
            done = await agent.run(task=task)
            assert done.messages[-1].to_text() == ANSWER

    sent = posts(searching)
    search, function = ["google_search"], [FUNCTION]
    assert [tools_of(row["body"]) for row in sent if "tools" in row["body"]] == [
        *(search, function),
        *(search, function),
    ]
    parents = [row["body"].get("previous_interaction_id") for row in sent]
    turns = [row["interaction"] for row in sent]
    assert parents == [None, None, turns[1], None, turns[2]]
    assert texts_of(sent[1]["body"]) == [ASIDE, QUESTION]
    assert texts_of(sent[4]["body"]) == [ASIDE, "And tomorrow?"]
    assert differences(client.asked, searching, store) == []
    counted = client.actual_usage()
    took = store.usage()
    assert counted.prompt_tokens == took.input_tokens + took.tool_use_tokens


async def test_each_agent_of_a_team_is_told_what_was_searched_for_it(
    searching: Emulator,
) -> None:
    store = MemoryStore()
    with listening(Ids()):
        client = Witness(
            base_url=searching.url, api_key="k", sessions=store, **SEPARATE
        )
        agents = [
            AssistantAgent(name, client, tools=[WEATHER], system_message=name)
            for name in ("guide", "critic")
        ]
        team = RoundRobinGroupChat(
            agents, termination_condition=MaxMessageTermination(5)
        )
        await team.run(task="Where is the best ramen?")

    names = list(map(tools_of, creates(searching)))
    assert names == [["google_search"], [FUNCTION]] * 4
    assert differences(client.asked, searching, store) == []


async def test_one_call_may_send_both_at_once(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(**SEPARATE | {"model": "gemini-3.5-flash"})

    await client.create(
        [user("Hi")], tools=[WEATHER], extra_create_args={"combine_tools": None}
    )

    assert list(map(tools_of, creates(emulator))) == [["google_search", FUNCTION]]


async def test_the_event_of_a_call_names_the_search(
    make_client: MakeClient, searching: Emulator, log: EventLog
) -> None:
    await make_client(**SEPARATE).create([user(QUESTION)], tools=[WEATHER])

    [event] = log
    search = posts(searching)[0]["interaction"]
    assert event.kwargs["separate_interaction_id"] == search


def test_the_option_is_kept_in_a_component(make_client: MakeClient) -> None:
    dumped = make_client(**SEPARATE).dump_component()

    assert dumped.config["combine_tools"] == "separate"
    assert Client.load_component(dumped).dump_component() == dumped


def test_the_option_is_refused_beside_an_agent(make_client: MakeClient) -> None:
    agent = "antigravity-preview-09-2026"

    with pytest.raises(ConfigurationError, match="Client: combine_tools='separate'"):
        make_client(agent=agent, combine_tools="separate")


def test_a_process_that_is_killed_between_search_and_turn_does_not_pay_twice(
    searching: Emulator, tmp_path: Path
) -> None:
    program = "tests.killed_searching", "autogen", searching.url
    sessions = f"sqlite:///{tmp_path}/sessions.db"
    fail_the_turn(searching, {"status": 503})
    run_killed(*program, sessions)

    assert "Rome" in run_program(*program, sessions)

    names = list(map(tools_of, creates(searching)))
    assert names == [["google_search"], [FUNCTION], [FUNCTION]]
