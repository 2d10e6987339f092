"""Ours: an event loop waits for the network; whatever takes its time runs elsewhere."""

import asyncio
import contextvars
import threading
from contextlib import nullcontext
from pathlib import Path

import pytest

from interactions_core.connection import Connection
from interactions_core.request_hooks import sending
from interactions_core.steps import user_input
from interactions_core.stores import MemoryStore
from interactions_core.stores.workers import in_thread, in_worker
from interactions_core.wire import (
    body_bytes,
    create_arguments,
    open_client,
    withheld,
)
from interactions_emulator import Emulator
from tests.programs import run_program


@pytest.mark.parametrize("place", ["memory:", "sqlite:///{}/sessions.db"])
def test_first_turns_import_read_and_write_json_in_other_threads(
    place: str, tmp_path: Path
) -> None:
    told = run_program("tests.core.first_turns", place.format(tmp_path))

    assert told.strip() == ""


def test_work_of_a_store_has_its_threads_and_the_context_of_who_asked() -> None:
    store, asked = MemoryStore(), contextvars.ContextVar("asked", default="")

    async def main() -> list[tuple[str, str]]:
        asked.set("yes")
        return await asyncio.gather(
            *(in_worker(store, lambda: (_thread(), asked.get())) for _ in range(20))
        )

    [(name, answer)] = set(asyncio.run(main()))
    assert (name, answer) == ("interactions-store_0", "yes")


def test_work_that_was_begun_is_over_when_a_cancelled_caller_leaves() -> None:
    """What a turn cleans up is not being written meanwhile."""
    store, begun, goes_on = MemoryStore(), threading.Event(), threading.Event()
    done: list[str] = []

    def work() -> None:
        begun.set()
        goes_on.wait(120)
        done.append("work")

    async def main() -> None:
        task = asyncio.ensure_future(in_worker(store, work))
        await asyncio.get_running_loop().run_in_executor(None, begun.wait)
        task.cancel()
        await asyncio.wait([task], timeout=0.01)
        assert not task.done()
        goes_on.set()
        await asyncio.wait([task])
        done.append("cancelled" if task.cancelled() else "returned")

    asyncio.run(main())
    assert done == ["work", "cancelled"]


def test_work_that_is_not_ours_keeps_no_thread_of_the_store() -> None:
    """It may wait for the store, as the checkpointer of somebody else may."""
    store = MemoryStore()

    async def main() -> list[str]:
        def nested() -> str:
            return asyncio.run(in_worker(store, _thread))

        return await asyncio.gather(*(in_thread(nested) for _ in range(5)))

    assert set(asyncio.run(main())) == {"interactions-store_0"}


def test_work_that_is_not_ours_does_not_hold_up_whoever_cancels_it() -> None:
    goes_on = threading.Event()

    async def main() -> bool:
        task = asyncio.ensure_future(in_thread(lambda: goes_on.wait(120)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        goes_on.set()
        return task.cancelled()

    assert asyncio.run(main())


def test_a_create_whose_body_is_missing_is_refused(emulator: Emulator) -> None:
    """What stands in its place must never be answered."""
    client = open_client(Connection(api_key="key", base_url=emulator.url))
    body = {"model": "gemini-3.5-flash", "input": [user_input("hello").wire]}
    arguments = withheld(create_arguments(body, 120, stream=False))

    async def send(*, whole: bool) -> int:
        create = client.aio.interactions.with_raw_response.create
        with sending(body_bytes(body, stream=False)) if whole else nullcontext():
            return (await create(**arguments)).http_response.status_code

    async def main() -> int:
        try:
            with pytest.raises(Exception, match="400"):
                await send(whole=False)
            return await send(whole=True)
        finally:
            await client.aio.aclose()

    assert asyncio.run(main()) == 200
    client.close()


def test_opening_a_client_sends_nothing(emulator: Emulator) -> None:
    """Its imports are rehearsed with a create that is stopped before the network."""
    client = open_client(Connection(api_key="key", base_url=emulator.url))
    asyncio.run(client.aio.aclose())
    client.close()

    assert emulator.requests() == []


def _thread() -> str:
    return threading.current_thread().name
