"""`db check`, `plan` and `migrate` as functions: what a store has, and what it lacks.

Nothing here parses arguments or opens stores; that is the command line's part.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from typing import Final

from interactions_core.counted import counted
from interactions_core.services.erased_commands import GROUP
from interactions_core.stores.sql.database import Rewrite
from interactions_core.stores.sql.parts import PARTS
from interactions_core.stores.sql.schema.contracts import PART as CONTRACTS
from interactions_core.stores.sql.schema.contracts import Part
from interactions_core.stores.sql.schema.migrating import COMMAND
from interactions_core.stores.sql.schema.state import SchemaState, Step, list_steps
from interactions_core.stores.sql.statements import Statement
from interactions_core.stores.sql.store import SqlStore
from interactions_core.stores.sqlite.store import SqliteStore

Write = Callable[[str], object]
"""Prints one line."""

_FORMAT: Final = 1
"""The version of what is printed as JSON."""

_TELL_EVERY: Final = 10
"""Lines about the rows of a step, if there are enough of them."""

_LOCKS: Final = {
    ("postgres", "tables"): "all writers, asked for 0.2 s at a time",
    ("postgres", "rows"): "the rows of a batch",
    ("postgres", "indexes"): "nobody, built CONCURRENTLY",
    ("sqlite", "tables"): "the file, once",
    ("sqlite", "rows"): "the file, for a batch at a time",
    ("sqlite", "indexes"): "the file, once",
}


@dataclass(frozen=True, slots=True)
class PartLine:
    """How a part of a store is to this release.

    Attributes:
        part: Its name.
        found: Its schema version in the store; 0 for none.
        known: The newest one that this release knows.
        needs: The oldest one that a program may know to use it; `None` if the store
            does not say.
        state: `current`; `newer`, with which this release may go on; `unfinished`,
            where rows or indexes are yet to come but all can be used; `unused`, which
            a checkpointer makes for itself, and none has used the store; `missing` or
            `older`, which has to be upgraded; `refused`, which takes a newer release;
            or `unknown`, which this release leaves alone.
    """

    part: str
    found: int
    known: int
    needs: int | None
    state: str

    @property
    def is_usable(self) -> bool:
        """Whether this release can work with it as it is."""
        return self.state not in ("missing", "older", "refused")


@dataclass(frozen=True, slots=True)
class StepLine:
    """What an upgrade does.

    Attributes:
        part: Whose tables it is about.
        version: The schema version that it leads to.
        kind: `tables`, `rows` or `indexes`.
        locks: Whom it keeps waiting.
        statements: What is run; of rows, for each batch.
        rows: How many rows are to be looked at.
        done: How many of them are done already.
        size: Rows of a batch; 0 where there are none.
    """

    part: str
    version: int
    kind: str
    locks: str
    statements: tuple[str, ...]
    rows: int = 0
    done: int = 0
    size: int = 0

    @property
    def batches(self) -> int:
        """How many batches are left."""
        return -(-max(0, self.rows - self.done) // self.size) if self.size else 0


def add_checkpoints(store: SqlStore) -> None:
    """Let a store know the tables of the checkpointers that are installed here."""
    for entry in entry_points(group=GROUP):
        entry.load()(store)


def list_parts(store: SqlStore) -> list[PartLine]:
    """Return how each part of a store is to this release, also of one without tables."""
    state = store.database.state()
    parts = store.database.parts
    of_checkpointers = parts.keys() - PARTS.keys() - {CONTRACTS}
    is_unused = bool(state.versions) and not of_checkpointers & state.versions.keys()
    unused = of_checkpointers if is_unused else frozenset[str]()
    known = [
        _part_line(part, state, is_unused=name in unused)
        for name, part in parts.items()
    ]
    foreign = sorted({*state.versions} - {*store.database.parts})
    unknown = [
        PartLine(name, state.versions[name], 0, state.contracts.get(name), "unknown")
        for name in foreign
    ]
    return sorted(known, key=lambda line: line.part) + unknown


def _part_line(part: Part, state: SchemaState, *, is_unused: bool) -> PartLine:
    found, needs = state.versions.get(part.name, 0), state.contracts.get(part.name)
    said = "current"
    if found > part.version:
        said = "refused" if needs is None or needs > part.version else "newer"
    elif is_unused:
        said = "unused"
    elif found < part.version:
        said = "older" if found else "missing"
        if not part.is_needed or found >= part.usable:
            said = "unfinished"
    return PartLine(part.name, found, part.version, needs, said)


def plan_steps(store: SqlStore) -> list[StepLine]:
    """Return what an upgrade would do, in the order in which it would.

    Raises:
        StoreError: It would be refused, because another program has tables there.
    """
    store.database.check_is_ours()
    state = store.database.state()
    dialect = "sqlite" if isinstance(store, SqliteStore) else "postgres"
    steps = list_steps(store.database.parts, state.versions)
    return [_step_line(step, state, dialect) for step in steps]


def _step_line(step: Step, state: SchemaState, dialect: str) -> StepLine:
    kind = step.kind if state.versions or step.kind == "rows" else "tables"
    locks = _LOCKS[dialect, kind]
    migration = step.migration
    if not isinstance(migration, Rewrite):
        said = tuple(_text(statement, dialect) for statement in migration)
        return StepLine(step.part, step.version, kind, locks, said)
    started = state.versions.get(step.part, 0) == step.version - 1
    return StepLine(
        step.part,
        step.version,
        kind,
        locks,
        (_text(migration.change, dialect),),
        rows=state.rows.get(step.part, 0),
        done=state.changed.get(step.part, 0) if started else 0,
        size=migration.size,
    )


def _text(statement: Statement, dialect: str) -> str:
    said = statement if isinstance(statement, str) else getattr(statement, dialect)
    return textwrap.dedent(said).strip()


def check_store(store: SqlStore, write: Write) -> bool:
    """Print a line for each part, and whether this release can work with the store."""
    lines = list_parts(store)
    width = max(len(line.part) for line in lines)
    for line in lines:
        needs = "" if line.needs is None else f", needs {line.needs}"
        write(
            f"{line.part:<{width}}  {line.found} in the store, {line.known} known"
            f"{needs}: {line.state}"
        )
    write(_verdict(lines))
    return all(line.is_usable for line in lines)


def refusal_of(store: SqlStore) -> str:
    """Say why an upgrade by this release is refused; "" if it is not."""
    lines = list_parts(store)
    is_refused = any(line.state == "refused" for line in lines)
    return _verdict(lines) if is_refused else ""


def _verdict(lines: Sequence[PartLine]) -> str:
    if any(line.state == "refused" for line in lines):
        return "this release knows too little of the store: install a newer one"
    if not all(line.is_usable for line in lines):
        return f"the store has to be upgraded: {COMMAND}"
    if any(line.state == "unfinished" for line in lines):
        return f"this release can work with the store; {COMMAND} has something left"
    if any(line.state == "unused" for line in lines):
        return (
            "this release can work with the store, and no checkpointer has used it: one "
            f"that may not make its tables needs {COMMAND} first"
        )
    return "this release can work with the store"


def check_json(store: SqlStore) -> dict[str, object]:
    """Return what `check_store` prints."""
    lines = list_parts(store)
    return {
        "schema": _FORMAT,
        "ok": all(line.is_usable for line in lines),
        "parts": [asdict(line) for line in lines],
    }


def print_plan(steps: Sequence[StepLine], write: Write) -> None:
    """Print what an upgrade would do."""
    for number, step in enumerate(steps, 1):
        write(f"{number}. {_title(step)}; locks {step.locks}")
        for statement in step.statements:
            write(textwrap.indent(statement, "     "))
    if not steps:
        write("nothing to do")


def _title(step: StepLine) -> str:
    title = f"{step.part} to version {step.version}"
    if not step.size:
        return f"{title}: {step.kind}"
    done = f", {step.done:,} done" if step.done else ""
    batches = counted(step.batches, "batch", "batches")
    return f"{title}: {counted(step.rows, 'row')}{done}, {batches} of {step.size:,}"


def plan_json(steps: Sequence[StepLine]) -> dict[str, object]:
    """Return what `print_plan` prints."""
    said = [{**asdict(step), "batches": step.batches} for step in steps]
    return {"schema": _FORMAT, "steps": said}


def migrate_store(store: SqlStore, write: Write) -> bool:
    """Bring a store up to date, and print how far it is.

    Returns:
        Whether all is done.
    """
    steps = plan_steps(store)
    for step in steps:
        write(_title(step))
    told: dict[tuple[str, int], int] = {}
    totals = {(step.part, step.version): step.rows for step in steps if step.size}

    def tell(part: str, version: int, rows: int) -> None:
        every = max(1, totals.get((part, version), 0) // _TELL_EVERY)
        if rows // every > told.get((part, version), 0):
            told[part, version] = rows // every
            write(f"{part} to version {version}: {counted(rows, 'row')} done")

    store.database.migrate(tell)
    lines = list_parts(store)
    left = [
        line.part for line in lines if line.state not in ("current", "newer", "unknown")
    ]
    write(f"left: {', '.join(left)}" if left else "up to date")
    return not left
