"""Make the tables of a PostgreSQL schema, and bring older ones up to date.

Runs in a transaction that is given; whoever upgrades holds the lock of everything.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from interactions_core.exceptions import StoreError, StoreSchemaError
from interactions_core.stores.postgres.connection import PostgresConnection, run_all
from interactions_core.stores.postgres.text import quoted
from interactions_core.stores.sql.database import Migration
from interactions_core.stores.sql.foreign import foreign_schema, is_needed, tables_made
from interactions_core.stores.sql.refusing import check_version

Parts = Mapping[str, Sequence[Migration]]
"""Migrations by the name of the part whose tables they make."""

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
        needed = {part: parts[part] for part in parts if is_needed(parts[part])}
        return not has_versions or bool(self._outdated(connection, needed))

    def find_slow(self, connection: PostgresConnection, parts: Parts) -> Parts:
        """Return the parts of indexes only that are yet to be built."""
        extra = {part: parts[part] for part in parts if not is_needed(parts[part])}
        if not extra:
            return extra
        return {part: extra[part] for part in self._outdated(connection, extra)}

    def keep_version(self, connection: PostgresConnection, parts: Parts) -> None:
        """Note that these parts are there."""
        for part, migrations in parts.items():
            connection.execute(_KEEP_VERSION, (part, len(migrations)))

    def check_versions(self, connection: PostgresConnection, parts: Parts) -> None:
        """Refuse tables that cannot be read as they are.

        Raises:
            StoreError: They are older than this version's, or there are none.
        """
        _, has_versions, _ = self._look(connection)
        found: dict[str, int] = {}
        if has_versions:
            rows = connection.execute("SELECT part, version FROM schema_versions")
            found = dict(rows.fetchall())
        for part, migrations in parts.items():
            check_version(self._place, part, migrations, found.get(part, 0))

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
        for part, version in outdated.items():
            if has_versions and not is_needed(parts[part]):
                continue
            for statements in parts[part][version:]:
                for statement in statements:
                    connection.execute(statement)
            self.keep_version(connection, {part: parts[part]})

    def _check_names(
        self, connection: PostgresConnection, new: Sequence[Sequence[Migration]]
    ) -> None:
        rows = connection.execute(_TABLES, (self.name,))
        tables = {name for (name,) in rows.fetchall()}
        wanted = {name for migrations in new for name in tables_made(migrations)}
        if tables & wanted:
            raise foreign_schema(self._place, self.name, tables, wanted)

    def _look(self, connection: PostgresConnection) -> tuple[str, bool, bool]:
        query = connection.execute(_FIND_VERSIONS, (self.name,))
        [(encoding, has_versions, has_schema)] = query.fetchall()
        return encoding, has_versions, has_schema

    def _outdated(self, connection: PostgresConnection, parts: Parts) -> dict[str, int]:
        """Return the parts with an older version, and which one that is."""
        rows = connection.execute("SELECT part, version FROM schema_versions")
        found: dict[str, int] = dict(rows.fetchall())
        for part, migrations in parts.items():
            if found.get(part, 0) > len(migrations):
                raise StoreSchemaError(
                    self._place, part, found=found[part], supported=len(migrations)
                )
        return {
            part: found.get(part, 0)
            for part, migrations in parts.items()
            if found.get(part, 0) < len(migrations)
        }
