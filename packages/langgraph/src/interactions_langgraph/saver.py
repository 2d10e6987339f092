"""The LangGraph checkpointer, in the database of a session store.

Nothing here touches the network, unless a thread is deleted with `remote=True` or
payloads are offloaded.
"""

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from interactions_core.adapter import Connection, SessionStore, log_fields
from interactions_core.adapter.storage import check_names
from interactions_langgraph._saver.async_saver import AsyncSaverMixin
from interactions_langgraph._saver.checkpoints import Checkpoints, NewCheckpoint
from interactions_langgraph._saver.deltas import read_delta_history
from interactions_langgraph._saver.history import History
from interactions_langgraph._saver.sessions import open_sessions
from interactions_langgraph._saver.upkeep import (
    check_strategy,
    copy_thread,
    erase_runs,
    erase_thread,
    prune_thread,
)
from interactions_langgraph._storage.addresses import Address, Search
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.tables import CheckpointTables
from interactions_langgraph._storage.tombstones import Lineage, is_late
from interactions_langgraph.deletion import (
    DeletionReport,
    delete_remotely,
    open_client,
)
from interactions_langgraph.offload import Offloader, OffloadReport, check_least

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool


_log = logging.getLogger("interactions_langgraph")


class InteractionsSaver(AsyncSaverMixin):
    """Keeps LangGraph's state in a database that grows with the conversation only.

    Every message is stored once per thread, a checkpoint refers to the last one.
    Safe for any number of threads, event loops and processes, and with PostgreSQL
    of machines; the async methods run the sync ones in the few threads of the store,
    as its other callers that await do. A store or
    a pool that is handed in stays its owner's to close; one that is opened from a
    URL is closed by `close`, `with` and `async with`, and opens again with its next
    use.

    Args:
        sessions: A `SqliteStore` or `PostgresStore`, or its URL: `"sqlite:///state.db"`,
            `"postgresql://user@host/database"`; or a `psycopg_pool.ConnectionPool`.
        serde: Another serializer than LangGraph's own.
        connection: How `delete_thread(..., remote=True)` reaches the API; without it,
            as google-genai's own environment variables say.
        offload: From how many bytes on a payload that the server holds is left to it,
            at least 1,024: after the `put` that stores a reply, which then reads an
            interaction, and by `offload`. What was left to it is read back by every
            saver. A store that is opened from a URL then mirrors signatures only.
        auto_migrate: Whether the first use makes and upgrades tables. If not, a store
            that lacks something is a `StoreError`, and `interactions db migrate` does
            it; `None` for what the URL or `INTERACTIONS_AUTO_MIGRATE` says, else yes.

    Attributes:
        sessions: The session store, where a `ChatInteractions` in the graph keeps
            the sessions of the same threads.

    Raises:
        ConfigurationError: The store is of another kind.
        StoreError: The file cannot be opened, is not a database, or is newer. A
            server is reached with the first use, or with `setup`; so is a file where
            the saver is made on an event loop.
    """

    def __init__(
        self,
        sessions: "str | SessionStore | ConnectionPool[Any]",
        *,
        serde: SerializerProtocol | None = None,
        connection: Connection | None = None,
        offload: int | None = None,
        auto_migrate: bool | None = None,
    ) -> None:
        super().__init__(serde=serde)
        least = check_least(offload, self.serde)
        # A full mirror would keep here what is being left to the server.
        mirror = "full" if offload is None else "signatures"
        self.sessions = open_sessions(
            sessions, mirror=mirror, auto_migrate=auto_migrate
        )
        self._may_ask_server = offload is not None
        self._owns_sessions = self.sessions is not sessions
        connection = connection or Connection()
        self._client = open_client(connection)
        self._tables = CheckpointTables(self.sessions.database)
        self._offloader = Offloader(self._tables, self.sessions, connection, least)
        self._last_codec = self._new_codec()
        self._last_checkpoints = Checkpoints(self._tables, self._last_codec)

    @classmethod
    def from_conn_string(
        cls,
        conn_string: str,
        *,
        serde: SerializerProtocol | None = None,
        connection: Connection | None = None,
        offload: int | None = None,
        auto_migrate: bool | None = None,
    ) -> Self:
        """Open a saver by URL, to be used at once or under `with`."""
        return cls(
            conn_string,
            serde=serde,
            connection=connection,
            offload=offload,
            auto_migrate=auto_migrate,
        )

    def setup(self) -> None:
        """Make or upgrade the tables now rather than with the first use.

        Raises:
            StoreError: The database cannot be opened or changed, or is newer.
        """
        self.sessions.database.setup()

    def close(self) -> None:
        """Close what this saver opened itself."""
        self._client.close()
        self._offloader.close()
        if self._owns_sessions:
            self.sessions.close()

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Read one checkpoint; with an id, it comes back under the config given."""
        address = self._address(config)
        found = self._history.find(address)
        if found is None or address.checkpoint_id is None:
            return found
        return found._replace(config=config)

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Read checkpoints, newest first; those of one call share their messages."""
        for page in self._pages(config, filter, before, limit):
            yield from page

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint, with values as they are at this moment.

        A value that was changed in place is stored as changed even where the
        version of its channel did not move.
        """
        metadata = get_checkpoint_metadata(config, metadata)
        new = NewCheckpoint.of(checkpoint, metadata, new_versions)
        address = self._address(config)
        if self._checkpoints.put(address, new, Lineage.of(config, metadata)):
            values = new.values.values()
            self._offloader.after_put(address.thread_id, values, self._codec)
        else:
            self._warn_late("checkpoint", new.checkpoint_id, address)
        return address.at(new.checkpoint_id).to_config()

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Store a task's writes, also before their checkpoint."""
        address = self._address(config)
        lineage = Lineage.of(config, get_checkpoint_metadata(config, {}))
        task = task_id, task_path
        if self._checkpoints.put_writes(address, tuple(writes), task, lineage):
            self._offloader.record_reply(
                address.thread_id, (value for _, value in writes)
            )
        else:
            self._warn_late("writes of task", task_id, address)

    def delete_thread(self, thread_id: str, *, remote: bool = False) -> DeletionReport:
        """Erase a thread's checkpoints and its sessions from the database.

        In a file, what is deleted is overwritten, and the write-ahead log is emptied
        unless another process is reading; PostgreSQL erases with its VACUUM. With
        `remote`, the thread's interactions are then deleted on Google's server too,
        except those that another thread rests on, and what still runs for it in the
        background is cancelled. If that fails nothing is raised: the report says what
        the server may still have.

        Returns:
            What became of the interactions; empty without `remote`.
        """
        thread_id = str(thread_id)
        check_names(thread_id=thread_id)
        self._make_secret()
        planned = erase_thread(self._tables, self.sessions, thread_id, remote=remote)
        self._offloader.forget(thread_id)
        self.sessions.database.erase_log()
        if planned is None:
            return DeletionReport()
        return delete_remotely(self._client, self.sessions, *planned)

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Erase the checkpoints and writes of some runs, in all threads.

        What later checkpoints of a delta channel are built from stays. Each thread is
        a transaction of its own: whoever dies in between has it repeated.
        """
        self._make_secret()
        erase_runs(self._tables, self._codec, {str(run_id) for run_id in run_ids})
        self.sessions.database.erase_log()

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a thread's checkpoints, writes and sessions, under the same ids.

        The usage ledger stays with the source: what was paid was paid once.

        Raises:
            ConfigurationError: The target has checkpoints or writes of its own, or is
                the source.
        """
        source, target = str(source_thread_id), str(target_thread_id)
        longest = self.sessions.longest_name
        check_names(longest, source_thread_id=source, target_thread_id=target)
        copy_thread(self._tables, self.sessions, source, target)

    def prune(
        self, thread_ids: Sequence[str], *, strategy: str = "keep_latest"
    ) -> None:
        """Erase all checkpoints but the newest of each namespace, or whole threads.

        `"keep_latest"` keeps what the newest one's delta channels are built from,
        and erases whatever nothing refers to. `"delete"` is `delete_thread`.

        Raises:
            ConfigurationError: There is no such strategy.
        """
        check_strategy(strategy)
        for thread_id in thread_ids:
            if strategy == "delete":
                self.delete_thread(thread_id)
            else:
                prune_thread(self._tables, self._codec, str(thread_id))
        self.sessions.database.erase_log()

    def offload(self, thread_ids: Sequence[str] | None = None) -> OffloadReport:
        """Leave to the server what it holds and `put` did not leave to it.

        Reads the interactions of the threads, of all threads by default, and drops
        what they hold byte for byte. From then on reading a checkpoint may need the
        network, and fails with `OffloadedPayloadError` when the server has forgotten.
        A server that fails raises nothing here: what it was not read from stays.

        Raises:
            ConfigurationError: The saver was made without `offload=`, or its
                serializer is not LangGraph's own.
        """
        report = self._offloader.offload(thread_ids, self._codec)
        self.sessions.database.erase_log()
        return report

    def restore_offloaded(
        self, thread_ids: Sequence[str] | None = None
    ) -> OffloadReport:
        """Store again what was left to the server, as far as it still has it."""
        return self._offloader.restore(thread_ids, self._codec)

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """Read delta channels in a few queries, however long the thread is."""
        address = self._address(config)
        return read_delta_history(self._tables, self._codec, address, channels)

    def get_next_version(self, current: str | float | None, channel: None) -> str:
        """Count up; the random part tells two forks of one parent apart."""
        count = 0 if current is None else int(str(current).partition(".")[0])
        # Not a secret.
        return f"{count + 1:032}.{random.random():016}"  # noqa: S311

    def _address(self, config: RunnableConfig) -> Address:
        """Read a config; names that cannot be kept are refused before a graph runs."""
        address = Address.of(config)
        check_names(self.sessions.longest_name, thread_id=address.thread_id)
        return address

    @property
    def _codec(self) -> Codec:
        # `with_allowlist` makes a shallow copy and gives it another serializer.
        if self._last_codec.serde is not self.serde:
            self._last_codec = self._new_codec()
        return self._last_codec

    def _new_codec(self) -> Codec:
        return Codec(self.serde, self._offloader.reader.read)

    @property
    def _checkpoints(self) -> Checkpoints:
        # It remembers threads, by keys that this serializer has written.
        codec = self._codec
        if self._last_checkpoints.codec is not codec:
            self._last_checkpoints = Checkpoints(self._tables, codec)
        return self._last_checkpoints

    @property
    def _history(self) -> History:
        return History(self._tables, self._codec)

    def is_late(self, config: RunnableConfig) -> bool:
        """Tell whether the checkpoints that a run goes on from were deleted."""
        lineage = Lineage.of(config, get_checkpoint_metadata(config, {}))
        with self._tables.snapshot() as connection:
            return is_late(connection, lineage)

    def _make_secret(self) -> None:
        # It is not made within the transaction that remembers a deletion by it.
        self.sessions.secret()

    def _warn_late(self, what: str, name: str, address: Address) -> None:
        _log.warning(
            "thread %s was deleted while a run of it went on; %s %s is not stored",
            address.thread_id,
            what,
            name,
            extra=log_fields("written_too_late", thread=address.thread_id),
        )
        # Writes that waited for it may have gone with it.
        self.sessions.database.erase_log()

    def _pages(
        self,
        config: RunnableConfig | None,
        filter_: dict[str, Any] | None,
        before: RunnableConfig | None,
        limit: int | None,
    ) -> Iterator[Sequence[CheckpointTuple]]:
        """Read checkpoints, newest first, some at a time."""
        search = Search.of(config, filter_, before, limit)
        return filter(None, self._history.pages(search))
