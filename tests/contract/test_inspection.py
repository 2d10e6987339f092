"""What stores tell whoever looks inside: the same in each, and the ledger's sums."""

import os
import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from interactions_core.records.conversations import (
    ConversationFilter,
    ConversationId,
    ConversationList,
    Recorded,
    Sort,
)
from interactions_core.records.costs import Costs
from interactions_core.records.inspection.conversation_drafts import Node, connect
from interactions_core.records.interactions import Scope
from interactions_core.records.labels import LONGEST, Label
from interactions_core.stores import MemoryStore, SessionStore, SqliteStore, open_store
from tests.contract.random_stores import RETENTION_S, Filler
from tests.contract.session_records import (
    HELD,
    NOW,
    SCOPE,
    SENT,
    make_entry,
    make_job,
    make_record,
)

_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "0")
SEEDS = [random.Random(f"{_RUN}inspection{n}").randrange(10**6) for n in range(2)]
"""New in every run, and the same for all of its workers."""

SORTS = get_args(Sort)
LOOSE = replace(SCOPE, thread_id="")
ALL = ConversationFilter()
FILTERS = {
    "all": ALL,
    "session": ConversationFilter(session_id="acme"),
    "thread": ConversationFilter(thread_id="one"),
    "no thread": ConversationFilter(thread_id=""),
    "both": ConversationFilter(session_id="acme", thread_id="two"),
    "reason of a session": ConversationFilter(session_id="acme", reason="retry"),
    "since": ConversationFilter(since=NOW + 40),
    "until": ConversationFilter(until=NOW + 5),
    "model": ConversationFilter(model="PRO"),
    "reason": ConversationFilter(reason="fork"),
    "cost": ConversationFilter(cost_over=11),
    "expires": ConversationFilter(now=NOW, expires_before=NOW + RETENTION_S + 30),
    "names": ConversationFilter(names=["two"]),
}


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


@pytest.fixture(params=SEEDS)
def stores(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str
) -> Iterator[list[SessionStore]]:
    print(f"seed {request.param}")  # noqa: T201  a failure is repeated by it
    urls = (f"sqlite:///{tmp_path}/sessions.db", postgres_url)
    with ExitStack() as opened:
        made = [MemoryStore(), *(opened.enter_context(closing(open_store(u))) for u in urls)]  # fmt: skip
        for each in made:
            Filler(request.param).fill(each)
        yield made


def turns_of(store: SessionStore, listed: ConversationList) -> list[Recorded]:
    return [turn for each in listed.found for turn in store.records(each.id)]


def beside_turns(costs: Costs) -> Costs:
    """Leave out what may have been billed and belongs to no conversation."""
    return replace(costs, maybe_billed=0)


def names_of(store: SessionStore, where: ConversationFilter) -> set[str]:
    return {each.id.name for each in store.list_conversations(where).found}


# The same in every store.


def test_all_stores_tell_the_same(stores: list[SessionStore]) -> None:
    first, *others = (
        {name: each.list_conversations(where) for name, where in FILTERS.items()}
        for each in stores
    )

    assert first["all"].matching == len(first["all"].found) > 10
    for other in others:
        assert other == first


def test_a_thread_of_any_name_is_listed_with_its_sums(store: SessionStore) -> None:
    """Ours: one data base keeps some characters as others, and JSON knows nothing of it."""
    names = ["plain", "\x01", "a\0b", '"quoted"', "\\", "naïve 🦉", "\u2028"]
    for number, name in enumerate(names):
        scope = replace(SCOPE, thread_id=name)
        record = make_record(f"v1_{number}", scope=scope)
        label = Label(framework="autogen", name=f"agent {number}")
        store.put(record, make_entry(record.key, number), label=label)

    listed = store.list_conversations(ConversationFilter(session_id=SCOPE.session_id))

    told = {each.id.name: (each.last, each.costs.turns, each.label.name) for each in listed.found}  # fmt: skip
    assert told == {n: (f"v1_{i}", 1, f"agent {i}") for i, n in enumerate(names)}
    assert listed.total.turns == len(names)


def test_two_scopes_may_have_a_turn_of_the_same_key(store: SessionStore) -> None:
    for session, at in (("a", NOW), ("b", NOW + 100)):
        scope = replace(LOOSE, session_id=session)
        for key, later in (("v1_same", 0), (f"v1_{session}", 60)):
            record = make_record(key, scope=scope, created_at=at + later)
            store.put(record, make_entry(key, 5))

    listed = store.list_conversations(ConversationFilter(since=NOW + 50))

    assert len(listed.found) == listed.matching == 3
    assert listed.total == sum((each.costs for each in listed.found), Costs())


def test_what_is_known_beside_is_counted_only_where_it_is_asked(
    stores: list[SessionStore],
) -> None:
    for store in stores:
        for where in FILTERS.values():
            whole = store.list_conversations(where, limit=5)
            part = store.list_conversations(where, limit=5, count_known=False)

            assert part == replace(whole, known=None)
            assert whole.known == store.list_conversations().matching


def test_all_stores_have_the_same_turns_in_them(stores: list[SessionStore]) -> None:
    names = [each.id for each in stores[0].list_conversations().found]

    for name in names:
        first, *others = [each.records(name) for each in stores]
        assert all(other == first for other in others)
        keys = [turn.record.key for turn in first]
        assert {each.conversation_of(name.scope, k) for each in stores for k in keys} <= {name}  # fmt: skip
        said, *rest = [each.contents(name.scope, keys) for each in stores]
        assert [*said] == keys
        assert all(other == said for other in rest)


def test_sums_are_those_of_the_ledger(stores: list[SessionStore]) -> None:
    for store in stores:
        listed = store.list_conversations()
        whole = store.cost().total

        assert beside_turns(listed.total) == beside_turns(whole)
        assert sum((e.costs for e in listed.found), Costs()) == listed.total
        for thread in ("one", "two", "three"):
            own = [e.costs for e in listed.found if e.id.scope.thread_id == thread]
            assert sum(own, Costs()) == store.cost(thread_id=thread).total
            assert sum(own, Costs()).usage == store.usage(thread_id=thread)


def test_each_entry_of_the_ledger_is_that_of_one_turn(
    stores: list[SessionStore],
) -> None:
    for store in stores:
        turns = turns_of(store, store.list_conversations())

        told = [(turn.record.scope, e) for turn in turns for e in turn.entries]

        assert sorted(map(repr, told)) == sorted(map(repr, store.ledger()))


@pytest.mark.parametrize("size", [1, 7])
def test_parts_of_a_list_have_each_once(stores: list[SessionStore], size: int) -> None:
    for store in stores:
        whole = store.list_conversations(limit=None)
        after, found, turns = None, [], []
        while part := store.list_conversations(after=after, limit=size):
            found += part.found
            assert (part.matching, part.total) == (whole.matching, whole.total)
            after = part.after
            if after is None:
                break
        assert found == [*whole.found]

        longest = max(whole.found, key=lambda each: each.records)
        while part := store.records(
            longest.id, after=turns[-1].record.key if turns else "", limit=size
        ):
            turns += part
        assert turns == store.records(longest.id)


def amount_of(store: SessionStore, name: ConversationId, sort: Sort) -> float:
    """Add up what a conversation comes to by its turns, one by one."""
    entries = [entry for turn in store.records(name) for entry in turn.entries]
    return {
        "cost": sum(c.price.picousd or 0 for e in entries for c in e.charges),
        "tokens": sum(entry.usage.total_tokens for entry in entries),
        "turns": len(entries),
    }[sort]


@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort != "last"])
def test_a_list_is_in_the_order_of_the_sums_of_its_turns(
    stores: list[SessionStore], sort: Sort
) -> None:
    first, *others = [store.list_conversations(sort=sort) for store in stores]
    newest = stores[0].list_conversations()

    amounts = {e.id: amount_of(stores[0], e.id, sort) for e in newest.found}
    # What comes to as much stays in the order of time.
    ordered = sorted(newest.found, key=lambda each: -amounts[each.id])
    assert len({*amounts.values()}) > 5
    assert first == replace(newest, found=tuple(ordered))
    assert all(other == first for other in others)


@pytest.mark.parametrize("sort", SORTS)
def test_parts_of_a_list_are_in_its_order_whatever_the_filter(
    stores: list[SessionStore], sort: Sort
) -> None:
    for where in FILTERS.values():
        first, *others = [store.list_conversations(where, sort=sort) for store in stores]  # fmt: skip
        assert all(other == first for other in others)
        assert {e.id for e in first.found} == {e.id for e in stores[0].list_conversations(where).found}  # fmt: skip
        for store in stores:
            after, found = None, []
            while part := store.list_conversations(where, sort=sort, after=after, limit=4):  # fmt: skip
                found += part.found
                after = part.after
                if after is None:
                    break
            assert found == [*first.found]


def test_what_is_as_dear_is_listed_by_time_and_name(store: SessionStore) -> None:
    for name, later in (("b", 0), ("a", 0), ("c", 5)):
        scope = replace(SCOPE, thread_id=name)
        record = make_record(f"v1_{name}", scope=scope, created_at=NOW + later)
        store.put(record, make_entry(record.key, 5))

    after, names = None, []
    while part := store.list_conversations(sort="cost", after=after, limit=1):
        names += [each.id.name for each in part.found]
        after = part.after
        if after is None:
            break

    assert names == ["c", "a", "b"]


def test_filters_let_through_what_they_say(stores: list[SessionStore]) -> None:
    every = stores[0].list_conversations().found

    def meant(where: ConversationFilter) -> set[ConversationId]:
        return {each.id for each in stores[0].list_conversations(where).found}

    end = FILTERS["expires"].expires_before or 0.0
    assert meant(FILTERS["session"]) == {e.id for e in every if e.id.scope.session_id}
    assert meant(FILTERS["since"]) == {e.id for e in every if e.last_at >= NOW + 40}
    assert meant(FILTERS["until"]) == {e.id for e in every if e.first_at < NOW + 5}
    assert meant(FILTERS["reason"]) == {e.id for e in every if e.forks}
    assert meant(FILTERS["cost"]) == {e.id for e in every if e.costs.picousd > 11}
    assert meant(FILTERS["names"]) == {e.id for e in every if e.id.name == "two"}
    assert meant(FILTERS["model"]) == {
        e.id for e in every if any("pro" in target for target in e.targets)
    }
    assert meant(FILTERS["expires"]) == {
        e.id for e in every if e.expires_at is not None and NOW < e.expires_at < end
    }


def test_what_a_search_found_is_listed_by_conversation(store: SessionStore) -> None:
    store.put(make_record("v1_a"))
    store.put(make_record("v1_b", scope=LOOSE))
    store.put(make_record("v1_c", scope=LOOSE, parent_id="v1_b"))
    store.put(make_record("v1_d", scope=LOOSE))

    where = ConversationFilter(keys=["v1_a", "v1_c", "\ud800", "\0"])

    assert names_of(store, where) == {"thread", "v1_b"}
    assert names_of(store, replace(where, names=["v1_d"])) == {"thread", "v1_b", "v1_d"}
    assert names_of(store, ConversationFilter(keys=[])) == set()


# What a conversation is.


def test_turns_without_a_thread_are_one_conversation_by_what_they_go_on_from(
    store: SessionStore,
) -> None:
    for at, (key, parent, base) in enumerate(
        [("a", "", ""), ("b", "a", "a"), ("c", "", "b"), ("d", "", ""), ("e", "x", "d")]
    ):
        record = make_record(key, scope=LOOSE, parent_id=parent, base_key=base)
        store.put(replace(record, created_at=NOW + at))

    told = {
        each.id.root: [
            (t.record.key, t.link, t.link_to) for t in store.records(each.id)
        ]
        for each in store.list_conversations().found
    }

    assert told == {
        "a": [("a", "none", ""), ("b", "chained", "a"), ("c", "replayed", "b")],
        "d": [("d", "none", ""), ("e", "replayed", "d")],
    }
    assert store.conversation_of(LOOSE, "e") == ConversationId(LOOSE, "d")
    assert store.conversation_of(LOOSE, "x") is None


def test_a_parent_that_is_recorded_later_joins_what_goes_on_from_it(
    store: SessionStore,
) -> None:
    store.put(make_record("b", scope=LOOSE, parent_id="a", created_at=NOW))
    store.put(make_record("c", scope=LOOSE, parent_id="b", created_at=NOW + 1))
    store.put(make_record("a", scope=LOOSE, created_at=NOW + 2))

    [one] = store.list_conversations().found

    assert (one.id.root, one.records, one.last) == ("b", 3, "a")


def test_what_is_connected_with_a_turn_is_found_however_strange_its_names_are(
    store: SessionStore,
) -> None:
    """Also of what is recorded later, of itself, in a circle, and of nothing."""
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    dice, scope = random.Random(seed), Scope("key", "acme", "")
    keys = [f"v1_{number}" for number in range(60)]
    names = [*keys, "", "", *("" for _ in keys), "unknown", "v1_of_another"]
    store.put(make_record("v1_of_another", scope=Scope("key", "globex", "")))
    for at, key in enumerate(keys):
        parent, base = dice.choice(names), dice.choice(names)
        record = make_record(key, scope=scope, parent_id=parent, base_key=base)
        store.put(replace(record, created_at=float(at)))

    nodes = [node_of(store, scope, key) for key in keys]
    groups = {tuple(node.key for node in group) for group in connect(nodes)}
    found = {key: store.conversation_of(scope, key) for key in keys}

    assert groups == {
        tuple(turn.record.key for turn in store.records(name))
        for name in found.values()
        if name is not None
    }
    assert {*found.values()} == {told.id for told in store.list_conversations(ConversationFilter(session_id="acme")).found}  # fmt: skip
    assert store.conversation_of(scope, "v1_of_another") is None


def node_of(store: SessionStore, scope: Scope, key: str) -> Node:
    record = store.get(scope, key)
    assert record is not None
    return Node(
        scope, key, record.created_at, record.reason, record.parent_id, record.base_key
    )


def test_the_next_turn_of_a_thread_that_goes_on_from_nothing_follows(
    store: SessionStore,
) -> None:
    for at, key in enumerate("abc"):
        store.put(make_record(key, created_at=NOW + at))

    turns = store.records(ConversationId(SCOPE), after="a")

    assert [(t.link, t.link_to) for t in turns] == [
        ("followed", "a"),
        ("followed", "b"),
    ]
    assert store.records(ConversationId(SCOPE), after="unknown") == []
    assert store.records(ConversationId(Scope("nobody"))) == []


def test_a_job_without_an_answer_is_listed_until_its_answer_is_recorded(
    store: SessionStore,
) -> None:
    job = make_job(scope=LOOSE, interaction_id="v1_run", status="in_progress")
    store.add_job(job)
    where = ConversationFilter(now=job.lease_until + 1)

    [before] = store.list_conversations(where).found
    store.put(make_record("v1_run", scope=LOOSE, created_at=NOW + 9))
    [after] = store.list_conversations(where).found
    [turn] = store.records(after.id)

    assert (before.id, before.records) == (ConversationId(LOOSE, "v1_run"), 0)
    assert (before.jobs.open, before.jobs.unattended) == (1, 1)
    assert before.targets == (job.target,)
    assert (after.id, after.records, after.first_at) == (before.id, 1, NOW)
    assert turn.job is not None
    assert (turn.job.key, dict(turn.job.plan)) == (job.key, {})


def test_a_copied_thread_has_turns_that_were_paid_for_elsewhere(
    store: SessionStore,
) -> None:
    store.put(make_record(), make_entry(), label=Label(framework="autogen", name="ada"))

    store.copy_thread("thread", "copy")

    [copy] = store.list_conversations(ConversationFilter(thread_id="copy")).found
    assert (copy.records, copy.costs.turns, copy.label.name) == (1, 0, "ada")


def test_what_was_said_is_read_for_the_turns_that_are_asked_about(
    store: SessionStore,
) -> None:
    store.put(make_record("v1_a", sent=SENT, held=HELD, synthetic=(0,)))
    store.put(make_record("v1_b", sent=SENT))

    [(key, content)] = store.contents(SCOPE, ["v1_a", "v1_unknown"]).items()

    assert (key, content.sent, content.synthetic) == ("v1_a", SENT, (0,))
    assert content.held == HELD
    [shown, _] = store.records(ConversationId(SCOPE))
    assert (shown.record.sent, shown.record.held) == ((), ())


# Labels.


def test_the_newest_turn_that_has_a_label_names_the_conversation(
    store: SessionStore,
) -> None:
    for scope in (SCOPE, LOOSE):
        for at, name in enumerate(("first", "second", "")):
            label = Label(framework="crewai" if name else "", name=name)
            parent = f"v1_{at - 1}" if at else ""
            record = make_record(f"v1_{at}", scope=scope, parent_id=parent)
            store.put(replace(record, created_at=NOW + at), label=label)

    listed = store.list_conversations().found

    assert [each.label.name for each in listed] == ["second", "second"]
    names = [turn.label.name for turn in store.records(listed[0].id)]
    assert names == ["first", "second", ""]


def test_a_label_stays_when_its_record_is_written_again(store: SessionStore) -> None:
    store.put(make_record(), label=Label(framework="autogen", name="ada"))

    store.put(make_record(), make_entry())

    [turn] = store.records(ConversationId(SCOPE))
    assert turn.label.name == "ada"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        pytest.param("a\ud83d", "a\ufffd", id="half a character"),
        pytest.param("a\0\x1b[31m\u202eb", "a\ufffd\ufffd[31m\ufffdb", id="control"),
        pytest.param("x" * 10_000, "x" * LONGEST, id="long"),
        pytest.param(" two\n words ", "two words", id="lines"),
        pytest.param("'; DROP TABLE labels; --", "'; DROP TABLE labels; --", id="sql"),
        pytest.param(7, "", id="no text"),
    ],
)
def test_a_strange_name_does_a_turn_no_harm(
    store: SessionStore, name: str, read: str
) -> None:
    assert store.put(make_record(), label=Label(framework="autogen", name=name))

    [turn] = store.records(ConversationId(SCOPE))
    assert turn.label.name == read


def test_a_deleted_thread_leaves_no_label(store: SessionStore) -> None:
    store.put(make_record(), label=Label(framework="autogen", name="ada"))

    store.delete_thread("thread")
    store.put(make_record())

    [turn] = store.records(ConversationId(SCOPE))
    assert turn.label == Label()


# Stores of older releases.

OLDER = (
    "labels",
    "charges",
    "unanswered",
    "outlines",
    "setups",
    "job_events",
    "job_looks",
    "job_traces",
)


def test_a_store_of_an_older_release_is_told_of_and_left_as_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sessions.db"
    with closing(SqliteStore(path)) as store:
        Filler(7).fill(store)
        written = store.list_conversations()
    with closing(sqlite3.connect(path)) as db, db:
        for table in OLDER:
            db.execute(f"DROP TABLE {table}")
        db.execute("DROP INDEX interactions_by_time")
        db.execute("DROP INDEX interactions_by_resent")
        parts = ", ".join(f"'{name}'" for name in (*OLDER, "listings", "resends"))
        db.execute(f"DELETE FROM schema_versions WHERE part IN ({parts})")  # noqa: S608  constants
    before = path.read_bytes()

    with closing(open_store(f"sqlite:///{path}", read_only=True)) as store:
        told = store.list_conversations()
        turns = turns_of(store, told)
        paid = store.cost().total
        named = store.newest_key(), store.newest_key(sent_again=True)

    assert path.read_bytes() == before
    assert named[0] in {turn.record.key for turn in turns}
    assert named[1] in {"", *(turn.record.key for turn in turns)}
    assert [each.id for each in told.found] == [each.id for each in written.found]
    assert told.total.usage == written.total.usage == paid.usage
    assert told.total.unpriced == told.total.turns == paid.turns
    assert sum(len(turn.entries) for turn in turns) == paid.turns
    assert {turn.label for turn in turns} == {Label()}
