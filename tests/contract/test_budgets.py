"""What may be spent holds, whoever spends it, and whatever becomes of them."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interactions_core.adapter.options import ObjectTokens
from interactions_core.exceptions import (
    BudgetExceededError,
    ConfigurationError,
    InteractionsError,
    InvalidRequestError,
    RequestError,
)
from interactions_core.mapping.planning import Plan
from interactions_core.process.owners import process_id
from interactions_core.records.spending.budgets import (
    Amount,
    Budget,
    Reservation,
    Spending,
    budget_name,
    read_budget,
)
from interactions_core.stores import (
    SessionStore,
    open_store,
)
from interactions_core.turns.spending.estimates import estimate
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import WAYS, Asker, Chat, make_turn
from tests.contract.conftest import Connect
from tests.contract.session_records import (
    DAY_S,
    SCOPE,
    lost_create,
    make_entry,
    make_job,
    make_record,
)
from tests.contract.spending import BUDGET, NAME
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]


def held(key: str, tokens: int, **changes: Any) -> Reservation:
    usual = Reservation(
        key=key,
        budget="b",
        amount=Amount(0, tokens),
        holder=process_id(),
        lease_until=1_000.0,
    )
    return replace(usual, **changes)


# What a store does.


def test_what_is_reserved_and_what_is_spent_are_taken_from_the_same(
    kept: SessionStore,
) -> None:
    budget = Budget(max_total_tokens=100)

    assert kept.reserve(held("1", 60), budget, now=1.0) == ("", Spending())
    refused, stands = kept.reserve(held("2", 41), budget, now=1.0)
    assert (refused, stands.reserved) == ("max_total_tokens", Amount(0, 60))
    kept.settle("1", "b", Amount(7, 20))
    assert kept.spending("b") == Spending(Amount(7, 20))
    assert kept.reserve(held("2", 80), budget, now=1.0)[0] == ""
    assert kept.spending("b").calls == 1


def test_money_and_calls_are_limits_too(kept: SessionStore) -> None:
    money = Budget(max_cost=Decimal("0.5"))
    dear = held("1", 0, amount=Amount(5 * 10**11 + 1, 0))

    assert kept.reserve(dear, money, now=1.0)[0] == "max_cost"
    assert kept.reserve(held("1", 9), Budget(max_calls=1), now=1.0)[0] == ""
    assert kept.reserve(held("2", 9), Budget(max_calls=1), now=1.0)[0] == "max_calls"


def test_a_lease_that_is_over_is_given_back_and_paid_if_it_is_settled(
    kept: SessionStore,
) -> None:
    budget = Budget(max_total_tokens=100)
    kept.reserve(held("1", 100), budget, now=1.0)

    assert kept.reserve(held("2", 100), budget, now=999.0)[0] == "max_total_tokens"
    assert kept.reserve(held("2", 100), budget, now=1_000.0)[0] == ""
    kept.settle("1", "b", Amount(0, 30))
    assert kept.spending("b").spent == Amount(0, 30)


def test_a_reservation_is_found_by_its_name(kept: SessionStore) -> None:
    kept.reserve(held("1", 60), Budget(max_calls=5), now=1.0)

    assert kept.reservation("1") == held("1", 60)
    assert kept.reservation("2") is None


def test_budgets_and_what_is_put_aside_are_listed(kept: SessionStore) -> None:
    budget = Budget(max_total_tokens=100)
    kept.reserve(held("2", 60), budget, now=1.0)
    kept.reserve(held("1", 30), budget, now=1.0)
    kept.settle("0", "a", Amount(7, 20))

    assert kept.list_budgets() == [("a", Amount(7, 20)), ("b", Amount())]
    assert kept.list_reservations() == [held("1", 30), held("2", 60)]


@pytest.mark.parametrize("over", [0, 40])
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_eight_processes_with_four_threads_keep_to_one_budget(
    kind: str, over: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Half of them die with calls under way; nothing stays put aside for ever."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
    store = open_store(url)
    store.secret()
    spend = (sys.executable, "-m", "tests.contract.spending")
    spenders = [
        subprocess.Popen(
            [*spend, url, str(n), str(over), "dies" if n % 2 else "lives"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(8)
    ]
    most = 0
    while any(each.poll() is None for each in spenders):
        most = max(most, store.spending(NAME).spent.tokens)
    told = [each.communicate(timeout=PATIENCE_S)[0].split() for each in spenders]

    limit = BUDGET.max_total_tokens or 0
    spent = store.spending(NAME).spent.tokens
    # A call may cost more than it has put aside, and 32 of them are under way.
    assert most <= spent <= limit + 32 * over
    # Who dies between settling and telling has told one call less in each thread.
    assert sum(int(cost) for costs in told for cost in costs) <= spent
    assert {each.returncode for each in spenders} <= {0, 9}
    assert spent > limit * 0.9
    left = held("last", max(0, limit - spent), budget=NAME)
    refused, stands = store.reserve(left, BUDGET, now=1.0)
    assert stands.reserved == Amount()
    assert refused == ("" if spent <= limit else "max_total_tokens")
    store.close()


# What a turn does.


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return request.param


def spender(connect: Connect, way: str, **budget: Any) -> Asker:
    asker = connect(way)
    for client in (asker.client, asker.aclient):
        client._policy = replace(client._policy, budget=read_budget(budget))
    return asker


def standing(asker: Asker, clock: Clock, **budget: Any) -> Spending:
    scope = asker.store.ledger()[0][0]
    return asker.store.spending(budget_name(read_budget(budget), scope, clock()))


def test_a_call_that_might_exceed_it_is_not_sent(
    connect: Connect, way: str, emulator: Emulator
) -> None:
    asker = spender(connect, way, max_total_tokens=500)

    with pytest.raises(BudgetExceededError, match="max_total_tokens would") as raised:
        asker.ask("Hello.", settings={"generation_config": {"max_output_tokens": 500}})

    assert emulator.stats()["creates"] == 0
    assert (raised.value.limit, raised.value.per) == ("max_total_tokens", "session")
    assert raised.value.begins_at is None


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (
            {"max_total_tokens": 500},
            r"up to \d+ tokens, more than the whole budget of 500",
        ),
        (
            {"max_cost": "0.0001"},
            r"up to \$0\.\d+, more than the whole budget of \$0.0001",
        ),
    ],
    ids=str,
)
def test_a_call_that_can_never_fit_is_not_told_to_wait(
    limits: dict[str, Any], words: str, connect: Connect, way: str
) -> None:
    if "max_cost" in limits:
        pytest.importorskip("genai_prices", reason="needs the extra `prices`")
    asker = spender(connect, way, per="day", **limits)

    with pytest.raises(BudgetExceededError, match=words) as raised:
        asker.ask("Hello.")

    said = str(raised.value)
    assert said.endswith("Lower max_output_tokens, or raise the budget.")
    assert "midnight" not in said
    assert raised.value.begins_at is None


def test_the_limit_that_no_waiting_helps_is_named_before_one_that_begins_anew(
    connect: Connect,
) -> None:
    """65,536 tokens of output are put aside for each: at 3 USD per million 0.1966."""
    pytest.importorskip("genai_prices", reason="needs the extra `prices`")
    limits = {"max_cost": "0.1976", "max_total_tokens": 67_000, "per": "day"}
    asker = spender(connect, "unary", **limits)
    asker.ask("word " * 1_000)

    with pytest.raises(BudgetExceededError) as waiting:
        asker.ask("word " * 1_000)
    with pytest.raises(BudgetExceededError) as never:
        asker.ask("word " * 1_500)

    assert (waiting.value.limit, never.value.limit) == ("max_cost", "max_total_tokens")
    assert waiting.value.begins_at is not None
    assert never.value.begins_at is None


def test_what_an_answer_took_is_settled(
    connect: Connect, way: str, clock: Clock
) -> None:
    limits: dict[str, Any] = {"max_total_tokens": 140_000}
    asker = spender(connect, way, **limits)

    reply = asker.ask("Hello.")

    assert standing(asker, clock, **limits) == Spending(
        Amount(0, reply.usage.total_tokens)
    )
    asker.ask("Hello again.")


def test_money_is_settled_by_the_price_of_the_answer(
    connect: Connect, way: str, clock: Clock
) -> None:
    pytest.importorskip("genai_prices", reason="needs the extra `prices`")
    asker = spender(connect, way, max_cost="0.3")
    chat = Chat(asker)

    # 65,536 tokens of output at 3 USD per million are put aside for each: 0.1966.
    chat.say("Hello.")
    chat.say("How are you?")

    total = asker.store.cost().total
    assert standing(asker, clock, max_cost="0.3").spent == Amount(
        total.picousd, total.usage.total_tokens
    )


def test_who_has_asked_is_known_by_day_of_turns_runs_and_what_was_lost(
    kept: SessionStore,
) -> None:
    """By that a budget is told to be somebody's, which goes by a hash."""
    scopes = [replace(SCOPE, thread_id=name) for name in ("turn", "run", "lost")]
    for days, key in ((0.2, "a"), (0.9, "b"), (3.0, "c")):
        record = make_record(key, scope=scopes[0])
        kept.put(record, replace(make_entry(key), created_at=days * DAY_S))
    kept.add_job(make_job(scope=scopes[1], created_at=1.5 * DAY_S))
    kept.note_unanswered(scopes[2], lost_create(at=2 * DAY_S - 1))

    days = [(scopes[0], 0.0), (scopes[0], 3.0), (scopes[1], 1.0), (scopes[2], 1.0)]
    assert sorted(kept.list_askers()) == sorted((s, at * DAY_S) for s, at in days)


def test_a_create_that_is_refused_costs_nothing(
    connect: Connect, way: str, emulator: Emulator, clock: Clock
) -> None:
    limits: dict[str, Any] = {"max_total_tokens": 140_000}
    asker = spender(connect, way, **limits)
    emulator.fault(do={"status": 400, "message": "Unknown parameter 'x'."})

    with pytest.raises(InvalidRequestError):
        asker.ask("Hello.")

    asker.ask("Hello.")
    assert standing(asker, clock, **limits).calls == 0


def test_a_lost_answer_costs_what_was_put_aside_and_each_try_is_asked_for(
    connect: Connect, way: str, emulator: Emulator, clock: Clock
) -> None:
    limits: dict[str, Any] = {"max_total_tokens": 140_000}
    asker = spender(connect, way, **limits)
    emulator.fault(do={"close": "after"}, times=3)

    # Two are lost, and for a third there is nothing left.
    with pytest.raises(BudgetExceededError):
        asker.ask("Hello.")

    assert emulator.stats()["creates"] == 2
    [(scope, _)] = asker.store.list_unanswered()
    row = budget_name(read_budget(limits), scope, clock())
    assert asker.store.spending(row).spent.tokens > 2 * 65_536


def test_each_hop_is_asked_for(
    connect: Connect, way: str, emulator: Emulator, clock: Clock
) -> None:
    emulator.script([{"reply": {"text": "a b c", "hops": 2}}])
    limits: dict[str, Any] = {"max_total_tokens": 66_500}
    asker = spender(connect, way, **limits)

    reply = asker.ask("Go on.")

    assert standing(asker, clock, **limits).spent.tokens == reply.usage.total_tokens


def test_a_day_begins_anew_and_the_error_says_when(
    connect: Connect, way: str, clock: Clock
) -> None:
    asker = spender(connect, way, max_total_tokens=65_600, per="day")
    asker.ask("word " * 200, settings={"generation_config": {"max_output_tokens": 200}})

    with pytest.raises(BudgetExceededError, match="midnight UTC") as raised:
        asker.ask("Hello.")

    begins_at = raised.value.begins_at
    assert begins_at is not None
    assert datetime.fromtimestamp(begins_at, UTC).hour == 0
    assert raised.value.spent_tokens > 0
    clock.sleep(begins_at - clock())
    asker.ask("Hello.")


def test_a_call_has_a_budget_of_its_own(connect: Connect, way: str) -> None:
    asker = spender(connect, way, max_total_tokens=65_600, per="call")

    for text in ("Hello.", "Hello again.", "And again."):
        asker.ask(text)
    with pytest.raises(BudgetExceededError):
        asker.ask("word " * 500)


def test_threads_do_not_share(connect: Connect, way: str) -> None:
    asker = spender(connect, way, max_total_tokens=65_600, per="thread")
    short = {"generation_config": {"max_output_tokens": 200}}
    asker.ask("word " * 200, thread_id="1", settings=short)

    asker.ask("Hello.", thread_id="2")
    with pytest.raises(BudgetExceededError, match="thread '1'"):
        asker.ask("Hello.", thread_id="1")


def test_an_unknown_price_is_refused_unless_it_is_allowed(
    connect: Connect, way: str, emulator: Emulator
) -> None:
    pytest.importorskip("genai_prices", reason="needs the extra `prices`")
    turn = replace(make_turn(["Hello."]), target=("model", "gemini-4-neon"))

    with pytest.raises(ConfigurationError, match="gemini-4-neon has no price"):
        spender(connect, way, max_cost=1).take(turn)
    assert emulator.stats()["creates"] == 0
    spender(connect, way, max_cost=1, unpriced="allow").take(turn)


def test_money_without_prices_is_an_error(
    connect: Connect, way: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERACTIONS_PRICES", "not/there.json")

    with pytest.raises(ConfigurationError, match="cannot be read"):
        spender(connect, way, max_cost=1, unpriced="allow").ask("Hello.")

    with pytest.raises(ConfigurationError, match="cannot be read"):
        spender(connect, way, max_cost=1, max_run_cost=1).ask("Hi.", background=True)
    assert emulator.stats()["creates"] == 0


def test_a_run_needs_a_stated_cost_and_settles_what_it_took(
    connect: Connect, way: str, emulator: Emulator, clock: Clock
) -> None:
    with pytest.raises(ConfigurationError, match="state max_run_tokens"):
        spender(connect, way, max_total_tokens=1_000).ask("Hi.", background=True)
    assert emulator.stats()["creates"] == 0
    limits: dict[str, Any] = {"max_total_tokens": 1_000, "max_run_tokens": 900}
    asker = spender(connect, way, **limits)

    reply = asker.ask("Hi.", background=True)

    assert standing(asker, clock, **limits) == Spending(
        Amount(0, reply.usage.total_tokens)
    )


def test_a_run_that_another_object_has_begun_counts_where_it_ends(
    connect: Connect, emulator: Emulator
) -> None:
    asker = connect("unary")
    emulator.script([{"reply": {"text": "Found.", "wait_s": 1}}])
    emulator.fault(on="get", do={"status": 401})
    with pytest.raises(RequestError):
        asker.ask("Hi.", background=True)
    allowance = ObjectTokens("this object").within(1, run=1)
    asker.client._policy = replace(asker.client._policy, allowance=allowance)

    reply = asker.ask("Hi.", background=True)
    with pytest.raises(BudgetExceededError, match="this object are spent") as raised:
        asker.ask("Something else.", background=True)

    assert raised.value.per == "object"
    assert raised.value.spent_tokens == reply.usage.total_tokens
    assert emulator.stats()["creates"] == 1


@pytest.mark.parametrize("do", [{"close": "after"}, {"status": 500, "worked": True}])
def test_a_lost_run_costs_what_was_put_aside(
    connect: Connect, way: str, emulator: Emulator, clock: Clock, do: dict[str, Any]
) -> None:
    limits: dict[str, Any] = {"max_total_tokens": 1_000, "max_run_tokens": 900}
    asker = spender(connect, way, **limits)
    emulator.fault(do=do)

    with pytest.raises(InteractionsError):
        asker.ask("Hi.", background=True)
    with pytest.raises(BudgetExceededError):
        asker.ask("Something else.", background=True)

    [(scope, _)] = asker.store.list_unanswered()
    row = budget_name(read_budget(limits), scope, clock())
    assert asker.store.spending(row) == Spending(Amount(0, 900))


def test_a_stream_that_is_abandoned_costs_what_was_put_aside(
    connect: Connect, clock: Clock
) -> None:
    limits: dict[str, Any] = {"max_total_tokens": 140_000}
    asker = spender(connect, "stream", **limits)
    asker.ask("Hello.")
    before = standing(asker, clock, **limits).spent.tokens

    going = asker.client.stream(make_turn(["word " * 50]), asker.store)
    next(going)
    going.close()

    stands = standing(asker, clock, **limits)
    assert stands.calls == 0
    assert stands.spent.tokens - before > 65_536


def test_a_call_keeps_what_it_has_put_aside_as_long_as_it_can_last(
    connect: Connect, clock: Clock
) -> None:
    """After that its process must be dead, and whoever is next goes on."""
    limits: dict[str, Any] = {"max_calls": 1, "lease_s": 1}
    going, waiting = spender(connect, "stream", **limits), connect("unary")
    waiting.client._policy = replace(going.client._policy)
    under_way = going.client.stream(make_turn(["word " * 50]), going.store)
    next(under_way)

    clock.sleep(3_800)
    with pytest.raises(BudgetExceededError, match="max_calls"):
        waiting.client.turn(make_turn(["Hello."]), going.store)
    clock.sleep(101)

    waiting.client.turn(make_turn(["Hello."]), going.store)
    under_way.close()


def test_a_run_keeps_what_it_has_put_aside_beyond_its_deadline(
    connect: Connect, clock: Clock, emulator: Emulator
) -> None:
    limits: dict[str, Any] = {"max_calls": 1, "lease_s": 1}
    asker = spender(connect, "unary", **limits)
    emulator.script([{"reply": {"text": "Found.", "wait_s": 1}}])
    emulator.fault(on="get", do={"status": 401})
    long = replace(make_turn(["Hi."]), background=True, deadline_s=7_200.0)
    with pytest.raises(RequestError):
        asker.take(long)

    clock.sleep(7_300)

    with pytest.raises(BudgetExceededError, match="max_calls"):
        asker.ask("Hello.")


def test_a_chain_puts_aside_what_its_own_cache_makes_of_it(connect: Connect) -> None:
    """A good call is not refused for what was cached the last time."""
    asker = connect("unary")
    chat = Chat(asker)
    reply = chat.say("word " * 400)
    [(scope, _)] = asker.store.ledger()
    record = asker.store.get(scope, reply.interaction_id)
    assert record is not None
    used = replace(record.usage, input_tokens=1_000, cached_tokens=900, output_tokens=0)
    plan = Plan(reason="continue", steps=(), parent=replace(record, usage=used))

    found = estimate(make_turn(["Hello."]), plan)

    assert (found.given, found.cached, found.output) == (1_000, 900, 65_536)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("much", "takes a dict"),
        ({}, "needs one of"),
        ({"max_costs": 1}, "has no max_costs"),
        ({"max_cost": 0}, "above 0"),
        ({"max_cost": "a lot"}, "above 0"),
        ({"max_total_tokens": 1.5}, "whole number"),
        ({"max_cost": 1, "per": "week"}, "per of a budget is one of 'call'"),
        ({"max_calls": 1, "per": "call"}, "which one call has not"),
    ],
)
def test_a_budget_that_cannot_be_meant_is_refused(said: object, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read_budget(said)
