"""What each of many processes does that share a server: turns, two at a time."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.records.turn import Turn
from interactions_core.stores import open_store
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy

THREADS = 3


def take_turns(store_url: str, api_url: str, name: int) -> int:
    """Take a turn in each of some threads; return how many were recorded."""
    policy = ClientPolicy(max_retries=4, retention_s=1e9, clock=time.time)
    connection = Connection(api_key="k", base_url=api_url)
    with (
        closing(open_store(store_url)) as store,
        closing(InteractionsClient(connection, policy)) as client,
        ThreadPoolExecutor(THREADS) as threads,
    ):

        def ask(thread: int) -> bool:
            text = f"process {name} thread {thread}"
            asked = Transcript.of([user_input([text_part(text)])])
            turn = Turn(
                transcript=asked, target=("model", "gemini-3.5-flash"), thread_id=text
            )
            client.turn(turn, store)
            return len(store.ledger(thread_id=text)) == 1

        return sum(threads.map(ask, range(THREADS)))
