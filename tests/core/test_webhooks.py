"""The webhook receiver, told by the emulator, and by those who are not the API."""

import asyncio
import base64
import hmac
import json
import queue
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from interactions_core import SqliteStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import ConfigurationError, LostSubmitError
from interactions_core.process import failpoints
from interactions_core.process.failpoints import FailPoint
from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job import Job
from interactions_core.records.trace_contexts import TraceContext
from interactions_core.records.turn import Turn
from interactions_core.services.webhook_verification import Trust
from interactions_core.services.webhooks import WebhookReceiver
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.patience import PATIENCE_S
from tests.spans import attributes, told

NOW = 1_790_000_000
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
EVENT = {"type": "interaction.completed", "version": "v1", "data": {"id": "v1_1"}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "jobs.db")
    yield store
    store.close()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(job_s=0.05) as running:
        yield running


class Serving:
    """A receiver on a port of its own, and the jobs of which it had news."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/hook"
        self.news: queue.Queue[Job] = queue.Queue()
        self.server: uvicorn.Server | None = None

    def start(self, store: SqliteStore, trust: Trust) -> None:
        app = WebhookReceiver(store, trust, on_job=self.news.put)
        config = uvicorn.Config(app, log_level="warning", lifespan="on", ws="none")
        server = self.server = uvicorn.Server(config)
        run = lambda: asyncio.run(server.serve([self.socket]))  # noqa: E731
        self.thread = threading.Thread(target=run)
        self.thread.start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.should_exit = True
            self.thread.join()
        self.socket.close()


@pytest.fixture
def serving() -> Iterator[Serving]:
    serving = Serving()
    yield serving
    serving.stop()


@pytest.fixture
def client(emulator: Emulator) -> Iterator[InteractionsClient]:
    policy = ClientPolicy(
        max_retries=0, retention_s=1e6, clock=time.time, poll=(0.02, 0.05)
    )
    client = InteractionsClient(Connection(api_key="k", base_url=emulator.url), policy)
    yield client
    client.close()


def turn(**settings: Any) -> Turn:
    return Turn(
        transcript=Transcript.of([user_input([text_part("Hi")])]),
        target=("model", "gemini-3.5-flash"),
        settings=settings,
        background=True,
    )


def register(client: InteractionsClient, uri: str) -> str:
    events = ["interaction.completed", "interaction.failed"]
    made = client.sdk().webhooks.create(uri=uri, subscribed_events=events)
    return str(made.new_signing_secret)


def test_a_registered_webhook_updates_the_ledger(
    store: SqliteStore, serving: Serving, client: InteractionsClient, emulator: Emulator
) -> None:
    """Such a delivery names the run only, so the run ends once its id is known."""
    emulator.script([{"reply": {"text": "Done.", "wait_s": 60}}])
    secret = register(client, serving.url)
    serving.start(store, Trust(secrets=[SECRET, secret]))

    found = client.suspend(turn(), store)
    emulator.advance(60)
    serving.news.get(timeout=PATIENCE_S)

    job = store.get_job(found.job_key)
    assert job is not None
    assert job.status == "completed"
    assert client.turn(turn(), store).interaction_id == found.interaction_id


def test_a_webhook_of_one_request_is_believed_by_its_token(
    store: SqliteStore, serving: Serving, client: InteractionsClient, emulator: Emulator
) -> None:
    keys = f"{emulator.url}/.well-known/jwks.json"
    serving.start(store, Trust(audience=serving.url, jwks_url=keys))

    client.suspend(turn(webhook_config={"uris": [serving.url]}), store)
    news = serving.news.get(timeout=PATIENCE_S)

    job = store.get_job(news.key)
    assert job is not None
    assert job.status == "completed"


def test_a_token_for_another_receiver_is_refused(
    store: SqliteStore, serving: Serving, client: InteractionsClient, emulator: Emulator
) -> None:
    keys = f"{emulator.url}/.well-known/jwks.json"
    serving.start(store, Trust(audience="https://other.example", jwks_url=keys))

    found = client.suspend(turn(webhook_config={"uris": [serving.url]}), store)
    while not (sent := emulator.deliveries()) or sent[0]["status"] is None:
        pass

    assert sent[0]["status"] == 401
    job = store.get_job(found.job_key)
    assert job is not None
    assert job.status == "in_progress"


def test_a_lost_submit_is_recovered_by_the_job_that_the_delivery_names(
    store: SqliteStore, serving: Serving, client: InteractionsClient, emulator: Emulator
) -> None:
    keys = f"{emulator.url}/.well-known/jwks.json"
    serving.start(store, Trust(audience=serving.url, jwks_url=keys))
    asked = turn(
        webhook_config={"uris": [serving.url], "user_metadata": {"team": "blue"}}
    )
    emulator.fault(on="create", do={"close": "after"})

    with pytest.raises(LostSubmitError) as caught:
        client.turn(asked, store)
    serving.news.get(timeout=PATIENCE_S)
    reply = client.turn(asked, store)

    job = store.get_job(caught.value.job_key)
    assert job is not None
    assert job.interaction_id == reply.interaction_id
    [create] = [r for r in emulator.requests() if r["method"] == "POST"]
    told = create["body"]["webhook_config"]["user_metadata"]
    assert told == {"team": "blue", "interactions_job": job.key}


# Deliveries of our own making


def job(**changes: Any) -> Job:
    usual = Job(
        key="job_1",
        scope=Scope("gemini|host|print"),
        call_digest=b"\x01" * 32,
        target="model:m",
        created_at=NOW,
        deadline_at=NOW + 9,
        forget_at=NOW + 1e6,
        status="in_progress",
        interaction_id="v1_1",
    )
    return replace(usual, **changes)


def delivery(
    event: Any = EVENT, *, secret: str = SECRET, at: int = NOW, name: str = "msg_1"
) -> tuple[dict[str, str], bytes]:
    body = json.dumps(event).encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{name}.{at}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,AAAA v1,{signature}",
    }
    return headers, body


@pytest.fixture
def receiver(store: SqliteStore) -> WebhookReceiver:
    store.add_job(job())
    return WebhookReceiver(store, Trust(secrets=[SECRET]), clock=lambda: NOW)


def status_of(store: SqliteStore) -> str:
    kept = store.get_job("job_1")
    assert kept is not None
    return kept.status


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("completed", "completed"),
        ("requires_action", "requires_action"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("paused", "in_progress"),
    ],
)
def test_each_kind_of_event_is_noted_as_its_status(
    kind: str, status: str, receiver: WebhookReceiver, store: SqliteStore
) -> None:
    receipt = receiver.receive(*delivery({**EVENT, "type": f"interaction.{kind}"}))

    assert receipt.status == 200
    assert status_of(store) == status


def test_a_delivery_that_comes_again_changes_nothing(
    receiver: WebhookReceiver,
) -> None:
    first, again = (receiver.receive(*delivery()) for _ in range(2))
    other = receiver.receive(*delivery(name="msg_2"))

    assert [len(one.news) for one in (first, again, other)] == [1, 0, 0]
    assert [one.status for one in (first, again, other)] == [200, 200, 200]


def test_a_delivery_is_a_span_in_the_trace_of_the_create(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = TraceContext(f"00-{'a1' * 16}-{'b2' * 8}-01")
    store.add_job(job(trace=trace))
    receiver = WebhookReceiver(store, Trust(secrets=[SECRET]), clock=lambda: NOW)

    with told(monkeypatch) as spans:
        receiver.receive(*delivery())
        receiver.receive(*delivery(name="msg_2"))

    first, again = spans.named("receive_webhook")
    assert first.parent is not None
    assert f"{first.parent.trace_id:032x}" == trace.trace_id
    assert f"{first.parent.span_id:016x}" == trace.span_id
    assert attributes(first)["gen_ai.response.status"] == "completed"
    assert attributes(first)["interactions.job.key"] == "job_1"
    assert attributes(first)["interactions.news"] is True
    assert attributes(again)["interactions.news"] is False


def test_a_delivery_under_a_span_of_the_servers_own_links_to_the_create(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = TraceContext(f"00-{'a1' * 16}-{'b2' * 8}-01", "vendor=1")
    store.add_job(job(trace=trace))
    receiver = WebhookReceiver(store, Trust(secrets=[SECRET]), clock=lambda: NOW)

    with told(monkeypatch) as spans:
        tracer = spans.tracers.get_tracer("a server")
        with tracer.start_as_current_span("POST /hook") as around:
            receiver.receive(*delivery())

    [span] = spans.named("receive_webhook")
    [link] = span.links
    assert span.parent == around.get_span_context()
    assert f"{link.context.span_id:016x}" == trace.span_id
    assert link.context.trace_state.to_header() == "vendor=1"


def test_news_of_runs_that_nobody_here_began_is_no_error(
    receiver: WebhookReceiver,
) -> None:
    receipt = receiver.receive(*delivery({**EVENT, "data": {"id": "v1_other"}}))

    assert (receipt.status, receipt.news) == (200, ())


def test_a_run_that_a_delivery_names_before_the_create_breaks_off_is_gone_on_with(
    store: SqliteStore,
    client: InteractionsClient,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receiver = WebhookReceiver(store, Trust(secrets=[SECRET]), clock=lambda: NOW)

    def deliver(point: FailPoint) -> None:
        if point is FailPoint.INTENDED:
            told = {"interactions_job": store.list_jobs()[0].key}
            receiver.receive(*delivery({**EVENT, "user_metadata": told}))

    monkeypatch.setattr(failpoints, "hook", deliver)
    emulator.fault(on="create", do={"close": "after"})

    with pytest.raises(LostSubmitError):
        client.turn(turn(), store)

    [kept] = store.list_jobs()
    assert (kept.interaction_id, kept.status) == ("v1_1", "completed")


def test_a_graph_that_is_suspended_while_its_run_ends_waits_for_a_job_that_is_over(
    store: SqliteStore, client: InteractionsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = WebhookReceiver(store, Trust(secrets=[SECRET]), clock=lambda: NOW)

    def deliver(point: FailPoint) -> None:
        if point is FailPoint.SUBMITTED:
            name = store.list_jobs()[0].interaction_id
            receiver.receive(*delivery({**EVENT, "data": {"id": name}}))

    monkeypatch.setattr(failpoints, "hook", deliver)

    found = client.suspend(turn(), store)

    [waiting] = store.list_jobs(waiting=True)
    assert (waiting.key, waiting.status) == (found.job_key, "completed")


def without(name: str) -> tuple[dict[str, str], bytes]:
    headers, body = delivery()
    return {k: v for k, v in headers.items() if k != name}, body


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(delivery(at=NOW - 301), "not from now", id="stale"),
        pytest.param(delivery(at=NOW + 301), "not from now", id="from tomorrow"),
        pytest.param(
            delivery(secret="whsec_" + base64.b64encode(b"x").decode()),
            "no secret",
            id="another secret",
        ),
        pytest.param((delivery()[0], b"{}"), "no secret", id="another body"),
        pytest.param(without("webhook-id"), "no webhook-id", id="no id"),
        pytest.param(without("webhook-signature"), "no webhook-sig", id="unsigned"),
        pytest.param(without("webhook-timestamp"), "no webhook-time", id="no time"),
        pytest.param(delivery(at=10**400), "no webhook-time", id="no such time"),
        pytest.param(
            (delivery()[0] | {"webhook-timestamp": "9" * 5000}, b"{}"),
            "no webhook-time",
            id="no such number",
        ),
        pytest.param(
            (delivery()[0] | {"webhook-signature": "a.b.c"}, b"{}"),
            "no `audience`",
            id="a token",
        ),
    ],
)
def test_what_is_not_from_the_api_or_not_from_now_is_refused(
    given: Any, said: str, receiver: WebhookReceiver, store: SqliteStore
) -> None:
    receipt = receiver.receive(*given)

    assert receipt.status == 401
    assert said in receipt.said
    assert status_of(store) == "in_progress"


async def answered(
    receiver: WebhookReceiver, headers: dict[str, str], body: bytes
) -> int:
    """Deliver as a server does; return the status once the receiver is done."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    names = [(name.encode(), value.encode()) for name, value in headers.items()]
    await receiver({"type": "http", "method": "POST", "headers": names}, receive, send)
    return sent[0]["status"]


def test_graphs_that_go_on_for_long_keep_no_delivery_waiting(
    store: SqliteStore,
) -> None:
    store.add_job(job())
    over = threading.Event()

    async def deliver() -> int:
        loop, begun = asyncio.get_running_loop(), asyncio.Event()
        loop.set_default_executor(ThreadPoolExecutor(1))

        def resume(_: Job) -> None:
            loop.call_soon_threadsafe(begun.set)
            over.wait(PATIENCE_S)

        receiver = WebhookReceiver(
            store, Trust(secrets=[SECRET]), on_job=resume, clock=lambda: NOW
        )
        first = asyncio.create_task(answered(receiver, *delivery()))
        await asyncio.wait_for(begun.wait(), PATIENCE_S)
        try:
            second = answered(receiver, *delivery(name="msg_2"))
            return await asyncio.wait_for(second, PATIENCE_S)
        finally:
            over.set()
            await first

    assert asyncio.run(deliver()) == 200


def test_a_receiver_that_believes_nobody_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="secrets"):
        Trust()


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        pytest.param([""], "is empty", id="a variable that is not set"),
        pytest.param([SECRET, "whsec_"], "is empty", id="a prefix only"),
        pytest.param(["whsec_$SECRET"], "not base64", id="no base64"),
        pytest.param(["whsec_\u00e9"], "not base64", id="no ASCII"),
        pytest.param(SECRET, "a list", id="one that is not in a list"),
    ],
)
def test_a_secret_with_which_everybody_or_nobody_signs_is_refused_at_once(
    secrets: Any, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Trust(secrets=secrets)


def test_secrets_are_in_no_repr() -> None:
    assert SECRET not in repr(Trust(secrets=[SECRET]))
