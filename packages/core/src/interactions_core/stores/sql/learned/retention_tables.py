"""What teaches a retention in a SQL database, for the stores that have one."""

import math

from interactions_core.protocol.retention import DAY_S, Loss, agreed_retention
from interactions_core.stores.sql.database import SqlConnection, SqlDatabase
from interactions_core.stores.sql.learned import retention_rows


class SqlRetentionMixin:
    """The methods about retention of a store over its own `database`."""

    database: SqlDatabase

    def retention(self, credential: str) -> float | None:
        """Return what was learned, in seconds."""
        with self.database.reading() as db:
            row = db.execute(retention_rows.LEARNED, (credential,)).fetchone()
        return float(row[0]) if row else None

    def note_loss(self, credential: str, loss: Loss) -> float | None:
        """Remember a loss, and say what the losses of a day teach together."""
        now = loss.seen_at
        row = (credential, loss.root, loss.seconds, loss.created_at, now)
        with self.database.writing(credential) as db:
            db.execute(retention_rows.KEEP_LOSS, row)
            db.execute(retention_rows.FORGET_LOSSES, (credential, now - DAY_S))
            found = db.execute(retention_rows.LOSSES, (credential,)).fetchall()
            restored_at = _restored_at(db)
            agreed = agreed_retention(
                [Loss(*each) for each in found],
                now=now,
                restored_at=-math.inf if restored_at is None else restored_at,
            )
            if agreed is not None:
                # The next try is a day from now.
                db.execute(retention_rows.TAKE_TRY, (credential, now, now))
        return agreed

    def learn_retention(self, credential: str, seconds: float) -> bool:
        """Remember a shorter retention."""
        with self.database.writing(credential) as db:
            return (
                db.execute(
                    retention_rows.UPSERT_RETENTION, (credential, seconds)
                ).rowcount
                > 0
            )

    def claim_retention_try(self, credential: str, now: float) -> bool:
        """Take the one try of a day."""
        values = (credential, now, now - DAY_S)
        with self.database.writing(credential) as db:
            return db.execute(retention_rows.TAKE_TRY, values).rowcount > 0

    def unlearn_retention(self, credential: str | None = None) -> int:
        """Forget what was learned, and why."""
        names = () if credential is None else (credential,)
        with self.database.writing(*names) as db:
            counts = [
                db.execute(statement, (credential,)).rowcount
                for statement in retention_rows.UNLEARN
            ]
        return counts[-1]

    def restored_at(self) -> float | None:
        """Return when the last restore was noted."""
        with self.database.reading() as db:
            return _restored_at(db)

    def mark_restored(self, now: float) -> None:
        """Note that a backup was restored."""
        with self.database.writing() as db:
            db.execute(retention_rows.KEEP_RESTORE, (now,))


def _restored_at(db: SqlConnection) -> float | None:
    (at,) = db.execute(retention_rows.LAST_RESTORE).fetchone()
    return None if at is None else float(at)
