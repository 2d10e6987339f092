"""Agents with a search tool beside functions, on a model that refuses both at once."""

from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langgraph.types import Command

from interactions_core.client.connection import Connection
from interactions_core.exceptions import ConfigurationError
from interactions_core.usage import Usage
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.langgraph.agents import get_weather, make_agent
from tests.langgraph.conftest import MakeModel
from tests.langgraph.watched import Watched, on, say
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

SEPARATE: dict[str, Any] = {
    "model": MODEL,
    "tools": [{"google_search": {}}],
    "combine_tools": "separate",
}


@pytest.fixture
def searching(emulator: Emulator) -> Emulator:
    emulator.script(SCRIPT)
    return emulator


def test_an_agent_is_answered_and_its_turns_are_chained_on_one_another(
    watched: Watched, searching: Emulator
) -> None:
    agent = make_agent(watched, model=watched.model(**SEPARATE))

    assert say(agent, QUESTION).text == ANSWER
    assert say(agent, "And tomorrow?").text == ANSWER

    sent = posts(searching)
    search, function = ["google_search"], [FUNCTION]
    assert [tools_of(row["body"]) for row in sent] == [
        *(search, function, function),
        *(search, function),
    ]
    parents = [row["body"].get("previous_interaction_id") for row in sent]
    turns = [row["interaction"] for row in sent]
    assert parents == [None, None, turns[1], None, turns[2]]
    assert texts_of(sent[1]["body"]) == [ASIDE, QUESTION]
    assert texts_of(sent[4]["body"]) == [ASIDE, "And tomorrow?"]


def test_messages_count_what_the_search_took_and_name_it(
    watched: Watched, searching: Emulator
) -> None:
    model = watched.model(**SEPARATE).bind_tools([get_weather])

    message = model.invoke(QUESTION)

    assert len(posts(searching)) == 2
    took = watched.store.usage()
    assert message.usage_metadata is not None
    assert message.usage_metadata["total_tokens"] == took.total_tokens
    search = posts(searching)[0]["interaction"]
    assert message.response_metadata["separate_interaction_id"] == search
    assert took != Usage()


def test_deleting_a_thread_deletes_what_was_searched_for_it(
    make_model: MakeModel, searching: Emulator, tmp_path: Path
) -> None:
    place = f"sqlite:///{tmp_path}/state.db"
    connection = Connection(api_key="k", base_url=searching.url)
    with InteractionsSaver.from_conn_string(place, connection=connection) as saver:
        model = make_model(**SEPARATE, sessions=saver.sessions)
        say(create_agent(model, [get_weather], checkpointer=saver), QUESTION)

        report = saver.delete_thread("t", remote=True)

    assert report is not None
    assert len(posts(searching)) == 3
    for row in posts(searching):
        with pytest.raises(LookupError):
            searching.transcript(row["interaction"])


@pytest.mark.parametrize("resumes", [0, 1])
def test_a_graph_that_is_interrupted_searches_once_and_counts_it(
    make_model: MakeModel, searching: Emulator, tmp_path: Path, resumes: int
) -> None:
    with InteractionsSaver.from_conn_string(f"sqlite:///{tmp_path}/state.db") as saver:
        model = make_model(**SEPARATE, sessions=saver.sessions, background="suspend")
        agent = create_agent(model, [get_weather], checkpointer=saver)
        done = agent.invoke({"messages": [("user", QUESTION)]}, on("t"))
        while waiting := done.get("__interrupt__"):
            if resumes <= 0:
                searching.advance(3_600)
            resumes -= 1
            done = agent.invoke(Command(resume={waiting[0].id: "go on"}), on("t"))

        names = list(map(tools_of, creates(searching)))
        assert names == [["google_search"], [FUNCTION], [FUNCTION]]
        counted = [m.usage_metadata for m in done["messages"] if m.type == "ai"]
        total = sum(each["total_tokens"] for each in counted)
        assert total == saver.sessions.usage().total_tokens


def test_one_call_may_send_both_at_once(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model(**SEPARATE | {"model": "gemini-3.5-flash"})

    model.bind_tools([get_weather]).invoke("Hi", combine_tools=None)

    assert list(map(tools_of, creates(emulator))) == [["google_search", FUNCTION]]


def test_the_option_is_refused_beside_an_agent(make_model: MakeModel) -> None:
    agent = "antigravity-preview-09-2026"

    with pytest.raises(ConfigurationError, match="ChatInteractions: combine_tools"):
        make_model(agent=agent, combine_tools="separate")

    with pytest.raises(ConfigurationError, match="tools of its own"):
        make_model(combine_tools="separate").invoke("Hi", agent=agent)


def test_a_misspelt_word_is_refused(make_model: MakeModel) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'separate'"):
        make_model(combine_tools="seperate")


def test_a_process_that_is_killed_between_search_and_turn_does_not_pay_twice(
    searching: Emulator, tmp_path: Path
) -> None:
    program = "tests.killed_searching", "langgraph", searching.url
    sessions = f"sqlite:///{tmp_path}/sessions.db"
    fail_the_turn(searching, {"status": 503})
    run_killed(*program, sessions)

    assert run_program(*program, sessions) == "Rome"

    names = list(map(tools_of, creates(searching)))
    assert names == [["google_search"], [FUNCTION], [FUNCTION]]
