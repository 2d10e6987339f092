"""Ours: calls, and the saver's async half, keep their work out of the loop's thread."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from interactions_core.stores.workers import in_worker
from interactions_langgraph import InteractionsSaver
from tests.programs import run_program


class WatchedSerializer(JsonPlusSerializer):
    """Says in which threads values are written and read."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[str] = set()

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        self.threads.add(threading.current_thread().name)
        return super().dumps_typed(obj)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        self.threads.add(threading.current_thread().name)
        return super().loads_typed(data)


def test_first_calls_of_a_graph_work_in_other_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "key")
    told = run_program("tests.langgraph.first_calls", f"sqlite:///{tmp_path}/state.db")

    assert told == ""


def test_the_saver_and_the_session_store_share_the_few_threads_of_the_store(
    store_url: str,
) -> None:
    """One rule for both: neither takes asyncio's default executor."""
    serde = WatchedSerializer()

    async def main(saver: InteractionsSaver) -> str:
        await asyncio.gather(*(_put(saver, f"{number}") for number in range(20)))
        await asyncio.gather(*(saver.aget_tuple(_at(f"{n}")) for n in range(20)))
        return await in_worker(saver.sessions, _thread)

    with InteractionsSaver(store_url, serde=serde) as saver:
        theirs = asyncio.run(main(saver))
        most = saver.sessions.threads
    assert {_pool(name) for name in serde.threads} == {_pool(theirs)}
    assert len(serde.threads) <= most


def test_a_deletion_on_the_server_keeps_no_thread_of_the_store(
    tmp_path: Path,
) -> None:
    """It asks the network for every interaction; turns go on meanwhile."""
    where: list[str] = []

    class Saver(InteractionsSaver):
        def delete_thread(self, thread_id: str, *, remote: bool = False) -> Any:
            where.append(_pool(_thread()))
            return super().delete_thread(thread_id, remote=remote)

    async def main(saver: Saver) -> None:
        await saver.adelete_thread("1")
        await saver.adelete_thread("1", remote=True)

    with Saver(f"sqlite:///{tmp_path}/state.db") as saver:
        asyncio.run(main(saver))
    assert where == ["interactions-store", "interactions-call"]


def test_a_file_is_opened_with_the_first_use_where_a_saver_is_made_on_a_loop(
    tmp_path: Path,
) -> None:
    path = tmp_path / "folder" / "state.db"

    async def main() -> tuple[bool, bool]:
        async with InteractionsSaver.from_conn_string(f"sqlite:///{path}") as saver:
            made = path.exists()
            await _put(saver, "1")
            return made, path.exists()

    assert asyncio.run(main()) == (False, True)


def test_a_second_saver_of_an_open_file_makes_its_tables_with_its_first_use(
    tmp_path: Path,
) -> None:
    with InteractionsSaver(f"sqlite:///{tmp_path}/state.db") as first:
        sessions = first.sessions

        async def main() -> bool:
            second = InteractionsSaver(sessions)
            await _put(second, "1")
            return await second.aget_tuple(_at("1")) is not None

        assert asyncio.run(main())


async def _put(saver: InteractionsSaver, thread_id: str) -> None:
    checkpoint = empty_checkpoint() | {"channel_values": {"text": ["hello"]}}
    checkpoint["channel_versions"] = {"text": 1}
    metadata: Any = {"source": "input", "step": 1}
    await saver.aput(_at(thread_id), checkpoint, metadata, {"text": 1})


def _at(thread_id: str) -> Any:
    return {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}


def _thread() -> str:
    return threading.current_thread().name


def _pool(thread: str) -> str:
    return thread.partition("_")[0]
