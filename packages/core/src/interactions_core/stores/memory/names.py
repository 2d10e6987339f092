"""Names that people type, in this process."""

from collections import OrderedDict

from interactions_core.process.forking import Lock
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Scope,
)
from interactions_core.records.jobs.job import Job
from interactions_core.stores.memory.outlines import Kept
from interactions_core.stores.protocols.names import LEAST_END

_AGAIN = {"expired", "foreign"}


class MemoryNameMixin:
    """The methods about names of a store in memory; one lock, held briefly."""

    _lock: Lock
    _records: OrderedDict[tuple[Scope, str], InteractionRecord]
    _entries: dict[tuple[Scope, str], tuple[LedgerEntry, ...]]
    _outlines: dict[tuple[Scope, str], Kept]
    _jobs: dict[str, Job]

    def keys_named(self, name: str, *, limit: int = 100) -> list[str]:
        """Return the interactions whose key begins with a name, or ends with it."""
        is_end = len(name) >= LEAST_END
        with self._lock:
            keys = {key for _, key in self._records}
        found = [
            key
            for key in keys
            if name and (key.startswith(name) or (is_end and key.endswith(name)))
        ]
        return sorted(found)[:limit]

    def threads_named(self, beginning: str, *, limit: int = 100) -> list[str]:
        """Return the threads whose id begins like this."""
        with self._lock:
            scopes = {scope for scope, _ in self._records}
            scopes.update(job.scope for job in self._jobs.values())
        threads = {scope.thread_id for scope in scopes if scope.thread_id}
        return sorted(t for t in threads if t.startswith(beginning))[:limit]

    def newest_key(
        self, *, sent_again: bool = False, session_id: str | None = None
    ) -> str:
        """Return the interaction of the newest entry that is still kept."""
        with self._lock:
            for name, entries in reversed(self._entries.items()):
                if session_id not in {None, name[0].session_id}:
                    continue
                for entry in reversed(entries):
                    if not sent_again or self._is_again(name, entry):
                        return entry.key
        return ""

    def _is_again(self, name: tuple[Scope, str], entry: LedgerEntry) -> bool:
        if entry.reason in _AGAIN:
            return True
        outline = self._outlines.get(name)
        return entry.reason == "root" and outline is not None and bool(outline.nearest)
