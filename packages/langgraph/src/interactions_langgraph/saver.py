"""The LangGraph checkpointer, in the file of a session store.

Nothing here touches the network.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from interactions_core.stores.protocols import SessionStore
from interactions_langgraph._addresses import Address, Search
from interactions_langgraph._checkpoints import Checkpoints, NewCheckpoint
from interactions_langgraph._codec import Codec
from interactions_langgraph._history import History
from interactions_langgraph._sessions import open_sessions
from interactions_langgraph._tables import CheckpointTables
from interactions_langgraph._threads import delete_thread


class InteractionsSaver(BaseCheckpointSaver[str]):
    """Keeps LangGraph's state in a file that grows with the conversation only.

    Every message is stored once per thread, a checkpoint refers to the last one.
    Safe for any number of threads, event loops and processes; the async methods
    run the sync ones in a worker thread. A store that is handed in stays its
    owner's to close; one that is opened from a URL is closed by `close`, `with`
    and `async with`, and opens again with its next use.

    Args:
        sessions: A `SqliteStore`, or its URL: `"sqlite:///state.db"`.
        serde: Another serializer than LangGraph's own.

    Attributes:
        sessions: The session store, where a `ChatInteractions` in the graph keeps
            the sessions of the same threads.

    Raises:
        ConfigurationError: The store is not a SQLite store.
        StoreError: The file cannot be opened, is not a database, or is newer.
    """

    def __init__(
        self,
        sessions: str | SessionStore,
        *,
        serde: SerializerProtocol | None = None,
    ) -> None:
        super().__init__(serde=serde)
        self.sessions = open_sessions(sessions)
        self._owns_sessions = self.sessions is not sessions
        self._tables = CheckpointTables(self.sessions.database)
        self._last_codec = Codec(self.serde)

    @classmethod
    def from_conn_string(
        cls, conn_string: str, *, serde: SerializerProtocol | None = None
    ) -> Self:
        """Open a saver by URL, to be used at once or under `with`."""
        return cls(conn_string, serde=serde)

    def close(self) -> None:
        """Close what this saver opened itself."""
        if self._owns_sessions:
            self.sessions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.close)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Read one checkpoint; with an id, it comes back under the config given."""
        address = Address.of(config)
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
        new = NewCheckpoint.of(
            checkpoint, get_checkpoint_metadata(config, metadata), new_versions
        )
        address = Address.of(config)
        self._checkpoints.put(address, new)
        return address.at(new.checkpoint_id).to_config()

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Store a task's writes, also before their checkpoint."""
        self._checkpoints.put_writes(
            Address.of(config), tuple(writes), (task_id, task_path)
        )

    def delete_thread(self, thread_id: str) -> None:
        """Erase a thread's checkpoints and its sessions from the file.

        What is deleted is overwritten, and the write-ahead log is emptied unless
        another process is reading.
        """
        with self._tables.writing() as connection:
            delete_thread(connection, str(thread_id))
            self.sessions.delete_thread(str(thread_id))
        self.sessions.database.erase_log()

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Run `get_tuple` in a worker thread."""
        return await asyncio.to_thread(self.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Run `list` in a worker thread, some checkpoints at a time."""
        pages = self._pages(config, filter, before, limit)
        while page := await asyncio.to_thread(next, pages, None):
            for found in page:
                yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Run `put` in a worker thread."""
        return await asyncio.to_thread(
            self.put, config, checkpoint, metadata, new_versions
        )

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Run `put_writes` in a worker thread."""
        await asyncio.to_thread(self.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """Run `delete_thread` in a worker thread."""
        await asyncio.to_thread(self.delete_thread, thread_id)

    def get_next_version(self, current: str | float | None, channel: None) -> str:
        """Count up; the random part tells two forks of one parent apart."""
        count = 0 if current is None else int(str(current).partition(".")[0])
        # Not a secret.
        return f"{count + 1:032}.{random.random():016}"  # noqa: S311

    @property
    def _codec(self) -> Codec:
        # `with_allowlist` makes a shallow copy and gives it another serializer.
        if self._last_codec.serde is not self.serde:
            self._last_codec = Codec(self.serde)
        return self._last_codec

    @property
    def _checkpoints(self) -> Checkpoints:
        return Checkpoints(self._tables, self._codec)

    @property
    def _history(self) -> History:
        return History(self._tables, self._codec)

    def _pages(
        self,
        config: RunnableConfig | None,
        filter_: dict[str, Any] | None,
        before: RunnableConfig | None,
        limit: int | None,
    ) -> Iterator[Sequence[CheckpointTuple]]:
        search = Search.of(config, filter_, before, limit)
        return filter(None, self._history.pages(search))
