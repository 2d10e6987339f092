"""Databases that belong to another program: nothing is added to them.

Tables are told by their names: what a part is about to make must not be there yet,
and a file of LangGraph's own saver is refused as a whole.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.database import (
    Migration,
    Rewrite,
    SqlConnection,
)
from interactions_core.stores.sql.statements import Statement

OWN: Final = "schema_versions"
"""The table that every database of ours has."""

_MADE: Final = re.compile(r"\bCREATE TABLE (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE)
ANOTHER: Final = "Name another file"
"""How the advice begins where a file is somebody else's."""

_SQLITE_SAVER: Final = frozenset({"checkpoints", "writes"})
_POSTGRES_SAVER: Final = frozenset({"checkpoints", "checkpoint_migrations"})
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table'"


def tables_made(migrations: Sequence[Migration]) -> set[str]:
    """Name the tables that these migrations make."""
    return {
        name
        for statements in migrations
        if not isinstance(statements, Rewrite)
        for statement in statements
        for name in _MADE.findall(_text(statement))
    }


def is_needed(migrations: Sequence[Migration]) -> bool:
    """Tell whether a part has tables; one that has indexes only makes a store faster."""
    return bool(tables_made(migrations))


def _text(statement: Statement) -> str:
    return statement if isinstance(statement, str) else statement.sqlite


def check_file(path: str, parts: Iterable[Sequence[Migration]]) -> None:
    """Look at a file before anything is changed in it, or made beside it.

    Args:
        path: A file, which need not exist.
        parts: What is to be made in it, if it is one of ours.

    Raises:
        StoreError: It is another program's.
    """
    tables = _tables_of(Path(path))
    if OWN in tables:
        return
    wanted = {name for migrations in parts for name in tables_made(migrations)}
    if tables >= _SQLITE_SAVER or tables & wanted:
        raise foreign_file(path, tables, wanted)


def check_part(
    path: str, connection: SqlConnection, migrations: Sequence[Migration]
) -> None:
    """Look, in the transaction that makes a part, for tables that have its names.

    Raises:
        StoreError: There is one.
    """
    tables = {name for (name,) in connection.execute(_TABLES).fetchall()}
    wanted = tables_made(migrations)
    if tables & wanted:
        raise foreign_file(path, tables, wanted)


def foreign_file(path: str, tables: set[str], wanted: set[str]) -> StoreError:
    """Say whose file that is, and what to do."""
    if tables >= _SQLITE_SAVER:
        return StoreError(
            path,
            "this is a file of LangGraph's SqliteSaver, and nothing is added to it",
            f"{ANOTHER}; `interactions migrate {path} sqlite:///NEW.db` "
            "brings its threads along.",
        )
    return StoreError(
        path, _taken(tables & wanted), f"{ANOTHER}; that table was not touched."
    )


def foreign_schema(
    place: str, schema: str, tables: set[str], wanted: set[str]
) -> StoreError:
    """Say whose tables a schema of a server has, and what to do."""
    whose = _taken(tables & wanted)
    if tables >= _POSTGRES_SAVER:
        whose = "it has the tables of LangGraph's PostgresSaver"
    return StoreError(
        place,
        f"in the schema {schema!r}, {whose}",
        "Name another schema with `schema=`, or none; nothing was added. "
        "`interactions migrate` brings LangGraph's threads along.",
    )


def _taken(names: set[str]) -> str:
    return f"it has another program's table {', '.join(map(repr, sorted(names)))}"


def _tables_of(path: Path) -> set[str]:
    """Read what tables there are; what cannot be read is for others to explain."""
    if not path.is_file() or not path.stat().st_size:
        return set()
    # Without a log beside it, reading must not make one.
    whole = "" if Path(f"{path}-wal").exists() else "&immutable=1"
    uri = f"{path.absolute().as_uri()}?mode=ro{whole}"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return {name for (name,) in connection.execute(_TABLES)}
    except (OSError, sqlite3.Error):
        return set()
