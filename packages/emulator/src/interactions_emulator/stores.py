"""Where interactions rest: in memory, or also in a SQLite file.

Called from the server's event loop only; a write is committed when it returns,
so what a client was told survives a killed process.
"""

import json
import sqlite3
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from interactions_emulator.records import Interaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS interactions (id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value REAL NOT NULL);
"""
_MOST_UNSTORED = 2_000
"""How many `store:false` interactions are kept for transcripts."""


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

    def clear(self) -> None:
        """Forget everything."""
        ...

    def clock_offset(self) -> float:
        """Return the seconds by which the clock was moved in earlier runs."""
        ...

    def keep_clock_offset(self, seconds: float) -> None:
        """Remember how far the clock was moved."""
        ...

    def close(self) -> None:
        """Release the file, if there is one."""
        ...


class MemoryStore:
    """Interactions of this process."""

    def __init__(self) -> None:
        self._records: dict[str, Interaction] = {}
        self._unstored: deque[str] = deque()

    def get(self, interaction_id: str) -> Interaction | None:
        """Return the record, whatever its age."""
        return self._records.get(interaction_id)

    def put(self, record: Interaction) -> None:
        """Add or replace a record."""
        self._records[record.id] = record
        if not record.stored:
            self._unstored.append(record.id)
        if len(self._unstored) > _MOST_UNSTORED:
            self._records.pop(self._unstored.popleft(), None)

    def delete(self, interaction_id: str) -> None:
        """Forget a record."""
        self._records.pop(interaction_id, None)

    def clear(self) -> None:
        """Forget everything."""
        self._records.clear()
        self._unstored.clear()

    def clock_offset(self) -> float:
        """Return zero: nothing outlives the process."""
        return 0.0

    def keep_clock_offset(self, seconds: float) -> None:
        """Do nothing: nothing outlives the process."""

    def close(self) -> None:
        """Do nothing."""


class SqliteStore(MemoryStore):
    """A file behind the memory; records are read from it when asked for."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        # Opened by the thread that starts the server, used by the server's own.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # A write-ahead log needs no fsync to survive the death of the process.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def get(self, interaction_id: str) -> Interaction | None:
        """Return the record from memory or file."""
        known = super().get(interaction_id)
        if known is not None:
            return known
        for record in self._load(interaction_id):
            super().put(record)
            return record
        return None

    def put(self, record: Interaction) -> None:
        """Add or replace a record and commit."""
        super().put(record)
        if record.stored:
            row = (record.id, json.dumps(record.to_json()))
            self._db.execute("INSERT OR REPLACE INTO interactions VALUES (?, ?)", row)

    def delete(self, interaction_id: str) -> None:
        """Forget a record and commit."""
        self._db.execute("DELETE FROM interactions WHERE id = ?", (interaction_id,))
        super().delete(interaction_id)

    def clear(self) -> None:
        """Forget everything and commit."""
        self._db.execute("DELETE FROM interactions")
        self._db.execute("DELETE FROM meta")
        super().clear()

    def clock_offset(self) -> float:
        """Return the seconds by which the clock was moved in earlier runs."""
        query = "SELECT value FROM meta WHERE key = 'clock_offset_s'"
        row = self._db.execute(query).fetchone()
        return float(row[0]) if row else 0.0

    def keep_clock_offset(self, seconds: float) -> None:
        """Remember how far the clock was moved."""
        statement = "INSERT OR REPLACE INTO meta VALUES ('clock_offset_s', ?)"
        self._db.execute(statement, (seconds,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _load(self, interaction_id: str) -> Iterator[Interaction]:
        query = "SELECT record FROM interactions WHERE id = ?"
        for (text,) in self._db.execute(query, (interaction_id,)):
            yield Interaction.from_json(json.loads(text))
            return
