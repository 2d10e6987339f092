"""Reading a moved thread back through the saver, and comparing it with its source."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple, get_checkpoint_metadata

from interactions_core.exceptions import InteractionsError
from interactions_langgraph._migration.checkpoint_names import checkpoint_name
from interactions_langgraph._migration.loader import Loader
from interactions_langgraph._migration.sources import (
    CheckpointKey,
    Source,
    SourceCheckpoint,
    SourceWrite,
)
from interactions_langgraph._migration.thread_contents import ThreadContents
from interactions_langgraph._storage.addresses import Address
from interactions_langgraph.saver import InteractionsSaver

Equal = Callable[[object, object], bool]
"""Tells whether two values are the same."""


CompareWrites = Callable[[Sequence[SourceWrite], CheckpointTuple, Equal], Iterator[str]]
"""Says in what the pending writes of a checkpoint differ."""


class DifferenceError(InteractionsError):
    """A checkpoint came back as another one than was copied."""


def check_thread(
    source: Source,
    saver: InteractionsSaver,
    thread_id: str,
    wanted: ThreadContents,
    loader: Loader,
    *,
    compare: CompareWrites | None = None,
) -> None:
    """Read every checkpoint back that the target has of a thread.

    Args:
        source: Where they are from.
        saver: The target.
        thread_id: The thread.
        wanted: What the source has of it.
        loader: Decides what is equal.
        compare: Compares writes; by default all have to be there.

    Raises:
        DifferenceError: One is not as it is in the source.
    """
    keys = {key[:2]: key for key in wanted.checkpoints}
    for found in saver.list({"configurable": {"thread_id": thread_id}}):
        address = Address.of(found.config)
        key = keys.get((address.checkpoint_id or "", address.namespace))
        where = checkpoint_name(
            thread_id, address.namespace, address.checkpoint_id or ""
        )
        if key is None:
            message = f"{where} is in the target only"
            raise DifferenceError(message)
        original, _ = source.read(thread_id, key)
        writes, _ = source.read_writes(thread_id, key.namespace, key.checkpoint_id)
        for what in (
            *differences_in_checkpoint(original, key, found, loader.is_equal),
            *(compare or differences_in_writes)(writes, found, loader.is_equal),
        ):
            message = f"{where} came back from the target with {what}"
            raise DifferenceError(message)


def differences_in_checkpoint(
    original: SourceCheckpoint,
    key: CheckpointKey,
    found: CheckpointTuple,
    is_equal: Equal,
) -> Iterator[str]:
    """Say in what a checkpoint came back as another one."""
    yield from _values(stored_values(original.checkpoint), found, is_equal)
    wanted = {**original.checkpoint, "id": key.checkpoint_id}
    if not is_equal(_rest(wanted), _rest(found.checkpoint)):
        yield "other versions or ids"
    metadata = get_checkpoint_metadata({}, {**original.metadata})  # pyright: ignore[reportArgumentType]
    if not is_equal(metadata, found.metadata):
        yield "other metadata"
    parent = found.parent_config
    if (Address.of(parent).checkpoint_id if parent else None) != key.parent_id:
        yield "another parent"


def differences_in_writes(
    originals: Sequence[SourceWrite], found: CheckpointTuple, is_equal: Equal
) -> Iterator[str]:
    """Say in what its pending writes came back as others."""
    wanted = [(write.task_id, write.channel, write.value) for write in originals]
    writes = found.pending_writes or []
    if [each[:2] for each in wanted] != [each[:2] for each in writes]:
        yield "other writes, or in another order"
        return
    for (task_id, channel, value), (_, _, other) in zip(wanted, writes, strict=True):
        if not is_equal(value, other):
            yield f"another value of the write of task {task_id} to {channel!r}"


def differences_in_common_writes(
    originals: Sequence[SourceWrite], found: CheckpointTuple, is_equal: Equal
) -> Iterator[str]:
    """Compare the writes that both have, by task, channel and order."""
    theirs: dict[tuple[str, str], list[Any]] = {}
    for task_id, channel, value in found.pending_writes or []:
        theirs.setdefault((task_id, channel), []).append(value)
    for write in originals:
        left = theirs.get((write.task_id, write.channel))
        if left and not is_equal(write.value, left.pop(0)):
            yield (
                f"another value of the write of task {write.task_id} to "
                f"{write.channel!r}"
            )


def stored_values(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of channels that have a version.

    The others are defaults of channels that were never written, as LangGraph stored
    them before its first release.
    """
    versions = checkpoint["channel_versions"]
    values = checkpoint["channel_values"].items()
    return {name: value for name, value in values if name in versions}


def _rest(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in checkpoint.items() if key != "channel_values"}


def _values(
    wanted: Mapping[str, Any], found: CheckpointTuple, is_equal: Equal
) -> Iterator[str]:
    values = found.checkpoint["channel_values"]
    for name in sorted({*wanted, *values}):
        if name not in wanted or name not in values:
            yield f"channel {name!r} in one of the two only"
        elif not is_equal(wanted[name], values[name]):
            yield f"another value of channel {name!r}"
