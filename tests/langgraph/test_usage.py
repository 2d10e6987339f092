"""Tokens are counted once, whatever a call comes to: callbacks, ledger and server."""

import contextlib
from typing import Any

import pytest
from langchain_core.callbacks import UsageMetadataCallbackHandler

from interactions_core import MemoryStore, Usage
from interactions_core.exceptions import InteractionsError, OutcomeError
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.langgraph.conftest import MakeModel
from tests.outcomes import ERRORS, SEEDS, Outcome, shuffled
from tests.waiting import wait_by

pytestmark = pytest.mark.anyio

WAYS = ("invoke", "ainvoke", "stream", "astream", "background")


async def ask(model: Any, way: str, text: str, config: Any) -> None:
    if way == "stream":
        list(model.stream(text, config))
    elif way == "astream":
        [_ async for _ in model.astream(text, config)]
    elif way == "ainvoke":
        await model.ainvoke(text, config)
    else:
        model.invoke(text, config)


def pass_time(clock: Clock, emulator: Emulator, seconds: float) -> None:
    clock.sleep(seconds)
    emulator.advance(seconds)


def counted(handler: UsageMetadataCallbackHandler) -> int:
    return sum(one["total_tokens"] for one in handler.usage_metadata.values())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", WAYS)
async def test_callbacks_ledger_and_server_agree_after_every_outcome(
    way: str, seed: int, make_model: MakeModel, emulator: Emulator, clock: Clock
) -> None:
    store, handler = MemoryStore(), UsageMetadataCallbackHandler()
    background = way == "background"
    model = make_model(sessions=store, max_retries=0, background=background)
    wait_by(model, lambda seconds: pass_time(clock, emulator, seconds))

    for number, outcome in enumerate(shuffled(seed, background=background)):
        outcome.arrange(emulator)
        with contextlib.suppress(InteractionsError):
            await ask(model, way, f"Question {number}.", {"callbacks": [handler]})
        server = emulator.stats()["tokens"]
        sums = (counted(handler), store.usage().total_tokens)
        assert sums == (server, server), outcome.name


@pytest.mark.parametrize("outcome", ERRORS, ids=lambda one: one.name)
def test_an_error_carries_what_was_billed(
    outcome: Outcome, make_model: MakeModel, emulator: Emulator
) -> None:
    store = MemoryStore()
    model = make_model(sessions=store, max_retries=0)
    outcome.arrange(emulator)

    with pytest.raises(OutcomeError) as failed:
        model.invoke("Well?")

    assert failed.value.usage == store.usage() != Usage()


def test_a_replayed_answer_is_counted_with_the_one_that_was_given_up(
    make_model: MakeModel, emulator: Emulator
) -> None:
    store, handler = MemoryStore(), UsageMetadataCallbackHandler()
    model = make_model(sessions=store)
    config: Any = {"callbacks": [handler]}
    talk: list[Any] = [("user", "Hi.")]
    talk += [model.invoke(talk, config), ("user", "And now?")]
    emulator.fault(do={"reroot": True})

    reply = model.invoke(talk, config)

    assert reply.response_metadata["plan_reason"] == "expired"
    server = emulator.stats()["tokens"]
    assert (counted(handler), store.usage().total_tokens) == (server, server)
