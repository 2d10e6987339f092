"""Tables are made and upgraded once, by whoever may do so."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from interactions_core.exceptions import (
    ConfigurationError,
    StoreError,
    StoreSchemaError,
)
from interactions_core.stores import PostgresStore
from interactions_core.stores.postgres import transactions, upgrade
from interactions_core.stores.postgres.text import quoted
from tests.contract.postgres.databases import (
    ADD,
    NOTES,
    replaced,
    url_of,
    wait_for_a_waiter,
)
from tests.contract.session_records import SCOPE, make_entry, make_record
from tests.patience import PATIENCE_S
from tests.postgres import PASSWORD

MORE_NOTES = (("CREATE TABLE more_notes (text TEXT NOT NULL)",),)
INDEXES = {
    *("interactions_by_key", "interactions_by_base"),
    *("jobs_by_owner", "jobs_by_status", "jobs_waiting"),
}


def forget_indexes(store: PostgresStore) -> None:
    """Let a store be as one of a release from before these indexes."""
    store.put(make_record())
    with store.database.writing() as db:
        for name in INDEXES:
            db.execute(f"DROP INDEX {name}")
        db.execute("DELETE FROM schema_versions WHERE part = 'lookups'")


def indexes_of(store: PostgresStore, admin: psycopg.Connection[Any]) -> dict[str, bool]:
    """Return which of them there are, and whether they are valid."""
    query = (
        "SELECT c.relname, i.indisvalid FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = ANY(%s)"
    )
    schema = store.url.partition("schema=")[2]
    return dict(admin.execute(query, (schema, [*INDEXES])).fetchall())


def versions_of(store: PostgresStore) -> dict[str, int]:
    with store.database.reading() as db:
        return dict(db.execute("SELECT part, version FROM schema_versions").fetchall())


def wait_for_a_build(admin: psycopg.Connection[Any]) -> None:
    query = "SELECT count(*) FROM pg_stat_progress_create_index"
    while admin.execute(query).fetchone() == (0,):
        pass


def test_a_newer_schema_is_refused_and_left_alone(store: PostgresStore) -> None:
    store.put(make_record())
    with store.database.writing() as db:
        db.execute("UPDATE schema_versions SET version = 9 WHERE part = 'sessions'")
    store.close()

    with pytest.raises(StoreSchemaError) as caught:
        store.get(SCOPE, "v1_a")

    assert (caught.value.found, caught.value.supported) == (9, 2)
    with psycopg.connect(url_of(store).partition("?")[0]) as connection:
        schema = store.url.partition("schema=")[2]
        query = f"SELECT count(*) FROM {schema}.interactions"  # noqa: S608
        assert connection.execute(query.encode()).fetchone() == (1,)


def test_an_upgrade_is_applied_once_and_keeps_what_is_there(
    store: PostgresStore,
) -> None:
    with store.database.writing("t") as db:
        db.execute(ADD, ("old",))
    newer = (*NOTES, ("ALTER TABLE notes ADD COLUMN more INTEGER NOT NULL DEFAULT 7",))
    upgraded = PostgresStore(f"{url_of(store)}&")

    upgraded.database.install("notes", newer)
    upgraded.database.setup()
    upgraded.close()
    upgraded.database.setup()

    with upgraded.database.reading() as db:
        assert db.execute("SELECT text, more FROM notes").fetchall() == [("old", 7)]
    upgraded.close()


def test_nobody_waits_for_an_upgrade_that_waits_for_a_write(
    store: PostgresStore,
    admin: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PostgreSQL: whoever wants a lock waits behind those that wait for it already."""
    for module in (transactions, upgrade):
        monkeypatch.setattr(module, "LOCK_TIMEOUT_S", PATIENCE_S / 10)
    store.database.setup()
    upgrading, writer = (PostgresStore(f"{url_of(store)}{'&' * n}") for n in (1, 2))
    upgrading.database.install("more notes", MORE_NOTES)
    writer.database.setup()

    with ThreadPoolExecutor(1) as executor, store.database.writing("t"):
        upgraded = executor.submit(upgrading.database.setup)
        wait_for_a_waiter(admin)
        writer.put(make_record())
        assert not upgraded.done()
    upgraded.result()

    with upgrading.database.reading() as db:
        assert db.execute("SELECT count(*) FROM more_notes").fetchone() == (0,)
    upgrading.close()
    writer.close()


def test_indexes_of_a_store_from_before_are_built_beside_a_write(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    """PostgreSQL: what is built in a transaction keeps all writers waiting."""
    reopened, writer = (PostgresStore(f"{url_of(store)}{'&' * n}") for n in (1, 2))
    writer.database.setup()
    forget_indexes(store)

    with ThreadPoolExecutor(1) as executor:
        with writer.database.writing("t") as db:
            db.execute("UPDATE interactions SET gone = 0")
            opening = executor.submit(reopened.held_by, "t")
            wait_for_a_build(admin)
            store.put(make_record("meanwhile"))
        opening.result()

    assert indexes_of(store, admin) == dict.fromkeys(INDEXES, True)
    assert versions_of(store)["lookups"] == 1
    reopened.close()
    writer.close()


def test_an_index_whose_builder_died_is_built_anew(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    forget_indexes(store)
    with store.database.writing() as db:
        db.execute("CREATE INDEX jobs_by_status ON jobs (status)")
        db.execute(
            "UPDATE pg_index SET indisvalid = false "
            "WHERE indexrelid = CAST('jobs_by_status' AS regclass)"
        )

    store.close()
    store.secret()

    assert indexes_of(store, admin) == dict.fromkeys(INDEXES, True)


def test_an_upgrade_that_fails_changes_nothing(store: PostgresStore) -> None:
    store.database.setup()
    newer = (*NOTES, ("ALTER TABLE notes ADD COLUMN more INTEGER", "CREATE nonsense"))
    store.database.install("notes", newer)
    with pytest.raises(StoreError, match="syntax error"):
        store.database.setup()

    store.database.install("notes", NOTES)

    with store.database.reading() as db:
        rows = db.execute("SELECT * FROM schema_versions ORDER BY part").fetchall()
        assert rows == [
            *(("accounts", 1), ("budgets", 1), ("charges", 1), ("contracts", 1)),
            *(("counts", 1), ("deletions", 1), ("forms", 1)),
            *(
                ("job_events", 1),
                ("job_looks", 1),
                ("job_traces", 1),
                ("jobs", 1),
                ("labels", 1),
                ("listings", 1),
                ("lookups", 1),
                ("losses", 1),
                ("notes", 1),
            ),
            *(("outlines", 1), ("questions", 1), ("resends", 1), ("sessions", 2)),
            *(("setups", 1), ("texts", 1)),
        ]
    with store.database.writing("t") as db:
        db.execute("INSERT INTO notes VALUES (1, 'as before')")


def test_many_who_open_an_empty_database_at_once_all_succeed(
    postgres_url: str,
) -> None:
    stores = [PostgresStore(f"{postgres_url}{'&' * n}") for n in range(8)]
    start = threading.Barrier(8)

    def use(store: PostgresStore) -> bytes:
        start.wait(PATIENCE_S)
        return store.secret()

    with ThreadPoolExecutor(8) as executor:
        secrets = set(executor.map(use, stores))
    for store in stores:
        store.close()

    assert len(secrets) == 1


@pytest.mark.parametrize("name", ["100%", "a%sb", "BLOB", "REAL x", 'a"b', "ü" * 31])
def test_a_schema_may_have_any_name_that_a_server_takes(
    name: str, postgres_url: str, admin: psycopg.Connection[Any]
) -> None:
    url = f"{postgres_url.partition('?')[0]}?schema={quote(name)}"
    try:
        for _ in range(2):
            store = PostgresStore(url)
            store.put(make_record())
            store.close()

        query = "SELECT count(*) FROM pg_namespace WHERE nspname = %s"
        assert admin.execute(query, (name,)).fetchone() == (1,)
    finally:
        admin.execute(b"DROP SCHEMA IF EXISTS %b CASCADE" % quoted(name).encode())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("a" * 64, "63 bytes", id="longer than names are"),
        pytest.param("ü" * 32, "63 bytes", id="longer when encoded"),
        pytest.param("a\0b", "printable", id="NUL"),
        pytest.param("a\x01", "printable", id="control character"),
        pytest.param("\ud800", "printable", id="half a character"),
        pytest.param("pg_mine", "the server's own", id="reserved"),
    ],
)
def test_a_schema_that_cannot_be_is_refused_before_connecting(
    name: str, said: str
) -> None:
    """A server cuts long names: they are found by nobody, and two may become one."""
    url = f"postgresql://db.example/chats?schema={quote(name, errors='surrogatepass')}"

    if name.isascii():
        with pytest.raises(ConfigurationError, match=said):
            PostgresStore(url)
    with pytest.raises(ConfigurationError, match=said):
        PostgresStore(ConnectionPool("", open=False), schema=name)


def test_tables_that_were_dropped_are_named_and_made_anew(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    store.put(make_record())
    schema = store.url.partition("schema=")[2]
    admin.execute(f"DROP SCHEMA {schema} CASCADE".encode())

    with pytest.raises(StoreError, match=r"its tables are gone .*schema_versions"):
        store.get(SCOPE, "v1_a")
    store.close()

    assert store.get(SCOPE, "v1_a") is None


@pytest.fixture
def guest(admin: psycopg.Connection[Any], store: PostgresStore) -> Iterator[str]:
    """Return the URL of the store for a user who may not create anything."""
    schema = store.url.partition("schema=")[2]
    name = f"guest_{schema}"
    admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'".encode())
    yield replaced(url_of(store), user=name)
    admin.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())


def grant(admin: psycopg.Connection[Any], guest: str) -> None:
    schema = guest.partition("schema=")[2]
    what = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES"
    admin.execute(
        f"GRANT USAGE ON SCHEMA {schema} TO guest_{schema}; "
        f"GRANT {what} IN SCHEMA {schema} TO guest_{schema}".encode()
    )


def test_a_user_who_may_not_build_an_index_goes_on_without(
    guest: str,
    store: PostgresStore,
    admin: psycopg.Connection[Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    forget_indexes(store)
    grant(admin, guest)
    theirs = PostgresStore(guest)

    theirs.put(make_record())
    theirs.close()

    assert "an index was not built, look-ups are slower" in caplog.text
    assert "must be owner" in caplog.text
    assert indexes_of(store, admin) == {}


def test_a_user_who_may_not_create_is_told_what_to_grant(guest: str) -> None:
    store = PostgresStore(guest)

    with pytest.raises(StoreError, match=r"permission denied.*Grant it CREATE"):
        store.secret()
    store.close()


def test_whoever_may_read_and_write_can_use_what_is_there(
    guest: str, store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    store.database.setup()
    grant(admin, guest)
    using = PostgresStore(guest)

    using.put(make_record(), make_entry())
    using.close()

    assert store.get(SCOPE, "v1_a") is not None
    assert len(store.ledger()) == 1


def test_a_server_that_takes_no_changes_is_still_read(
    guest: str, store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    store.put(make_record())
    grant(admin, guest)
    name = f"guest_{guest.partition('schema=')[2]}"
    admin.execute(f"ALTER ROLE {name} SET default_transaction_read_only TO on".encode())
    reading = PostgresStore(guest)

    assert reading.get(SCOPE, "v1_a") is not None
    with pytest.raises(StoreError, match=r"takes no changes.*primary"):
        reading.put(make_record("other"))
    reading.close()
