"""Make the tables of a PostgreSQL schema, and bring older ones up to date.

Runs in a transaction that is given; whoever upgrades holds the lock of everything.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.stores.postgres.connection import PostgresConnection, run_all
from interactions_core.stores.postgres.text import quoted
from interactions_core.stores.sql.schema.contracts import (
    VERSIONS,
    Part,
    Parts,
    check_contracts,
    keep_contract,
    newer_parts,
    read_contracts,
)
from interactions_core.stores.sql.schema.foreign import foreign_schema, tables_made
from interactions_core.stores.sql.schema.refusing import check_version
from interactions_core.stores.sql.schema.state import read_state

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

    def read_versions(
        self, connection: PostgresConnection, parts: Parts
    ) -> dict[str, int]:
        """Return the version of each part that is there.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far.
            StoreError: The database has another encoding than UTF8.
        """
        encoding, has_versions, _ = self._look(connection)
        if encoding != "UTF8":
            raise StoreError(
                self._place,
                f"the database has the encoding {encoding}",
                "Create one with `ENCODING 'UTF8' TEMPLATE template0`.",
            )
        return self._known_versions(connection, parts) if has_versions else {}

    def keep_version(self, connection: PostgresConnection, parts: Parts) -> None:
        """Note that these parts are there, and what it takes to use them."""
        for part in parts.values():
            self._keep(connection, part, part.version)

    def check_readable(
        self, connection: PostgresConnection, parts: Parts, found: Mapping[str, int]
    ) -> None:
        """Refuse tables that cannot be read as they are.

        Raises:
            StoreError: They are older than this version's, or there are none.
        """
        needs = read_contracts(connection) if newer_parts(parts, found) else {}
        for name, part in parts.items():
            check_version(self._place, part, found.get(name, 0), needs)

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
        found = self._known_versions(connection, parts)
        outdated = {
            name: part
            for name, part in parts.items()
            if found.get(name, 0) < part.version
        }
        new = [part for name, part in outdated.items() if not found.get(name)]
        self._check_names(connection, new)
        for name, part in outdated.items():
            if has_versions and not part.is_needed:
                continue
            version = found.get(name, 0)
            for statement in part.statements_from(version):
                connection.execute(statement)
            self._keep(connection, part, part.reached_from(version))

    def check_names(self, connection: PostgresConnection, parts: Parts) -> None:
        """Refuse a schema in which parts that are yet to be made have their names.

        Raises:
            StoreError: It has tables of another program.
        """
        found = read_state(connection, {}).versions
        new = [part for name, part in parts.items() if not found.get(name)]
        self._check_names(connection, new)

    def _keep(self, connection: PostgresConnection, part: Part, version: int) -> None:
        connection.execute(_KEEP_VERSION, (part.name, version))
        keep_contract(connection, part, version)

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

    def _known_versions(
        self, connection: PostgresConnection, parts: Parts
    ) -> dict[str, int]:
        found: dict[str, int] = dict(connection.execute(VERSIONS).fetchall())
        if newer_parts(parts, found):
            needs = read_contracts(connection)
            check_contracts(self._place, parts.values(), found, needs)
        return found
