"""Marks on records of this process: handed on, owed to somebody, gone on the server."""

from collections import OrderedDict
from dataclasses import replace

from interactions_core.process.forking import Lock
from interactions_core.records.interactions import InteractionRecord, Scope


class MemoryMarkMixin:
    """The methods that mark records of a store in memory; one lock, held briefly."""

    _lock: Lock
    _records: OrderedDict[tuple[Scope, str], InteractionRecord]
    _children: dict[tuple[Scope, str], dict[str, None]]

    def mark_handed_on(self, scope: Scope, key: str) -> None:
        """Note that a framework has an answer."""
        with self._lock:
            record = self._records.get((scope, key))
            if record is not None and record.owed:
                self._records[scope, key] = replace(record, owed=0, holder="")

    def take_owed(self, seen: InteractionRecord, owed: int, holder: str) -> bool:
        """Change to whom an answer is owed, if that is as it was seen."""
        name = (seen.scope, seen.key)
        with self._lock:
            record = self._records.get(name)
            if record is None:
                return False
            if (record.owed, record.holder) != (seen.owed, seen.holder):
                return False
            self._records[name] = replace(record, owed=owed, holder=holder)
            return True

    def mark_gone(self, scope: Scope, key: str) -> int:
        """Rule out an interaction and its descendants as parents."""
        changed = 0
        with self._lock:
            waiting = [key] if key else []
            seen: set[str] = set()
            while waiting:
                name = (scope, waiting.pop())
                if name[1] in seen:
                    continue
                seen.add(name[1])
                record = self._records.get(name)
                if record is not None and not record.gone:
                    self._records[name] = replace(record, gone=True)
                    changed += 1
                waiting.extend(self._children.get(name, ()))
        return changed
