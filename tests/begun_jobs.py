"""Runs in the background that tests begin, and processes that wait for them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from interactions_core import SessionStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.records.turn import Turn
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator

WATCH = "from interactions_core.cli.jobs import jobs; jobs()"
HOUR_S = 3_600.0


def begin_job(store: SessionStore, emulator: Emulator, thread: str = "") -> str:
    """Begin a run with the key `k`, of a thread if one is given, and return its job."""
    policy = ClientPolicy(max_retries=0, retention_s=1e9, clock=time.time)
    client = InteractionsClient(Connection(api_key="k", base_url=emulator.url), policy)
    asked = Transcript.of([user_input([text_part("Hi")])])
    turn = Turn(
        transcript=asked,
        target=("model", "gemini-3.5-flash"),
        background=True,
        thread_id=thread,
    )
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
