"""A server that is stopped and started under a watcher and a receiver."""

import signal
import time
import urllib.error
import urllib.request
from contextlib import closing

import click
import pytest

from interactions_core.cli.jobs import jobs
from interactions_core.cli.webhook import webhook
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.records.turn import Turn
from interactions_core.stores import PostgresStore
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.commands import running
from tests.contract.postgres.databases import replaced
from tests.core.test_webhooks import SECRET, delivery
from tests.patience import PATIENCE_S
from tests.postgres import PASSWORD, running_server


def deliver(url: str) -> int:
    headers, body = delivery(at=int(time.time()), name=f"msg_{time.time()}")
    request = urllib.request.Request(url, body, headers)  # noqa: S310  our own
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def submit(store: PostgresStore, url: str, text: str) -> str:
    policy = ClientPolicy(max_retries=0, retention_s=1e9, clock=time.time)
    connection = Connection(api_key="k", base_url=url)
    asked = Transcript.of([user_input([text_part(text)])])
    turn = Turn(transcript=asked, target=("model", "gemini-3.5-flash"), background=True)
    with closing(InteractionsClient(connection, policy)) as client:
        return client.suspend(turn, store).job_key


def wait_until_over(store: PostgresStore, key: str) -> str:
    give_up = time.monotonic() + PATIENCE_S
    while (job := store.get_job(key)) is None or not job.is_over:
        assert time.monotonic() < give_up
        time.sleep(0.05)
    return job.status


def test_a_watcher_and_a_receiver_go_on_when_their_server_has_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serve = ("serve", "--port", "0", "--secrets", SECRET)
    with running_server() as server, Emulator(job_s=0.1) as emulator:
        url = f"{server.url}?schema=s"
        monkeypatch.setenv("GEMINI_API_KEY", "k")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
        monkeypatch.setenv("INTERACTIONS_SESSIONS", url)
        store = PostgresStore(url)
        with running(jobs, "watch") as watch, running(webhook, *serve) as receiver:
            first = submit(store, emulator.url, "One")
            wait_until_over(store, first)
            at = receiver.wait_for("receiving at").split()[-1]
            server.stop(signal.SIGINT)
            watch.wait_for("waiting for the session store to come back")
            away = [deliver(at) for _ in range(3)]
            server.start()
            status = wait_until_over(store, submit(store, emulator.url, "Two"))
            back = deliver(at)
            ended = [watch.end(), receiver.end()]
        store.close()

    assert (away, back, status, ended) == ([503] * 3, 200, "completed", [0, 0])
    said = "".join([*watch.said, "--\n", *receiver.said])
    assert said.count("waiting for the session store") == 2
    assert said.count("the session store is back after") == 2
    # Nothing else but two lines for each job, and what each says first.
    assert len(watch.said + receiver.said) == 4 + 2 * 2 + 2
    assert PASSWORD not in said


@pytest.mark.parametrize("group", [jobs, webhook], ids=["watch", "serve"])
def test_a_database_that_is_not_there_at_the_start_ends_a_service(
    group: click.Group, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("INTERACTIONS_SESSIONS", replaced(postgres_url, name="nobody"))
    command = ("watch",) if group is jobs else ("serve", "--port", "0")
    monkeypatch.setenv("INTERACTIONS_WEBHOOK_SECRETS", SECRET)

    with running(group, *command) as service:
        assert service.status() == 1

    assert "does not exist" in "".join(service.said)
