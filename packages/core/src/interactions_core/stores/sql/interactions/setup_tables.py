"""Setups in a SQL database, for the stores that have one."""

import json
from collections.abc import Mapping, Sequence

from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.outlines import Sketch
from interactions_core.records.setups import Setup, Written, write_setup
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.interactions import setup_rows
from interactions_core.stores.sql.schema.contracts import has_table


class SqlSetupMixin:
    """The methods about setups of a store over its own `database`."""

    database: SqlDatabase
    _outline_key: bytes

    def secret(self) -> bytes:
        """Return the bytes that the store was born with."""
        raise NotImplementedError

    def find_setups(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, Setup]:
        """Return what is known of the setups of these records."""
        own = rows.scope_row(scope)
        with self.database.reading() as db:
            query = setup_rows.find_records(has_outlines=has_table(db, "outlines"))
            values = (rows.as_list(keys), *own)
            found = db.execute(query, values).fetchall()
            marks = {row[0]: _marks(row[3]) for row in found}
            named = _named(
                db, scope, {mark for each in marks.values() for mark in each}
            )
        return {
            row[0]: setup_rows.setup_from_row(row, marks[row[0]], named)
            for row in found
        }

    def _write_setup(self, sketch: Sketch | None) -> Sequence[Written]:
        """Write the setup of a request; nothing where nobody says what it was."""
        if sketch is None or sketch.settings is None:
            return ()
        self._outline_key = self._outline_key or self.secret()
        return write_setup(sketch.settings, self._outline_key)

    def _keep_setup(
        self, db: SqlConnection, record: InteractionRecord, written: Sequence[Written]
    ) -> None:
        """Write what names a setup in the transaction of its record."""
        for row in setup_rows.setup_rows(record, written):
            db.execute_later(setup_rows.KEEP, row)


def _marks(extra: str) -> tuple[str, ...]:
    return tuple(json.loads(extra).get("setup", ()))


def _named(db: SqlConnection, scope: Scope, marks: set[str]) -> dict[str, str]:
    if not any(marks) or not has_table(db, "setups"):
        return {}
    values = (rows.as_list(marks), *rows.scope_row(scope))
    return dict(db.execute(setup_rows.FIND, values).fetchall())
