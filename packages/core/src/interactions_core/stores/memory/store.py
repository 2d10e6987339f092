"""A session store in this process: bounded, gone with it."""

import math
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from interactions_core.process.forking import Lock
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.accounts import Claimant, Owner
from interactions_core.records.erasures import Erasure
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Scope,
)
from interactions_core.records.jobs.job import Job
from interactions_core.records.labels import Label
from interactions_core.records.mirror import Mirror, apply_mirror
from interactions_core.records.names import check_names
from interactions_core.records.openings import Asked, Opening
from interactions_core.records.outlines import Sketch
from interactions_core.stores.memory.accounts import MemoryAccountMixin
from interactions_core.stores.memory.budgets import MemoryBudgetMixin
from interactions_core.stores.memory.charges import MemoryChargeMixin
from interactions_core.stores.memory.forms import MemoryFormMixin
from interactions_core.stores.memory.held import MemoryHeldMixin
from interactions_core.stores.memory.inspection import MemoryInspectionMixin
from interactions_core.stores.memory.jobs import MemoryJobMixin
from interactions_core.stores.memory.ledger import MemoryLedgerMixin
from interactions_core.stores.memory.marks import MemoryMarkMixin
from interactions_core.stores.memory.measures import MemoryMeasureMixin
from interactions_core.stores.memory.names import MemoryNameMixin
from interactions_core.stores.memory.outlines import MemoryOutlineMixin
from interactions_core.stores.memory.retention import MemoryRetentionMixin
from interactions_core.stores.memory.search import MemorySearchMixin
from interactions_core.stores.memory.setups import MemorySetupMixin
from interactions_core.usage import Usage

_Where = TypeVar("_Where")

DEFAULT_LIMIT: Final = 10_000
"""Interactions that a memory store keeps before the least recently used go."""


class MemoryStore(
    MemoryAccountMixin,
    MemoryBudgetMixin,
    MemoryChargeMixin,
    MemoryFormMixin,
    MemoryHeldMixin,
    MemoryJobMixin,
    MemoryLedgerMixin,
    MemoryMarkMixin,
    MemoryMeasureMixin,
    MemoryNameMixin,
    MemoryRetentionMixin,
    MemorySearchMixin,
    MemoryOutlineMixin,
    MemorySetupMixin,
    MemoryInspectionMixin,
):
    """Keeps sessions in memory; the least recently used interactions go first.

    One lock, held for dictionary operations only. The ledger's entries go together
    with their interactions, its sums stay.

    Args:
        name: What distinguishes it from other memory stores of the process.
        limit: How many interactions are kept.
        mirror: How much of the content is kept.
    """

    blocking = False
    threads = 1

    def __init__(
        self,
        name: str = "",
        *,
        limit: int = DEFAULT_LIMIT,
        mirror: Mirror = "full",
    ) -> None:
        super().__init__()
        self.url = f"memory:{name}"
        self.mirror: Mirror = mirror
        self._limit = limit
        self._secret = secrets.token_bytes(32)
        self._lock = Lock()
        self._clear()

    def __repr__(self) -> str:
        return f"MemoryStore({getattr(self, 'url', '…')!r})"

    def check_contracts(self) -> None:
        """Do nothing: no other process has this store."""

    def secret(self) -> bytes:
        """Return bytes that live as long as the process."""
        return self._secret

    def open_turn(
        self,
        claimant_of: Callable[[bytes], Claimant],
        ask: Callable[[Owner], Asked],
    ) -> Opening:
        """Return all that a turn has to know first."""
        owner = self.find_owner(claimant_of)
        asked = ask(owner)
        scope, call = asked.scope, asked.call_digest
        return Opening(
            owner=owner,
            asked=asked,
            mark=self.deletion_mark(scope.thread_id),
            learned_s=self.retention(owner.name),
            known=self.find(scope, asked.request_digests),
            jobs=self.find_jobs(scope, call, asked.place) if call else (),
        )

    def list_askers(self) -> list[tuple[Scope, float]]:
        """Return who has asked, and on which days."""
        asked = [(scope, entry.created_at) for scope, entry in self.ledger()]
        asked += [(scope, lost.at) for scope, lost in self.list_unanswered()]
        asked += [(job.scope, job.created_at) for job in self.list_jobs()]
        return [*{(scope, at // DAY_S * DAY_S) for scope, at in asked}]

    def find(
        self, scope: Scope, request_digests: Sequence[bytes]
    ) -> dict[bytes, list[InteractionRecord]]:
        """Return the records of these requests and count them as used."""
        found: dict[bytes, list[InteractionRecord]] = {}
        with self._lock:
            keys = [
                key
                for digest in dict.fromkeys(request_digests)
                for key in self._by_digest.get((scope, digest), ())
            ]
            read = [self._read(scope, key) for key in keys]
            for record in self._expiring(scope, read):
                found.setdefault(record.request_digest, []).append(record)
        return found

    def get(self, scope: Scope, key: str) -> InteractionRecord | None:
        """Return one record."""
        with self._lock:
            if (scope, key) not in self._records:
                return None
            return self._expiring(scope, [self._read(scope, key)])[0]

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
        """Keep a record, its ledger entry, its outline and its job."""
        record = replace(apply_mirror(record, self.mirror), learned_expires_at=math.inf)
        scope, name = record.scope, (record.scope, record.key)
        on_server = Erasure(
            record.keyed_by,
            record.key if record.stored else "",
            created_at=record.created_at,
        )
        with self._lock:
            if began is not None and self._note_late(scope.thread_id, began, on_server):
                return False
            if job is not None:
                self.update_job(job)
                if name in self._records:
                    return True
            entries = self._entries.pop(name, ())
            self._forget(name)
            self._records[name] = record
            self._by_digest.setdefault(
                (record.scope, record.request_digest), {}
            ).setdefault(record.key)
            self._children.setdefault((record.scope, record.parent_id), {}).setdefault(
                record.key
            )
            self._enter(name, entries, entry)
            if sketch is not None:
                self._keep_outline(record, sketch)
                self._keep_setup(record, sketch)
            self._keep_label(name, label)
            while len(self._records) > self._limit:
                oldest = next(iter(self._records))
                self._forget(oldest)
                self._forget_outline(*oldest)
                self._forget_setup(oldest)
                self._forget_label(oldest)
        return True

    def copy_thread(self, source: str, target: str) -> int:
        """Copy the interactions of a thread, but for its ledger."""
        check_names(source=source, target=target)
        with self._lock:
            copies = [
                replace(
                    record,
                    scope=replace(record.scope, thread_id=target),
                    call_digest=b"",
                    owed=0,
                    holder="",
                )
                for record in self._records.values()
                if record.scope.thread_id == source
            ]
            new = [c for c in copies if (c.scope, c.key) not in self._records]
            for copy in copies:
                origin = replace(copy.scope, thread_id=source)
                self._copy_outline(origin, copy.scope, copy.key)
                self._copy_setup((origin, copy.key), (copy.scope, copy.key))
                self._copy_label((origin, copy.key), (copy.scope, copy.key))
        for record in new:
            self.put(record)
        return len(new)

    def delete_thread(self, thread_id: str, *, remote: bool = False) -> int:
        """Forget a thread in all scopes, its sums included."""
        check_names(thread_id=thread_id)
        with self._lock:
            erasures = self._plan_erasures(thread_id)[0] if remote else ()
            self._bury(thread_id, erasures)
            names = [name for name in self._records if name[0].thread_id == thread_id]
            for name in names:
                self._forget(name)
                self._forget_outline(*name)
                self._forget_setup(name)
                self._forget_label(name)
            self._forget_costs(thread_id)
            self._forget_sums(thread_id)
            self._forget_thread(thread_id)
        return len(names)

    def _recorded(self) -> Iterable[InteractionRecord]:
        return self._records.values()

    def _open_jobs(self) -> Iterable[Job]:
        return [job for job in self._jobs.values() if not job.consumed_at]

    def close(self) -> None:
        """Do nothing: the store lives as long as the process."""

    def _clear(self) -> None:
        self._records: OrderedDict[tuple[Scope, str], InteractionRecord] = OrderedDict()
        self._by_digest: dict[tuple[Scope, bytes], dict[str, None]] = {}
        self._children: dict[tuple[Scope, str], dict[str, None]] = {}
        self._entries: dict[tuple[Scope, str], tuple[LedgerEntry, ...]] = {}
        self._sums: dict[Scope, Usage] = {}

    def _read(self, scope: Scope, key: str) -> InteractionRecord:
        self._records.move_to_end((scope, key))
        children = len(self._children.get((scope, key), ()))
        record = self._records[(scope, key)]
        if record.children != children:
            record = self._records[(scope, key)] = replace(record, children=children)
        return record

    def _forget(self, name: tuple[Scope, str]) -> None:
        record = self._records.pop(name, None)
        if record is None:
            return
        scope = record.scope
        _discard(self._by_digest, (scope, record.request_digest), record.key)
        _discard(self._children, (scope, record.parent_id), record.key)
        self._keep_costs(scope, self._entries.pop(name, ()))


def _discard(index: dict[_Where, dict[str, None]], where: _Where, key: str) -> None:
    keys = index.get(where, {})
    keys.pop(key, None)
    if not keys:
        index.pop(where, None)
