"""How long a server keeps, as was learned in this process, gone with it."""

import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from interactions_core.process.forking import Lock
from interactions_core.protocol.retention import (
    DAY_S,
    Birth,
    Loss,
    agreed_retention,
    expire,
)
from interactions_core.records.interactions import InteractionRecord, Scope


class MemoryRetentionMixin:
    """The methods about retention of a store in memory; one lock, held for an instant."""

    _lock: Lock
    _records: OrderedDict[tuple[Scope, str], InteractionRecord]

    def __init__(self) -> None:
        super().__init__()
        self._retention: dict[str, float] = {}
        self._losses: dict[str, dict[str, Loss]] = {}
        self._tried_at: dict[str, float] = {}
        self._restored_at = -math.inf

    def retention(self, credential: str) -> float | None:
        """Return what was learned, in seconds."""
        return self._retention.get(credential)

    def learn_retention(self, credential: str, seconds: float) -> bool:
        """Remember a shorter retention."""
        with self._lock:
            if self._retention.get(credential, math.inf) <= seconds:
                return False
            self._retention[credential] = seconds
        return True

    def note_loss(self, credential: str, loss: Loss) -> float | None:
        """Remember a loss, and say what the losses of a day teach together."""
        now = loss.seen_at
        with self._lock:
            losses = self._losses.setdefault(credential, {})
            losses[loss.root] = loss
            for root in [
                r for r, each in losses.items() if each.seen_at <= now - DAY_S
            ]:
                del losses[root]
            restored_at = self._restored_at
            agreed = agreed_retention(losses.values(), now=now, restored_at=restored_at)
            if agreed is not None:
                self._tried_at[credential] = now
        return agreed

    def claim_retention_try(self, credential: str, now: float) -> bool:
        """Take the one try of a day."""
        with self._lock:
            if self._tried_at.get(credential, -math.inf) > now - DAY_S:
                return False
            self._tried_at[credential] = now
        return True

    def unlearn_retention(self, credential: str | None = None) -> int:
        """Forget what was learned, and why."""
        with self._lock:
            names = [*self._retention] if credential is None else [credential]
            found = [name for name in names if self._retention.pop(name, None)]
            for each in (self._losses, self._tried_at):
                for name in [*each] if credential is None else [credential]:
                    each.pop(name, None)
        return len(found)

    def restored_at(self) -> float | None:
        """Return when a restore was noted, which memory never has but by itself."""
        with self._lock:
            return None if math.isinf(self._restored_at) else self._restored_at

    def mark_restored(self, now: float) -> None:
        """Note that a backup was restored."""
        with self._lock:
            self._restored_at = now

    def _expiring(
        self, scope: Scope, records: list[InteractionRecord]
    ) -> list[InteractionRecord]:
        """Say when records expire, by what was learned; whoever calls holds the lock."""
        seconds = self._retention.get(scope.credential)
        if seconds is None:
            return records
        limits = expire(self._births(scope, (each.key for each in records)), seconds)
        return [replace(each, learned_expires_at=limits[each.key]) for each in records]

    def _births(self, scope: Scope, keys: Iterable[str]) -> dict[str, Birth[str]]:
        """Return these interactions and all that they continue."""
        births: dict[str, Birth[str]] = {}
        for name in keys:
            key = name
            while key not in births and (record := self._records.get((scope, key))):
                births[key] = Birth(record.parent_id, record.created_at)
                key = record.parent_id
        return births
