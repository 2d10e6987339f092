"""The database of a `PostgresSaver` or an `AsyncPostgresSaver`, read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
from langgraph.checkpoint.serde.types import TASKS
from psycopg import sql

from interactions_core.adapter.secrets import host_of
from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_langgraph._migration.checkpoint_names import (
    check_checkpoint,
    checkpoint_name,
)
from interactions_langgraph._migration.loader import Loader, UnreadableValueError
from interactions_langgraph._migration.sources import (
    CheckpointKey,
    SourceCheckpoint,
    SourceWrite,
    Weight,
    WriteKey,
)

_TABLES: Final = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
_PRESENT: Final = sql.SQL("SELECT to_regclass(%s), to_regclass('checkpoint_threads')")
_SIZE: Final = sql.SQL("SELECT pg_total_relation_size(%s::regclass)")
_WEIGHTS: Final = sql.SQL("""
SELECT thread_id, sum(checkpoints)::bigint, sum(writes)::bigint, sum(size)::bigint
FROM (
    SELECT thread_id, count(*) AS checkpoints, 0 AS writes,
        sum(pg_column_size(checkpoint) + pg_column_size(metadata)) AS size
    FROM checkpoints GROUP BY thread_id
    UNION ALL
    SELECT thread_id, 0, 0, coalesce(sum(octet_length(blob)), 0)
    FROM checkpoint_blobs WHERE thread_id IN (SELECT thread_id FROM checkpoints)
    GROUP BY thread_id
    UNION ALL
    SELECT thread_id, 0, count(*), coalesce(sum(octet_length(blob)), 0)
    FROM checkpoint_writes GROUP BY thread_id
) AS parts GROUP BY thread_id ORDER BY thread_id
""")
_CHECKPOINTS: Final = sql.SQL(
    "SELECT checkpoint_id, checkpoint_ns, parent_checkpoint_id FROM checkpoints "
    "WHERE thread_id = %s ORDER BY checkpoint_id, checkpoint_ns"
)
_WRITES: Final = sql.SQL(
    "SELECT checkpoint_id, checkpoint_ns, task_id, channel FROM checkpoint_writes "
    "WHERE thread_id = %s"
)
_READ: Final = sql.SQL(
    "SELECT checkpoint, metadata, pg_column_size(checkpoint) + "
    "pg_column_size(metadata) FROM checkpoints "
    "WHERE thread_id = %s AND checkpoint_ns = %s AND checkpoint_id = %s"
)
_BLOBS: Final = sql.SQL(
    "SELECT b.channel, b.version, b.type, b.blob "
    "FROM checkpoints c CROSS JOIN jsonb_each_text(c.checkpoint -> 'channel_versions') v "
    "JOIN checkpoint_blobs b ON b.thread_id = c.thread_id "
    "AND b.checkpoint_ns = c.checkpoint_ns AND b.channel = v.key AND b.version = v.value "
    "WHERE c.thread_id = %s AND c.checkpoint_ns = %s AND c.checkpoint_id = %s"
)
_READ_WRITES: Final = sql.SQL(
    "SELECT task_id, {path}, idx, channel, type, blob FROM checkpoint_writes "
    "WHERE thread_id = %s AND checkpoint_ns = %s AND checkpoint_id = %s"
)
_HAS_COLUMN: Final = sql.SQL(
    "SELECT count(*) FROM pg_attribute WHERE attrelid = %s::regclass "
    "AND attname = %s AND NOT attisdropped"
)
_EMPTY: Final = "empty"
_FIRST_VERSION: Final = f"{1:032}.{0.0:016}"
_SENDS_IN_VALUES: Final = 4
"""From this version of the checkpoint's form on, `Send`s are a channel's value."""


class PostgresSource:
    """A PostgreSQL database, read in one read-only transaction.

    Raises:
        ConfigurationError: It has no tables of these savers.
        StoreError: It cannot be reached or read.
    """

    def __init__(self, url: str, loader: Loader) -> None:
        self.name = f"postgresql://{host_of(url)}"
        self._loader = loader
        self._counted: tuple[str, set[tuple[str, str, str]]] = ("", set())
        try:
            self._db = psycopg.connect(url)
        except psycopg.ProgrammingError:
            # Its words repeat parts of the URL, which has a password in it.
            message = f"{self.name} is no URL that psycopg understands"
            raise ConfigurationError(message) from None
        except psycopg.Error as exc:
            raise self._to_store_error(exc) from exc
        try:
            self._db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            self._db.read_only = True
            self._read_writes = self._prepare()
        except BaseException:
            self._db.close()
            raise

    def size(self) -> int:
        """Return the bytes of the three tables with their indexes."""
        return sum(self._rows(_SIZE, table)[0][0] for table in _TABLES)

    def weigh(self) -> Mapping[str, Weight]:
        """Return all threads, and how much there is of each."""
        rows = self._rows(_WEIGHTS)
        return {thread: Weight(*numbers) for thread, *numbers in rows}

    def checkpoints(self, thread_id: str) -> Sequence[CheckpointKey]:
        """Name the checkpoints of a thread, oldest first."""
        rows = self._rows(_CHECKPOINTS, thread_id)
        # In the order of the bytes, whatever the collation of the database is.
        rows.sort(key=lambda row: row[:2])
        return [
            CheckpointKey(own, space, parent or None) for own, space, parent in rows
        ]

    def writes(self, thread_id: str) -> Sequence[WriteKey]:
        """Name the writes of a thread."""
        return [WriteKey(*row) for row in self._rows(_WRITES, thread_id)]

    def read(self, thread_id: str, key: CheckpointKey) -> tuple[SourceCheckpoint, int]:
        """Read a checkpoint: small values lie in its row, others beside it."""
        where = checkpoint_name(thread_id, key.namespace, key.checkpoint_id)
        one = (thread_id, key.namespace, key.checkpoint_id)
        [(checkpoint, metadata, size)] = self._rows(_READ, *one)
        if not isinstance(checkpoint, dict) or not isinstance(metadata, dict):
            message = f"{where} is not a JSON object"
            raise UnreadableValueError(message)
        blobs = self._rows(_BLOBS, *one)
        values = {
            **(checkpoint.get("channel_values") or {}),
            **{
                channel: self._loader.load((type_, blob), where, f"channel {channel!r}")
                for channel, _, type_, blob in blobs
                if type_ != _EMPTY
            },
        }
        whole = {**checkpoint, "channel_values": values}
        whole = self._with_sends(thread_id, key, check_checkpoint(whole, where))
        return SourceCheckpoint(whole, metadata), size + self._news(
            thread_id, key.namespace, blobs
        )

    def read_writes(
        self, thread_id: str, namespace: str, checkpoint_id: str
    ) -> tuple[Sequence[SourceWrite], int]:
        """Read the writes of a checkpoint."""
        where = checkpoint_name(thread_id, namespace, checkpoint_id)
        rows = self._rows(self._read_writes, thread_id, namespace, checkpoint_id)
        # Path, task, index; by bytes, as above.
        rows.sort(key=lambda row: (row[1], row[0], row[2]))
        found = [
            SourceWrite(
                task_id,
                path,
                idx,
                channel,
                self._loader.load(
                    (type_, blob),
                    f"{where}, task {task_id}",
                    f"a write to {channel!r}",
                ),
            )
            for task_id, path, idx, channel, type_, blob in rows
        ]
        return found, sum(len(row[-1]) for row in rows)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def _prepare(self) -> sql.Composed:
        for table in _TABLES:
            [(found, ours)] = self._rows(_PRESENT, table)
            if ours:
                message = f"{self.name} is a database of InteractionsSaver already"
                raise ConfigurationError(message)
            if not found:
                message = f"{self.name} has no table {table!r} of PostgresSaver"
                raise ConfigurationError(message)
        if not self._has("checkpoints", "checkpoint_id"):
            message = (
                f"{self.name} is a database of ShallowPostgresSaver, whose tables have "
                "another form; it cannot be taken over"
            )
            raise ConfigurationError(message)
        has_path = self._has("checkpoint_writes", "task_path")
        path = sql.Identifier("task_path") if has_path else sql.Literal("")
        return _READ_WRITES.format(path=path)

    def _has(self, table: str, column: str) -> bool:
        [(count,)] = self._rows(_HAS_COLUMN, table, column)
        return bool(count)

    def _with_sends(
        self, thread_id: str, key: CheckpointKey, checkpoint: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        # As PostgresSaver does on reading.
        if checkpoint.get("v", 0) >= _SENDS_IN_VALUES or not key.parent_id:
            return checkpoint
        writes, _ = self.read_writes(thread_id, key.namespace, key.parent_id)
        sends = [write.value for write in writes if write.channel == TASKS]
        if not sends:
            return checkpoint
        versions = checkpoint["channel_versions"]
        newest = max(versions.values()) if versions else None
        return {
            **checkpoint,
            "channel_values": {**checkpoint["channel_values"], TASKS: sends},
            "channel_versions": {**versions, TASKS: newest or _FIRST_VERSION},
        }

    def _news(self, thread_id: str, namespace: str, blobs: Sequence[Any]) -> int:
        """Return the bytes of the blobs that no earlier checkpoint had."""
        if self._counted[0] != thread_id:
            self._counted = thread_id, set()
        size = 0
        for channel, version, _, blob in blobs:
            if (namespace, channel, version) not in self._counted[1]:
                self._counted[1].add((namespace, channel, version))
                size += len(blob or b"")
        return size

    def _rows(self, query: sql.SQL | sql.Composed, *values: str) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except psycopg.Error as exc:
            raise self._to_store_error(exc) from exc

    def _to_store_error(self, exc: psycopg.Error) -> StoreError:
        # The server's own words name a user and a database, never a password.
        problem = f"it cannot be read ({str(exc).strip().splitlines()[0]})"
        return StoreError(self.name, problem, "It was not touched.")
