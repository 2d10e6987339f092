"""Stores are upgraded with their first use, or by a command, while others write."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_core.services.schema_commands import (
    PartLine,
    StepLine,
    list_parts,
    migrate_store,
    plan_steps,
)
from interactions_core.stores.sql.schema import rewriting
from interactions_langgraph import InteractionsSaver
from tests.contract.next_release import (
    COLUMN,
    FILLED,
    VERSION,
    DatabaseStore,
    another,
    contract,
    expand,
    fill,
    labels_of,
)
from tests.contract.session_records import SCOPE, make_record

INDEXES = {"counts", "listings", "lookups", "resends"}
"""Parts without tables, which a store goes on without."""

KEYS = [f"v1_{number:03}" for number in range(9)]


@pytest.fixture
def store(store_url: str) -> Iterator[DatabaseStore]:
    """Return the store of a process of this release, with rows in it."""
    with closing(another(store_url, 0)) as opened:
        for key in KEYS:
            opened.put(make_record(key))
        yield opened


@pytest.fixture
def newer(
    store_url: str,
    store: DatabaseStore,  # noqa: ARG001 - it has to be there before
) -> Iterator[DatabaseStore]:
    """Return the store of a process of the next release, which upgrades nothing."""
    with closing(another(store_url, auto_migrate=False)) as opened:
        yield opened


def line_of(store: DatabaseStore, part: str) -> PartLine:
    [line] = [line for line in list_parts(store) if line.part == part]
    return line


def steps_of(store: DatabaseStore) -> list[StepLine]:
    return [step for step in plan_steps(store) if step.part == "sessions"]


def test_rows_are_changed_in_batches_between_which_others_write(
    store: DatabaseStore, newer: DatabaseStore
) -> None:
    fill(newer)
    told: list[int] = []

    def tell(part: str, version: int, rows: int) -> None:
        assert (part, version) == ("sessions", VERSION + 2)
        store.put(make_record(f"v0_meanwhile_{rows}"))
        told.append(rows)

    newer.database.migrate(tell)

    assert told == [2, 4, 6, 8, 9, 9]
    assert {key: labels_of(newer)[key] for key in KEYS} == dict.fromkeys(KEYS, 1)
    assert labels_of(newer)["v0_meanwhile_2"] is None
    assert line_of(newer, "sessions").state == "current"


def test_a_migration_that_is_cut_off_goes_on_where_it_was(
    store: DatabaseStore, newer: DatabaseStore, store_url: str
) -> None:
    class Killed(BaseException):
        pass

    def tell(part: str, version: int, rows: int) -> None:
        if (part, version, rows) == ("sessions", VERSION + 2, 4):
            raise Killed

    fill(newer)
    with pytest.raises(Killed):
        newer.database.migrate(tell)
    assert store.get(SCOPE, KEYS[0]) is not None
    assert line_of(newer, "sessions").state == "unfinished"
    assert [(step.rows, step.done, step.batches) for step in steps_of(newer)] == [
        (9, 4, 3)
    ]

    told: list[int] = []
    with closing(another(store_url, 2, auto_migrate=False)) as next_one:
        fill(next_one)
        next_one.database.migrate(lambda part, version, rows: told.append(rows))  # noqa: ARG005

    assert told == [6, 8, 9, 9]
    assert labels_of(newer) == dict.fromkeys(KEYS, 1)


@pytest.mark.usefixtures("store")
def test_a_process_that_starts_changes_some_rows_and_leaves_the_rest(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rewriting.OPENING_BATCHES > 1
    monkeypatch.setattr(rewriting, "OPENING_BATCHES", 1)
    with closing(another(store_url)) as opened:
        fill(opened)
        opened.database.setup()

        assert [*labels_of(opened).values()].count(1) == 2
        opened.put(make_record("v1_new"))
        assert line_of(opened, "sessions").state == "unfinished"


def test_tables_that_rest_on_all_rows_are_changed_after_them(
    store: DatabaseStore, store_url: str
) -> None:
    store.close()
    with closing(another(store_url)) as opened:
        contract(opened)

        assert labels_of(opened) == dict.fromkeys(KEYS, 1)
        assert line_of(opened, "sessions").state == "current"


def test_a_plan_says_what_is_run_and_how_many_rows_are_changed(
    store: DatabaseStore, newer: DatabaseStore
) -> None:
    fill(newer)

    tables, rows = steps_of(newer)

    assert (tables.version, tables.kind) == (VERSION + 1, "tables")
    assert tables.statements[0] in COLUMN
    assert (rows.version, rows.kind) == (VERSION + 2, "rows")
    assert (rows.rows, rows.done, rows.size, rows.batches) == (9, 0, 2, 5)
    assert "batch" in rows.locks
    assert store.get(SCOPE, KEYS[0]) is not None


def test_a_migration_prints_how_far_it_is(
    store: DatabaseStore, newer: DatabaseStore
) -> None:
    fill(newer)
    lines: list[str] = []

    assert migrate_store(newer, lines.append)

    assert lines[:2] == [
        "sessions to version 3: tables",
        "sessions to version 4: 9 rows, 5 batches of 2",
    ]
    assert "sessions to version 4: 4 rows done" in lines
    assert lines[-1] == "up to date"
    assert store.get(SCOPE, KEYS[0]) is not None


def test_a_store_is_not_upgraded_where_that_was_not_asked_for(
    store: DatabaseStore, newer: DatabaseStore
) -> None:
    expand_later = (*FILLED[:-1],)
    newer.database.install("sessions", expand_later, needs=VERSION)

    with pytest.raises(StoreError, match="needs an upgrade") as caught:
        newer.get(SCOPE, KEYS[0])

    assert "'sessions' 2 of 3" in str(caught.value)
    assert "Run `interactions db migrate --sessions " in caught.value.advice
    assert line_of(newer, "sessions").state == "older"
    assert line_of(store, "sessions").state == "current"
    newer.database.migrate()
    assert newer.get(SCOPE, KEYS[0]) is not None


def test_a_store_that_is_not_there_is_not_made_where_that_was_not_asked_for(
    store_url: str,
) -> None:
    with closing(another(store_url, auto_migrate=False)) as store:
        with pytest.raises(StoreError, match="auto_migrate=False") as caught:
            store.put(make_record())

        is_file = store_url.startswith("sqlite")
        assert (
            "`interactions db migrate --create --" in caught.value.advice
        ) is is_file
        assert {
            line.state for line in list_parts(store) if line.part not in INDEXES
        } == {"missing"}


def test_a_saver_does_not_upgrade_either(store_url: str) -> None:
    with closing(another(store_url)) as made:
        made.database.setup()
    saver = InteractionsSaver.from_conn_string(store_url, auto_migrate=False)

    with saver, pytest.raises(StoreError, match="'checkpoints' 0 of 4"):
        saver.get_tuple({"configurable": {"thread_id": "1"}})


def test_rows_that_are_yet_to_be_changed_keep_nobody_out(
    store: DatabaseStore, newer: DatabaseStore, store_url: str
) -> None:
    expand(store)
    fill(newer)

    newer.put(make_record("v1_new"))

    assert line_of(newer, "sessions").state == "unfinished"
    assert labels_of(newer)[KEYS[0]] is None
    assert store_url


def test_a_store_of_a_newer_release_is_told_to_work_or_not(
    store: DatabaseStore, store_url: str
) -> None:
    with closing(another(store_url)) as newer:
        expand(newer)
        found = line_of(store, "sessions")
        contract(newer)
        then = line_of(store, "sessions")

    assert (found.state, found.found, found.known, found.needs) == ("newer", 3, 2, 2)
    assert (then.state, then.is_usable, then.needs) == ("refused", False, 5)


@pytest.mark.parametrize("said", ["0", "false", "No", "off"])
def test_the_environment_says_that_nothing_is_upgraded(
    said: str, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERACTIONS_AUTO_MIGRATE", said)

    with (
        closing(another(store_url)) as store,
        pytest.raises(StoreError, match="opened with auto_migrate=False"),
    ):
        store.put(make_record())


def test_a_url_says_that_nothing_is_upgraded_whatever_the_environment_does(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERACTIONS_AUTO_MIGRATE", "1")

    with (
        closing(another(f"{postgres_url}&auto_migrate=false")) as store,
        pytest.raises(StoreError, match="needs an upgrade"),
    ):
        store.put(make_record())
    with closing(another(f"{postgres_url}&auto_migrate=true")) as store:
        store.put(make_record())


def test_what_is_neither_yes_nor_no_is_refused(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERACTIONS_AUTO_MIGRATE", "later")

    with pytest.raises(ConfigurationError, match="'true' or 'false', not 'later'"):
        another(store_url)
