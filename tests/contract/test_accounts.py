"""A key is rotated: whose sessions and jobs its successor finds, and whose it does not."""

import shlex
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interactions_core.client import identity
from interactions_core.client.connection import Connection
from interactions_core.exceptions import AccountConflictError, ConfigurationError
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.interactions import Scope
from interactions_core.services.eraser import Eraser
from interactions_core.stores import (
    MemoryStore,
    SessionStore,
    SqliteStore,
)
from interactions_core.transcript.replies import visible_reply
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import Asker, Chat, make_turn, said
from tests.contract.conftest import Connect

PROJECTS = {"acme": ["january", "february"], "rival": ["march"]}
JOB_S = 60.0
OLD_S = 120.0
"""Older than an id that may merely be too new for the server."""

Ask = Callable[..., Asker]


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with Emulator(clock=clock, job_s=JOB_S, projects=PROJECTS) as running:
        yield running


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


@pytest.fixture
def ask(connect: Connect, store: SessionStore) -> Ask:
    def ask(key: str, account: str | None = None) -> Asker:
        return connect("unary", api_key=key, account=account, store=store)

    return ask


def creates(emulator: Emulator) -> int:
    return sum(r["method"] == "POST" for r in emulator.requests())


def owner_of(asker: Asker) -> str:
    return asker.client.owner(asker.store).name


def claim(asker: Asker) -> str:
    """Do what a turn does before anything else; return the owner."""
    return identity.owner_of(
        asker.client.sdk(), asker.client.connection, asker.store
    ).name


def goes_on(before: Asker, after: Asker, session: str = "") -> str:
    """Have a chat begun by one and continued by another; return the second's plan."""
    chat = Chat(before, session_id=session)
    chat.say("My word is swordfish.")
    chat.asker = after
    return chat.say("What is my word?").reason


# What is found.


def test_a_later_key_of_a_named_account_goes_on_with_the_chat(
    ask: Ask, emulator: Emulator
) -> None:
    plan = goes_on(ask("january", "acme"), ask("february", "acme"))

    assert plan == "continue"
    assert creates(emulator) == 2


def test_an_account_that_is_named_later_takes_over_what_its_key_has(ask: Ask) -> None:
    before = ask("january")
    chat = Chat(before)
    chat.say("My word is swordfish.")
    chat.asker = ask("january", "acme")
    named = chat.say("What is my word?")
    chat.asker = ask("february", "acme")

    rotated = chat.say("And mine?")

    assert [named.reason, rotated.reason] == ["continue", "continue"]
    assert owner_of(ask("february", "acme")) == owner_of(before)


def test_a_key_of_an_account_finds_the_same_without_the_name(ask: Ask) -> None:
    assert goes_on(ask("january", "acme"), ask("february", "acme")) == "continue"

    assert goes_on(ask("february"), ask("january"), "another") == "continue"


def test_a_linked_key_goes_on_with_the_chat(ask: Ask, store: SessionStore) -> None:
    before, after = ask("january"), ask("february")
    store.link([owner_of(after)], owner_of(before))

    assert goes_on(before, after) == "continue"


def test_a_job_is_found_when_its_account_is_named_and_its_key_rotated(
    ask: Ask, emulator: Emulator, clock: Clock
) -> None:
    turn = make_turn(["The history of TPUs"], background=True)
    nameless = ask("january")
    begun = nameless.client.suspend(turn, nameless.store)
    named = ask("january", "acme")
    seen = named.client.suspend(turn, named.store)
    clock.advance(JOB_S)

    reply = ask("february", "acme").take(turn)

    assert reply.status == "completed"
    assert {begun.interaction_id, seen.interaction_id} == {reply.interaction_id}
    assert creates(emulator) == 1


def test_a_thread_is_deleted_on_the_server_under_the_next_key(
    ask: Ask, store: SessionStore, emulator: Emulator
) -> None:
    made = ask("january", "acme").ask("hello", thread_id="1")
    store.delete_thread("1", remote=True)

    report = Eraser(store, ask("february", "acme").client).erase()

    assert (report.deleted, report.failed) == ((made.interaction_id,), {})
    with pytest.raises(LookupError):
        emulator.transcript(made.interaction_id)


def test_what_another_key_cannot_see_stays_to_be_deleted(
    ask: Ask, store: SessionStore, clock: Clock
) -> None:
    made = ask("january", "acme").ask("hello", thread_id="1")
    store.delete_thread("1", remote=True)
    clock.advance(OLD_S)

    blind = Eraser(store, ask("march", "acme").client, clock=clock).erase()
    seeing = Eraser(store, ask("january", "acme").client, clock=clock).erase()

    assert "Another key of the account" in blind.failed[made.interaction_id]
    assert seeing.deleted == (made.interaction_id,)


def test_what_no_server_keeps_any_more_is_struck_off_by_any_key(
    ask: Ask, store: SessionStore, clock: Clock
) -> None:
    made = ask("january", "acme").ask("hello", thread_id="1")
    store.delete_thread("1", remote=True)
    clock.advance(56 * DAY_S)

    report = Eraser(store, ask("march", "acme").client, clock=clock).erase()

    assert report.deleted == (made.interaction_id,)


# What is not.


def test_another_tenants_key_is_linked_to_nothing_by_itself(
    ask: Ask, store: SessionStore
) -> None:
    plan = goes_on(ask("january", "acme"), ask("march"))

    assert plan == "root"
    assert store.links_of([owner_of(ask("march"))]) == {}


def test_two_accounts_of_one_key_share_nothing(ask: Ask) -> None:
    assert goes_on(ask("january", "one"), ask("january", "two")) == "root"


def test_an_account_has_nothing_of_another_one(ask: Ask) -> None:
    assert goes_on(ask("january", "acme"), ask("march", "rival")) == "root"


def test_an_account_that_has_sessions_does_not_join_a_key_with_others(
    ask: Ask, emulator: Emulator
) -> None:
    ask("january", "acme").ask("hello")
    ask("february").ask("hello")

    with pytest.raises(AccountConflictError, match="has sessions of its own"):
        ask("february", "acme").ask("hello")

    assert creates(emulator) == 2


def test_sessions_that_are_left_count_no_more_and_stay(
    ask: Ask, store: SessionStore
) -> None:
    acme, alone = ask("january", "acme"), ask("february")
    acme.ask("hello")
    alone.ask("hello")
    left = owner_of(alone)
    with pytest.raises(AccountConflictError):
        store.link([left], owner_of(acme))

    store.link([left], owner_of(acme), leave_rows=True)

    assert goes_on(ask("february", "acme"), ask("january")) == "continue"
    kept = {each.name: each.interactions for each in store.list_owners()}
    assert kept == {owner_of(acme): 3, left: 1}


def test_a_key_owns_the_same_with_the_name_of_its_account_and_without(
    ask: Ask, store: SessionStore
) -> None:
    """Ours: an account that is linked to another history takes its keys along."""
    acme, alone = ask("january", "acme"), ask("february")
    acme.ask("hello")
    alone.ask("hello")
    account = f"{owner_of(ask('march')).rpartition('|')[0]}|account:acme"
    other = owner_of(alone)
    with pytest.raises(AccountConflictError):
        store.link([account], other)

    store.link([account], other, leave_rows=True)

    assert {owner_of(ask("january", "acme")), owner_of(ask("january"))} == {other}
    assert goes_on(alone, ask("january")) == "continue"


def test_keys_that_two_accounts_have_stay_where_they_are(
    ask: Ask, store: SessionStore
) -> None:
    both, alone = claim(ask("january", "one")), owner_of(ask("march"))
    start = both.rpartition("|")[0]
    store.link([f"{start}|account:two"], both)

    store.link([f"{start}|account:two"], alone)

    assert store.links_of([f"{start}|account:one", f"{start}|account:two"]) == {
        f"{start}|account:one": both,
        f"{start}|account:two": alone,
    }


def test_a_dry_run_links_nothing_and_says_what_it_would(
    ask: Ask, store: SessionStore
) -> None:
    before, after = ask("january"), ask("february")
    before.ask("hello")
    name = owner_of(after)

    would = store.link([name], owner_of(before), dry_run=True)

    assert would == {name: owner_of(before)}
    assert store.links_of([name]) == {}
    assert store.list_link_events() == []


def test_an_account_that_is_new_together_with_its_key_warns_of_a_split_history(
    ask: Ask, store: SessionStore, caplog: pytest.LogCaptureFixture
) -> None:
    before, after = ask("january"), ask("february", "acme")
    before.ask("hello")
    after.ask("hello")
    after.ask("hello again")

    [said] = caplog.messages
    told = shlex.split(said.split("`")[1])
    owner, name = told[3], told[5]

    store.link([name], owner, leave_rows="--leave-rows" in told)

    assert told[:3] == ["interactions", "accounts", "link"]
    assert goes_on(before, after) == "continue"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(("january", None), ("january", "acme"), id="its own key"),
        pytest.param(("january", "acme"), ("february", "acme"), id="a known account"),
        pytest.param(("january", "acme"), ("january", "two"), id="a known key"),
    ],
)
def test_nothing_is_said_where_no_history_is_split(
    first: tuple[str, str | None],
    second: tuple[str, str | None],
    ask: Ask,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ask(*first).ask("hello")
    ask(*second).ask("hello")

    assert caplog.messages == []


def test_nothing_is_said_where_several_have_sessions(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    for key in ("january", "march"):
        ask(key).ask("hello")

    ask("february", "acme").ask("hello")

    assert caplog.messages == []


def test_a_key_with_an_open_job_is_not_linked(ask: Ask, store: SessionStore) -> None:
    alone = ask("february")
    alone.client.suspend(make_turn(["hello"], background=True), store)

    with pytest.raises(ConfigurationError, match="1 job whose answers"):
        store.link([owner_of(alone)], owner_of(ask("january")), leave_rows=True)


def test_owners_of_different_servers_are_not_linked(store: SessionStore) -> None:
    with pytest.raises(ConfigurationError, match="different servers"):
        store.link(["gemini|here|f1"], "gemini|there|f2")


def test_a_key_that_is_unlinked_is_alone(ask: Ask, store: SessionStore) -> None:
    before, after = ask("january"), ask("february")
    name = owner_of(after)
    store.link([name], owner_of(before))

    assert store.unlink(name)

    assert goes_on(before, after) == "root"


@pytest.mark.parametrize("account", ["a|b", "a\nb", "x" * 201, "\ud83d"])
def test_a_name_that_no_account_can_have_is_refused(account: str) -> None:
    with pytest.raises(ConfigurationError, match="account"):
        Connection(account=account)


# What a 404 says.


def test_what_another_key_cannot_see_is_replayed_and_not_given_up(
    ask: Ask, store: SessionStore, clock: Clock
) -> None:
    chat = Chat(ask("january", "acme"))
    first = chat.say("My word is swordfish.")
    clock.advance(2 * DAY_S)
    blind = Chat(ask("march", "acme"))
    blind.steps = [*chat.steps]

    assert blind.say("What is my word?").reason == "expired"

    scope = Scope(owner_of(chat.asker))
    record = store.get(scope, first.interaction_id)
    assert record is not None
    assert not record.gone
    assert store.retention(scope.credential) is None
    assert chat.say("What was it?").previous_interaction_id == first.interaction_id


def test_what_its_own_key_cannot_see_any_more_is_given_up(
    ask: Ask, store: SessionStore, clock: Clock
) -> None:
    chat = Chat(ask("january", "acme"))
    first = chat.say("My word is swordfish.")
    clock.advance(OLD_S)
    chat.asker.delete(first)

    assert chat.say("What is my word?").reason == "expired"

    record = store.get(Scope(owner_of(chat.asker)), first.interaction_id)
    assert record is not None
    assert record.gone


# What is written.


def test_a_link_rewrites_no_row(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "rows.db"
    kept = SqliteStore(path)
    connect("unary", api_key="january", store=kept).ask("hello", thread_id="1")
    begun = connect("unary", api_key="january", store=kept)
    begun.client.suspend(make_turn(["research"], background=True), kept)
    before = rows_of(path)

    claim(connect("unary", api_key="january", account="acme", store=kept))
    claim(connect("unary", api_key="february", account="acme", store=kept))

    assert rows_of(path) == before
    kept.close()
    assert not any(
        key.encode() in path.read_bytes() for keys in PROJECTS.values() for key in keys
    )


def rows_of(path: Path) -> list[Any]:
    with sqlite3.connect(path) as db:
        return [
            db.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  a literal
            for table in ("interactions", "jobs", "ledger", "schema_versions")
        ]


def test_every_link_is_noted(ask: Ask, store: SessionStore) -> None:
    first = claim(ask("january", "acme"))
    name = owner_of(ask("march"))
    store.link([name], first)
    store.unlink(name)

    events = store.list_link_events()

    noted = [(each.action, each.owner) for each in events]
    # That an owner owns its own is no news.
    assert noted == [("link", first)] * 2 + [("unlink", first)]
    assert all("@" in each.actor for each in events)
    assert replace(events[-1], at=0.0) == replace(
        events[-2], at=0.0, action="unlink", name=name
    )


def test_a_second_look_writes_nothing(ask: Ask, store: SessionStore) -> None:
    for _ in range(2):
        for account in ("one", "two"):
            ask("january", account).ask("hello")

    assert len(store.list_link_events()) == 1


def test_the_environment_names_the_account(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERACTIONS_ACCOUNT", "acme")
    plan = goes_on(ask("january"), ask("february"))

    assert plan == "continue"
    assert owner_of(ask("march", "")) != owner_of(ask("january"))


# Whose anchors are believed.

ANCHOR_KEY = b"an anchor's key"


def anchored(before: Asker, after: Asker, *, forgets: bool = True) -> str:
    """Have a chat whose messages carry anchors continued where nothing else is known.

    Returns:
        The plan of the second turn.
    """
    question = said("My word is swordfish.")
    first = before.ask(question)
    if forgets:
        forget_records(before.store)
    steps = [question, *visible_reply(first.steps)]
    assert first.anchor is not None
    turn = make_turn([*steps, "What is my word?"], anchors={len(steps): first.anchor})
    return after.take(turn).reason


def forget_records(store: SessionStore) -> None:
    """Lose what was recorded, as a store does that keeps a part of it only."""
    if isinstance(store, MemoryStore):
        store._clear()
        return
    with store.database.writing() as db:
        db.execute("DELETE FROM interactions")


@pytest.fixture
def vouch(connect: Connect, store: SessionStore) -> Ask:
    def vouch(key: str, account: str = "", **options: Any) -> Asker:
        given = {"store": store, "anchor_key": ANCHOR_KEY} | options
        return connect("unary", api_key=key, account=account, **given)

    return vouch


def test_an_anchor_of_an_account_is_believed_without_the_store(vouch: Ask) -> None:
    elsewhere = vouch("february", "acme", store=MemoryStore())

    assert anchored(vouch("january", "acme"), elsewhere) == "continue"


def test_an_anchor_of_a_key_is_not_believed_without_its_store(vouch: Ask) -> None:
    elsewhere = vouch("february", store=MemoryStore())

    assert anchored(vouch("january"), elsewhere) == "foreign"


def test_an_anchor_of_a_key_is_believed_where_its_successor_is_linked(
    vouch: Ask, store: SessionStore
) -> None:
    before, after = vouch("january"), vouch("february")
    store.link([owner_of(after)], owner_of(before))

    assert anchored(before, after) == "continue"


def test_an_anchor_of_before_the_account_had_a_name_is_believed(vouch: Ask) -> None:
    before = vouch("january")
    before.ask("An earlier chat.")
    claim(vouch("january", "acme"))

    assert anchored(before, vouch("february", "acme")) == "continue"


def test_an_anchor_of_another_account_is_not_believed(vouch: Ask) -> None:
    assert anchored(vouch("january", "acme"), vouch("february", "rival")) == "foreign"


def test_an_anchor_of_an_unlinked_key_is_not_believed(vouch: Ask) -> None:
    assert anchored(vouch("january"), vouch("march")) == "foreign"


def test_the_key_of_anchors_is_rotated_too(vouch: Ask) -> None:
    before = vouch("january", "acme")
    both = vouch("january", "acme", anchor_key=(b"the next one", ANCHOR_KEY))
    after, strange = (
        vouch("january", "acme", anchor_key=b"the next one", store=MemoryStore())
        for _ in range(2)
    )

    assert anchored(before, both) == "continue"
    assert anchored(both, after, forgets=False) == "continue"
    assert anchored(before, strange) == "foreign"
