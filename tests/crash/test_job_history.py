"""A process that holds a job is killed: its history says so, and who went on with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from interactions_core import SessionStore, open_store
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.process.owners import is_dead, process_id
from interactions_core.records.turn import Turn
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.patience import PATIENCE_S

WATCH = "from interactions_core.cli.jobs import jobs; jobs()"
HOUR_S = 3_600.0


def begin(store: SessionStore, emulator: Emulator) -> str:
    """Begin a run that nobody waits for, and return its job."""
    policy = ClientPolicy(max_retries=0, retention_s=1e9, clock=time.time)
    client = InteractionsClient(Connection(api_key="k", base_url=emulator.url), policy)
    asked = Transcript.of([user_input([text_part("Hi")])])
    turn = Turn(transcript=asked, target=("model", "gemini-3.5-flash"), background=True)
    with closing(client):
        return client.suspend(turn, store).job_key


@contextmanager
def watching(url: str, emulator: Emulator) -> Iterator[subprocess.Popen[bytes]]:
    """Run a watcher in a process of its own, until it is idle."""
    api = {"GEMINI_API_KEY": "k", "GOOGLE_GEMINI_BASE_URL": emulator.url}
    arguments = ("watch", "--until-idle", "--sessions", url)
    with subprocess.Popen(
        [sys.executable, "-c", WATCH, *arguments],
        env={**os.environ, **api},
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_history_names_the_killed_one_and_who_went_on(store_url: str) -> None:
    with Emulator(job_s=HOUR_S) as emulator, closing(open_store(store_url)) as store:
        key = begin(store, emulator)

        def acquired_by() -> list[str]:
            found = store.job_events(key)
            return [each.owner for each in found if each.what == "acquired"]

        with watching(store_url, emulator) as first:
            while not acquired_by():
                assert first.poll() is None
            first.send_signal(signal.SIGKILL)
            first.wait(PATIENCE_S)
        emulator.advance(HOUR_S)
        with watching(store_url, emulator) as second:
            assert second.wait(PATIENCE_S) == 0
        events = store.job_events(key)
        one, other = acquired_by()

    me = process_id()
    assert [(each.what, each.owner) for each in events] == [
        ("intent", me),
        ("submitted", me),
        ("released", me),
        ("acquired", one),
        ("acquired", other),
        ("ended", other),
        ("released", other),
    ]
    assert f"/{first.pid}/" in one
    assert f"/{second.pid}/" in other
    assert is_dead(one)
    assert [each.at for each in events] == sorted(each.at for each in events)
