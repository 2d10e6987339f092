"""Processes of two releases on one store, and the one of which it asks too much."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from interactions_core.exceptions import StoreSchemaError
from interactions_core.stores import open_store
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import Asker, Chat, make_turn
from tests.contract.conftest import Connect
from tests.contract.next_release import (
    VERSION,
    DatabaseStore,
    another,
    contract,
    expand,
)
from tests.contract.session_records import SCOPE, make_entry, make_record


@pytest.fixture
def store(store_url: str) -> Iterator[DatabaseStore]:
    """Return the store of a process of this release, which runs already."""
    with closing(another(store_url, 0)) as opened:
        opened.put(make_record(), make_entry())
        yield opened


@pytest.fixture
def newer(
    store_url: str,
    store: DatabaseStore,  # noqa: ARG001 - it has to be there before
) -> Iterator[DatabaseStore]:
    """Return the store of a process of the next release, which is about to begin."""
    with closing(another(store_url)) as opened:
        yield opened


@pytest.fixture
def asking(connect: Connect, store: DatabaseStore) -> Asker:
    return connect("unary", store=store)


def test_a_process_goes_on_after_an_upgrade_that_only_adds(
    store: DatabaseStore, newer: DatabaseStore
) -> None:
    expand(newer)

    store.put(make_record("v1_old"))
    newer.put(make_record("v1_new"))

    assert store.get(SCOPE, "v1_new") is not None
    assert newer.get(SCOPE, "v1_old") is not None


def test_a_process_starts_after_an_upgrade_that_only_adds(
    store: DatabaseStore, newer: DatabaseStore
) -> None:
    """A pod that is restarted in the middle of a deployment, or rolled back."""
    expand(newer)
    store.close()

    store.put(make_record("v1_old"))

    assert newer.get(SCOPE, "v1_old") is not None
    assert store.get(SCOPE, "v1_a") is not None


def test_a_program_that_only_looks_takes_an_upgrade_that_only_adds(
    store_url: str, newer: DatabaseStore
) -> None:
    expand(newer)

    with closing(open_store(store_url, read_only=True)) as looking:
        assert looking.get(SCOPE, "v1_a") is not None


@pytest.mark.parametrize("restarted", [False, True])
def test_a_process_that_knows_too_little_is_refused(
    store: DatabaseStore, newer: DatabaseStore, *, restarted: bool
) -> None:
    contract(newer)
    if restarted:
        store.close()

    with pytest.raises(
        StoreSchemaError, match="Upgrade the interactions packages"
    ) as e:
        store.put(make_record("v1_late"), make_entry())
    with pytest.raises(StoreSchemaError):
        store.get(SCOPE, "v1_a")

    error = e.value
    assert (error.part, error.found, error.supported, error.needs) == (
        *("sessions", VERSION + 3),
        *(VERSION, VERSION + 3),
    )
    with newer.database.reading() as db:
        assert db.execute("SELECT key FROM interactions").fetchall() == [("v1_a",)]


def test_a_version_of_which_nobody_says_what_it_takes_is_refused(
    store: DatabaseStore, newer: DatabaseStore
) -> None:
    with newer.database.writing() as db:
        db.execute("UPDATE schema_versions SET version = 9 WHERE part = 'sessions'")

    with pytest.raises(StoreSchemaError, match="schema version 9, this version"):
        store.put(make_record("v1_late"))


def test_an_upgrade_that_only_adds_fails_no_turn(
    asking: Asker, emulator: Emulator, newer: DatabaseStore
) -> None:
    chat = Chat(asking)
    chat.say("My name is Ada.")
    expand(newer)

    second = chat.say("What is my name?")

    assert second.reason == "continue"
    assert emulator.stats()["creates"] == 2
    assert len(newer.ledger()) == 3


@pytest.mark.parametrize("background", [False, True])
def test_a_turn_of_a_process_that_knows_too_little_costs_nothing(
    asking: Asker, emulator: Emulator, newer: DatabaseStore, *, background: bool
) -> None:
    asking.ask("Hello")
    contract(newer)

    with pytest.raises(StoreSchemaError):
        asking.take(make_turn(["Hello, you"], background=background))

    assert emulator.stats()["creates"] == 1


def test_a_create_is_not_repeated_after_an_upgrade_that_takes_away(
    connect: Connect,
    store: DatabaseStore,
    newer: DatabaseStore,
    emulator: Emulator,
    clock: Clock,
) -> None:
    def upgraded_meanwhile(seconds: float) -> None:
        contract(newer)
        clock.sleep(seconds)

    asking = connect("unary", store=store, sleep=upgraded_meanwhile)
    emulator.fault(do={"status": 503})

    with pytest.raises(StoreSchemaError):
        asking.ask("Hello")

    assert len(emulator.requests()) == 1
    assert emulator.stats()["creates"] == 0
