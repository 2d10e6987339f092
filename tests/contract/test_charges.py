"""What turns took is kept by answer, kind and tool, and is added up in every store."""

import contextlib
import sqlite3
from dataclasses import fields, replace
from pathlib import Path

import pytest

from interactions_core.exceptions import ConfigurationError, InteractionsError
from interactions_core.records.charges import NOT_PRICED, Charge, Price, charge_of
from interactions_core.records.costs import GROUPS, Costs, add_up, names_of
from interactions_core.records.interactions import LedgerEntry
from interactions_core.records.spending.entry_prices import priced_entry
from interactions_core.stores import MemoryStore, SessionStore, SqliteStore
from interactions_core.usage import Usage
from interactions_emulator import Emulator
from tests.contract.asking import Asker, Chat, make_turn
from tests.contract.session_records import (
    DAY_S,
    SCOPE,
    lost_create,
    make_entry,
    make_record,
    whole_charge,
)

DAY = 1_795_910_400.0
"""29 November 2026, 00:00 UTC."""


SENT = (
    *(("root", False), ("root", True), ("root", True)),
    *(("continue", False), ("expired", True)),
)
"""Why turns were sent as they were, and whether earlier answers went with them."""


def charge(cost: int | None, **changes: object) -> Charge:
    price = Price(picousd=cost, prices="1") if cost is not None else Price(reason="?")
    return replace(Charge(price=price), **changes)


def pay(store: SessionStore, key: str, *charges: Charge, **changes: object) -> None:
    """Record an answer of so many charges; scope, reason, target may be changed."""
    names = {"session_id", "thread_id"}
    scope = replace(SCOPE, **{n: v for n, v in changes.items() if n in names})
    entry = LedgerEntry(
        key=key,
        target="model:m",
        reason="continue",
        status="completed",
        usage=Usage(10, 4, 3, 2, 1, 16),
        created_at=DAY,
        bytes_sent=100,
        replay_bytes=300,
        charges=charges,
    )
    entry = replace(entry, **{n: v for n, v in changes.items() if n not in names})
    store.put(make_record(key, scope=scope), entry)


def spend(store: SessionStore) -> None:
    """Record turns of two sessions, three days, two targets, with and without price."""
    pay(store, "a", charge(5), charge(7, given_up=True), thread_id="1")
    pay(store, "b", charge(11), thread_id="1", reason="expired", sent_again=True)
    pay(store, "c", charge(None), thread_id="2", created_at=DAY + DAY_S)
    pay(store, "d", thread_id="2", session_id="other", created_at=DAY + 2 * DAY_S)
    pay(store, "e", charge(13, tools={"google_search": 2}), target="agent:a", job="j")
    store.note_unanswered(SCOPE, lost_create(at=DAY))


def test_an_answer_that_is_settled_later_counts_once(kept: SessionStore) -> None:
    """It broke off, was given up for another hop before, and has its price by now."""
    given_up = charge(5, given_up=True, total_tokens=9, interaction_id="v1_before")
    unknown = charge(None, interaction_id="a")
    pay(kept, "a", given_up, unknown, job="j", sent_again=True, usage=Usage())
    later = charge(7, interaction_id="a", total_tokens=16, tools={})

    pay(kept, "a", later, attempts=0, status="done", created_at=DAY + DAY_S)

    [(_, entry)] = kept.ledger()
    assert entry.charges == (given_up, later)
    assert (entry.status, entry.usage) == ("done", Usage(10, 4, 3, 2, 1, 16))
    assert (entry.job, entry.sent_again, entry.created_at) == ("j", True, DAY)
    total = kept.cost("day").total
    assert total == add_up("day", kept.ledger()).total
    assert (total.turns, total.attempts, total.picousd, total.unpriced) == (1, 1, 12, 0)
    assert kept.usage() == entry.usage


def test_what_an_entry_says_already_is_not_settled_again(kept: SessionStore) -> None:
    known = charge(7, interaction_id="a", total_tokens=16)
    pay(kept, "a", known)

    pay(kept, "a", known, attempts=0)

    assert [entry.charges for _, entry in kept.ledger()] == [(known,), (known,)]


# What is kept of each answer.


def test_a_charge_keeps_every_field(kept: SessionStore) -> None:
    whole, default = whole_charge(), Charge()
    same = [f.name for f in fields(whole) if getattr(whole, f.name) == getattr(default, f.name)]  # fmt: skip
    kept.put(make_record(), make_entry())

    [(_, entry)] = kept.ledger()

    assert same == []
    assert entry.charges == make_entry().charges
    assert (entry.job, entry.sent_again) == ("job_1", True)


def test_what_the_api_leaves_out_is_unknown_and_what_it_says_is_kept() -> None:
    """API: agents on Vertex report neither cached tokens nor those of tools."""
    said = charge_of(
        {
            "id": "v1_a",
            "model": "gemini-3.8-flash",
            "service_tier": "flex",
            "created": "2026-10-05T14:46:04Z",
            "usage": {
                "total_input_tokens": 20,
                "total_cached_tokens": 0,
                "input_tokens_by_modality": [
                    {"modality": "text", "tokens": 15},
                    {"modality": "audio", "tokens": 5},
                ],
                "grounding_tool_count": [{"type": "google_search", "count": 2}],
            },
        }
    )

    assert (said.model, said.tier, said.asked_at) == (
        "gemini-3.8-flash",
        "flex",
        1_791_211_564.0,
    )
    assert (said.input_tokens, said.cached_tokens, said.tool_use_tokens) == (
        20,
        0,
        None,
    )
    assert said.modalities == {"input": {"text": 15, "audio": 5}}
    assert (said.tools, said.searches) == ({"google_search": 2}, 2)
    assert charge_of({"id": "v1_b"}).searches is None


def test_a_turn_keeps_model_tier_and_tokens_of_its_answer(asker: Asker) -> None:
    reply = asker.ask("Hello.")

    [(_, entry)] = asker.store.ledger()

    [one] = entry.charges
    assert (one.interaction_id, one.model, one.tier) == (
        reply.interaction_id,
        "gemini-3-flash-preview",
        "standard",
    )
    assert (one.usage, entry.hops) == (reply.usage, 1)
    assert one.modalities["input"] == {"text": one.input_tokens}


def test_each_hop_of_a_continued_answer_is_a_charge(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "a b c", "hops": 2}}])

    reply = asker.ask("Go on.")

    [(_, entry)] = asker.store.ledger()
    assert entry.hops == len(entry.charges) == emulator.stats()["creates"] == 3
    assert len({each.interaction_id for each in entry.charges}) == 3
    assert sum((each.usage for each in entry.charges), Usage()) == reply.usage


def test_an_answer_that_was_given_up_is_a_charge_of_the_turn(
    asker: Asker, emulator: Emulator
) -> None:
    chat = Chat(asker)
    chat.say("My name is Ada.")
    emulator.fault(on="create", do={"reroot": True})

    chat.say("What is my name?")

    entry = asker.store.ledger()[-1][1]
    assert [each.given_up for each in entry.charges] == [True, False]
    assert (entry.hops, entry.sent_again) == (1, True)
    assert entry.usage == sum((each.usage for each in entry.charges), Usage())


def test_a_chained_turn_is_not_one_that_sent_everything_again(asker: Asker) -> None:
    chat = Chat(asker)
    chat.say("My name is Ada.")
    chat.say("What is my name?")

    assert [entry.sent_again for _, entry in asker.store.ledger()] == [False, False]


def test_a_create_without_an_answer_is_noted(asker: Asker, emulator: Emulator) -> None:
    emulator.fault(do={"close": "after"}, times=3)

    with pytest.raises(InteractionsError):
        asker.ask("Hello.")

    [(_, lost)] = asker.store.list_unanswered()
    assert (lost.what, lost.target) == ("lost", "model:gemini-3-flash-preview")
    assert asker.store.cost().total.maybe_billed == lost.creates == 3
    assert asker.store.ledger() == []


def test_a_run_that_was_rooted_anew_is_noted_as_cancelled(
    asker: Asker, emulator: Emulator
) -> None:
    chat = Chat(asker, background=True)
    chat.say("My name is Ada.")
    long = {"text": "I do not know.", "wait_s": 600.0}
    emulator.script(
        [{"when": {"last_user_contains": "What"}, "reply": long, "times": 1}]
    )
    emulator.fault(do={"reroot": True})

    chat.say("What is my name?")

    [(_, left)] = asker.store.list_unanswered()
    begun = [one["interaction"] for one in emulator.requests() if one["body"]]
    assert (left.what, left.interaction_id) == ("cancelled", begun[1])
    assert asker.store.cost().total.maybe_billed == 1


def test_a_job_is_named_by_the_entry_of_its_answer(asker: Asker) -> None:
    asker.take(make_turn(["Hello."], background=True))

    [job] = asker.store.list_jobs()
    assert list(asker.store.cost("job").rows) == [job.key]


# What it adds up to.


@pytest.mark.parametrize("by", GROUPS)
def test_every_store_adds_up_the_same(by: str, kept: SessionStore) -> None:
    expected = MemoryStore()
    spend(expected)

    spend(kept)

    assert kept.cost(by) == expected.cost(by)
    assert kept.cost(by) == add_up(by, kept.ledger(), kept.list_unanswered())
    for limits in (
        {"thread_id": "1"},
        {"session_id": "other"},
        {"since": DAY + 1},
        {"until": DAY + DAY_S, "session_id": SCOPE.session_id},
    ):
        assert kept.cost(by, **limits) == expected.cost(by, **limits)


def test_kinds_of_groups_that_are_read_at_once_are_as_each_by_itself(
    kept: SessionStore,
) -> None:
    spend(kept)
    for chosen in (GROUPS, GROUPS[:1], ("day", "reason_again")):
        found = kept.costs(chosen)
        assert found == {by: kept.cost(by) for by in chosen}
        of_session = kept.costs(chosen, session_id="other")
        assert of_session == {by: kept.cost(by, session_id="other") for by in chosen}
    with pytest.raises(ConfigurationError, match="not by 'tenant'"):
        kept.costs(["day", "tenant"])  # type: ignore[list-item]


def test_threads_of_one_name_are_told_apart_by_their_session(
    kept: SessionStore,
) -> None:
    for at, session in enumerate(("", "a", "1:a")):
        pay(kept, f"i{at}", charge(2 + at), thread_id="a", session_id=session)
    pay(kept, "i3", charge(1), thread_id="aa", session_id="")

    rows = kept.cost("session_thread").rows

    assert {names_of(key): row.picousd for key, row in rows.items()} == {
        ("1:a", "a"): 4,
        ("a", "a"): 3,
        ("", "a"): 2,
        ("", "aa"): 1,
    }
    assert len(kept.cost("thread").rows) == 2


def test_a_root_that_sent_everything_again_is_told_apart_from_the_first(
    kept: SessionStore,
) -> None:
    for at, (reason, again) in enumerate(SENT):
        pay(kept, f"i{at}", charge(2**at), reason=reason, sent_again=again)

    rows = kept.cost("reason_again").rows

    assert {name: (row.turns, row.picousd) for name, row in rows.items()} == {
        "root": (1, 1),
        "root, sent again": (2, 2 + 4),
        "continue": (1, 8),
        "expired": (1, 16),
    }
    assert kept.cost("reason").rows["root"].turns == 3


def test_a_sum_says_what_it_leaves_out(kept: SessionStore) -> None:
    spend(kept)

    found = kept.cost("model")

    assert found.total == Costs(
        turns=5,
        usage=Usage(50, 20, 15, 10, 5, 80),
        searches=2,
        bytes_sent=500,
        replay_bytes=1_500,
        attempts=5,
        maybe_billed=2,
        picousd=36,
        unpriced=2,
        sent_again=1,
        again_picousd=11,
    )
    assert found.unknown == {"?": 1, NOT_PRICED: 1}
    assert found.prices == ("1",)
    assert list(found.rows) == ["model:m", "agent:a"]


def test_days_are_those_of_utc_and_come_in_order(kept: SessionStore) -> None:
    spend(kept)
    pay(kept, "f", charge(1_000), created_at=DAY - 0.5)

    assert list(kept.cost("day").rows) == [
        *("2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"),
    ]


def test_nothing_known_is_no_cost_of_zero(kept: SessionStore) -> None:
    pay(kept, "a", charge(None))

    assert kept.cost().total.usd is None
    assert kept.cost(since=DAY + 1).total.usd == 0


def test_prices_may_be_others_than_those_that_were_written(kept: SessionStore) -> None:
    class Tenfold:
        version = "tenfold"

        def price(self, charge: Charge, target: str) -> Price:
            assert target == "model:m"
            return Price(picousd=10 * (charge.input_tokens or 0), prices=self.version)

    pay(kept, "a", charge(5, input_tokens=7))
    pay(kept, "of an old release")

    found = kept.cost(prices=Tenfold())

    assert (found.total.picousd, found.total.unpriced) == (70 + 100, 0)
    assert found.prices == ("tenfold",)
    assert kept.cost().total.picousd == 5


def test_another_word_than_a_group_is_refused(kept: SessionStore) -> None:
    with pytest.raises(ConfigurationError, match="not by 'tenant'"):
        kept.cost("tenant")


def test_a_deleted_thread_costs_nothing_here_any_more(kept: SessionStore) -> None:
    spend(kept)
    pay(kept, "mine", charge(1))
    kept.note_unanswered(SCOPE, lost_create())

    kept.delete_thread(SCOPE.thread_id)

    assert kept.cost(thread_id=SCOPE.thread_id).total == Costs()
    assert kept.list_unanswered() == []
    assert kept.cost().total.turns == 4


def test_entries_that_went_with_their_interactions_are_still_in_the_sums() -> None:
    store, small = MemoryStore(), MemoryStore(limit=1)

    for one in (store, small):
        spend(one)

    assert len(small.ledger()) == 1
    for by in ("session", "thread", "model", "agent", "reason", "day"):
        assert small.cost(by) == store.cost(by)


def test_the_number_of_a_deleted_entry_brings_no_charges_back(tmp_path: Path) -> None:
    """An older release deletes entries, and leaves their charges."""
    store = SqliteStore(tmp_path / "sessions.db")
    pay(store, "a", charge(5), charge(6))
    store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "sessions.db")) as file, file:
        file.execute("DELETE FROM ledger")
        file.execute(
            "INSERT INTO ledger SELECT 1, 'c', 's', 't', 'b', 'model:m', 'root', '', 1,"
            " 1, 0, '[]', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
        )

    assert store.ledger()[0][1].charges == ()
    assert store.cost().total.unpriced == 1
    pay(store, "c", charge(1), thread_id="t")
    store.delete_thread("t")
    pay(store, "d", charge(2))
    assert [len(entry.charges) for _, entry in store.ledger()] == [1]


# What it costs.


def test_a_turn_is_priced_when_it_is_written(asker: Asker) -> None:
    pytest.importorskip("genai_prices", reason="needs the extra `prices`")
    asker.ask("Hello.")

    [(_, entry)] = asker.store.ledger()

    [one] = entry.charges
    # 0.50 and 3 USD per million tokens of gemini-3-flash-preview, in 1e-12 USD
    fresh, made = one.usage.input_tokens, one.usage.output_tokens
    expected = 500_000 * fresh + 3_000_000 * (made + one.usage.thought_tokens)
    assert entry.picousd == one.price.picousd == expected
    assert one.price.prices.startswith("genai-prices ")
    assert asker.store.cost().total.picousd == expected


def test_a_turn_without_a_price_says_why(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERACTIONS_PRICES", "not/there.json")

    asker.ask("Hello.")

    found = asker.store.cost()
    assert (found.total.unpriced, found.total.usd) == (1, None)
    assert "not/there.json cannot be read" in next(iter(found.unknown))


class Faulty:
    """Prices of a library that has changed under us."""

    version = "faulty 1"

    def __init__(self, found: int | Exception) -> None:
        self.found = found

    def price(self, charge: Charge, target: str) -> Price:  # noqa: ARG002
        if isinstance(self.found, Exception):
            raise self.found
        return Price(picousd=self.found, prices=self.version)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (AttributeError("tiers"), "pricing failed: AttributeError"),
        (10**30, "more than one answer can cost"),
    ],
)
def test_no_fault_of_prices_keeps_an_answer_from_being_recorded(
    found: int | Exception, reason: str, kept: SessionStore
) -> None:
    entry = priced_entry(make_entry(), Faulty(found))

    kept.put(make_record(), entry)

    [(_, noted)] = kept.ledger()
    assert {each.price.reason for each in noted.charges} == {reason}
    assert noted.picousd is None


def test_a_count_that_no_database_holds_is_unknown() -> None:
    said = charge_of({"id": "v1_a", "usage": {"total_input_tokens": 10**30}})

    assert said.input_tokens is None
