"""Tokens are counted once, whatever a call comes to: client, ledger and server."""

import contextlib
from typing import Any

import pytest

from interactions_core import MemoryStore, Usage
from interactions_core.exceptions import InteractionsError, OutcomeError
from interactions_emulator import Emulator
from tests.autogen.asking import Client, user
from tests.autogen.conftest import MakeClient
from tests.autogen.event_log import EventLog
from tests.conftest import Clock
from tests.outcomes import ERRORS, SEEDS, Outcome, shuffled

pytestmark = pytest.mark.anyio

WAYS = ("create", "create_stream", "background")


async def ask(client: Client, way: str, text: str) -> None:
    if way == "create_stream":
        [_ async for _ in client.create_stream([user(text)])]
    else:
        await client.create([user(text)])


@pytest.fixture
def make(make_client: MakeClient, emulator: Emulator, clock: Clock) -> MakeClient:
    """Make clients that pass the time without waiting."""

    async def pause(seconds: float) -> None:
        clock.sleep(seconds)
        emulator.advance(seconds)

    def make(**options: Any) -> Client:
        client = make_client(max_retries=0, **options)
        client._ready().sleep = pause
        return client

    return make


def logged(log: EventLog) -> int:
    return sum(
        one.prompt_tokens + one.completion_tokens
        for one in log
        if hasattr(one, "prompt_tokens")
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", WAYS)
async def test_client_events_ledger_and_server_agree_after_every_outcome(
    way: str, seed: int, make: MakeClient, emulator: Emulator, log: EventLog
) -> None:
    background, store = way == "background", MemoryStore()
    client = make(sessions=store, background=background)

    for number, outcome in enumerate(shuffled(seed, background=background)):
        outcome.arrange(emulator)
        with contextlib.suppress(InteractionsError):
            await ask(client, way, f"Question {number}.")
        server = emulator.stats()["tokens"]
        actual = client.actual_usage()
        assert client.total_usage() == actual
        sums = (
            client.usage.total_tokens,
            actual.prompt_tokens + actual.completion_tokens,
            logged(log),
            store.usage().total_tokens,
        )
        assert sums == (server,) * 4, outcome.name


@pytest.mark.parametrize("outcome", ERRORS, ids=lambda one: one.name)
async def test_an_error_carries_what_was_billed(
    outcome: Outcome, make: MakeClient, emulator: Emulator
) -> None:
    client = make()
    outcome.arrange(emulator)

    with pytest.raises(OutcomeError) as failed:
        await client.create([user("Well?")])

    assert failed.value.usage == client.usage != Usage()
