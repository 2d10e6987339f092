"""What a transaction keeps, and who waits for whom."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from interactions_core.exceptions import (
    StoreError,
)
from interactions_core.stores import PostgresStore
from interactions_core.stores.postgres import transactions
from interactions_core.stores.postgres.limits import PoolLimits
from tests.contract.postgres.databases import (
    ADD,
    NOTES,
    notes,
    url_of,
    wait_for_a_waiter,
)
from tests.patience import PATIENCE_S


def test_what_a_block_wrote_is_kept_or_none_of_it(store: PostgresStore) -> None:
    def fail() -> None:
        with store.database.writing("t") as db:
            db.execute(ADD, ("lost",))
            raise ZeroDivisionError

    with store.database.writing("t") as db:
        db.execute(ADD, ("kept",))
    with pytest.raises(ZeroDivisionError):
        fail()

    assert notes(store) == ["kept"]


def test_what_is_left_for_later_is_there_for_the_next_statement(
    store: PostgresStore,
) -> None:
    with store.database.writing("t") as db:
        db.execute_later(ADD, ("first",))
        db.execute_later(ADD, ("second",))
        found = db.execute("SELECT text FROM notes ORDER BY number").fetchall()
        db.executemany(ADD, [("third",)])
        db.execute_later(ADD, ("last",))

    assert found == [("first",), ("second",)]
    assert notes(store) == ["first", "second", "third", "last"]


@pytest.mark.parametrize("ends", ["with another statement", "with the commit"])
def test_nothing_is_kept_where_what_was_left_for_later_fails(
    ends: str, store: PostgresStore
) -> None:
    def fail() -> None:
        with store.database.writing("t") as db:
            db.execute_later(ADD, ("before",))
            db.execute_later("INSERT INTO notes (text) VALUES (NULL)")
            db.execute_later(ADD, ("after",))
            if ends == "with another statement":
                db.execute("SELECT 1")

    with pytest.raises(StoreError, match="not-null"):
        fail()

    assert notes(store) == []
    with store.database.writing("t") as db:
        db.execute_later(ADD, ("kept",))
    assert notes(store) == ["kept"]


def test_what_is_left_for_later_is_kept_where_libpq_has_no_pipelines(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libpq: pipelines came with version 14."""
    monkeypatch.setattr(psycopg.Pipeline, "is_supported", lambda: False)

    with store.database.writing("t") as db:
        db.execute_later(ADD, ("first",))
        db.execute_later(ADD, ("second",))

    assert notes(store) == ["first", "second"]


def test_a_block_inside_a_block_shares_its_transaction(store: PostgresStore) -> None:
    with store.database.writing("t") as db:
        db.execute(ADD, ("outer",))
        with store.database.writing("t") as inner:
            inner.execute(ADD, ("inner",))
            assert notes(store) == ["outer", "inner"]

    assert notes(store) == ["outer", "inner"]


def test_a_block_inside_a_block_writes_no_more_than_that(store: PostgresStore) -> None:
    """Ours: another lock, taken later, could wait for one who waits for us."""
    with (
        store.database.writing("t"),
        pytest.raises(RuntimeError, match="inside"),
        store.database.writing("other"),
    ):
        pass


@pytest.mark.parametrize("names", [(), ("t",)])
def test_a_block_inside_one_that_reads_writes_nothing(
    names: tuple[str, ...], store: PostgresStore
) -> None:
    with (
        store.database.reading(),
        pytest.raises(RuntimeError, match="inside"),
        store.database.writing(*names),
    ):
        pass


def test_a_block_that_locks_no_name_may_be_inside_any_that_writes(
    store: PostgresStore,
) -> None:
    with store.database.writing("t"), store.database.writing() as inner:
        inner.execute(ADD, ("inner",))

    assert notes(store) == ["inner"]


def test_a_reader_sees_one_state(store: PostgresStore) -> None:
    other = PostgresStore(f"{url_of(store)}&")
    other.database.install("notes", NOTES)
    with store.database.reading() as db:
        before = db.execute("SELECT count(*) FROM notes").fetchone()
        with other.database.writing("t") as writing:
            writing.execute(ADD, ("meanwhile",))
        after = db.execute("SELECT count(*) FROM notes").fetchone()
    other.close()

    assert before == after == (0,)
    assert notes(store) == ["meanwhile"]


@pytest.mark.parametrize(
    ("held", "wanted", "waits"),
    [
        pytest.param(("t",), ("t",), True, id="the same name"),
        pytest.param(("t",), ("u",), False, id="another name"),
        pytest.param((), ("t",), False, id="no name first"),
        pytest.param(("t",), (), False, id="no name second"),
        pytest.param(("t", "u"), ("u", "v"), True, id="one of several"),
    ],
)
def test_writers_of_one_name_take_turns(
    held: tuple[str, ...],
    wanted: tuple[str, ...],
    waits: bool,  # noqa: FBT001
    store: PostgresStore,
    admin: psycopg.Connection[Any],
) -> None:
    def write() -> None:
        with store.database.writing(*wanted) as db:
            db.execute(ADD, ("second",))

    with ThreadPoolExecutor(1) as executor:
        with store.database.writing(*held) as db:
            writing = executor.submit(write)
            if waits:
                wait_for_a_waiter(admin)
            else:
                writing.result(PATIENCE_S)
            db.execute(ADD, ("first",))
        writing.result(PATIENCE_S)

    numbered = ["first", "second"] if waits else ["second", "first"]
    with store.database.reading() as db:
        rows = db.execute("SELECT text FROM notes ORDER BY number").fetchall()
    assert [text for (text,) in rows] == numbered


def test_a_lock_that_is_never_released_is_named(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "LOCK_TIMEOUT_S", 0.05)

    def write() -> None:
        with store.database.writing("t"):
            pass

    with (
        ThreadPoolExecutor(1) as executor,
        store.database.writing("t"),
        pytest.raises(StoreError, match="other writers held the lock"),
    ):
        executor.submit(write).result(PATIENCE_S)

    assert notes(store) == []


def test_more_threads_than_connections_take_turns(store: PostgresStore) -> None:
    def write(number: int) -> None:
        with store.database.writing("t") as db:
            db.execute(ADD, (str(number),))

    with ThreadPoolExecutor(3 * PoolLimits().size) as executor:
        list(executor.map(write, range(100)))

    assert sorted(map(int, notes(store))) == list(range(100))
