"""Make the tables of a PostgreSQL schema, and bring older ones up to date.

Runs in a transaction that is given; whoever upgrades holds the lock of everything.
"""

from collections.abc import Sequence
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.stores.postgres.connection import PostgresConnection, run_all
from interactions_core.stores.postgres.text import quoted
from interactions_core.stores.sql.contracts import (
    CONTRACTS,
    KEEP,
    VERSIONS,
    Part,
    Parts,
    check_contracts,
    newer_parts,
)
from interactions_core.stores.sql.foreign import foreign_schema, tables_made
from interactions_core.stores.sql.refusing import check_version

# The catalogue names what is there, whatever this user may do with it.
_FIND_VERSIONS: Final = """
SELECT current_setting('server_encoding'), EXISTS (
    SELECT 1 FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = 'schema_versions'
), EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)
"""
_VERSIONS: Final = (
    "CREATE TABLE schema_versions (part TEXT PRIMARY KEY, version BIGINT NOT NULL)"
)
_HAS_CONTRACTS: Final = "SELECT to_regclass('schema_contracts') IS NOT NULL"
_TABLES: Final = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = $1"
_KEEP_VERSION: Final = (
    "INSERT INTO schema_versions (part, version) VALUES ($1, $2) "
    "ON CONFLICT (part) DO UPDATE SET version = excluded.version"
)


class Schema:
    """A schema of a PostgreSQL database.

    Args:
        name: Its name.
        place: The database, without any password.
    """

    def __init__(self, name: str, place: str) -> None:
        self.name = name
        self._place = place

    def is_behind(self, connection: PostgresConnection, parts: Parts) -> bool:
        """Tell whether something has to be made or upgraded.

        Raises:
            StoreSchemaError: The tables were written by a newer version.
            StoreError: The database has another encoding than UTF8.
        """
        encoding, has_versions, _ = self._look(connection)
        if encoding != "UTF8":
            raise StoreError(
                self._place,
                f"the database has the encoding {encoding}",
                "Create one with `ENCODING 'UTF8' TEMPLATE template0`.",
            )
        needed = {name: part for name, part in parts.items() if part.is_needed}
        return not has_versions or bool(self._outdated(connection, needed))

    def find_slow(self, connection: PostgresConnection, parts: Parts) -> Parts:
        """Return the parts of indexes only that are yet to be built."""
        extra = {name: part for name, part in parts.items() if not part.is_needed}
        if not extra:
            return extra
        return {name: extra[name] for name in self._outdated(connection, extra)}

    def keep_version(self, connection: PostgresConnection, parts: Parts) -> None:
        """Note that these parts are there, and what it takes to use them."""
        for name, part in parts.items():
            connection.execute(_KEEP_VERSION, (name, part.version))
            connection.execute(KEEP, (name, part.version, part.needs))

    def check_versions(self, connection: PostgresConnection, parts: Parts) -> None:
        """Refuse tables that cannot be read as they are.

        Raises:
            StoreError: They are older than this version's, or there are none.
        """
        _, has_versions, _ = self._look(connection)
        found: dict[str, int] = {}
        if has_versions:
            found = dict(connection.execute(VERSIONS).fetchall())
        needs = self.contracts(connection) if newer_parts(parts, found) else {}
        for name, part in parts.items():
            check_version(self._place, part, found.get(name, 0), needs)

    def contracts(self, connection: PostgresConnection) -> dict[str, int]:
        """Return what it takes to use each part; a store from before says nothing."""
        [(has_contracts,)] = connection.execute(_HAS_CONTRACTS).fetchall()
        if not has_contracts:
            return {}
        return dict(connection.execute(CONTRACTS).fetchall())

    def upgrade(self, connection: PostgresConnection, parts: Parts) -> None:
        """Make the schema and its tables, or what they lack.

        Indexes alone are made here only of tables that nobody can have used yet.

        Raises:
            StoreError: It has tables of another program.
        """
        # Another process may have been here since this one looked.
        _, has_versions, has_schema = self._look(connection)
        if not has_schema:
            run_all(connection.raw, f"CREATE SCHEMA {quoted(self.name)}")
        if not has_versions:
            connection.execute(_VERSIONS)
        outdated = self._outdated(connection, parts)
        self._check_names(connection, [parts[p] for p in outdated if not outdated[p]])
        for name, version in outdated.items():
            part = parts[name]
            if has_versions and not part.is_needed:
                continue
            for statements in part.migrations[version:]:
                for statement in statements:
                    connection.execute(statement)
            self.keep_version(connection, {name: part})

    def _check_names(self, connection: PostgresConnection, new: Sequence[Part]) -> None:
        rows = connection.execute(_TABLES, (self.name,))
        tables = {name for (name,) in rows.fetchall()}
        wanted = {name for part in new for name in tables_made(part.migrations)}
        if tables & wanted:
            raise foreign_schema(self._place, self.name, tables, wanted)

    def _look(self, connection: PostgresConnection) -> tuple[str, bool, bool]:
        query = connection.execute(_FIND_VERSIONS, (self.name,))
        [(encoding, has_versions, has_schema)] = query.fetchall()
        return encoding, has_versions, has_schema

    def _outdated(self, connection: PostgresConnection, parts: Parts) -> dict[str, int]:
        """Return the parts with an older version, and which one that is."""
        found: dict[str, int] = dict(connection.execute(VERSIONS).fetchall())
        if newer_parts(parts, found):
            needs = self.contracts(connection)
            check_contracts(self._place, parts.values(), found, needs)
        return {
            name: found.get(name, 0)
            for name, part in parts.items()
            if found.get(name, 0) < part.version
        }
