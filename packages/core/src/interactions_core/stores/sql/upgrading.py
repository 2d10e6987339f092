"""Bring the parts of a database up to date: what there is to do, and rows in batches.

Rows are changed in transactions of their own, while others write. How far that came is
kept in the transaction of each batch, so that whoever comes next goes on from there.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeVar

from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.contracts import (
    VERSIONS,
    Part,
    Parts,
    has_table,
    keep_contract,
    read_contracts,
)
from interactions_core.stores.sql.database import Migration, SqlConnection

T = TypeVar("T")

OPENING_BATCHES: Final = 20
"""Batches that a process changes before its first use; the command does the rest."""

COMMAND: Final = "interactions db migrate"

_LONGEST_PAUSE_S: Final = 0.1

_VERSION: Final = "SELECT version FROM schema_versions WHERE part = $1"
_REACH: Final = "UPDATE schema_versions SET version = $2 WHERE part = $1"
_POSITION: Final = """SELECT position, rows FROM schema_rewrites
WHERE part = $1 AND version = $2"""
_KEEP_POSITION: Final = """INSERT INTO schema_rewrites (part, version, position, rows)
VALUES ($1, $2, $3, $4)
ON CONFLICT (part) DO UPDATE
SET version = excluded.version, position = excluded.position, rows = excluded.rows"""
_FORGET: Final = "DELETE FROM schema_rewrites WHERE part = $1"
_DONE: Final = "SELECT part, rows FROM schema_rewrites"


class Tell(Protocol):
    """Is told how far the rows of a part are changed."""

    def __call__(self, part: str, version: int, rows: int) -> object:
        """Take note of it.

        Args:
            part: Whose rows these are.
            version: The version that is being reached.
            rows: How many are done.
        """
        ...


def silent(part: str, version: int, rows: int) -> None:
    """Tell nobody."""


class InTransaction(Protocol):
    """Runs something in a transaction of a database, again where it was locked."""

    def __call__(self, work: Callable[[SqlConnection], T], /) -> T:
        """Return what it returns; all that it does is kept, or nothing."""
        ...


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


def rewrite_rows(
    run: InTransaction, part: Part, *, most: int | None = None, tell: Tell = silent
) -> bool:
    """Change rows of a part, some at a time.

    Args:
        run: Runs each batch.
        part: Whose rows are to be changed next.
        most: After how many batches to leave the rest; `None` for no limit.
        tell: Is told after each batch.

    Returns:
        Whether there is nothing left to be changed for now.
    """
    taken = 0
    while most is None or taken < most:
        began = time.monotonic()
        done = run(lambda db: _change_some(db, part))
        if done is None:
            return True
        tell(part.name, *done)
        taken += 1
        # Those who wait for the lock of a file ask for it from time to time only.
        time.sleep(min(time.monotonic() - began, _LONGEST_PAUSE_S))
    return False


def _change_some(db: SqlConnection, part: Part) -> tuple[int, int] | None:
    """Change one batch.

    Returns:
        The version that is being reached, and how many rows are done; `None` if no
        rows are to be changed next, perhaps because somebody else has done it.
    """
    row = db.execute(_VERSION, (part.name,)).fetchone()
    version = int(row[0]) if row else 0
    rewrite = part.rewrite_at(version)
    if rewrite is None:
        return None
    kept = db.execute(_POSITION, (part.name, version)).fetchone()
    position, done = kept or ("", 0)
    last, number = db.execute(rewrite.bound, (position, rewrite.size)).fetchone()
    if last is None:
        db.execute(_FORGET, (part.name,))
        db.execute(_REACH, (part.name, version + 1))
        keep_contract(db, part, version + 1)
        return version + 1, done
    db.execute(rewrite.change, (position, last))
    db.execute(_KEEP_POSITION, (part.name, version, last, done + number))
    return version + 1, done + number


def refuse_to_make(place: str, url: str) -> StoreError:
    """Say that there is no file, and that it was opened not to be made.

    Args:
        place: What to call the store.
        url: What opens it.
    """
    return StoreError(
        place,
        "there is no such file, and it was opened with auto_migrate=False",
        f"Run `{COMMAND} --create --sessions {url}`; nothing was made.",
    )


def refuse_to_migrate(
    place: str, url: str, parts: Parts, found: Mapping[str, int]
) -> StoreError:
    """Say what a store lacks that was opened not to be upgraded.

    Args:
        place: What to call the store.
        url: What opens it, without any password.
        parts: What has to be brought up to date.
        found: The versions in the store.
    """
    lacks = ", ".join(
        f"{name!r} {found.get(name, 0)} of {part.usable}"
        for name, part in parts.items()
    )
    return StoreError(
        place,
        f"it needs an upgrade ({lacks}), and was opened with auto_migrate=False",
        f"Run `{COMMAND} --sessions {url}`; nothing was changed.",
    )
