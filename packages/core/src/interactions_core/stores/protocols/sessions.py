"""What a session store does for its callers.

Holds the contract only. Implementations see values and errors, nothing else.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from interactions_core.records.accounts import Claimant, Owner
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Scope,
    StoredInteraction,
)
from interactions_core.records.jobs.job import Job
from interactions_core.records.labels import Label
from interactions_core.records.mirror import Mirror
from interactions_core.records.openings import Asked, Opening
from interactions_core.records.outlines import Sketch
from interactions_core.stores.protocols.accounts import AccountStore
from interactions_core.stores.protocols.budgets import BudgetStore
from interactions_core.stores.protocols.charges import ChargeStore
from interactions_core.stores.protocols.deletions import DeletionStore
from interactions_core.stores.protocols.forms import FormStore
from interactions_core.stores.protocols.inspection import InspectionStore
from interactions_core.stores.protocols.jobs import JobStore
from interactions_core.stores.protocols.measures import MeasureStore
from interactions_core.stores.protocols.names import NameStore
from interactions_core.stores.protocols.outlines import OutlineStore
from interactions_core.stores.protocols.retention import RetentionStore
from interactions_core.stores.protocols.search import SearchStore
from interactions_core.stores.protocols.setups import SetupStore
from interactions_core.usage import Usage


class SessionStore(
    JobStore,
    DeletionStore,
    FormStore,
    AccountStore,
    RetentionStore,
    OutlineStore,
    SetupStore,
    ChargeStore,
    MeasureStore,
    NameStore,
    SearchStore,
    BudgetStore,
    InspectionStore,
    Protocol,
):
    """Where the tree of interactions of every conversation is kept.

    Every method may be called from any thread. A method either does all of its work
    or raises `StoreError` and does none of it. Async callers run these methods in
    the store's worker threads, and there whatever else would hold up their loop.

    Attributes:
        url: How to open the store again, without any password.
        blocking: Whether calls may wait for a disk or another process.
        threads: How many threads may serve async callers, all in all.
        mirror: How much of the content is kept.
    """

    url: str
    blocking: bool
    threads: int
    mirror: Mirror

    def check_contracts(self) -> None:
        """Refuse to go on where a newer release has changed the tables too far.

        Every other method does so as well; this is for where none has been called for
        a while.

        Raises:
            StoreSchemaError: It has.
        """
        ...

    def secret(self) -> bytes:
        """Return 32 random bytes that stay the same for the life of the store."""
        ...

    def open_turn(
        self,
        claimant_of: Callable[[bytes], Claimant],
        ask: Callable[[Owner], Asked],
    ) -> Opening:
        """Return all that a turn has to know first, in one look at the store.

        As `find_owner`, `deletion_mark`, `retention`, `find` and `find_jobs` would,
        one after the other. Only what nobody has asked before is written first: the
        secret, and what an account owns.

        Args:
            claimant_of: Says who asks, given `secret()`.
            ask: Says what the turn looks for, given whose rows it may see.

        Raises:
            AccountConflictError: The account owns rows, and the key others.
        """
        ...

    def find(
        self, scope: Scope, request_digests: Sequence[bytes]
    ) -> dict[bytes, list[InteractionRecord]]:
        """Return the records of these requests; digests without any are left out."""
        ...

    def get(self, scope: Scope, key: str) -> InteractionRecord | None:
        """Return one record."""
        ...

    def put(
        self,
        record: InteractionRecord,
        entry: LedgerEntry | None = None,
        *,
        began: bytes | None = None,
        sketch: Sketch | None = None,
        job: Job | None = None,
        label: Label | None = None,
    ) -> bool:
        """Keep a record, its entry, what that took, and its outline, all or none.

        A record with the same scope and key is replaced, unless it is a job's answer:
        then another process has recorded it, and counted it. The content is reduced
        to what `mirror` allows.

        Args:
            record: The interaction.
            entry: What it cost.
            began: The thread's `deletion_mark` when the turn began. If the thread was
                deleted since, nothing is kept, and what the server has is listed for
                erasure. `None` to keep it whatever was deleted.
            sketch: What its outline is made of; an outline that is there stays.
            job: The job whose answer it is, as it is from then on; written in the same
                transaction, as `update_job` would.
            label: Who asked; one that is there stays.

        Returns:
            Whether it was kept.
        """
        ...

    def mark_handed_on(self, scope: Scope, key: str) -> None:
        """Note that a framework has an answer; nobody is given it again.

        Costs no write of its own: it goes with the next `put`, or at the latest with
        the store's end. Whoever looks meanwhile sees who holds the answer.
        """
        ...

    def take_owed(self, seen: InteractionRecord, owed: int, holder: str) -> bool:
        """Change to whom an answer is owed, if that is as it was seen.

        Args:
            seen: The record, as it was read or put.
            owed: How many calls may still be given it.
            holder: Who is about to hand it on; "" for nobody.

        Returns:
            Whether the record was as seen.
        """
        ...

    def mark_gone(self, scope: Scope, key: str) -> int:
        """Rule out an interaction and its descendants as parents.

        Returns:
            How many records this changed.
        """
        ...

    def usage(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> Usage:
        """Add up the ledger, of one session or thread or of everything."""
        ...

    def ledger(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> list[tuple[Scope, LedgerEntry]]:
        """Return the ledger, oldest first."""
        ...

    def copy_thread(self, source: str, target: str) -> int:
        """Let a thread know what another one knows, in all scopes.

        Interactions that the target has already stay as they are. The ledger is not
        copied: what was paid was paid once.

        Returns:
            How many interactions were copied.
        """
        ...

    def held_by(self, thread_id: str) -> list[StoredInteraction]:
        """Return what the server keeps of a thread, oldest first, in all scopes."""
        ...

    def delete_thread(self, thread_id: str, *, remote: bool = False) -> int:
        """Erase every row of a thread, in all scopes.

        Turns that began before are late from then on.

        Args:
            thread_id: The thread.
            remote: Whether to list, in the same transaction, what is to be deleted on
                the server too; see `services.eraser`.

        Returns:
            How many interactions were forgotten.
        """
        ...

    def close(self) -> None:
        """Release files and connections; the next use opens them again."""
        ...
