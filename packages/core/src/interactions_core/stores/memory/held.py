"""What the server keeps of a thread of this process, and what others rest on."""

from collections import OrderedDict

from interactions_core.process.forking import Lock
from interactions_core.records.erasures import Erasure, plan_erasures
from interactions_core.records.interactions import (
    InteractionRecord,
    Scope,
    StoredInteraction,
)
from interactions_core.records.jobs.job import Job
from interactions_core.records.names import check_names


class MemoryHeldMixin:
    """The methods about what the server has of a store in memory; one lock, held briefly."""

    _lock: Lock
    _records: OrderedDict[tuple[Scope, str], InteractionRecord]
    _jobs: dict[str, Job]

    def held_by(self, thread_id: str) -> list[StoredInteraction]:
        """Return what the server keeps of a thread."""
        check_names(thread_id=thread_id)
        with self._lock:
            return self._held_by(thread_id)

    def plan_erasures(self, thread_id: str) -> tuple[list[Erasure], frozenset[str]]:
        """Say what goes with a thread on the server, and what others rest on."""
        with self._lock:
            return self._plan_erasures(thread_id)

    def _plan_erasures(self, thread_id: str) -> tuple[list[Erasure], frozenset[str]]:
        others = self._held_by_others(thread_id)
        runs = [
            StoredInteraction(
                job.scope,
                job.interaction_id,
                "",
                (job.scope.credential, job.interaction_id) in others,
                job.created_at,
                not job.is_over,
            )
            for job in self._jobs.values()
            if job.scope.thread_id == thread_id and job.interaction_id
        ]
        return plan_erasures(self._held_by(thread_id), runs)

    def _held_by_others(self, thread_id: str) -> set[tuple[str, str]]:
        return {
            (record.scope.credential, key)
            for record in self._records.values()
            if record.scope.thread_id != thread_id
            for key in (record.key, record.parent_id)
        }

    def _held_by(self, thread_id: str) -> list[StoredInteraction]:
        others = self._held_by_others(thread_id)
        mine = [
            record
            for record in self._records.values()
            if record.scope.thread_id == thread_id and record.stored
        ]
        return [
            StoredInteraction(
                record.scope,
                record.key,
                record.parent_id,
                (record.scope.credential, record.key) in others,
                record.created_at,
                made_by=record.made_by,
            )
            for record in sorted(mine, key=lambda record: record.created_at)
        ]
