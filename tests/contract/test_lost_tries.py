"""Each create that may have reached the server is counted, and each of them once.

What was sent and not refused is an answer with its charge, or one that may be billed:
in the entry of the answer that came after it, or in `list_unanswered()`.
"""

import contextlib
import random
from typing import Any, Final

import pytest

from interactions_core.exceptions import (
    InteractionsError,
    InterruptedStreamError,
    InvalidRequestError,
    NotFoundError,
)
from interactions_core.stores import MemoryStore
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import STREAMS, WAYS, Asker, Chat
from tests.contract.conftest import Connect
from tests.contract.test_turns import creates, entries

LOST: Final = {"close": "after"}
BUSY: Final = {"error": {"code": "unavailable", "message": "Busy."}}
REFUSED: Final = {"status": 400, "message": "Unknown parameter 'x'."}


@pytest.fixture(params=WAYS)
def anew(request: pytest.FixtureRequest, connect: Connect) -> Asker:
    """Begin a run again whose create was lost."""
    return connect(request.param, resubmits=True)


@pytest.fixture(params=["unary", "async"])
def looking(request: pytest.FixtureRequest, connect: Connect) -> Asker:
    """Look at runs that go on; who listens waits in real time for one that is silent."""
    return connect(request.param, resubmits=True)


def maybe_billed(asker: Asker) -> int:
    return asker.store.cost().total.maybe_billed


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("lost", [1, 2])
def test_each_lost_try_before_a_refusal_is_counted(
    anew: Asker, emulator: Emulator, lost: int, *, background: bool
) -> None:
    emulator.fault(do=LOST, times=lost)
    emulator.fault(do=REFUSED, nth=lost + 1)

    with pytest.raises(InvalidRequestError):
        anew.ask("hello", background=background)

    assert len(creates(emulator)) == lost + 1
    assert (maybe_billed(anew), anew.store.ledger()) == (lost, [])
    assert anew.store.list_jobs() == []


@pytest.mark.parametrize("background", [False, True])
def test_each_lost_try_before_an_answer_is_counted(
    anew: Asker, emulator: Emulator, *, background: bool
) -> None:
    emulator.fault(do=LOST, times=2)

    anew.ask("hello", background=background)

    assert maybe_billed(anew) == 2
    assert entries(anew.store)[0].attempts == 3


@pytest.mark.parametrize("background", [False, True])
def test_each_try_of_which_no_answer_came_is_counted(
    anew: Asker, emulator: Emulator, *, background: bool
) -> None:
    emulator.fault(do=LOST, times=9)

    with pytest.raises(InteractionsError):
        anew.ask("hello", background=background)

    assert maybe_billed(anew) == len(creates(emulator)) == 3


@pytest.mark.parametrize("way", STREAMS)
def test_a_stream_that_ends_before_it_names_its_run_is_a_lost_try(
    connect: Connect, emulator: Emulator, way: str
) -> None:
    """Ours: it is begun again where a create is whose answer was lost in one piece."""
    anew = connect(way, resubmits=True)
    emulator.fault(do={"truncate_after_events": 0}, times=2)

    anew.ask("hello", background=True)

    assert (maybe_billed(anew), len(creates(emulator))) == (2, 3)


def test_lost_tries_of_a_run_are_counted_where_another_turn_hears_of_it(
    connect: Connect, emulator: Emulator, clock: Clock
) -> None:
    """Ours: which process comes to the answer is no matter of what was sent."""
    for way in ("unary", "async"):
        store, long = MemoryStore(), {"text": "Done.", "wait_s": 50.0}
        emulator.script([{"reply": long}])
        emulator.fault(do=LOST, times=2)
        emulator.fault(on="get", do={"status": 401})
        first = connect(way, store=store, resubmits=True)
        with pytest.raises(InteractionsError):
            first.ask("hello", background=True)
        clock.advance(60.0)

        connect(way, store=store).ask("hello", background=True)

        assert maybe_billed(first) == 2
        assert len(store.ledger()) == 1


def test_lost_tries_of_a_run_that_is_gone_are_counted_with_it(
    looking: Asker, emulator: Emulator, clock: Clock
) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 50.0}}])
    emulator.fault(do=LOST, nth=1)
    emulator.fault(do={"lost": True}, nth=2)
    with pytest.raises(NotFoundError):
        looking.ask("hello", background=True, deadline_s=400.0)

    clock.advance(10.0)
    looking.ask("hello", background=True)

    noted = [lost for _, lost in looking.store.list_unanswered()]
    assert [bool(lost.interaction_id) for lost in noted] == [False, True]
    assert maybe_billed(looking) == 2


def test_lost_tries_of_a_run_that_is_cancelled_are_counted_with_it(
    looking: Asker, emulator: Emulator
) -> None:
    emulator.fault(do=LOST, nth=1)
    emulator.fault(do={"stall": True}, nth=2)

    with pytest.raises(InteractionsError, match="was cancelled"):
        looking.ask("hello", background=True, deadline_s=30.0)

    noted = [lost.what for _, lost in looking.store.list_unanswered()]
    assert (noted, maybe_billed(looking)) == (["lost", "cancelled"], 2)


@pytest.mark.parametrize("way", STREAMS)
def test_an_answer_that_was_shown_and_is_lost_is_counted(
    connect: Connect, emulator: Emulator, way: str
) -> None:
    emulator.fault(do={"truncate_after_events": 7, "lost": True})
    asker = connect(way)

    with pytest.raises(InterruptedStreamError):
        asker.ask("My name is Ada.")

    assert asker.shown_text
    assert (maybe_billed(asker), len(creates(emulator))) == (1, 1)


@pytest.mark.parametrize("way", STREAMS)
def test_a_stream_of_another_chain_that_nobody_can_read_is_counted(
    connect: Connect, emulator: Emulator, way: str
) -> None:
    asker = connect(way)
    chat = Chat(asker)
    chat.say("My name is Ada.")
    emulator.fault(do={"reroot": True})
    emulator.fault(on="get", do={"status": 503}, times=9)

    reply = chat.say("What is my name?")

    assert reply.recovered == ("rerooted",)
    assert maybe_billed(asker) == 1


# Whatever the weather.


def test_a_seeded_random_weather_counts_all_that_was_sent(
    connect: Connect, emulator: Emulator, clock: Clock
) -> None:
    """What was sent is what was refused, answered, or may be billed, and no more."""
    for seed in range(24):
        dice = random.Random(seed)
        emulator.reset()
        store, way = MemoryStore(), dice.choice(WAYS)
        asker = connect(way, store=store, resubmits=dice.random() < 0.5)
        chat = Chat(asker, background=dice.random() < 0.5)
        for number in range(5):
            emulator.fault(do=weather(dice, way), times=dice.randint(1, 4))
            with contextlib.suppress(InteractionsError):
                chat.say(f"Number {number}.")
            emulator.clear_faults()
            clock.advance(100.0)

        sent = [row for row in emulator.requests() if row["method"] == "POST"]
        heard = [row for row in sent if "status" not in (row.get("fault") or {})]
        charged = sum(len(entry.charges) for _, entry in store.ledger())
        assert charged + maybe_billed(asker) == len(heard), f"seed {seed}, {way}"


def weather(dice: random.Random, way: str) -> dict[str, Any]:
    """Return what goes wrong."""
    refusals = [{"status": 503}, {"status": 429}, REFUSED]
    losses = [
        LOST,
        {"close": "before"},
        *({"instead": {"body": b}} for b in (BUSY, {})),
    ]
    losses += [{"instead": {"status": 204}}, {"delay_s": 0}]
    if way in STREAMS:
        losses.append({"truncate_after_events": 0})
    return dict(dice.choice([*refusals, *losses]))
