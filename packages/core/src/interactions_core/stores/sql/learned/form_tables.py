"""Known forms in a SQL database, for the stores that have one."""

from collections.abc import Sequence

from interactions_core.records.forms import LIFE_S, KnownForm
from interactions_core.stores.sql.database import SqlDatabase
from interactions_core.stores.sql.learned import form_rows


class SqlFormMixin:
    """The methods about forms of a store over its own `database`."""

    database: SqlDatabase

    def list_forms(self) -> list[KnownForm]:
        """Return what is remembered, newest first."""
        with self.database.reading() as db:
            found = db.execute(form_rows.LIST).fetchall()
        return [form_rows.form_from_row(row) for row in found]

    def keep_forms(self, forms: Sequence[KnownForm]) -> None:
        """Remember forms, one for each feature, and forget those out of date."""
        if not forms:
            return
        oldest = max(form.answered_at for form in forms) - LIFE_S
        with self.database.writing(form_rows.PART) as db:
            db.executemany(form_rows.KEEP, [form_rows.form_row(form) for form in forms])
            db.execute(form_rows.FORGET, (oldest,))

    def clear_forms(self) -> int:
        """Forget all forms."""
        with self.database.writing(form_rows.PART) as db:
            return db.execute(form_rows.CLEAR).rowcount
