"""What brings about the errors of PostgreSQL on the troubleshooting page."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from interactions_core import PostgresStore, open_store

Cause = Callable[[str, pytest.MonkeyPatch], object]
"""Takes the URL of a fresh schema."""


def missing_driver(url: str, patch: pytest.MonkeyPatch) -> object:
    patch.setitem(sys.modules, "psycopg_pool", None)
    patch.delitem(
        sys.modules, "interactions_core.stores.postgres.opening", raising=False
    )
    return PostgresStore(url)


def raw_character_in_a_password(*_: object) -> object:
    return open_store("postgresql://me:p@ss@host/database")


def no_server(*_: object) -> object:
    return use("postgresql://me@127.0.0.1:1/database")


def no_database(url: str, _: object) -> object:
    return use(url.replace("?", "_of_nobody?"))


def no_rights(url: str, _: object) -> object:
    schema = url.partition("schema=")[2]
    guest = f"stranger_{schema}"
    with psycopg.connect(url.partition("?")[0], autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {guest}".encode())
        try:
            return use(f"{url}&options=-c%20role%3D{guest}")
        finally:
            admin.execute(f"DROP ROLE {guest}".encode())


def cut_connection(url: str, _: object) -> object:
    with closing(PostgresStore(url)) as store, store.database.writing("t") as db:
        [(own,)] = db.execute("SELECT CAST(pg_backend_pid() AS INTEGER)").fetchall()
        with psycopg.connect(url.partition("?")[0], autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", (own,))
        return db.execute("SELECT 1")


def busy_pool(url: str, _: object) -> object:
    """Hold the only connection, and want one in another thread."""
    with (
        closing(PostgresStore(f"{url}&pool_size=1&pool_timeout=0.3")) as store,
        store.database.writing("t"),
        ThreadPoolExecutor(1) as threads,
    ):
        return threads.submit(store.usage).result()


def no_number(*_: object) -> object:
    return open_store("postgresql://me@host/database?pool_size=many")


def use(url: str) -> object:
    # What is left open goes on knocking, and logs that nobody answers.
    with closing(PostgresStore(url)) as store:
        return store.usage()


CAUSES: dict[str, Cause] = {
    "PostgreSQL needs": missing_driver,
    "the PostgreSQL URL cannot be read": raw_character_in_a_password,
    "session store …: the server cannot be reached": no_server,
    "session store …: the server refused the connection": no_database,
    "session store …: this user may not do that": no_rights,
    "session store …: the connection was lost": cut_connection,
    "session store …: no connection of the pool": busy_pool,
    "pool_size= of the PostgreSQL URL": no_number,
}
