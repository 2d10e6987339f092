"""Tokens are counted once, whatever a call comes to: client, ledger and server."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from interactions_autogen import InteractionsAgent
from interactions_core import MemoryStore, Usage
from interactions_core.exceptions import (
    InteractionsError,
    OutcomeError,
    UnsupportedContentError,
)
from interactions_emulator import Emulator
from tests.autogen.asking import Client, user
from tests.autogen.conftest import MakeClient
from tests.autogen.event_log import EventLog
from tests.conftest import Clock
from tests.outcomes import CALL, ERRORS, SEEDS, Outcome, shuffled
from tests.waiting import go_by, wait_by

pytestmark = pytest.mark.anyio

RESEARCH = "deep-research-preview-04-2026"
WAYS = ("create", "create_stream", "background")


async def ask(client: Client, way: str, text: str) -> None:
    if way == "create_stream":
        [_ async for _ in client.create_stream([user(text)])]
    else:
        await client.create([user(text)])


def passing(clock: Clock, emulator: Emulator) -> Callable[[float], Any]:
    async def pause(seconds: float) -> None:
        clock.sleep(seconds)
        emulator.advance(seconds)

    return pause


@pytest.fixture
def make(make_client: MakeClient, emulator: Emulator, clock: Clock) -> MakeClient:
    """Make clients that pass the time without waiting."""

    def make(**options: Any) -> Client:
        client = make_client(max_retries=0, **options)
        wait_by(client, passing(clock, emulator))
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


async def test_an_answer_that_is_handed_on_again_is_counted_and_logged_once(
    emulator: Emulator, clock: Clock, log: EventLog
) -> None:
    emulator.script([{"reply": {"calls": [CALL]}}])
    options: Any = {"base_url": emulator.url, "api_key": "k", "sessions": MemoryStore()}
    agent = InteractionsAgent("a", agent=RESEARCH, **options)
    go_by(agent._client, clock)
    wait_by(agent._client, passing(clock, emulator))

    for _ in range(2):
        with pytest.raises(UnsupportedContentError):
            await agent.run(task="Hi.")

    stats = emulator.stats()
    assert stats["creates"] == 1
    assert agent._client.usage.total_tokens == logged(log) == stats["tokens"]


@pytest.mark.parametrize("asked", [None, True, False])
async def test_stream_ends_with_its_usage_whatever_is_asked(
    client: Client, *, asked: bool | None
) -> None:
    """AutoGen: its OpenAI client reports zero unless `include_usage` asks for it."""
    stream = client.create_stream([user("Hello")], include_usage=asked)

    *_, last = [item async for item in stream]

    assert not isinstance(last, str)
    assert last.usage.prompt_tokens
    assert last.usage.completion_tokens
