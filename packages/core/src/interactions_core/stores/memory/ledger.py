"""The ledger of this process: entries as long as their interactions, sums for good."""

from interactions_core.process.forking import Lock
from interactions_core.records.interactions import LedgerEntry, Scope
from interactions_core.records.names import check_names
from interactions_core.records.spending.settling import settled_entry
from interactions_core.stores.memory.charges import is_within
from interactions_core.usage import Usage


class MemoryLedgerMixin:
    """The methods about the ledger of a store in memory; one lock, held briefly."""

    _lock: Lock
    _entries: dict[tuple[Scope, str], tuple[LedgerEntry, ...]]
    _sums: dict[Scope, Usage]

    def usage(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> Usage:
        """Add up the ledger."""
        check_names(session_id=session_id, thread_id=thread_id)
        with self._lock:
            return sum(
                (
                    usage
                    for scope, usage in self._sums.items()
                    if is_within(scope, session_id, thread_id)
                ),
                Usage(),
            )

    def ledger(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> list[tuple[Scope, LedgerEntry]]:
        """Return the entries whose interactions are still kept, oldest first."""
        check_names(session_id=session_id, thread_id=thread_id)
        with self._lock:
            return [
                (scope, entry)
                for (scope, _key), entries in self._entries.items()
                for entry in entries
                if is_within(scope, session_id, thread_id)
            ]

    def _enter(
        self,
        name: tuple[Scope, str],
        entries: tuple[LedgerEntry, ...],
        entry: LedgerEntry | None,
    ) -> None:
        """Keep the entries of a record and one that is new; under the lock.

        Args:
            name: Whose entries they are.
            entries: What was there.
            entry: What was taken since; `None` for nothing.
        """
        self._entries[name] = entries
        if entry is None:
            return
        whole = settled_entry(entries[-1], entry) if entries else None
        self._entries[name] = (
            (*entries, entry) if whole is None else (*entries[:-1], whole)
        )
        scope = name[0]
        self._sums[scope] = self._sums.get(scope, Usage()) + entry.usage

    def _forget_sums(self, thread_id: str) -> None:
        """Forget those of a thread; whoever calls holds the lock."""
        for scope in [each for each in self._sums if each.thread_id == thread_id]:
            del self._sums[scope]
