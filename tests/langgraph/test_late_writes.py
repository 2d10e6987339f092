"""A run goes on after its thread was deleted: what it writes brings nothing back."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.records.erasures import LATE_S
from interactions_core.stores.sqlite.database import SqliteDatabase
from interactions_langgraph import InteractionsSaver
from interactions_langgraph._storage.tables import MIGRATIONS
from tests.langgraph.checkpoints import (
    at,
    bytes_of,
    count,
    put,
    put_value,
    read_everything,
    value_of,
)

PRIVATE = "xyzzy"
ROWS = (
    "checkpoint_threads",
    "checkpoint_spaces",
    "checkpoint_contents",
    "checkpoint_nodes",
    "checkpoints",
    "checkpoint_writes",
)


@pytest.fixture
def saver(store_url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(store_url) as saver:
        yield saver


def rows(saver: InteractionsSaver) -> int:
    return sum(count(saver, table) for table in ROWS)


def put_async(saver: InteractionsSaver, config: RunnableConfig) -> None:
    checkpoint: Any = {
        "v": 4,
        "id": "9",
        "ts": "",
        "channel_values": {"c": PRIVATE},
        "channel_versions": {"c": 2},
        "versions_seen": {},
    }

    async def write() -> None:
        await saver.aput_writes(config, [("c", PRIVATE)], "task")
        await saver.aput(config, checkpoint, {}, {"c": 2})

    asyncio.run(write())


@pytest.mark.parametrize("is_async", [False, True])
def test_late_writes_do_not_bring_a_deleted_thread_back(
    is_async: bool,  # noqa: FBT001
    saver: InteractionsSaver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = put_value(saver, "said")
    saver.delete_thread("t")

    if is_async:
        put_async(saver, config)
    else:
        saver.put_writes(config, [("c", PRIVATE)], "task")
        put_value(saver, PRIVATE, config, version=2)

    assert saver.get_tuple(at("t")) is None
    assert rows(saver) == 0
    assert PRIVATE.encode() not in bytes_of(saver)
    assert len([r for r in caplog.records if "is not stored" in r.getMessage()]) == 2


def test_what_follows_a_late_checkpoint_is_late_as_well(
    saver: InteractionsSaver,
) -> None:
    config = put_value(saver, 0)
    saver.delete_thread("t")

    for version in range(2, 5):
        config = put_value(saver, version, config, version=version)
        saver.put_writes(config, [("c", version)], "task")

    assert rows(saver) == 0


@pytest.mark.parametrize("way", ["parents", "checkpoint_map"])
def test_a_subgraph_of_a_deleted_checkpoint_is_late(
    way: str, saver: InteractionsSaver
) -> None:
    around = put_value(saver, 0)["configurable"]["checkpoint_id"]
    saver.delete_thread("t")
    inside = at("t", ns="sub:1")
    metadata: dict[str, Any] = {"source": "loop", "parents": {}}
    if way == "parents":
        metadata["parents"] = {"": around}
    else:
        inside["configurable"]["checkpoint_map"] = {"": around}

    first = put(saver, {"c": 1}, config=inside, metadata=metadata)
    put(saver, {"c": 2}, config=first)

    assert rows(saver) == 0


def test_writes_that_come_before_their_late_checkpoint_go_with_it(
    saver: InteractionsSaver,
) -> None:
    """LangGraph stores checkpoints in the background, while tasks already write."""
    config = put_value(saver, 0)
    saver.delete_thread("t")
    saver.put_writes(at("t", "9"), [("c", PRIVATE)], "task")

    put(saver, {"c": 1}, config=config, own_id="9")

    assert rows(saver) == 0
    assert PRIVATE.encode() not in bytes_of(saver)


def test_late_writes_leave_a_new_conversation_as_it_is(
    saver: InteractionsSaver,
) -> None:
    old = put_value(saver, "old")
    saver.delete_thread("t")
    saver.put_writes(at("t", "9"), [("c", PRIVATE)], "task")
    new = put_value(saver, [HumanMessage("new", id="1")])
    saver.put_writes(new, [("c", "written")], "task")

    put(saver, {"c": 1}, config=old, own_id="9")
    saver.put_writes(old, [("c", PRIVATE)], "task")

    [found] = read_everything(saver)
    assert found.checkpoint["channel_values"]["c"] == [HumanMessage("new", id="1")]
    assert [value for _, _, value in found.pending_writes] == ["written"]
    assert PRIVATE.encode() not in bytes_of(saver)


def test_writes_wait_for_a_checkpoint_of_a_new_conversation(
    saver: InteractionsSaver,
) -> None:
    put_value(saver, "old")
    saver.delete_thread("t")

    saver.put_writes(at("t", "9"), [("c", "written")], "task")
    put(saver, {"c": 1}, own_id="9")

    [found] = read_everything(saver)
    assert [value for _, _, value in found.pending_writes] == ["written"]


def test_a_run_that_stored_nothing_before_the_deletion_is_a_new_one(
    saver: InteractionsSaver,
) -> None:
    """Known gap: its first checkpoint has no parent, like that of a new run."""
    put_value(saver, "old")
    saver.delete_thread("t")

    config = put_value(saver, "of a run that began before the deletion")

    assert value_of(saver, config) == "of a run that began before the deletion"


def test_checkpoints_of_a_deleted_name_that_are_stored_anew_are_not_late(
    saver: InteractionsSaver,
) -> None:
    """Ours: a thread that was exported can be put back, oldest checkpoint first."""
    for _ in range(2):
        first = put(saver, {"c": 1}, own_id="1")
        put(saver, {"c": 2}, config=first, own_id="2")
        assert len(read_everything(saver)) == 2
        saver.delete_thread("t")

    assert rows(saver) == 0


def test_a_deleted_copy_is_copied_again_and_goes_on(saver: InteractionsSaver) -> None:
    put_value(saver, 1)
    saver.copy_thread("t", "u")
    late = saver.get_tuple(at("u"))
    assert late is not None
    saver.delete_thread("u")

    saver.copy_thread("t", "u")
    put_value(saver, 2, late.config, version=2)

    assert len(list(saver.list(at("u")))) == 2


def test_pruning_drops_nothing_whose_parent_survives(saver: InteractionsSaver) -> None:
    old = put_value(saver, 0)
    newest = put_value(saver, 1, old, version=2)
    metadata = {"parents": {"": old["configurable"]["checkpoint_id"]}}
    inside = put(saver, {"c": 1}, config=at(ns="sub:1"), metadata=metadata)
    saver.prune(["t"])

    after = put_value(saver, 2, newest, version=3)
    deeper = put(saver, {"c": 2}, config=inside, metadata=metadata, version=2)

    assert value_of(saver, after) == 2
    assert value_of(saver, deeper) == 2


def test_a_run_that_was_rolled_back_stays_away(saver: InteractionsSaver) -> None:
    """Ours: LangGraph's server deletes a run's checkpoints to roll it back."""
    before = put(saver, {"c": 0}, metadata={"run_id": "before"})
    step = put(saver, {"c": 1}, config=before, metadata={"run_id": "1"}, version=2)
    saver.delete_for_runs(["1"])

    late = put(saver, {"c": 2}, config=step, metadata={"run_id": "1"}, version=3)
    put(saver, {"c": 3}, config=late, metadata={"run_id": "1"}, version=4)
    other = put(saver, {"c": 4}, config=step, metadata={"run_id": "2"}, version=5)

    [newest, oldest] = read_everything(saver)
    assert newest.config == other
    assert oldest.config == before


def test_savers_see_what_others_deleted(store_url: str) -> None:
    with InteractionsSaver(store_url) as one, InteractionsSaver(store_url) as two:
        config = put_value(one, 0)
        two.delete_thread("t")

        put_value(one, 1, config, version=2)

        assert rows(one) == 0


def test_what_remains_of_a_deleted_thread_names_nothing(
    saver: InteractionsSaver,
) -> None:
    config = put_value(saver, PRIVATE, at("ada@example.org"))
    saver.delete_thread("ada@example.org")

    held = bytes_of(saver)

    assert count(saver, "checkpoint_tombstones") == 1
    assert b"ada@example.org" not in held
    assert config["configurable"]["checkpoint_id"].encode() not in held


def test_deletions_of_long_ago_are_forgotten_with_the_next(
    saver: InteractionsSaver,
) -> None:
    put_value(saver, 0)
    saver.delete_thread("t")
    with saver.sessions.database.writing() as connection:
        for table in ("checkpoint_tombstones", "deleted_threads"):
            query = f"UPDATE {table} SET deleted_at = deleted_at - $1"  # noqa: S608
            connection.execute(query, (LATE_S + 60.0,))

    saver.delete_thread("another")

    assert count(saver, "checkpoint_tombstones") == 0
    assert count(saver, "deleted_threads") == 1


def test_an_older_release_beside_this_one_goes_on(tmp_path: Path) -> None:
    """Ours: what remembers deletions is a part that an older release does not know."""
    with InteractionsSaver(f"sqlite:///{tmp_path}/state.db") as saver:
        put_value(saver, 0)
        saver.delete_thread("t")
        older = SqliteDatabase(tmp_path / "state.db")

        older.install("checkpoints", MIGRATIONS)

        with older.reading() as connection:
            rows = connection.execute("SELECT part, version FROM schema_versions")
            found = dict(rows.fetchall())
        older.close()
    assert found["checkpoints"] == len(MIGRATIONS)
    assert found["tombstones"] == found["deletions"] == 1


def test_a_database_from_before_deletions_were_remembered_is_taken_over(
    store_url: str,
) -> None:
    with InteractionsSaver(store_url) as saver:
        config = put_value(saver, "said")
        with saver.sessions.database.writing() as connection:
            for table in ("checkpoint_tombstones", "deleted_threads", "erasures"):
                connection.execute(f"DROP TABLE {table}")
            connection.execute(
                "DELETE FROM schema_versions WHERE part IN ('tombstones', 'deletions')"
            )

    with InteractionsSaver(store_url) as saver:
        assert value_of(saver, config) == "said"
        saver.delete_thread("t")
        put_value(saver, "late", config, version=2)
        assert rows(saver) == 0


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
@pytest.mark.parametrize("is_async", [False, True])
def test_a_graph_that_is_overtaken_by_the_deletion_leaves_nothing(
    durability: Any,
    is_async: bool,  # noqa: FBT001
    store_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "interactions_langgraph")
    with InteractionsSaver(store_url) as saver, InteractionsSaver(store_url) as other:
        inner = StateGraph(MessagesState)
        inner.add_node("delete", lambda _: other.delete_thread("t") and {})
        inner.add_node("say", lambda _: {"messages": [("ai", PRIVATE)]})
        inner.add_edge(START, "delete").add_edge("delete", "say")
        graph = StateGraph(MessagesState).add_node("inner", inner.compile())
        graph.add_node("last", lambda _: {"messages": [("ai", PRIVATE)]})
        graph.add_edge(START, "inner").add_edge("inner", "last")
        app = graph.compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": "t"}}
        app.update_state(config, {"messages": ["Hello"]}, as_node="last")
        asked: Any = {"messages": ["Again"]}

        if is_async:
            done = asyncio.run(app.ainvoke(asked, config, durability=durability))
        else:
            done = app.invoke(asked, config, durability=durability)

        assert [m.text for m in done["messages"]][-2:] == [PRIVATE] * 2
        assert saver.get_tuple(at("t")) is None
        assert rows(saver) == 0
        assert PRIVATE.encode() not in bytes_of(saver)
        app.invoke({"messages": ["Hello"]}, config)
