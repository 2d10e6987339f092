"""The file of a `SqliteSaver` or an `AsyncSqliteSaver`, read."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from interactions_core.adapter.secrets import shown_store
from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_langgraph._migration.checkpoint_names import (
    check_checkpoint,
    checkpoint_name,
)
from interactions_langgraph._migration.loader import Loader
from interactions_langgraph._migration.sources import (
    CheckpointKey,
    SourceCheckpoint,
    SourceWrite,
    Weight,
    WriteKey,
)

_COLUMNS: Final = {
    "checkpoints": {"thread_id", "checkpoint_ns", "parent_checkpoint_id", "metadata"},
    "writes": {"thread_id", "checkpoint_ns", "task_id", "idx", "channel", "value"},
}
_WEIGHTS: Final = """
SELECT thread_id, sum(checkpoints), sum(writes), sum(size) FROM (
    SELECT thread_id, count(*) AS checkpoints, 0 AS writes,
        sum(coalesce(length(checkpoint), 0) + coalesce(length(metadata), 0)) AS size
    FROM checkpoints GROUP BY thread_id
    UNION ALL
    SELECT thread_id, 0, count(*), coalesce(sum(length(value)), 0)
    FROM writes GROUP BY thread_id
) GROUP BY thread_id ORDER BY thread_id
"""
_CHECKPOINTS: Final = (
    "SELECT checkpoint_id, checkpoint_ns, parent_checkpoint_id FROM checkpoints "
    "WHERE thread_id = ? ORDER BY checkpoint_id, checkpoint_ns"
)
_WRITES: Final = (
    "SELECT checkpoint_id, checkpoint_ns, task_id, channel FROM writes "
    "WHERE thread_id = ?"
)
_ONE: Final = "thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
_READ: Final = f"SELECT type, checkpoint, metadata FROM checkpoints WHERE {_ONE}"  # noqa: S608


class SqliteSource:
    """A SQLite file, opened for reading only.

    Raises:
        ConfigurationError: It is not a file of these savers.
        StoreError: It cannot be read.
    """

    def __init__(self, path: str, loader: Loader) -> None:
        self.name = path
        self._path = Path(path)
        self._loader = loader
        if not self._path.is_file():
            message = f"there is no file {shown_store(path)}"
            if self._path.is_dir():
                message = f"{shown_store(path)} is a folder; name the file in it"
            raise ConfigurationError(message)
        try:
            self._db = _open(self._path)
        except sqlite3.DatabaseError as exc:
            raise _to_store_error(path, exc) from exc
        try:
            self._path_column = _check(self._db, path)
        except BaseException:
            self._db.close()
            raise

    def size(self) -> int:
        """Return the bytes of the file and of its write-ahead log."""
        parts = (self._path, Path(f"{self._path}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())

    def weigh(self) -> Mapping[str, Weight]:
        """Return all threads, and how much there is of each."""
        rows = self._rows(_WEIGHTS)
        return {str(thread): Weight(*numbers) for thread, *numbers in rows}

    def checkpoints(self, thread_id: str) -> Sequence[CheckpointKey]:
        """Name the checkpoints of a thread, oldest first."""
        rows = self._rows(_CHECKPOINTS, thread_id)
        return [
            CheckpointKey(own, space, parent or None) for own, space, parent in rows
        ]

    def writes(self, thread_id: str) -> Sequence[WriteKey]:
        """Name the writes of a thread."""
        return [WriteKey(*row) for row in self._rows(_WRITES, thread_id)]

    def read(self, thread_id: str, key: CheckpointKey) -> tuple[SourceCheckpoint, int]:
        """Read a checkpoint."""
        where = checkpoint_name(thread_id, key.namespace, key.checkpoint_id)
        [(type_, body, metadata)] = self._rows(
            _READ, thread_id, key.namespace, key.checkpoint_id
        )
        found = SourceCheckpoint(
            check_checkpoint(self._loader.load((type_, body), where), where),
            self._loader.load_json(metadata, f"the metadata of {where}"),
        )
        return found, len(body) + len(metadata or "")

    def read_writes(
        self, thread_id: str, namespace: str, checkpoint_id: str
    ) -> tuple[Sequence[SourceWrite], int]:
        """Read the writes of a checkpoint."""
        where = checkpoint_name(thread_id, namespace, checkpoint_id)
        rows = self._rows(
            f"SELECT task_id, {self._path_column}, idx, channel, type, value "  # noqa: S608
            f"FROM writes WHERE {_ONE} ORDER BY 2, 1, 3",
            thread_id,
            namespace,
            checkpoint_id,
        )
        found = [
            SourceWrite(
                task_id,
                path,
                idx,
                channel,
                self._loader.load(
                    (type_, body),
                    f"{where}, task {task_id}",
                    f"a write to {channel!r}",
                ),
            )
            for task_id, path, idx, channel, type_, body in rows
        ]
        return found, sum(len(row[-1] or b"") for row in rows)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _rows(self, query: str, *values: str) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.DatabaseError as exc:
            raise _to_store_error(self.name, exc) from exc


def _open(path: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        return _begin(uri)
    except sqlite3.OperationalError:
        # A file in WAL mode in a folder that may not be written to, of a backup for
        # instance. With a log beside it that must be read, this would be wrong.
        if Path(f"{path}-wal").exists():
            raise
        return _begin(f"{uri}&immutable=1")


def _begin(uri: str) -> sqlite3.Connection:
    # The same connection may be used from the thread that shows the progress.
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        # All is read as of this moment, whoever goes on writing.
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _check(db: sqlite3.Connection, path: str) -> str:
    """Return how to ask for a write's task path, which old files lack."""
    found = {
        table: {name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")}
        for table in (*_COLUMNS, "checkpoint_threads")
    }
    if found["checkpoint_threads"]:
        message = f"{path} is a file of InteractionsSaver already"
        raise ConfigurationError(message)
    for table, columns in _COLUMNS.items():
        if not columns <= found[table]:
            message = (
                f"{path} is no file of SqliteSaver: its table {table!r} is missing "
                f"or lacks {', '.join(sorted(columns - found[table]))}"
            )
            raise ConfigurationError(message)
    return "task_path" if "task_path" in found["writes"] else "''"


def _to_store_error(path: str, exc: sqlite3.DatabaseError) -> StoreError:
    return StoreError(path, f"it cannot be read ({exc})", "It was not touched.")
