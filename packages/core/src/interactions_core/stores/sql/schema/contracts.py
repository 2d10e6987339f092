"""What a process must know of a part's tables to go on with them.

A part has a schema version, the number of its migrations, and a contract: the oldest
version that a program may know and still use the tables. A migration that only adds
raises the first and leaves the second; one that takes something away raises both. So
processes of two releases work on one schema, and one to which the tables have become
strange is told before it writes, or spends anything.

The contracts lie in a table of their own: releases from before know nothing of them,
and insert into `schema_versions` by position.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.exceptions import StoreSchemaError
from interactions_core.stores.sql.database import Migration, Rewrite, SqlConnection
from interactions_core.stores.sql.schema.foreign import is_needed
from interactions_core.stores.sql.statements import Dialects, Statement, in_dialects

PART: Final = "contracts"
"""The name under which the schema version of this table is counted."""

MIGRATIONS: Final = (
    (
        in_dialects(
            "CREATE TABLE schema_contracts (part TEXT PRIMARY KEY, "
            "version {integer} NOT NULL, needs {integer} NOT NULL) {by_key}"
        ),
        # How far the rows of a part have been changed that is being upgraded.
        in_dialects(
            "CREATE TABLE schema_rewrites (part TEXT PRIMARY KEY, "
            "version {integer} NOT NULL, position TEXT NOT NULL, "
            "rows {integer} NOT NULL) {by_key}"
        ),
    ),
)

VERSIONS: Final = "SELECT part, version FROM schema_versions"
"""Asked where every transaction begins."""

CONTRACTS: Final = """SELECT c.part, c.needs
FROM schema_contracts AS c CROSS JOIN schema_versions AS v
WHERE v.part = c.part AND v.version = c.version"""
"""What was said for an earlier version says nothing of the one that is there."""

KEEP: Final = """INSERT INTO schema_contracts (part, version, needs)
VALUES ($1, $2, $3)
ON CONFLICT (part) DO UPDATE SET version = excluded.version, needs = excluded.needs"""

_HAS_TABLE: Final = Dialects(
    sqlite="SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
    postgres="SELECT 1 WHERE to_regclass($1) IS NOT NULL",
)

Versions = frozenset[tuple[str, int]]
"""The schema versions of a database, by part."""


@dataclass(frozen=True, slots=True)
class Part:
    """The tables of a part, as this process knows them.

    Attributes:
        name: Whose tables these are; versions are counted per part.
        migrations: The index of an entry is the version that it starts from.
        needs: The oldest version that a program may know to use them, once all of
            these migrations have run.
    """

    name: str
    migrations: Sequence[Migration]
    needs: int

    @property
    def version(self) -> int:
        """The schema version that these migrations lead to."""
        return len(self.migrations)

    @property
    def usable(self) -> int:
        """The schema version that this release works with: rows may be done later."""
        version = len(self.migrations)
        while version and isinstance(self.migrations[version - 1], Rewrite):
            version -= 1
        return version

    def statements_from(self, version: int) -> list[Statement]:
        """Return what can be run at once, up to where rows are to be changed."""
        due: list[Statement] = []
        for migration in self.migrations[version:]:
            if isinstance(migration, Rewrite):
                break
            due.extend(migration)
        return due

    def rewrite_at(self, version: int) -> Rewrite | None:
        """Return what changes the rows of this version; `None` if nothing does."""
        if version >= len(self.migrations):
            return None
        migration = self.migrations[version]
        return migration if isinstance(migration, Rewrite) else None

    def reached_from(self, version: int) -> int:
        """Return the version that `statements_from` leads to."""
        while version < len(self.migrations) and not self.rewrite_at(version):
            version += 1
        return version

    @property
    def is_needed(self) -> bool:
        """Whether it has tables; indexes alone make a store faster."""
        return is_needed(self.migrations)


Parts = Mapping[str, Part]
"""Parts by their names, in the order in which they are made."""

OWN: Final = Part(PART, MIGRATIONS, needs=len(MIGRATIONS))


def describe_part(
    name: str, migrations: Sequence[Migration], needs: int | None
) -> Part:
    """Return a part; without `needs`, all of its migrations have to be known.

    Raises:
        ValueError: There are not so many migrations.
    """
    known = len(migrations) if needs is None else needs
    if not 0 < known <= len(migrations):
        msg = f"{name!r} has {len(migrations)} migrations and cannot need {known}"
        raise ValueError(msg)
    return Part(name, migrations, known)


def has_table(db: SqlConnection, name: str) -> bool:
    """Tell whether there is a table of this name."""
    return db.execute(_HAS_TABLE, (name,)).fetchone() is not None


def read_contracts(db: SqlConnection) -> dict[str, int]:
    """Return what it takes to use each part; a store from before says nothing."""
    if not has_table(db, "schema_contracts"):
        return {}
    return dict(db.execute(CONTRACTS).fetchall())


def keep_contract(db: SqlConnection, part: Part, version: int) -> None:
    """Write down what it takes to use a part that is brought to a version."""
    db.execute(KEEP, (part.name, version, min(part.needs, version)))


def newer_parts(parts: Parts, found: Mapping[str, int]) -> list[str]:
    """Name the parts of which a database has more than this process knows."""
    return [name for name, part in parts.items() if found.get(name, 0) > part.version]


def check_contracts(
    place: str,
    parts: Iterable[Part],
    found: Mapping[str, int],
    needs: Mapping[str, int],
) -> None:
    """Refuse tables of which this process knows too little.

    Args:
        place: What to call the store.
        parts: What this process knows.
        found: The versions in the database.
        needs: The contracts in the database; what has none is refused if it is newer.

    Raises:
        StoreSchemaError: A newer release has changed them so far.
    """
    for part in parts:
        version, needed = found.get(part.name, 0), needs.get(part.name)
        if version > part.version and (needed is None or needed > part.version):
            raise StoreSchemaError(
                place, part.name, found=version, supported=part.version, needs=needed
            )


class ContractCheck:
    """Looks at the versions where a transaction begins, and more closely where they are new.

    Safe for any number of threads.

    Args:
        place: What to call the store, without any password.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._accepted: tuple[Parts, Versions] | None = None

    def check(
        self, parts: Parts, seen: Versions, contracts: Callable[[], Mapping[str, int]]
    ) -> None:
        """Refuse what this process does not know.

        Args:
            parts: What this process knows.
            seen: The versions in the database.
            contracts: Reads the contracts in the database.

        Raises:
            StoreSchemaError: A newer release has changed the tables too far.
        """
        if self._accepted == (parts, seen):
            return
        found = dict(seen)
        needs: Mapping[str, int] = contracts() if newer_parts(parts, found) else {}
        check_contracts(self._place, parts.values(), found, needs)
        self._accepted = (parts, seen)
