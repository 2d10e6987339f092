"""Which locks each operation of a store on PostgreSQL takes: none that stops everybody."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from interactions_core.records.erasures import Erasure
from interactions_core.records.interactions import OWED
from interactions_core.stores import PostgresStore, SessionStore
from interactions_core.stores.postgres import database as databases
from tests.contract.postgres.databases import url_of
from tests.contract.session_records import (
    DAY_S,
    NOW,
    SCOPE,
    known_form,
    make_entry,
    make_job,
    make_record,
)
from tests.held_locks import held_locks
from tests.patience import PATIENCE_S

THREAD = SCOPE.thread_id
ERASURE = Erasure(SCOPE.credential, "v1_erased")
NAMES = ("v1_a", "v1_new", THREAD, "copy", "job", "new_job", ERASURE.interaction_id,
         SCOPE.credential, "forms")  # fmt: skip
WRITES_NOTHING = set[str]()
WRITES_ROWS = {"all shared"}
"""Together with everybody else who writes, and with older releases."""


def writes(*names: str) -> set[str]:
    return WRITES_ROWS | {name if " " in name else f"{name} alone" for name in names}


Operation = Callable[[PostgresStore], object]

OPERATIONS: dict[str, tuple[Operation, set[str]]] = {
    "secret": (lambda s: s.secret(), WRITES_ROWS),
    "find": (lambda s: s.find(SCOPE, [b"a"]), WRITES_NOTHING),
    "get": (lambda s: s.get(SCOPE, "v1_a"), WRITES_NOTHING),
    "put": (
        lambda s: s.put(make_record("v1_new"), make_entry(), began=b""),
        writes("v1_new", f"{THREAD} shared"),
    ),
    "mark_handed_on": (lambda s: s.mark_handed_on(SCOPE, "v1_a"), WRITES_NOTHING),
    "take_owed": (
        lambda s: s.take_owed(make_record(owed=OWED), 0, "me"),
        writes("v1_a"),
    ),
    "mark_gone": (lambda s: s.mark_gone(SCOPE, "v1_a"), writes(THREAD)),
    "retention": (lambda s: s.retention(SCOPE.credential), WRITES_NOTHING),
    "learn_retention": (
        lambda s: s.learn_retention(SCOPE.credential, DAY_S),
        writes(SCOPE.credential),
    ),
    "usage": (lambda s: s.usage(), WRITES_NOTHING),
    "ledger": (lambda s: s.ledger(), WRITES_NOTHING),
    "copy_thread": (lambda s: s.copy_thread(THREAD, "copy"), writes(THREAD, "copy")),
    "held_by": (lambda s: s.held_by(THREAD), WRITES_NOTHING),
    "delete_thread": (lambda s: s.delete_thread(THREAD, remote=True), writes(THREAD)),
    "add_job": (
        lambda s: s.add_job(make_job("new_job"), began=b""),
        writes("new_job", f"{THREAD} shared"),
    ),
    "get_job": (lambda s: s.get_job("job"), WRITES_NOTHING),
    "find_jobs": (lambda s: s.find_jobs(SCOPE, b"call"), WRITES_NOTHING),
    "list_jobs": (lambda s: s.list_jobs(), WRITES_NOTHING),
    "take_job": (
        lambda s: s.take_job(make_job("job"), "me", now=1.0, until=2.0),
        writes("job"),
    ),
    "renew_job": (lambda s: s.renew_job("job", "me", until=2.0), writes("job")),
    "update_job": (lambda s: s.update_job(make_job("job")), writes("job")),
    "note_status": (
        lambda s: s.note_status(make_job("job"), "completed", now=1.0),
        writes("job"),
    ),
    "clean_jobs": (lambda s: s.clean_jobs(time.time()), WRITES_ROWS),
    "delete_job": (lambda s: s.delete_job("job"), writes("job")),
    "deletion_mark": (lambda s: s.deletion_mark(THREAD), WRITES_NOTHING),
    "note_late": (
        lambda s: s.note_late(SCOPE, "v1_late", b"before"),
        writes(f"{THREAD} shared"),
    ),
    "plan_erasures": (lambda s: s.plan_erasures(THREAD), WRITES_NOTHING),
    "list_erasures": (lambda s: s.list_erasures(), WRITES_NOTHING),
    "drop_erasure": (
        lambda s: s.drop_erasure(ERASURE),
        writes(ERASURE.interaction_id),
    ),
    "list_forms": (lambda s: s.list_forms(), WRITES_NOTHING),
    "keep_forms": (lambda s: s.keep_forms([known_form()]), writes("forms")),
    "clear_forms": (lambda s: s.clear_forms(), writes("forms")),
    "close": (lambda s: s.close(), WRITES_ROWS),
}


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
    monkeypatch.setattr(databases, "LOCK_TIMEOUT_S", PATIENCE_S / 10)

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
    monkeypatch.setattr(databases, "LOCK_TIMEOUT_S", PATIENCE_S / 10)
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


def fill(store: PostgresStore, *, with_secret: bool) -> None:
    """Let each operation have something to do."""
    if with_secret:
        store.delete_thread("somebody's")
    store.put(make_record(owed=OWED), make_entry())
    store.mark_handed_on(SCOPE, "v1_a")
    store.add_job(replace(make_job("job"), owner="me"))
    store.add_job(replace(make_job("over"), forget_at=1.0))
    store.keep_forms([known_form()])
