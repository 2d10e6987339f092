"""The database of an `InteractionsSaver`, read: where a way back begins."""

import contextlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from interactions_core.adapter import Connection, open_store
from interactions_core.adapter.secrets import shown_store
from interactions_core.adapter.storage import SqlConnection, SqlStore
from interactions_core.exceptions import (
    ConfigurationError,
    InteractionsError,
    StoreError,
)
from interactions_langgraph._migration.checkpoint_names import checkpoint_name
from interactions_langgraph._migration.loader import Loader, UnreadableValueError
from interactions_langgraph._migration.sources import (
    CheckpointKey,
    SourceCheckpoint,
    SourceWrite,
    Weight,
    WriteKey,
)
from interactions_langgraph._migration.thread_contents import (
    SELECT_CHECKPOINTS,
    SELECT_WRITES,
)
from interactions_langgraph._saver.history import find_row
from interactions_langgraph._saver.sessions import open_sessions
from interactions_langgraph._storage.addresses import Address
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.guarded_serde import Loss
from interactions_langgraph._storage.offload_reader import OffloadReader, naming_thread
from interactions_langgraph._storage.tables import CheckpointTables
from interactions_langgraph._storage.value_reader import ValueReader
from interactions_langgraph.deletion import open_client

_POSTGRES: Final = ("postgresql://", "postgres://")
_SQLITE: Final = "sqlite:///"
_COUNTS: Final = """
SELECT t.thread_id,
    (SELECT count(*) FROM checkpoint_spaces s CROSS JOIN checkpoints c
        WHERE s.thread = t.number AND c.space = s.number),
    (SELECT count(*) FROM checkpoint_spaces s CROSS JOIN checkpoint_writes w
        WHERE s.thread = t.number AND w.space = s.number),
    (SELECT coalesce(sum(length(c.body)), 0) FROM checkpoint_contents c
        WHERE c.number > (t.number << 32) AND c.number < ((t.number + 1) << 32))
FROM checkpoint_threads t ORDER BY t.thread_id
"""
_READ_WRITES: Final = (
    "SELECT t.number, w.task_path, w.task_id, w.idx, w.channel, w.reference "
    "FROM checkpoint_threads t CROSS JOIN checkpoint_spaces s "
    "CROSS JOIN checkpoint_writes w WHERE t.thread_id = $1 AND s.thread = t.number "
    "AND s.namespace = $2 AND w.space = s.number AND w.checkpoint_id = $3"
)


class SaverSource:
    """A database of ours, only read: no right to write is needed.

    What was left to the server is read from there, as google-genai's environment
    variables say.

    Args:
        url: The URL of the saver, or the path of its file.
        loader: Knows the serializer, and what is kept as data.

    Attributes:
        name: What to call it, without any password.
        loader: As it was given.

    Raises:
        ConfigurationError: It names no database of a saver.
        StoreError: It cannot be read, or is older or newer than this version.
    """

    def __init__(self, url: str, loader: Loader) -> None:
        self.name = shown_store(url)
        self.loader = loader
        self._store = _open(url)
        self._tables = CheckpointTables(self._store.database)
        self._client = open_client(Connection())
        self._offload_reader = OffloadReader(self._client)
        self._losses: list[Loss] = []
        self._codec = self._new_codec()
        self._held: SqlConnection | None = None
        self._weights: Mapping[str, Weight] = {}

    @contextlib.contextmanager
    def as_of_now(self) -> Generator[None]:
        """Read from one state of the database, whoever goes on writing."""
        # Messages that were built before are not looked at again for what they lack.
        self._codec = self._new_codec()
        with self._tables.snapshot() as connection:
            self._held = connection
            try:
                yield
            finally:
                self._held = None

    def size(self) -> int | None:
        """Return the bytes of a file with its log."""
        path = Path(self.name.removeprefix(_SQLITE))
        parts = [Path(f"{path}{end}") for end in ("", "-wal")]
        found = [part.stat().st_size for part in parts if part.is_file()]
        return sum(found) if found else None

    def weigh(self) -> Mapping[str, Weight]:
        """Return all threads, and how much there is of each."""
        self._weights = {
            thread_id: Weight(checkpoints, writes, int(size))
            for thread_id, checkpoints, writes, size in self._rows(_COUNTS)
        }
        return self._weights

    def checkpoints(self, thread_id: str) -> Sequence[CheckpointKey]:
        """Name the checkpoints of a thread, oldest first."""
        rows = [
            CheckpointKey(*row) for row in self._rows(SELECT_CHECKPOINTS, thread_id)
        ]
        return sorted(rows, key=lambda key: key[:2])

    def writes(self, thread_id: str) -> Sequence[WriteKey]:
        """Name the writes of a thread, those without a checkpoint included."""
        return [WriteKey(*row) for row in self._rows(SELECT_WRITES, thread_id)]

    def read(self, thread_id: str, key: CheckpointKey) -> tuple[SourceCheckpoint, int]:
        """Read a checkpoint; its share of what the thread takes is an estimate."""
        where = checkpoint_name(thread_id, key.namespace, key.checkpoint_id)
        address = Address(thread_id, key.namespace, key.checkpoint_id)
        with self._reading() as connection:
            row = find_row(connection, address, self._codec)
            if row is None:
                message = f"{where} was deleted meanwhile"
                raise UnreadableValueError(message)
            references = {
                name: (row.thread, each) for name, each in row.header.references.items()
            }
            values = self._fetch(connection, references.values())
        with naming_thread(thread_id):
            found = {
                name: self._value(values, at, f"channel {name!r}", where)
                for name, at in references.items()
            }
        checkpoint = {
            **row.header.checkpoint,
            "id": key.checkpoint_id,
            "channel_values": found,
        }
        return SourceCheckpoint(checkpoint, row.header.metadata), self._share(thread_id)

    def read_writes(
        self, thread_id: str, namespace: str, checkpoint_id: str
    ) -> tuple[Sequence[SourceWrite], int]:
        """Read the writes of a checkpoint."""
        where = checkpoint_name(thread_id, namespace, checkpoint_id)
        with self._reading() as connection:
            query = connection.execute(
                _READ_WRITES, (thread_id, namespace, checkpoint_id)
            )
            rows = query.fetchall()
            values = self._fetch(connection, [(row[0], row[-1]) for row in rows])
        # Path, task, index: the order in which writes are applied.
        rows.sort(key=lambda row: row[1:4])
        with naming_thread(thread_id):
            found = [
                SourceWrite(
                    task_id,
                    path,
                    idx,
                    channel,
                    self._value(
                        values,
                        (thread, reference),
                        f"a write to {channel!r}",
                        f"{where}, task {task_id}",
                    ),
                )
                for thread, path, task_id, idx, channel, reference in rows
            ]
        return found, 0

    def close(self) -> None:
        """Close the database, and the connection to the server."""
        self._client.close()
        self._store.close()

    def _new_codec(self) -> Codec:
        read_offloaded = self._offload_reader.read
        return Codec(self.loader.serde, read_offloaded, self._losses.append)

    @contextlib.contextmanager
    def _reading(self) -> Generator[SqlConnection]:
        if self._held is not None:
            yield self._held
            return
        with self._tables.snapshot() as connection:
            yield connection

    def _rows(self, query: str, *values: str) -> list[Any]:
        with self._reading() as connection:
            return connection.execute(query, values).fetchall()

    def _fetch(
        self, connection: SqlConnection, references: Iterable[tuple[int, int]]
    ) -> ValueReader:
        values = ValueReader(self._codec, self.name)
        values.fetch(connection, references)
        return values

    def _value(
        self, values: ValueReader, at: tuple[int, int], what: str, where: str
    ) -> object:
        self._losses.clear()
        # Constructors of the user's own classes run here.
        try:
            value = values.value(*at)
        except StoreError as exc:
            # Of this thread, whose rows were all fetched: the others may be whole.
            raise UnreadableValueError(str(exc)) from exc
        except InteractionsError:
            raise
        except Exception as exc:
            message = f"{what} of {where} cannot be read ({type(exc).__name__}: {exc})"
            raise UnreadableValueError(message) from exc
        self.loader.admit(self._losses, what, where)
        return value

    def _share(self, thread_id: str) -> int:
        whole = self._weights.get(thread_id, Weight())
        return whole.bytes // max(1, whole.checkpoints)


def _open(url: str) -> SqlStore:
    if "://" not in url:
        url = f"{_SQLITE}{url}"
    if not url.startswith((_SQLITE, *_POSTGRES)):
        message = (
            f"no saver of ours keeps threads in {shown_store(url)}; with --back, SOURCE "
            "is sqlite:///state.db, the path of a file, or postgresql://…"
        )
        raise ConfigurationError(message)
    return open_sessions(open_store(url, read_only=True))
