"""What a database has of its parts, and what there is to do about it.

It is read here and compared with what a release knows; nothing is changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from interactions_core.stores.sql.database import Migration, SqlConnection
from interactions_core.stores.sql.schema.contracts import (
    VERSIONS,
    Parts,
    has_table,
    read_contracts,
)

_DONE: Final = "SELECT part, rows FROM schema_rewrites"


@dataclass(frozen=True, slots=True)
class SchemaState:
    """What a database says of its parts.

    Attributes:
        versions: The schema version of each; empty where nothing is there.
        contracts: The oldest version that a program may know to use it, where that is
            said.
        changed: How many rows are changed of parts where some are being changed.
        rows: How many rows there are in all, of parts where some are to be changed.
    """

    versions: Mapping[str, int] = field(default_factory=dict[str, int])
    contracts: Mapping[str, int] = field(default_factory=dict[str, int])
    changed: Mapping[str, int] = field(default_factory=dict[str, int])
    rows: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an upgrade does.

    Attributes:
        part: Whose tables it is about.
        version: The version that it leads to.
        kind: `tables` are changed by statements, in one transaction; `rows` in
            batches; `indexes` are built without a table.
        migration: What leads there.
    """

    part: str
    version: int
    kind: Literal["tables", "rows", "indexes"]
    migration: Migration


def behind_parts(parts: Parts, found: Mapping[str, int]) -> Parts:
    """Return the parts that have to be brought up to date before they can be used."""
    return {
        name: part
        for name, part in parts.items()
        if part.is_needed and found.get(name, 0) < part.usable
    }


def unbuilt_parts(parts: Parts, found: Mapping[str, int]) -> Parts:
    """Return the parts of indexes only that are yet to be built."""
    return {
        name: part
        for name, part in parts.items()
        if not part.is_needed and found.get(name, 0) < part.version
    }


def unfinished_parts(parts: Parts, found: Mapping[str, int]) -> Parts:
    """Return the parts of which rows are yet to be changed, but that can be used."""
    return {
        name: part
        for name, part in parts.items()
        if part.is_needed and part.usable <= found.get(name, 0) < part.version
    }


def list_steps(parts: Parts, found: Mapping[str, int]) -> list[Step]:
    """Return what is to be done, in the order in which it is."""
    steps: list[Step] = []
    for name, part in parts.items():
        for version in range(found.get(name, 0), part.version):
            kind = "tables" if part.is_needed else "indexes"
            if part.rewrite_at(version):
                kind = "rows"
            migration = part.migrations[version]
            steps.append(Step(name, version + 1, kind, migration))
    return steps


def read_state(db: SqlConnection, parts: Parts) -> SchemaState:
    """Read what a database says of its parts; it may be empty, or of an old release."""
    if not has_table(db, "schema_versions"):
        return SchemaState()
    versions: dict[str, int] = dict(db.execute(VERSIONS).fetchall())
    has_progress = has_table(db, "schema_rewrites")
    changed = dict(db.execute(_DONE).fetchall()) if has_progress else {}
    rows: dict[str, int] = {}
    for name, part in parts.items():
        found = versions.get(name, 0)
        due = [part.rewrite_at(version) for version in range(found, part.version)]
        if found and any(due):
            counts = [each.count for each in due if each]
            rows[name] = max(int(db.execute(c).fetchone()[0]) for c in counts)
    return SchemaState(versions, read_contracts(db), changed, rows)
