"""Take an answer that is owed: python -m tests.contract.take_instrumented WAY …

Its last arguments are whether the server works in the background, and a folder. The
answer is refused by its framework first, and asked for again while a package is switched
on that loses what is created. Prints why it was sent, and how many creates were, as JSON.
"""

import contextlib
import json
import sys
import time
from typing import Any

from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor

from interactions_core.client.connection import Connection
from interactions_core.records.turn import Reply
from interactions_core.stores import open_store
from interactions_emulator import Emulator
from tests.contract.asking import Asker, give, make_turn


class RefusedError(Exception):
    """The framework does not take the answer."""


def refuse(_: Reply) -> Any:
    raise RefusedError


def main(way: str, background: str, folder: str) -> None:
    """Ask twice."""
    turn = make_turn(["What did it cost?"], background=background == "True")
    with Emulator() as emulator, contextlib.ExitStack() as closing:
        connection = Connection(api_key="the key", base_url=emulator.url)
        store = open_store(f"sqlite:///{folder}/state.db")
        asker = Asker(way, connection, store, time.time, time.sleep)
        closing.callback(asker.close)
        with contextlib.suppress(RefusedError):
            give(asker, turn, refuse)
        GoogleGenAiSdkInstrumentor().instrument(skip_dep_check=True)
        reply = asker.take(turn)
        posts = sum(row["method"] == "POST" for row in emulator.requests())
    sys.stdout.write(json.dumps([*reply.recovered, posts]))


if __name__ == "__main__":
    main(*sys.argv[1:])
