"""Ask once in a process of its own: python -m tests.contract.hand_on_once URL STORE …

Its last arguments are the way, whether the server works in the background, and how the
process ends: `dies` before the answer is handed on, `closes` its store, or `leaves`.
"""

import os
import signal
import sys
import time

from interactions_core.client.connection import Connection
from interactions_core.records.turn import Reply
from interactions_core.stores import open_store
from tests.contract.asking import Asker, give, make_turn

QUESTION = "What did it cost?"


def main(url: str, place: str, way: str, background: str, end: str) -> None:
    """Ask, and end as told."""
    store = open_store(place)
    connection = Connection(api_key="the key", base_url=url, timeout_s=60)
    asker = Asker(way, connection, store, time.time, time.sleep)

    def hand_on(reply: Reply) -> Reply:
        if end == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        return reply

    give(asker, make_turn([QUESTION], background=background == "True"), hand_on)
    if end == "closes":
        store.close()
        # Nothing is tidied up any more.
        os._exit(0)
    asker.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
