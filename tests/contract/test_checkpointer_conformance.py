"""LangGraph's published suite, on both halves of the saver."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
)
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.conformance.report import CapabilityReport
from langgraph.checkpoint.serde.base import CipherProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer

from interactions_langgraph.saver import InteractionsSaver

ALL = (
    "put",
    "put_writes",
    "get_tuple",
    "list",
    "delete_thread",
    "delete_for_runs",
    "copy_thread",
    "prune",
)


class SyncHalf(BaseCheckpointSaver[str]):
    """Shows the sync methods to a suite that calls the async ones."""

    def __init__(self, saver: InteractionsSaver) -> None:
        super().__init__(serde=saver.serde)
        self.saver = saver

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self.saver.get_tuple(config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        for found in self.saver.list(config, filter=filter, before=before, limit=limit):
            yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self.saver.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        self.saver.put_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        self.saver.delete_thread(thread_id)

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        self.saver.delete_for_runs(run_ids)

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        self.saver.copy_thread(source_thread_id, target_thread_id)

    async def aprune(
        self, thread_ids: Sequence[str], *, strategy: str = "keep_latest"
    ) -> None:
        self.saver.prune(thread_ids, strategy=strategy)

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        return self.saver.get_delta_channel_history(config=config, channels=channels)


class TurnedBits(CipherProtocol):
    """Encryption enough for a test: no text survives it."""

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        return "turned", bytes(byte ^ 0xFF for byte in plaintext)

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        assert ciphername == "turned"
        return bytes(byte ^ 0xFF for byte in ciphertext)


def open_async(url: str) -> BaseCheckpointSaver[str]:
    return InteractionsSaver(url)


def open_sync(url: str) -> BaseCheckpointSaver[str]:
    return SyncHalf(InteractionsSaver(url))


def open_encrypted(url: str) -> BaseCheckpointSaver[str]:
    return InteractionsSaver(url, serde=EncryptedSerializer(TurnedBits()))


def run_suite(
    opened: Callable[[str], BaseCheckpointSaver[str]], url: str
) -> CapabilityReport:
    @checkpointer_test(name="InteractionsSaver")
    async def factory() -> AsyncGenerator[BaseCheckpointSaver[str], None]:
        saver = opened(url)
        yield saver
        (saver.saver if isinstance(saver, SyncHalf) else saver).close()

    return asyncio.run(validate(factory))


@pytest.mark.parametrize(
    "opened",
    [
        pytest.param(open_async, id="async"),
        pytest.param(open_sync, id="sync"),
        pytest.param(open_encrypted, id="encrypted"),
    ],
)
def test_saver_passes_every_capability_of_the_published_suite(
    opened: Callable[[str], BaseCheckpointSaver[str]], store_url: str
) -> None:
    """Release 0.0.2: eight capabilities, 81 tests, all of them detected."""
    report = run_suite(opened, store_url)

    failures = [line for name in ALL for line in report.results[name].failures]
    assert failures == []
    assert all(report.results[name].detected for name in ALL)
    assert all(report.results[name].passed for name in ALL)
    assert report.conformance_level() == "FULL"
    assert sum(report.results[name].tests_passed for name in ALL) >= 81
