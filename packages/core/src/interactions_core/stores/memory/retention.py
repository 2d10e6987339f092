"""How long a server keeps, as was learned in this process, gone with it."""

import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from interactions_core.process.forking import Lock
from interactions_core.protocol.retention import Birth, expire
from interactions_core.records.interactions import InteractionRecord, Scope


class MemoryRetentionMixin:
    """The methods about retention of a store in memory; one lock, held for an instant."""

    _lock: Lock
    _records: OrderedDict[tuple[Scope, str], InteractionRecord]

    def __init__(self) -> None:
        super().__init__()
        self._retention: dict[str, float] = {}

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
