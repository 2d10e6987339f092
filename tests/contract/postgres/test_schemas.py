"""Tables are made and upgraded once, by whoever may do so."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from interactions_core.exceptions import (
    StoreError,
    StoreSchemaError,
)
from interactions_core.stores import PostgresStore
from tests.contract.postgres.databases import (
    ADD,
    NOTES,
    replaced,
    url_of,
)
from tests.contract.session_records import SCOPE, make_entry, make_record
from tests.postgres import PASSWORD


def test_a_newer_schema_is_refused_and_left_alone(store: PostgresStore) -> None:
    store.put(make_record())
    with store.database.writing() as db:
        db.execute("UPDATE schema_versions SET version = 9 WHERE part = 'sessions'")
    store.close()

    with pytest.raises(StoreSchemaError) as caught:
        store.get(SCOPE, "v1_a")

    assert (caught.value.found, caught.value.supported) == (9, 1)
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


def test_an_upgrade_that_fails_changes_nothing(store: PostgresStore) -> None:
    store.database.setup()
    newer = (*NOTES, ("ALTER TABLE notes ADD COLUMN more INTEGER", "CREATE nonsense"))
    store.database.install("notes", newer)
    with pytest.raises(StoreError, match="syntax error"):
        store.database.setup()

    store.database.install("notes", NOTES)

    with store.database.reading() as db:
        rows = db.execute("SELECT * FROM schema_versions ORDER BY part").fetchall()
        assert rows == [("jobs", 1), ("notes", 1), ("sessions", 1)]
    with store.database.writing("t") as db:
        db.execute("INSERT INTO notes VALUES (1, 'as before')")


def test_many_who_open_an_empty_database_at_once_all_succeed(
    postgres_url: str,
) -> None:
    stores = [PostgresStore(f"{postgres_url}{'&' * n}") for n in range(8)]
    start = threading.Barrier(8)

    def use(store: PostgresStore) -> bytes:
        start.wait(10)
        return store.secret()

    with ThreadPoolExecutor(8) as executor:
        secrets = set(executor.map(use, stores))
    for store in stores:
        store.close()

    assert len(secrets) == 1


def test_tables_that_were_dropped_are_named_and_made_anew(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    store.put(make_record())
    schema = store.url.partition("schema=")[2]
    admin.execute(f"DROP SCHEMA {schema} CASCADE".encode())

    with pytest.raises(StoreError, match=r"its tables are gone .*interactions"):
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
