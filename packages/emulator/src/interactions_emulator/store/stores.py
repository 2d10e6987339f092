"""Where interactions rest: in memory, or also in a SQLite file.

Called from the server's event loop only; a write is committed when it returns,
so what a client was told survives a killed process.
"""

import json
from collections import OrderedDict, deque
from pathlib import Path
from typing import Protocol

from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.store.interactions import Interaction
from interactions_emulator.store.state_files import open_state

_MOST_UNSTORED = 2_000
"""How many `store:false` interactions are kept for transcripts."""
_MOST_CACHED = 2_000
_MOST_CACHED_CHARS = 64 * 1024 * 1024
"""How many interactions of a file, and how much JSON, are in memory as well."""


class Store(Protocol):
    """What the engine needs of a store."""

    def get(self, interaction_id: str) -> Interaction | None:
        """Return the record, whatever its age."""
        ...

    def put(self, record: Interaction) -> None:
        """Add or replace a record durably."""
        ...

    def delete(self, interaction_id: str) -> None:
        """Forget a record; an unknown id is no error."""
        ...

    def list_resources(self, kind: str) -> dict[str, JsonObject]:
        """Return all agents, environments and the like, by id, oldest first."""
        ...

    def put_resource(self, kind: str, thing_id: str, value: JsonObject) -> None:
        """Add or replace one durably."""
        ...

    def delete_resource(self, kind: str, thing_id: str) -> None:
        """Forget one; an unknown id is no error."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...

    def get_clock_offset(self) -> float:
        """Return the seconds by which the clock was moved in earlier runs."""
        ...

    def put_clock_offset(self, seconds: float) -> None:
        """Remember how far the clock was moved."""
        ...

    def close(self) -> None:
        """Release the file, if there is one."""
        ...


class MemoryStore:
    """Interactions and other resources of this process."""

    def __init__(self) -> None:
        self._interactions: dict[str, Interaction] = {}
        self._unstored: deque[str] = deque()
        self._resources: dict[str, dict[str, JsonObject]] = {}

    def get(self, interaction_id: str) -> Interaction | None:
        """Return the record, whatever its age."""
        return self._interactions.get(interaction_id)

    def put(self, record: Interaction) -> None:
        """Add or replace a record."""
        self._interactions[record.id] = record
        if not record.stored:
            self._unstored.append(record.id)
        if len(self._unstored) > _MOST_UNSTORED:
            self._interactions.pop(self._unstored.popleft(), None)

    def delete(self, interaction_id: str) -> None:
        """Forget a record."""
        self._interactions.pop(interaction_id, None)

    def list_resources(self, kind: str) -> dict[str, JsonObject]:
        """Return all of a kind by id, oldest first."""
        return self._resources.get(kind, {})

    def put_resource(self, kind: str, thing_id: str, value: JsonObject) -> None:
        """Add or replace one."""
        self._resources.setdefault(kind, {})[thing_id] = value

    def delete_resource(self, kind: str, thing_id: str) -> None:
        """Forget one."""
        self._resources.get(kind, {}).pop(thing_id, None)

    def clear(self) -> None:
        """Forget everything."""
        self._interactions.clear()
        self._unstored.clear()
        self._resources.clear()

    def get_clock_offset(self) -> float:
        """Return zero: nothing outlives the process."""
        return 0.0

    def put_clock_offset(self, seconds: float) -> None:
        """Do nothing: nothing outlives the process."""

    def close(self) -> None:
        """Do nothing."""


class SqliteStore(MemoryStore):
    """A file behind the memory, which has the records that were used last."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self._cached: OrderedDict[str, int] = OrderedDict()
        self._cached_chars = 0
        self._db = open_state(path)
        rows = self._db.execute("SELECT kind, id, value FROM things ORDER BY rowid")
        for kind, thing_id, value in rows:
            super().put_resource(kind, thing_id, json.loads(value))

    def get(self, interaction_id: str) -> Interaction | None:
        """Return the record from memory or file."""
        known = super().get(interaction_id)
        if known is None:
            return self._load(interaction_id)
        if known.stored:
            self._cached.move_to_end(interaction_id)
        return known

    def put(self, record: Interaction) -> None:
        """Add or replace a record and commit."""
        if not record.stored:
            super().put(record)
            return
        text = json.dumps(record.to_json())
        row = (record.id, text)
        statement = "INSERT OR REPLACE INTO interactions (id, record) VALUES (?, ?)"
        self._db.execute(statement, row)
        self._cache(record, len(text))

    def delete(self, interaction_id: str) -> None:
        """Forget a record and commit."""
        self._db.execute("DELETE FROM interactions WHERE id = ?", (interaction_id,))
        self._drop(interaction_id)

    def put_resource(self, kind: str, thing_id: str, value: JsonObject) -> None:
        """Add or replace one and commit."""
        super().put_resource(kind, thing_id, value)
        row = (kind, thing_id, json.dumps(value))
        statement = "INSERT OR REPLACE INTO things (kind, id, value) VALUES (?, ?, ?)"
        self._db.execute(statement, row)

    def delete_resource(self, kind: str, thing_id: str) -> None:
        """Forget one and commit."""
        super().delete_resource(kind, thing_id)
        statement = "DELETE FROM things WHERE kind = ? AND id = ?"
        self._db.execute(statement, (kind, thing_id))

    def clear(self) -> None:
        """Forget everything and commit."""
        self._db.execute("DELETE FROM interactions")
        self._db.execute("DELETE FROM things")
        self._db.execute("DELETE FROM meta")
        self._cached.clear()
        self._cached_chars = 0
        super().clear()

    def get_clock_offset(self) -> float:
        """Return the seconds by which the clock was moved in earlier runs."""
        query = "SELECT value FROM meta WHERE key = 'clock_offset_s'"
        row = self._db.execute(query).fetchone()
        return float(row[0]) if row else 0.0

    def put_clock_offset(self, seconds: float) -> None:
        """Remember how far the clock was moved."""
        statement = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
        self._db.execute(statement, ("clock_offset_s", seconds))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _load(self, interaction_id: str) -> Interaction | None:
        query = "SELECT record FROM interactions WHERE id = ?"
        row = self._db.execute(query, (interaction_id,)).fetchone()
        if row is None:
            return None
        record = Interaction.from_json(json.loads(row[0]))
        self._cache(record, len(row[0]))
        return record

    def _cache(self, record: Interaction, chars: int) -> None:
        self._drop(record.id)
        super().put(record)
        self._cached[record.id] = chars
        self._cached_chars += chars
        while (
            len(self._cached) > _MOST_CACHED or self._cached_chars > _MOST_CACHED_CHARS
        ):
            self._drop(next(iter(self._cached)))

    def _drop(self, interaction_id: str) -> None:
        self._cached_chars -= self._cached.pop(interaction_id, 0)
        super().delete(interaction_id)
