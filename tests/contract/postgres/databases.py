"""What the tests of PostgreSQL databases share: a small table, and ways to disturb."""

from typing import Any

import psycopg

from interactions_core.stores import PostgresStore
from interactions_core.stores.sql.statements import in_dialects
from tests.postgres import PASSWORD

NOTES = (
    (in_dialects("CREATE TABLE notes (number {row_number}, text TEXT NOT NULL)"),),
)
ADD = "INSERT INTO notes (text) VALUES ($1)"


def notes(store: PostgresStore) -> list[str]:
    with store.database.reading() as db:
        return [text for (text,) in db.execute("SELECT text FROM notes").fetchall()]


def end_sessions(admin: psycopg.Connection[Any]) -> None:
    """End every other session on the server, as a restart or a firewall does."""
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


def replaced(url: str, **parts: str) -> str:
    """Return the URL with other parts, e.g. another host."""
    info = psycopg.conninfo.conninfo_to_dict(url.partition("?")[0])
    user, host = parts.get("user", "tests"), parts.get("host", info["host"])
    port, name = parts.get("port", info["port"]), parts.get("name", info["dbname"])
    return (
        f"postgresql://{user}:{PASSWORD}@{host}:{port}/{name}?{url.partition('?')[2]}"
    )


def url_of(store: PostgresStore) -> str:
    return store.url.replace("//tests@", f"//tests:{PASSWORD}@")


def wait_for_a_waiter(admin: psycopg.Connection[Any]) -> None:
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while admin.execute(query).fetchone() == (0,):
        pass
