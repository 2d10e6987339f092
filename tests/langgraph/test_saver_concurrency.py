"""Threads, event loops and processes on one database at once: nothing is lost."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import Checkpoint
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from interactions_core.stores import PostgresStore, SqliteStore
from interactions_langgraph.saver import InteractionsSaver
from tests.langgraph.checkpoints import read_everything
from tests.patience import PATIENCE_S

WRITERS = 8
PUTS = 25


@pytest.fixture
def url(store_url: str) -> str:
    return store_url


@pytest.fixture
def saver(url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(url) as saver:
        yield saver


def at(thread: str, ns: str = "") -> RunnableConfig:
    return {"configurable": {"thread_id": thread, "checkpoint_ns": ns}}


def checkpoint_of(messages: list[HumanMessage], version: int) -> Checkpoint:
    checkpoint: Any = {
        "v": 4,
        "id": str(uuid6()),
        "ts": "2026-01-01T00:00:00+00:00",
        "channel_values": {"messages": messages},
        "channel_versions": {"messages": version},
        "versions_seen": {},
    }
    return checkpoint


def write(saver: InteractionsSaver, writer: int, thread: str) -> None:
    """Grow one list of messages, as a thread of a conversation does."""
    config, messages = at(thread), list[HumanMessage]()
    for turn in range(PUTS):
        messages.append(HumanMessage(f"{writer}/{turn}", id=f"{writer}/{turn}"))
        metadata: Any = {"writer": writer, "turn": turn}
        config = saver.put(config, checkpoint_of(messages, turn), metadata, {})
        saver.put_writes(config, [("messages", messages[-1])], f"task {writer}")
        assert saver.get_tuple(config) is not None


def check(
    saver: InteractionsSaver, writers: range, thread_of: Callable[[int], str]
) -> None:
    for writer in writers:
        found = list(saver.list(at(thread_of(writer)), filter={"writer": writer}))
        turns = [each.metadata.get("turn") for each in found]
        assert sorted(turns, key=int) == list(range(PUTS))
        for each in found:
            turn: Any = each.metadata.get("turn")
            held = each.checkpoint["channel_values"]["messages"]
            assert [m.content for m in held] == [
                f"{writer}/{t}" for t in range(turn + 1)
            ]
            assert [w[2] for w in each.pending_writes or ()] == held[-1:]


@pytest.mark.parametrize("shared", [True, False])
def test_threads_lose_nothing(shared: bool, saver: InteractionsSaver) -> None:  # noqa: FBT001
    def thread_of(writer: int) -> str:
        return "shared" if shared else str(writer)

    with ThreadPoolExecutor(WRITERS) as pool:
        calls = [pool.submit(write, saver, n, thread_of(n)) for n in range(WRITERS)]
        for call in calls:
            call.result(timeout=PATIENCE_S)

    check(saver, range(WRITERS), thread_of)


PROCESS = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("these_tests", sys.argv[1])
tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tests)
with tests.InteractionsSaver(sys.argv[2]) as saver:
    sys.stdin.readline()
    tests.write(saver, int(sys.argv[3]), sys.argv[4])
"""


def run_processes(url: str, threads: list[str]) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, __file__, url, str(writer), thread],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for writer, thread in enumerate(threads)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, errors


@pytest.mark.parametrize("shared", [True, False])
def test_processes_lose_nothing(shared: bool, url: str) -> None:  # noqa: FBT001
    """Ours: the processes also create the file at the same time."""

    def thread_of(writer: int) -> str:
        return "shared" if shared else str(writer)

    run_processes(url, [thread_of(writer) for writer in range(4)])

    with InteractionsSaver(url) as saver:
        check(saver, range(4), thread_of)


def test_two_savers_on_one_database_see_each_other(url: str, tmp_path: Path) -> None:
    # Another spelling, so that it is another object.
    same = url.replace("/store.db", f"/../{tmp_path.name}/store.db").replace("?", "?&")
    with InteractionsSaver(url) as one, InteractionsSaver(same) as two:
        assert one.sessions is not two.sessions
        write(one, 0, "t")
        write(two, 1, "t")

        for saver in (one, two):
            check(saver, range(2), lambda _: "t")


def test_event_loops_in_several_threads_share_a_saver(saver: InteractionsSaver) -> None:
    async def chat(writer: int) -> None:
        messages = [HumanMessage("x", id=str(at_)) for at_ in range(writer + 1)]
        for version in range(10):
            saved = await saver.aput(
                at(str(writer)), checkpoint_of(messages, version), {}, {}
            )
            await saver.aput_writes(saved, [("c", version)], "task")
            found = await saver.aget_tuple(saved)
            assert found is not None
            assert found.checkpoint["channel_values"]["messages"] == messages

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(asyncio.run, chat(n)) for n in range(4)]
        for call in calls:
            call.result(timeout=PATIENCE_S)

    assert len(list(saver.list(None))) == 40


def test_deleting_beside_writers_leaves_whole_checkpoints(
    saver: InteractionsSaver,
) -> None:
    """What was prepared for a thread that is deleted meanwhile is prepared again."""
    messages = [HumanMessage("x", id=str(at_)) for at_ in range(20)]

    def put_many() -> None:
        for version in range(60):
            saver.put(at("t"), checkpoint_of(messages, version), {}, {})

    def delete_many() -> None:
        for _ in range(60):
            saver.delete_thread("t")

    with ThreadPoolExecutor(3) as pool:
        for call in [pool.submit(f) for f in (put_many, put_many, delete_many)]:
            call.result(timeout=PATIENCE_S)
    put_many()

    for found in saver.list(at("t")):
        assert found.checkpoint["channel_values"]["messages"] == messages


def test_tidying_beside_writers_leaves_whole_checkpoints(
    saver: InteractionsSaver, url: str
) -> None:
    """Ours: pruning, deleting runs and copying, as from another machine."""
    with InteractionsSaver(url) as tidying:

        def put_many(writer: int) -> RunnableConfig:
            config = at("t")
            for turn in range(30):
                messages = [HumanMessage("x", id=str(n)) for n in range(turn)]
                metadata: Any = {"run_id": f"{writer}/{turn % 3}", "turn": turn}
                checkpoint = checkpoint_of(messages, turn)
                config = saver.put(config, checkpoint, metadata, {})
                saver.put_writes(config, [("c", messages)], "task")
            return config

        def tidy() -> None:
            for turn in range(15):
                tidying.prune(["t"])
                tidying.delete_for_runs([f"0/{turn % 2}"])
                tidying.copy_thread("t", f"copy {turn}")

        with ThreadPoolExecutor(4) as pool:
            calls = [pool.submit(put_many, n) for n in range(3)]
            pool.submit(tidy).result(timeout=PATIENCE_S)
            for call in calls:
                call.result(timeout=PATIENCE_S)

    found = read_everything(saver)
    assert found
    for each in found:
        turn: Any = each.metadata["turn"]
        assert len(each.checkpoint["channel_values"]["messages"]) == turn


class Interrupted(JsonPlusSerializer):
    """Lets something happen in the middle of the next `put`."""

    def __init__(self) -> None:
        super().__init__()
        self.happens: Callable[[], None] | None = None

    def dumps_typed(self, obj: object) -> tuple[str, bytes]:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return super().dumps_typed(obj)


def test_a_put_begins_anew_when_its_thread_is_deleted_meanwhile(url: str) -> None:
    serde = Interrupted()
    messages = [HumanMessage("x", id=str(at_)) for at_ in range(3)]
    with InteractionsSaver(url, serde=serde) as saver:
        saver.put(at("t"), checkpoint_of(messages, 1), {}, {})
        serde.happens = lambda: saver.delete_thread("t")

        second = saver.put(at("t"), checkpoint_of(messages, 2), {}, {})

        [found] = saver.list(at("t"))
        assert found.config == second
        assert found.checkpoint["channel_values"]["messages"] == messages


def test_a_thread_that_another_saver_deleted_is_begun_anew(url: str) -> None:
    """Ours: a saver remembers threads, which others may delete on other machines."""
    with InteractionsSaver(url) as one, InteractionsSaver(url) as other:
        first = one.put(at("t"), checkpoint_of([HumanMessage("1", id="1")], 1), {}, {})
        other.delete_thread("t")
        other.put(at("u"), checkpoint_of([HumanMessage("2", id="2")], 1), {}, {})

        one.put_writes(first, [("c", "written")], "task")
        second = one.put(at("t"), checkpoint_of([HumanMessage("3", id="3")], 2), {}, {})

        [found] = other.list(at("t"))
        assert found.config == second
        assert len([*other.list(at("u"))]) == 1


def test_a_message_changed_during_put_is_stored_whole(
    saver: InteractionsSaver,
) -> None:
    """LangGraph stores in the background while the next node already runs."""
    message = HumanMessage("0", id="1", additional_kwargs={"same": "0"})
    fields = message.__dict__
    done = False

    def change() -> None:
        count = 0
        while not done:
            count += 1
            fields["additional_kwargs"] = {"same": str(count)}

    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(change)
        for version in range(30):
            saver.put(at("t"), checkpoint_of([message], version), {}, {})
        done = True
        changing.result(timeout=PATIENCE_S)

    with saver.sessions.database.reading() as connection:
        rows = connection.execute(
            "SELECT count(DISTINCT n.digest), count(DISTINCT c.body) "
            "FROM checkpoint_nodes n JOIN checkpoint_contents c "
            "ON c.number = n.content"
        ).fetchone()
    assert rows[0] == rows[1]


class Telling(JsonPlusSerializer):
    """A serializer that tells when the value of a test has been taken down."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        dump = super().dumps_typed(obj)
        if obj == {"turn": 1}:
            self.told.set()
        return dump


def of_dict(value: dict[str, Any]) -> Checkpoint:
    rest: Any = {"channel_values": {"c": value}, "channel_versions": {"c": 1}}
    return {**checkpoint_of([], 1), **rest}


def store_beside(url: str) -> SqliteStore | PostgresStore:
    """Open the same database once more, with connections of its own."""
    path = url.removeprefix("sqlite:///")
    return PostgresStore(f"{url}&") if path == url else SqliteStore(path)


def test_value_is_stored_as_it_was_when_put_was_called(url: str) -> None:
    value, serde = {"turn": 1}, Telling()
    with (
        InteractionsSaver(url, serde=serde) as saver,
        closing(store_beside(url)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        with other.database.writing("t"):
            putting = pool.submit(saver.put, at("t"), of_dict(value), {}, {})
            told = serde.told.wait(PATIENCE_S)
            value["turn"] = 2
        putting.result(timeout=PATIENCE_S)

        found = saver.get(at("t"))
    assert told
    assert found is not None
    assert found["channel_values"] == {"c": {"turn": 1}}


def test_value_is_stored_as_it_was_when_aput_was_called(
    url: str, saver: InteractionsSaver
) -> None:
    value, written = {"turn": 1}, ["a"]
    begun = saver.put(at("u"), of_dict({}), {}, {})

    async def go() -> None:
        with closing(store_beside(url)) as other:
            with other.database.writing("t"):
                task = {"config": begun, "writes": [("w", written)], "task_id": "k"}
                calls = [
                    asyncio.create_task(saver.aput(at("t"), of_dict(value), {}, {})),
                    asyncio.create_task(saver.aput_writes(**task)),
                ]
                await asyncio.sleep(0)
                value["turn"] = 2
                written.append("b")
            await asyncio.gather(*calls)

    asyncio.run(go())

    found, beside = saver.get(at("t")), saver.get_tuple(begun)
    assert found is not None
    assert found["channel_values"] == {"c": {"turn": 1}}
    assert beside is not None
    assert beside.pending_writes == [("k", "w", ["a"])]
