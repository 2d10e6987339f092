"""Search in this process: without an index, everything is read."""

from collections import OrderedDict
from collections.abc import Iterator

from interactions_core.process.forking import Lock
from interactions_core.records.inspection.queries import read_query
from interactions_core.records.inspection.searches import (
    DEFAULT_LIMIT,
    Hit,
    SearchResult,
    is_named,
    is_target,
)
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.jobs.job import Job
from interactions_core.records.mirror import Mirror
from interactions_core.records.names import check_names
from interactions_core.stores.memory.charges import is_within
from interactions_core.transcript.said_texts import said_texts


class MemorySearchMixin:
    """The methods about search of a store in memory; one lock, held briefly."""

    mirror: Mirror
    _lock: Lock
    _records: OrderedDict[tuple[Scope, str], InteractionRecord]
    _jobs: dict[str, Job]

    def index_texts(self, limit: int = 200) -> int:
        """Do nothing: there is no index."""
        del limit
        return 0

    def has_index(self) -> bool:
        """Say that there is none."""
        return False

    def search(
        self,
        text: str,
        *,
        session_id: str | None = None,
        thread_id: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> SearchResult:
        """Find interactions by reading all."""
        check_names(session_id=session_id, thread_id=thread_id)
        with self._lock:
            scopes = {scope for scope, _ in self._records}
            scopes.update(job.scope for job in self._jobs.values())
            records = [*self._records.values()]
        scopes = {s for s in scopes if is_within(s, session_id, thread_id)}
        records = [r for r in records if is_within(r.scope, session_id, thread_id)]
        records.sort(key=lambda record: (-record.created_at, record.scope, record.key))
        named = [*_scopes_named(scopes, text.strip())]
        named += [*_records_named(records, text.strip())]
        how = "names" if self.mirror == "signatures" else "words"
        query = read_query(text)
        scanned = records if how == "words" and query.units else []
        said = [
            Hit(record.scope, record.key, "text")
            for record in scanned
            if query.matches(said_texts((*record.sent, *record.held)))
        ]
        return SearchResult(
            found=(*named[:limit], *said[:limit]),
            how=how,
            unindexed=len(records) if how == "words" else 0,
            scanned=len(scanned),
            more=len(named) > limit or len(said) > limit,
        )


def _scopes_named(scopes: set[Scope], wanted: str) -> Iterator[Hit]:
    for scope in sorted(scopes):
        if is_named(scope.thread_id, wanted):
            yield Hit(scope, "", "thread")
        elif is_named(scope.session_id, wanted):
            yield Hit(scope, "", "session")


def _records_named(records: list[InteractionRecord], wanted: str) -> Iterator[Hit]:
    for record in records:
        if is_named(record.key, wanted):
            yield Hit(record.scope, record.key, "key")
        elif is_target(record.target, wanted):
            yield Hit(record.scope, record.key, "target")
