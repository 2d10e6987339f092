"""Which locks the transactions of a PostgreSQL store hold when they end."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from interactions_core.stores.postgres.connection import PostgresConnection

_HELD = """SELECT locktype, relation::regclass::text, mode,
(classid::bigint << 32) | objid::bigint
FROM pg_locks WHERE pid = pg_backend_pid() AND granted"""

_ORDINARY = {"AccessShareLock", "RowShareLock", "RowExclusiveLock"}
"""What reading and writing rows takes on their tables, and keeps nobody waiting."""


@contextmanager
def held_locks(url: str, names: Iterable[str]) -> Iterator[set[str]]:
    """Collect what is held: "all" for the whole store, and names and tables.

    Args:
        url: Of the store.
        names: What may be locked by name.
    """
    [schema] = parse_qs(urlsplit(url).query)["schema"]
    known = {number_of(schema, f"/{name}"): name for name in names}
    known[number_of(schema, "")] = "all"
    found: set[str] = set()
    commit = PostgresConnection.commit

    def look(self: PostgresConnection) -> None:
        rows = psycopg.Cursor(self.raw).execute(_HELD).fetchall()
        found.update(shown for row in rows for shown in _shown(known, *row))
        commit(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PostgresConnection, "commit", look)
        yield found


def _shown(
    known: dict[int, str], kind: str, table: str | None, mode: str, number: int | None
) -> Iterator[str]:
    if kind == "advisory":
        assert number is not None
        name = known.get(number % 2**64, "somebody else's")
        yield f"{name} {'shared' if mode == 'ShareLock' else 'alone'}"
    elif table is not None and mode not in _ORDINARY:
        yield f"table {table} {mode}"


def number_of(schema: str, name: str) -> int:
    """Return the number of a lock: the releases beside this one have the same."""
    text = f"interactions\0{schema}\0{name}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8])
