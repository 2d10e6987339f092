"""Checkpoints and the interactions they rest on: travel, copies, deletion."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from interactions_core.client.connection import Connection
from interactions_core.exceptions import NotFoundError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.checkpoints import bytes_of
from tests.langgraph.test_graph_sessions import chat, say
from tests.patience import PATIENCE_S


@pytest.fixture
def saver(emulator: Emulator, store_url: str) -> Iterator[InteractionsSaver]:
    connection = Connection(base_url=emulator.url, api_key="k", timeout_s=PATIENCE_S)
    with InteractionsSaver(store_url, connection=connection) as saver:
        yield saver


@pytest.fixture
def graph(emulator: Emulator, saver: InteractionsSaver) -> Iterator[Any]:
    with ChatInteractions(
        model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
    ) as model:
        yield chat(model, saver)


def thread(name: str = "t") -> Any:
    return {"configurable": {"thread_id": name}}


def plan(message: Any) -> tuple[str, str]:
    return message.response_metadata["plan_reason"], message.text


def interaction(message: Any) -> str:
    return message.response_metadata["interaction_id"]


def on_server(saver: InteractionsSaver, interaction_id: str) -> bool:
    try:
        saver._client.get(interaction_id)
    except NotFoundError:
        return False
    return True


def test_time_travel_continues_from_the_interaction_of_that_time(graph: Any) -> None:
    first = say(graph, "t", "My number is 1.")
    past = graph.get_state(thread()).config
    say(graph, "t", "My number is 2.")

    forked = graph.invoke({"messages": "What is my number?"}, past)["messages"][-1]

    assert plan(forked) == ("fork", "Your number is 1.")
    parent = forked.response_metadata["previous_interaction_id"]
    assert parent == interaction(first)


def test_update_state_is_sent_as_input_to_the_same_chain(graph: Any) -> None:
    say(graph, "t", "Hello.")
    graph.update_state(thread(), {"messages": [("user", "My number is 7.")]})

    answer = say(graph, "t", "What is my number?")

    assert plan(answer) == ("continue", "Your number is 7.")


def test_a_copied_thread_continues_where_its_source_is(
    graph: Any, saver: InteractionsSaver
) -> None:
    last = say(graph, "t", "My name is Ada.")
    saver.copy_thread("t", "u")

    answer = say(graph, "u", "What is my name?")

    assert plan(answer) == ("continue", "Your name is Ada.")
    parent = answer.response_metadata["previous_interaction_id"]
    assert parent == interaction(last)
    assert plan(say(graph, "t", "What is my name?"))[1] == "Your name is Ada."


def test_a_pruned_thread_continues(graph: Any, saver: InteractionsSaver) -> None:
    say(graph, "t", "My name is Ada.")
    saver.prune(["t"])

    assert plan(say(graph, "t", "What is my name?")) == (
        "continue",
        "Your name is Ada.",
    )


@pytest.mark.parametrize("is_async", [False, True])
def test_remote_deletion_takes_the_interactions_along(
    is_async: bool,  # noqa: FBT001
    graph: Any,
    saver: InteractionsSaver,
) -> None:
    ids = [interaction(say(graph, "t", text)) for text in ("One.", "Two.")]

    if is_async:
        report = asyncio.run(saver.adelete_thread("t", remote=True))
    else:
        report = saver.delete_thread("t", remote=True)

    assert report.deleted == tuple(reversed(ids))
    assert (report.shared, report.failed) == ((), {})
    assert not any(on_server(saver, key) for key in ids)


def test_local_deletion_leaves_the_server_alone(
    graph: Any, saver: InteractionsSaver
) -> None:
    key = interaction(say(graph, "t", "One."))

    report = saver.delete_thread("t")

    assert report.deleted == ()
    assert on_server(saver, key)


def test_remote_deletion_spares_what_another_thread_rests_on(
    graph: Any, saver: InteractionsSaver
) -> None:
    first = interaction(say(graph, "t", "My name is Ada."))
    saver.copy_thread("t", "u")
    own = interaction(say(graph, "t", "Only here."))

    report = saver.delete_thread("t", remote=True)

    assert (report.deleted, report.shared) == ((own,), (first,))
    assert plan(say(graph, "u", "What is my name?")) == (
        "continue",
        "Your name is Ada.",
    )
    assert first in saver.delete_thread("u", remote=True).deleted


def test_a_dead_server_keeps_nothing_local(store_url: str) -> None:
    with Emulator() as emulator:
        connection = Connection(
            base_url=emulator.url, api_key="k", timeout_s=PATIENCE_S
        )
        model = ChatInteractions(
            model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
        )
        with model, InteractionsSaver(store_url) as saver:
            graph = chat(model, saver)
            ids = [interaction(say(graph, "t", f"xyzzy-{n}")) for n in range(3)]

    with InteractionsSaver(store_url, connection=connection) as saver:
        report = saver.delete_thread("t", remote=True)

    assert set(report.failed) == set(ids)
    assert report.deleted == ()
    assert b"xyzzy" not in bytes_of(saver)


def test_another_credential_is_reported_and_not_tried(
    graph: Any, emulator: Emulator, store_url: str
) -> None:
    key = interaction(say(graph, "t", "One."))
    other = Connection(base_url=emulator.url, api_key="another")

    with InteractionsSaver(store_url, connection=other) as saver:
        report = saver.delete_thread("t", remote=True)

    assert "another API key" in report.failed[key]
