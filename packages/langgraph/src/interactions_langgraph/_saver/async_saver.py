"""The async half of the saver: its sync methods, each in a worker thread.

One rule for the saver and the session store, which share a database: what they do for
callers that await is done in the few threads of the store. More threads would wait for
the same file, or take connections that are needed elsewhere, and asyncio's default
executor is where the loop looks up host names. What asks the network for every thread
that it is given (deleting with `remote=True`, everything that a saver with `offload=`
does) has a thread of its own meanwhile.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
)

from interactions_core.adapter import in_thread, in_worker
from interactions_core.adapter.storage import SqlStore
from interactions_langgraph.deletion import DeletionReport
from interactions_langgraph.offload import OffloadReport

_P = ParamSpec("_P")
_T = TypeVar("_T")


class AsyncSaverMixin(BaseCheckpointSaver[str]):
    """Runs what a saver does in worker threads, so that no event loop waits for it."""

    sessions: SqlStore
    _may_ask_server: bool
    """Whether any call may wait for the network: payloads are left to the server."""

    @abstractmethod
    def setup(self) -> None:
        """Make or upgrade the tables."""

    @abstractmethod
    def close(self) -> None:
        """Close what this saver opened itself."""

    # LangGraph's method returns nothing.
    @abstractmethod
    def delete_thread(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, thread_id: str, *, remote: bool = False
    ) -> DeletionReport:
        """Erase a thread."""

    @abstractmethod
    def offload(self, thread_ids: Sequence[str] | None = None) -> OffloadReport:
        """Leave payloads to the server."""

    @abstractmethod
    def restore_offloaded(
        self, thread_ids: Sequence[str] | None = None
    ) -> OffloadReport:
        """Store again what was left to the server."""

    @abstractmethod
    def _pages(
        self,
        config: RunnableConfig | None,
        filter_: dict[str, Any] | None,
        before: RunnableConfig | None,
        limit: int | None,
    ) -> Iterator[Sequence[CheckpointTuple]]:
        """Read checkpoints, newest first, some at a time."""

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
        await self._run_in_worker(self.close)

    async def _run_in_worker(
        self, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        work = partial(call, *args, **kwargs)
        return await (
            in_thread(work) if self._may_ask_server else in_worker(self.sessions, work)
        )

    async def asetup(self) -> None:
        """Run `setup` in a worker thread."""
        await self._run_in_worker(self.setup)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Run `get_tuple` in a worker thread."""
        return await self._run_in_worker(self.get_tuple, config)

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
        while page := await self._run_in_worker(next, pages, None):
            for found in page:
                yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Run `put` in a worker thread, with values as they are at this moment."""
        values = checkpoint["channel_values"]
        own: Checkpoint = {
            **checkpoint,
            "channel_values": {name: _copied(values[name]) for name in values},
        }
        return await self._run_in_worker(self.put, config, own, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Run `put_writes` in a worker thread, with values as they are now."""
        own = [(channel, _copied(value)) for channel, value in writes]
        await self._run_in_worker(self.put_writes, config, own, task_id, task_path)

    async def adelete_thread(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, thread_id: str, *, remote: bool = False
    ) -> DeletionReport:
        """Run `delete_thread` in a worker thread, a remote one in its own."""
        delete = partial(self.delete_thread, thread_id, remote=remote)
        return await (in_thread(delete) if remote else in_worker(self.sessions, delete))

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Run `delete_for_runs` in a worker thread."""
        await self._run_in_worker(self.delete_for_runs, run_ids)

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Run `copy_thread` in a worker thread."""
        await self._run_in_worker(self.copy_thread, source_thread_id, target_thread_id)

    async def aprune(
        self, thread_ids: Sequence[str], *, strategy: str = "keep_latest"
    ) -> None:
        """Run `prune` in a worker thread."""
        await self._run_in_worker(self.prune, thread_ids, strategy=strategy)

    async def aoffload(self, thread_ids: Sequence[str] | None = None) -> OffloadReport:
        """Run `offload` in a thread of its own."""
        return await in_thread(partial(self.offload, thread_ids))

    async def arestore_offloaded(
        self, thread_ids: Sequence[str] | None = None
    ) -> OffloadReport:
        """Run `restore_offloaded` in a thread of its own."""
        return await in_thread(partial(self.restore_offloaded, thread_ids))

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """Run `get_delta_channel_history` in a worker thread."""
        return await self._run_in_worker(
            self.get_delta_channel_history, config=config, channels=channels
        )


# A worker may be long in coming. LangGraph writes `__interrupt__` into the very dict
# that a workflow returned, and graphs change lists in place.
def _copied(value: Any) -> Any:
    return value.copy() if type(value) in {dict, list} else value
