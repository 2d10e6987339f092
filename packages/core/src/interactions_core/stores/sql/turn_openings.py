"""What a turn asks first of a SQL database, in one transaction."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Final

from interactions_core.records.accounts import Claimant, Owner
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.openings import Asked, Opening
from interactions_core.stores.sql.accounts.account_tables import SqlAccountMixin
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.deletion import deletion_rows
from interactions_core.stores.sql.jobs.job_tables import SqlJobMixin
from interactions_core.stores.sql.learned import retention_rows

_MARK_AND_LEARNED: Final = (
    f"SELECT ({deletion_rows.MARK}), ({retention_rows.LEARNED.replace('$1', '$2')})"
)


class SqlOpeningMixin(SqlJobMixin, SqlAccountMixin):
    """The first look of a turn at a store over its own `database`."""

    @abstractmethod
    def find(
        self, scope: Scope, request_digests: Sequence[bytes]
    ) -> dict[bytes, list[InteractionRecord]]:
        """Return the records of these requests."""

    def open_turn(
        self,
        claimant_of: Callable[[bytes], Claimant],
        ask: Callable[[Owner], Asked],
    ) -> Opening:
        """Return all that a turn has to know first, in one look at the store."""
        with self.database.reading() as db:
            secret = self._birth_bytes(db)
            if secret is not None:
                owner = self._known_owner(db, claimant_of(secret))
                if owner is not None:
                    return self._opening(db, secret, owner, ask(owner))
        owner, secret = self.find_owner(claimant_of), self.secret()
        with self.database.reading() as db:
            return self._opening(db, secret, owner, ask(owner))

    def _opening(
        self, db: SqlConnection, secret: bytes, owner: Owner, asked: Asked
    ) -> Opening:
        scope, call = asked.scope, asked.call_digest
        thread = deletion_rows.thread_digest(secret, scope.thread_id)
        row = db.execute(_MARK_AND_LEARNED, (thread, owner.name)).fetchone()
        return Opening(
            owner=owner,
            asked=asked,
            mark=bytes(row[0] or b""),
            learned_s=row[1],
            known=self.find(scope, asked.request_digests),
            jobs=self.find_jobs(scope, call, asked.place) if call else (),
        )
