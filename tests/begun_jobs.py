"""Runs in the background that tests begin, and that nobody waits for."""

import time
from contextlib import closing

from interactions_core import SessionStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.records.turn import Turn
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator


def begin_job(store: SessionStore, emulator: Emulator) -> str:
    """Begin a run with the key `k`, and return its job."""
    policy = ClientPolicy(max_retries=0, retention_s=1e9, clock=time.time)
    client = InteractionsClient(Connection(api_key="k", base_url=emulator.url), policy)
    asked = Transcript.of([user_input([text_part("Hi")])])
    turn = Turn(transcript=asked, target=("model", "gemini-3.5-flash"), background=True)
    with closing(client):
        return client.suspend(turn, store).job_key
