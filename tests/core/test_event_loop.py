"""Ours: an event loop waits for the network; whatever takes its time runs elsewhere."""

import asyncio
import base64
import contextvars
import hmac
import json
import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from types import FrameType
from typing import Any, cast

import pytest
from google.auth.credentials import Credentials

from interactions_core import MemoryStore, SqliteStore
from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.client.request_hooks import sending
from interactions_core.client.sdk import open_client
from interactions_core.client.wire import body_bytes, create_arguments, withheld
from interactions_core.records.turn import Reply, Turn
from interactions_core.services.webhook_verification import Trust
from interactions_core.services.webhooks import WebhookReceiver
from interactions_core.stores.workers import in_thread, in_worker
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.replies import reply_text
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.loop_watch import LoopWatch
from tests.patience import PATIENCE_S
from tests.programs import ROOT, run_program

NOW = 1_790_000_000
RULES = ClientPolicy(max_retries=0, retention_s=1e6, clock=lambda: NOW)


@pytest.mark.parametrize("place", ["memory:", "sqlite:///{}/sessions.db"])
def test_first_turns_import_read_and_write_json_in_other_threads(
    place: str, tmp_path: Path
) -> None:
    told = run_program("tests.core.first_turns", place.format(tmp_path))

    assert told.strip() == ""


def test_tokens_of_vertex_are_fetched_in_another_thread(emulator: Emulator) -> None:
    """google-genai would fetch them in the thread that awaits a request."""
    where: list[str] = []

    class Tokens(Credentials):
        def refresh(self, _: object) -> None:
            where.append(_thread())
            self.token = where[-1]

    connection = Connection(
        base_url=emulator.url,
        vertexai=True,
        project="p",
        location="global",
        credentials=Tokens(),
    )

    async def main() -> None:
        client = AsyncInteractionsClient(connection, RULES)
        await client.turn(_turn("hello"), MemoryStore())
        await client.close()

    asyncio.run(main())
    assert where == ["interactions-store_0"]


def test_long_answers_are_read_in_another_thread(emulator: Emulator) -> None:
    """Unary and streamed; a short event is read where it arrives."""
    text = "word " * 40_000
    emulator.script([{"reply": {"text": text}}])
    connection = Connection(api_key="key", base_url=emulator.url)
    read: list[int] = []

    def look(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is json.loads.__code__:
            read.append(len(frame.f_locals["s"]))

    async def main() -> list[str]:
        client = AsyncInteractionsClient(connection, RULES)
        # Told of the calls of this thread only.
        sys.setprofile(look)
        try:
            unary = await client.turn(_turn("Tell me."), MemoryStore())
            streamed = [x async for x in client.stream(_turn("And?"), MemoryStore())]
        finally:
            sys.setprofile(None)
        await client.close()
        return [reply_text(cast("Reply", r).steps) for r in (unary, streamed[-1])]

    assert asyncio.run(main()) == [text, text]
    assert max(read) <= 65_536


def test_deliveries_of_webhooks_are_noted_in_another_thread(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "jobs.db")
    key = b"k" * 32
    trust = Trust(secrets=["whsec_" + base64.b64encode(key).decode()])
    event = {"type": "interaction.completed", "data": {"id": "v1_1"}}
    body = json.dumps(event).encode()
    signature = hmac.digest(key, b"msg_1.%d." % NOW + body, "sha256")
    headers = {
        b"webhook-id": b"msg_1",
        b"webhook-timestamp": b"%d" % NOW,
        b"webhook-signature": b"v1," + base64.b64encode(signature),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    async def main() -> str:
        watch = LoopWatch()
        scope = {"type": "http", "method": "POST", "headers": [*headers.items()]}
        # Its file is opened by the delivery.
        store.close()
        with watch:
            receiver = WebhookReceiver(store, trust, clock=lambda: NOW)
            await receiver(scope, receive, send)
        return watch.told()

    assert asyncio.run(main()) == ""
    assert sent[0]["status"] == 200
    store.close()


def test_nothing_of_ours_goes_to_the_default_executor() -> None:
    """It is where a loop looks up host names, and as large as the machine."""
    named = {
        f"{path.name}: {line.strip()}"
        for path in (ROOT / "packages").rglob("*.py")
        if "emulator" not in path.parts[-2]
        for line in path.read_text().splitlines()
        if "to_thread(" in line or "run_in_executor(None" in line
    }

    assert named == set()


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
        goes_on.wait(PATIENCE_S)
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
        task = asyncio.ensure_future(in_thread(lambda: goes_on.wait(PATIENCE_S)))
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


def _turn(text: str) -> Turn:
    transcript = Transcript.of([user_input(text)])
    return Turn(transcript=transcript, target=("model", "gemini-3.5-flash"))


def _thread() -> str:
    return threading.current_thread().name
