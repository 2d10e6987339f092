"""Deleting threads on the server: nothing is forgotten, whoever fails in between."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from interactions_core.client.connection import Connection
from interactions_core.process import failpoints
from interactions_core.process.failpoints import DeletionFailPoint
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.checkpoints import bytes_of
from tests.langgraph.test_graph_sessions import chat, say
from tests.langgraph.test_saver_sessions import interaction, on_server
from tests.patience import PATIENCE_S


@pytest.fixture
def saver(emulator: Emulator, store_url: str) -> Iterator[InteractionsSaver]:
    connection = Connection(base_url=emulator.url, api_key="k", timeout_s=PATIENCE_S)
    with InteractionsSaver(store_url, connection=connection) as saver:
        yield saver


@pytest.fixture
def model(emulator: Emulator) -> Iterator[ChatInteractions]:
    with ChatInteractions(
        model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
    ) as model:
        yield model


@pytest.fixture
def graph(model: ChatInteractions, saver: InteractionsSaver) -> Any:
    return chat(model, saver)


def listed(saver: InteractionsSaver) -> list[str]:
    return [each.interaction_id for each in saver.sessions.list_erasures()]


class Died(BaseException):
    """Takes the place of a kill."""


def die_at(point: DeletionFailPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(at: object) -> None:
        if at is point:
            raise Died

    monkeypatch.setattr(failpoints, "hook", die)


def test_ids_are_listed_when_the_network_is_never_reached(
    graph: Any, saver: InteractionsSaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [interaction(say(graph, "t", text)) for text in ("One.", "Two.")]
    die_at(DeletionFailPoint.FORGOTTEN, monkeypatch)

    with pytest.raises(Died):
        saver.delete_thread("t", remote=True)

    assert {*listed(saver)} == {*ids}
    assert saver.get_tuple({"configurable": {"thread_id": "t"}}) is None
    assert saver.sessions.held_by("t") == []


def test_a_deletion_that_is_not_committed_has_not_happened(
    graph: Any, saver: InteractionsSaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(graph, "t", "My name is Ada.")
    die_at(DeletionFailPoint.LISTED, monkeypatch)
    with pytest.raises(Died):
        saver.delete_thread("t", remote=True)
    monkeypatch.setattr(failpoints, "hook", None)

    answer = say(graph, "t", "What is my name?")

    assert answer.text == "Your name is Ada."
    assert answer.response_metadata["plan_reason"] == "continue"
    assert listed(saver) == []


@pytest.mark.parametrize("is_async", [False, True])
def test_the_next_deletion_asks_for_what_is_left(
    is_async: bool,  # noqa: FBT001
    graph: Any,
    saver: InteractionsSaver,
    emulator: Emulator,
) -> None:
    left = interaction(say(graph, "t", "One."))
    emulator.fault(on="delete", do={"status": 503})
    failed = saver.delete_thread("t", remote=True)
    own = interaction(say(graph, "u", "Two."))

    if is_async:
        report = asyncio.run(saver.adelete_thread("u", remote=True))
    else:
        report = saver.delete_thread("u", remote=True)

    assert list(failed.failed) == [left]
    assert report.deleted == (own, left)
    assert not on_server(saver, left)
    assert listed(saver) == []


def test_a_local_deletion_asks_for_nothing(
    graph: Any, saver: InteractionsSaver, emulator: Emulator
) -> None:
    left = interaction(say(graph, "t", "One."))
    emulator.fault(on="delete", do={"status": 503})
    saver.delete_thread("t", remote=True)

    saver.delete_thread("u")

    assert listed(saver) == [left]


@pytest.mark.parametrize("way", ["invoke", "ainvoke", "stream"])
def test_a_turn_in_flight_is_deleted_with_the_next_call(
    way: str,
    graph: Any,
    saver: InteractionsSaver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = interaction(say(graph, "t", "My name is Ada."))
    reports: list[Any] = []

    def delete(at: object) -> None:
        if at is DeletionFailPoint.ANSWERED and not reports:
            reports.append(saver.delete_thread("t", remote=True))

    monkeypatch.setattr(failpoints, "hook", delete)
    config: Any = {"configurable": {"thread_id": "t"}}
    asked: Any = {"messages": "What is my name? xyzzy"}
    if way == "invoke":
        graph.invoke(asked, config)
    elif way == "ainvoke":
        asyncio.run(graph.ainvoke(asked, config))
    else:
        list(graph.stream(asked, config, stream_mode="messages"))

    [late] = listed(saver)
    assert reports[0].deleted == (first,)
    assert on_server(saver, late)
    assert saver.get_tuple(config) is None
    assert b"xyzzy" not in bytes_of(saver)
    assert saver.delete_thread("t", remote=True).deleted == (late,)
    assert not on_server(saver, late)


def test_later_calls_of_a_run_in_flight_record_nothing_either(
    model: ChatInteractions, saver: InteractionsSaver
) -> None:
    """Ours: the run is known by the checkpoint that it goes on from."""
    graph = chat(model, saver)
    say(graph, "t", "Hello.")
    seen: list[str] = []

    def talk(state: Any) -> Any:
        saver.delete_thread("t", remote=True)
        seen.append(interaction(model.invoke(state["messages"])))
        return {"messages": [model.invoke([*state["messages"], ("user", "And?")])]}

    overtaken = graph.builder.__class__(graph.builder.state_schema)
    overtaken.add_node("talk", talk).set_entry_point("talk")
    done = overtaken.compile(checkpointer=saver).invoke(
        {"messages": "Again."}, {"configurable": {"thread_id": "t"}}
    )

    seen.append(interaction(done["messages"][-1]))
    assert saver.sessions.held_by("t") == []
    assert {*listed(saver)} == {*seen}


def test_a_background_run_of_the_thread_is_deleted_as_well(
    emulator: Emulator, saver: InteractionsSaver
) -> None:
    emulator.fault(on="create", do={"stall": True})
    with ChatInteractions(
        model="gemini-3.5-flash",
        base_url=emulator.url,
        api_key="k",
        background="suspend",
    ) as model:
        graph = chat(model, saver)
        graph.invoke({"messages": "Hi"}, {"configurable": {"thread_id": "t"}})
    [job] = saver.sessions.list_jobs()

    report = saver.delete_thread("t", remote=True)

    assert report.deleted == (job.interaction_id,)
    assert not on_server(saver, job.interaction_id)
    paths = [row["path"] for row in emulator.requests()]
    assert any(path.endswith(f"{job.interaction_id}/cancel") for path in paths)


def test_what_another_key_left_is_not_reported_by_every_deletion(
    graph: Any, saver: InteractionsSaver, emulator: Emulator
) -> None:
    left = interaction(say(graph, "t", "One."))
    other = Connection(base_url=emulator.url, api_key="another")
    with InteractionsSaver(saver.sessions, connection=other) as stranger:
        assert left in stranger.delete_thread("t", remote=True).failed

        report = stranger.delete_thread("u", remote=True)

    assert report.failed == {}
    assert listed(saver) == [left]
    assert saver.delete_thread("u", remote=True).deleted == (left,)
