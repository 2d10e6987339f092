"""Deleted threads and erasures in this process, gone with it."""

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from interactions_core.process.forking import Lock
from interactions_core.records.erasures import Erasure
from interactions_core.records.interactions import Scope

_MOST_MARKS: Final = 10_000
"""Deleted threads that are remembered before the oldest go."""


class MemoryDeletionMixin:
    """The methods about deletions of a store in memory; one lock, held briefly."""

    _lock: Lock

    def __init__(self) -> None:
        super().__init__()
        self._marks: OrderedDict[str, bytes] = OrderedDict()
        self._erasures: dict[tuple[str, str], Erasure] = {}

    def deletion_mark(self, thread_id: str) -> bytes:
        """Return what names the last deletion of a thread."""
        with self._lock:
            return self._marks.get(thread_id, b"")

    def note_late(
        self,
        scope: Scope,
        interaction_id: str,
        began: bytes,
        *,
        is_running: bool = False,
        created_at: float = 0.0,
    ) -> bool:
        """List an interaction for erasure if its thread was deleted since `began`."""
        erasure = Erasure(scope.credential, interaction_id, is_running, created_at)
        with self._lock:
            return self._note_late(scope.thread_id, began, erasure)

    def list_erasures(self) -> list[Erasure]:
        """Return what is to be deleted on the server, newest first."""
        with self._lock:
            found = sorted(self._erasures.values(), key=lambda e: e.interaction_id)
        return sorted(found, key=lambda each: each.created_at, reverse=True)

    def drop_erasure(self, erasure: Erasure) -> bool:
        """Strike off what the server no longer has."""
        name = (erasure.credential, erasure.interaction_id)
        with self._lock:
            return self._erasures.pop(name, None) is not None

    def _note_late(self, thread_id: str, began: bytes, erasure: Erasure) -> bool:
        """Do what `note_late` does; whoever calls holds the lock."""
        mark = self._marks.get(thread_id, b"")
        if not mark or mark == began:
            return False
        if erasure.interaction_id:
            self._list([erasure])
        return True

    def _bury(self, thread_id: str, erasures: Iterable[Erasure]) -> None:
        """Mark a thread as deleted; whoever calls holds the lock."""
        self._marks[thread_id] = secrets.token_bytes(8)
        self._marks.move_to_end(thread_id)
        while len(self._marks) > _MOST_MARKS:
            self._marks.popitem(last=False)
        self._list(erasures)

    def _list(self, erasures: Iterable[Erasure]) -> None:
        for new in erasures:
            name = (new.credential, new.interaction_id)
            known = self._erasures.get(name, new)
            is_running = known.is_running or new.is_running
            self._erasures[name] = replace(known, is_running=is_running)
