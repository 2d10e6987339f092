"""Storing checkpoints and writes.

Values are made ready before anything is waited for: LangGraph and the graph go on
meanwhile, and may change them in place. The transaction after it confirms that the
thread is still the one they were made for, and names them anew if not.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from langgraph.checkpoint.base import Checkpoint, CheckpointMetadata

from interactions_core.adapter.storage import SqlConnection
from interactions_langgraph._saver.garbage_collection import bury_late
from interactions_langgraph._saver.history import find_row
from interactions_langgraph._saver.outages import outlast
from interactions_langgraph._saver.writes import store_writes
from interactions_langgraph._storage.addresses import Address
from interactions_langgraph._storage.checkpoint_headers import (
    CheckpointHeader,
    Dictionaries,
    pack_header,
)
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.prepared_values import (
    NO_KEY,
    Prepared,
    prepare_value,
    rekeyed,
)
from interactions_langgraph._storage.tables import CheckpointTables
from interactions_langgraph._storage.thread_states import ThreadState, read_state
from interactions_langgraph._storage.threads import (
    Thread,
    Threads,
    begin_namespace,
    delete_if_empty,
)
from interactions_langgraph._storage.tombstones import (
    Lineage,
    leads_to_buried,
    read_key,
)
from interactions_langgraph._storage.value_writer import ValueWriter

_INSERT: Final = (
    "INSERT INTO checkpoints (space, checkpoint_id, parent_id, run_id, dictionary, "
    "type, body) VALUES ($1, $2, $3, $4, $5, $6, $7) "
    "ON CONFLICT (space, checkpoint_id) DO UPDATE SET parent_id = excluded.parent_id, "
    "run_id = excluded.run_id, dictionary = excluded.dictionary, "
    "type = excluded.type, body = excluded.body"
)


@dataclasses.dataclass(frozen=True, slots=True)
class NewCheckpoint:
    """A checkpoint to store, taken apart."""

    checkpoint_id: str
    rest: dict[str, Any]
    """All but the id and the values."""
    values: Mapping[str, Any]
    """By channel, of the channels that have a version."""
    metadata: dict[str, Any]
    unmoved: frozenset[str]
    """Channels handed over without a value whose version did not move."""

    @classmethod
    def of(
        cls,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: Iterable[str],
    ) -> "NewCheckpoint":
        """Take apart what LangGraph hands to `put`."""
        rest: dict[str, Any] = {**checkpoint}
        given = rest.pop("channel_values")
        checkpoint_id = str(rest.pop("id"))
        versions = rest["channel_versions"]
        return cls(
            checkpoint_id,
            rest,
            {name: given[name] for name in versions if name in given},
            {**metadata},
            frozenset(versions.keys() - given.keys() - set(new_versions)),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Target:
    """Where something is stored."""

    thread: Thread
    space: tuple[int, int | None]
    """The namespace's number, and the count of its dictionary."""
    dictionary: bytes | None
    """The digest of that."""
    has_writes: bool

    @classmethod
    def of(
        cls,
        connection: SqlConnection,
        thread: Thread,
        namespace: str,
        state: ThreadState,
    ) -> "_Target":
        """Begin the namespace if there is none yet."""
        space = state.space or begin_namespace(connection, thread, namespace)
        return cls(thread, space, state.dictionary, state.has_writes)


class Checkpoints:
    """The checkpoints of all threads in one database, for writing.

    Safe for any number of threads and processes.
    """

    def __init__(self, tables: CheckpointTables, codec: Codec) -> None:
        self.codec = codec
        self._tables = tables
        self._threads = Threads(tables, codec)
        self._dictionaries = Dictionaries()

    def put(self, address: Address, new: NewCheckpoint, lineage: Lineage) -> bool:
        """Store a checkpoint, or replace the one of the same id.

        Args:
            address: Its thread and namespace, with the id of its parent.
            new: The checkpoint.
            lineage: What it builds on.

        Returns:
            Whether it was stored; one that is late is not, nor are the writes that
            waited for it.
        """
        names = tuple(new.values)
        own = address.at(new.checkpoint_id)

        def store(
            writer: ValueWriter, target: _Target, prepared: Sequence[Prepared]
        ) -> None:
            inherited = self._inherited_references(writer.connection, address, new)
            kept = dict(zip(names, map(writer.store, prepared), strict=True))
            header = CheckpointHeader(new.rest, new.metadata, inherited | kept)
            self._store_header(writer, target, address, new.checkpoint_id, header)

        def drop_if_late(connection: SqlConnection, key: bytes | None) -> bool:
            if key is None or not leads_to_buried(connection, key, lineage, own):
                return False
            bury_late(connection, own, self.codec)
            return True

        values = tuple(new.values.values())
        return self._store(address, values, store, drop_if_late)

    def put_writes(
        self,
        address: Address,
        writes: Sequence[tuple[str, Any]],
        task: tuple[str, str],
        lineage: Lineage,
    ) -> bool:
        """Store what a task wrote.

        Args:
            address: The checkpoint that the task began from.
            writes: Channel and value.
            task: Its id and its path.
            lineage: What they build on.

        Returns:
            Whether it was stored; what is late is not.
        """
        channels = tuple(channel for channel, _ in writes)

        def store(
            writer: ValueWriter, target: _Target, prepared: Sequence[Prepared]
        ) -> None:
            checkpoint = target.space[0], address.checkpoint_id or ""
            has_writes = target.has_writes
            store_writes(
                writer, checkpoint, task, channels, prepared, has_writes=has_writes
            )

        def drop_if_late(connection: SqlConnection, key: bytes | None) -> bool:
            if key is None or not leads_to_buried(connection, key, lineage):
                return False
            # It may have been begun for these writes, before their checkpoint was late.
            delete_if_empty(connection, address.thread_id)
            return True

        values = tuple(value for _, value in writes)
        return self._store(address, values, store, drop_if_late, task[0])

    def _store(
        self,
        address: Address,
        values: Sequence[object],
        store: Callable[[ValueWriter, _Target, Sequence[Prepared]], None],
        drop_if_late: Callable[[SqlConnection, bytes | None], bool],
        task_id: str = "",
    ) -> bool:
        thread_id, namespace = address.thread_id, address.namespace
        written = address.checkpoint_id or "", task_id
        known = self._threads.find_cached(thread_id)
        key = known.key if known else NO_KEY
        prepared = [prepare_value(value, key, self.codec) for value in values]

        def attempt() -> bool:
            nonlocal key, prepared
            while True:
                thread = self._threads.ensure(
                    thread_id, unless=lambda db: drop_if_late(db, read_key(db))
                )
                if thread is None:
                    return False
                if thread.key != key:
                    key = thread.key
                    prepared = [rekeyed(each, thread.key) for each in prepared]
                with self._tables.writing(thread_id) as connection:
                    state = read_state(connection, thread, namespace, written)
                    if drop_if_late(connection, state.secret):
                        return False
                    if state.is_current:
                        writer = ValueWriter(connection, thread, self.codec, state.last)
                        writer.look_up(prepared)
                        target = _Target.of(connection, thread, namespace, state)
                        store(writer, target, prepared)
                        return True
                self._threads.forget(thread_id)

        # What a node was answered is paid for, and with what was not stored it is lost.
        return outlast(attempt)

    def _inherited_references(
        self, connection: SqlConnection, address: Address, new: NewCheckpoint
    ) -> dict[str, int]:
        # A caller may hand over only the values that changed; the version says
        # that the parent's value still holds.
        if not new.unmoved or not address.checkpoint_id:
            return {}
        parent = find_row(connection, address, self.codec)
        if parent is None:
            return {}
        before = parent.header.checkpoint["channel_versions"]
        versions = new.rest["channel_versions"]
        return {
            name: reference
            for name, reference in parent.header.references.items()
            if name in new.unmoved and before.get(name) == versions[name]
        }

    def _store_header(
        self,
        writer: ValueWriter,
        target: "_Target",
        address: Address,
        checkpoint_id: str,
        header: CheckpointHeader,
    ) -> None:
        dump, space = header.dump(self.codec), target.space
        known = self._dictionaries, target.dictionary
        packed = pack_header(dump, space, target.thread, writer, known)
        run_id = header.metadata.get("run_id")
        writer.connection.execute_later(
            _INSERT,
            (
                space[0],
                checkpoint_id,
                address.checkpoint_id,
                None if run_id is None else str(run_id),
                packed.dictionary,
                packed.type,
                packed.body,
            ),
        )
