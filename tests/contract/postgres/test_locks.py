"""Which locks each operation of a store on PostgreSQL takes: none that stops everybody."""

from dataclasses import replace

import pytest

from interactions_core.records.interactions import OWED
from interactions_core.stores import PostgresStore, SessionStore
from interactions_core.stores.postgres import transactions
from tests.contract.postgres.databases import url_of
from tests.contract.postgres.operations import NAMES, OPERATIONS, THREAD, fill
from tests.contract.session_records import (
    NOW,
    SCOPE,
    make_job,
    make_record,
)
from tests.held_locks import held_locks
from tests.patience import PATIENCE_S


def test_every_method_of_a_store_has_its_locks_in_the_table() -> None:
    methods = {
        name
        for kind in SessionStore.__mro__
        for name, value in vars(kind).items()
        if callable(value) and not name.startswith("_")
    }

    assert methods == {*OPERATIONS}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_operation_waits_for_a_write_that_does_not_concern_it(
    name: str, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours: what an operation locks is what it writes, never the whole store."""
    operation, expected = OPERATIONS[name]
    fill(store, with_secret=name != "secret")
    other = PostgresStore(f"{url_of(store)}&")
    # Where one waits after all, it ends with an error.
    monkeypatch.setattr(transactions, "LOCK_TIMEOUT_S", PATIENCE_S / 10)

    with (
        other.database.writing("another thread"),
        held_locks(url_of(store), NAMES) as found,
    ):
        operation(store)
    other.close()

    assert found == expected


def test_making_the_tables_takes_the_lock_of_the_whole_store(
    postgres_url: str,
) -> None:
    store = PostgresStore(postgres_url)

    with held_locks(postgres_url, NAMES) as found:
        store.database.setup()
    store.close()

    assert "all alone" in found


def test_cleaning_leaves_what_another_transaction_is_changing(
    store: PostgresStore,
) -> None:
    other = PostgresStore(f"{url_of(store)}&")
    for number in range(3):
        store.add_job(make_job(f"job {number}", forget_at=NOW + 1))

    with other.database.writing("job 1") as db:
        db.execute("UPDATE jobs SET owner = 'me' WHERE key = 'job 1'")
        cleaned = store.clean_jobs(NOW + 2)
    other.close()

    assert (cleaned, [job.key for job in store.list_jobs()]) == (2, ["job 1"])
    assert store.clean_jobs(NOW + 2) == 1


def test_an_answer_is_recorded_while_another_thread_is_deleted(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours: what was handed on in that thread is marked with a later write."""
    other = PostgresStore(f"{url_of(store)}&")
    monkeypatch.setattr(transactions, "LOCK_TIMEOUT_S", PATIENCE_S / 10)
    elsewhere = replace(SCOPE, thread_id="elsewhere")
    store.put(make_record(owed=OWED))
    store.mark_handed_on(SCOPE, "v1_a")

    deletion = other.database.writing(THREAD)
    deletion.__enter__().execute("DELETE FROM interactions")
    store.put(make_record("v1_b", scope=elsewhere))
    deletion.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    before = store.get(SCOPE, "v1_a")
    store.put(make_record("v1_c", scope=elsewhere))
    after = store.get(SCOPE, "v1_a")
    other.close()

    assert [record and record.owed for record in (before, after)] == [OWED, 0]
