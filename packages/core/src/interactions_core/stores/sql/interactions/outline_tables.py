"""Outlines in a SQL database, for the stores that have one."""

import secrets

from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.outlines import (
    Outline,
    Sketch,
    begins_with,
    find_nearest,
    pack,
    pack_list,
    pack_system,
    unpacked,
)
from interactions_core.stores.sql import rows
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.interactions import outline_rows
from interactions_core.stores.sql.schema.contracts import has_table


class SqlOutlineMixin:
    """The methods about outlines of a store over its own `database`."""

    database: SqlDatabase

    def __init__(self) -> None:
        super().__init__()
        self._outline_key = b""

    def locate(self, key: str) -> list[Scope]:
        """Say whose conversations have a record of this key."""
        with self.database.reading() as db:
            found = db.execute(outline_rows.LOCATE, (key,)).fetchall()
        return [Scope(*row) for row in found]

    def find_outline(self, scope: Scope, key: str) -> Outline | None:
        """Return the outline of a record; older stores that are only read have none."""
        with self.database.reading() as db:
            if not has_table(db, "outlines"):
                return None
            values = (*rows.scope_row(scope), key)
            found = db.execute(outline_rows.FIND, values).fetchall()
        return outline_rows.outlines_from_rows(found).get(key)

    def is_known_elsewhere(self, scope: Scope, key: str) -> bool:
        """Tell whether another owner has asked something that begins alike."""
        outline = self.find_outline(scope, key)
        if outline is None:
            return False
        with self.database.reading() as db:
            values = (*rows.scope_row(scope), key)
            [place] = db.execute(outline_rows.PLACE, values).fetchone()
            values = (scope.thread_id, place, scope.session_id, scope.credential)
            found = db.execute(outline_rows.ELSEWHERE, values).fetchall()
        return any(begins_with(outline.list, unpacked(bytes(row[0]))) for row in found)

    def count_without_outline(self) -> int:
        """Count the turns that sent everything, and of which that cannot be explained."""
        with self.database.reading() as db:
            [number] = db.execute(outline_rows.WITHOUT).fetchone()
        return int(number)

    def _keep_outline(
        self, db: SqlConnection, record: InteractionRecord, sketch: Sketch
    ) -> None:
        """Write an outline in the transaction of its record."""
        key = self._outline_key = self._outline_key or _secret(db)
        scope = rows.scope_row(record.scope)
        head = (*scope, record.key, sketch.place, record.created_at)
        asked, said = len(sketch.steps), pack(sketch.reply, key)
        nearest, differs, packed = "", 0, b""
        if sketch.seeks:
            values = (*scope, sketch.place, sketch.base)
            found = db.execute(outline_rows.NEWEST, values).fetchall()
            earlier = outline_rows.earlier_from_rows(found)
            packed = pack_list(sketch, earlier, key)
            nearest, differs = find_nearest(packed, earlier, repeats=sketch.repeats)
        tail = (pack_system(sketch.system, key), nearest, differs, int(sketch.seeks))
        if sketch.base:
            added = pack(sketch.steps[sketch.shared :], key) + said
            values = (*head, sketch.base, sketch.shared, asked, added, *tail)
            if db.execute(outline_rows.KEEP_MORE, values).rowcount:
                return
        whole = (packed or pack(sketch.steps, key)) + said
        db.execute_later(outline_rows.KEEP, (*head, "", 0, 0, asked, whole, *tail))


def _secret(db: SqlConnection) -> bytes:
    """Return what marks are keyed with; a store that has nothing yet gets it."""
    found = db.execute(rows.SELECT_BIRTH_BYTES).fetchone()
    if found is None:
        db.execute(rows.INSERT_BYTES, (secrets.token_bytes(32),))
        found = db.execute(rows.SELECT_BIRTH_BYTES).fetchone()
    return bytes(found[0])
