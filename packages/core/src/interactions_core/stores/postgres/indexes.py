"""Build the indexes of tables that are in use, while others read and write them.

Not in a transaction, in which PostgreSQL would keep writers out. Whoever is killed
meanwhile leaves an index that is not valid, which the next one drops.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
from psycopg.errors import DuplicateTable, UniqueViolation

from interactions_core.logs import log_fields
from interactions_core.stores.postgres.connection import RawConnection
from interactions_core.stores.postgres.errors import LOCK_TIMEOUT_S
from interactions_core.stores.postgres.text import quoted
from interactions_core.stores.sql.database import Migration, Rewrite
from interactions_core.stores.sql.statements import Dialects

logger: Final = logging.getLogger("interactions_core")

_INDEX: Final = re.compile(r"CREATE INDEX (\w+) ON (.+)", re.DOTALL)

_STATE: Final = """SELECT i.indisvalid, EXISTS (
    SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid
)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s"""


def build_indexes(
    raw: RawConnection, schema: str, migrations: Sequence[Migration]
) -> bool:
    """Build what is missing of a part that has indexes only.

    Args:
        raw: A connection that is in no transaction.
        schema: Where the tables are.
        migrations: The part's.

    Returns:
        Whether all are there; false while somebody else is building one.

    Raises:
        psycopg.Error: The server refused, or writers did not end in time.
    """
    cursor = psycopg.Cursor[Any](raw)
    # Writers go on meanwhile, but the end of those that write already is waited for.
    cursor.execute(f"SET lock_timeout TO '{LOCK_TIMEOUT_S}s'".encode())
    try:
        return all(
            _build(cursor, schema, name, on) for name, on in _indexes_of(migrations)
        )
    finally:
        if not raw.closed:
            cursor.execute(b"RESET lock_timeout")


def _build(cursor: psycopg.Cursor[Any], schema: str, name: str, on: str) -> bool:
    state = cursor.execute(_STATE, (schema, name)).fetchone()
    if state is not None:
        is_valid, is_going_on = state
        if is_valid or is_going_on:
            return bool(is_valid)
        dropped = f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(schema)}.{name}"
        cursor.execute(dropped.encode())
    logger.info(
        "building the index %s, which takes a while in a large store",
        name,
        extra=log_fields("index_building"),
    )
    made = f"CREATE INDEX CONCURRENTLY {name} ON {quoted(schema)}.{on}"
    try:
        cursor.execute(made.encode())
    except (DuplicateTable, UniqueViolation):
        return False
    return True


def _indexes_of(migrations: Sequence[Migration]) -> Iterator[tuple[str, str]]:
    """Return the name of each index, and what it is on."""
    for statements in migrations:
        if isinstance(statements, Rewrite):
            continue
        for statement in statements:
            is_ours = isinstance(statement, Dialects)
            yield from _INDEX.findall(statement.postgres if is_ours else statement)
