"""Tokens are counted once, whatever a call comes to: LLM, events, ledger and server."""

import asyncio
import contextlib
from typing import Any

import pytest
from crewai.events.types.llm_events import LLMCallCompletedEvent, LLMCallFailedEvent
from pydantic import BaseModel

from interactions_core import MemoryStore, Usage
from interactions_core.exceptions import InteractionsError, OutcomeError
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.crewai.conftest import MakeLLM
from tests.crewai.event_bus import events_of
from tests.outcomes import ERRORS, SEEDS, Outcome, shuffled
from tests.waiting import wait_by

WAYS = ("call", "acall", "stream", "background")


def ask(llm: Any, way: str, text: str) -> None:
    if way == "acall":
        asyncio.run(llm.acall(text))
    else:
        llm.call(text)


def taken(event: Any) -> int:
    told = event.usage if isinstance(event, LLMCallCompletedEvent) else None
    told = told or (event.fingerprint_metadata or {}).get("usage", {})
    return told.get("total_tokens", 0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", WAYS)
def test_llm_events_ledger_and_server_agree_after_every_outcome(
    way: str, seed: int, make_llm: MakeLLM, emulator: Emulator, clock: Clock
) -> None:
    background, store = way == "background", MemoryStore()
    llm = make_llm(
        sessions=store, max_retries=0, background=background, stream=way == "stream"
    )

    def pass_time(seconds: float) -> None:
        clock.sleep(seconds)
        emulator.advance(seconds)

    wait_by(llm, pass_time)
    told = 0

    for number, outcome in enumerate(shuffled(seed, background=background)):
        outcome.arrange(emulator)

        def act(text: str = f"Question {number}.") -> None:
            with contextlib.suppress(InteractionsError):
                ask(llm, way, text)

        events = events_of(act, LLMCallCompletedEvent, LLMCallFailedEvent)
        told += sum(map(taken, events))
        server = emulator.stats()["tokens"]
        summary = llm.get_token_usage_summary().total_tokens
        sums = (summary, told, store.usage().total_tokens)
        assert sums == (server, server, server), outcome.name
        assert len(events) == 1


@pytest.mark.parametrize("outcome", ERRORS, ids=lambda one: one.name)
def test_an_error_carries_what_was_billed(
    outcome: Outcome, make_llm: MakeLLM, emulator: Emulator
) -> None:
    store = MemoryStore()
    llm = make_llm(sessions=store, max_retries=0)
    outcome.arrange(emulator)

    with pytest.raises(OutcomeError) as failed:
        llm.call("Well?")

    assert failed.value.usage == store.usage() != Usage()
    assert llm.get_token_usage_summary().successful_requests == 0


class Town(BaseModel):
    name: str


def test_an_answer_that_is_handed_on_again_is_counted_and_reported_once(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "No town."}}])
    llm = make_llm()

    def act() -> None:
        for _ in range(2):
            with pytest.raises(ValueError, match="Town"):
                llm.call("Which town?", response_model=Town)

    events = events_of(act, LLMCallCompletedEvent, LLMCallFailedEvent)

    stats = emulator.stats()
    assert stats["creates"] == 1
    assert llm.get_token_usage_summary().total_tokens == stats["tokens"]
    assert sum(map(taken, events)) == stats["tokens"]
