"""A program that begins a background run in another form, and dies while it waits."""

import os
import sys

from interactions_core.client.connection import Connection
from interactions_core.records.turn import Turn
from interactions_core.stores import open_store
from tests.conftest import Clock
from tests.contract.asking import Asker, make_turn
from tests.patience import PATIENCE_S

DIED = 77


def background_turn() -> Turn:
    schema = {"type": "integer", "minimum": 1}
    whole = {"type": "text", "mime_type": "application/json", "schema": schema}
    return make_turn(["hello"], settings={"response_format": whole}, background=True)


def die(_: float) -> None:
    os._exit(DIED)


def main(address: str, sessions: str, now: str) -> None:
    connection = Connection(api_key="the key", base_url=address, timeout_s=PATIENCE_S)
    store, clock = open_store(sessions), Clock(float(now))
    Asker("unary", connection, store, clock, die).take(background_turn())


if __name__ == "__main__":
    main(*sys.argv[1:])
