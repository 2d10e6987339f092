"""Moving one thread: copied, read back, compared and kept in one transaction.

So a thread is in the target as a whole, and as it was, or not at all. Whoever is
killed in between may begin again.
"""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import Checkpoint, CheckpointMetadata

from interactions_core.exceptions import InteractionsError
from interactions_langgraph._migration.comparison import (
    DifferenceError,
    check_thread,
    differences_in_common_writes,
    stored_values,
)
from interactions_langgraph._migration.loader import Loader
from interactions_langgraph._migration.sources import (
    CheckpointKey,
    Source,
    SourceWrite,
    Weight,
)
from interactions_langgraph._migration.thread_contents import ThreadContents
from interactions_langgraph._storage.addresses import Address
from interactions_langgraph._storage.tables import CheckpointTables
from interactions_langgraph._storage.tombstones import Lineage, exhume
from interactions_langgraph.saver import InteractionsSaver

Advance = Callable[[Weight], None]
"""Called with what was copied since the last call."""


class Outcome(enum.Enum):
    """What became of a thread."""

    MOVED = "moved"
    PRESENT = "present"


class ThreadRefusedError(InteractionsError):
    """A thread was not moved; the target is as it was before."""


class Mover:
    """Moves threads from a source to a saver, one after the other.

    Args:
        source: Where they are.
        saver: Where they go to.
        loader: Decides what is equal.
        replace: Whether a thread that the target has in another form is erased first.

    Attributes:
        source: As it was given.
        loader: The same.
        unwritten: Channels with a value and without a version in the source: defaults
            of channels that were never written, which a saver does not keep.
    """

    def __init__(
        self, source: Source, saver: InteractionsSaver, loader: Loader, *, replace: bool
    ) -> None:
        self.source = source
        self._saver = saver
        self.loader = loader
        self._replace = replace
        self._tables = CheckpointTables(saver.sessions.database)
        self.unwritten: set[str] = set()
        if replace:
            # Deleting needs it; it is not made within the transaction of a thread.
            saver.sessions.secret()

    def move(self, thread_id: str, advance: Advance) -> Outcome:
        """Move a thread, or what the target lacks of it.

        Raises:
            ThreadRefusedError: The target has something else under this id, or
                reading back gave something else.
            UnreadableValueError: The source has a value that cannot be read.
            StoreError: The target cannot be written to, or the source not be read.
        """
        wanted = ThreadContents.of_source(self.source, thread_id)
        with self._tables.writing(thread_id) as connection:
            held = ThreadContents.of_target(connection, thread_id)
            if wanted.is_within(held):
                return Outcome.PRESENT
            if held and (problem := self._difference(wanted, held)):
                self._clear(thread_id, problem)
                held = ThreadContents.of_target(connection, thread_id)
            self._copy(wanted, held, advance)
            check_thread(self.source, self._saver, thread_id, wanted, self.loader)
            differences = wanted.differences(
                ThreadContents.of_target(connection, thread_id)
            )
            if differences:
                raise ThreadRefusedError(differences[0])
        return Outcome.MOVED

    def _difference(self, wanted: ThreadContents, held: ThreadContents) -> str:
        """Say why what is there is not a part of what is to come."""
        if not held.is_within(wanted):
            return f"{held}; the source {wanted}"
        try:
            check_thread(
                self.source,
                self._saver,
                wanted.thread_id,
                wanted,
                self.loader,
                compare=differences_in_common_writes,
            )
        except DifferenceError as exc:
            return str(exc)
        return ""

    def _clear(self, thread_id: str, problem: str) -> None:
        if not self._replace:
            message = (
                f"the target has something else under this id ({problem}): the thread "
                "was pruned, went on in the target, or is another one; --replace erases "
                "it there and moves it anew"
            )
            raise ThreadRefusedError(message)
        self._saver.delete_thread(thread_id)

    def _copy(
        self, wanted: ThreadContents, held: ThreadContents, advance: Advance
    ) -> None:
        """Copy what the target lacks of a thread."""
        thread_id, there = wanted.thread_id, {*held.checkpoints}
        for key in wanted.checkpoints:
            if key not in there:
                advance(self._copy_checkpoint(thread_id, key))
        for namespace, checkpoint_id in wanted.without(held).written:
            at = Address(thread_id, namespace, checkpoint_id)
            advance(self._copy_writes(at))

    def _copy_checkpoint(self, thread_id: str, key: CheckpointKey) -> Weight:
        found, size = self.source.read(thread_id, key)
        kept = stored_values(found.checkpoint)
        self.unwritten |= found.checkpoint["channel_values"].keys() - kept.keys()
        parent = Address(thread_id, key.namespace, key.parent_id).to_config()
        checkpoint = {**found.checkpoint, "id": key.checkpoint_id}
        self._restore(parent, found.metadata)
        self._saver.put(
            parent,
            cast("Checkpoint", checkpoint),
            cast("CheckpointMetadata", {**found.metadata}),
            # Every version counts as new: nothing is taken over from the parent.
            found.checkpoint["channel_versions"],
        )
        return Weight(1, 0, size)

    def _copy_writes(self, at: Address) -> Weight:
        writes, size = self.source.read_writes(
            at.thread_id, at.namespace, at.checkpoint_id or ""
        )
        config = at.to_config()
        self._restore(config, {})
        for (path, task_id), group in groupby(writes, _task_of):
            self._put_writes(config, [*group], task_id, path)
        return Weight(0, len(writes), size)

    def _restore(self, parent: RunnableConfig, metadata: Mapping[str, Any]) -> None:
        """Forget that the target has deleted what is moved there again."""
        lineage = Lineage.of(parent, metadata)
        with self._tables.writing(Address.of(parent).thread_id) as connection:
            exhume(connection, lineage)

    def _put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[SourceWrite],
        task_id: str,
        path: str,
    ) -> None:
        self._saver.put_writes(config, as_put(writes), task_id, path)


def as_put(writes: Iterable[SourceWrite]) -> list[tuple[str, Any]]:
    """Put one task's writes into places that give each its index again.

    A call of `put_writes` numbers ordinary writes by their place and LangGraph's own
    by name. So the latter fill the places that the former leave free, one of them
    again and again if need be: it replaces itself.
    """
    placed = {write.idx: write for write in writes}
    named = [write for idx, write in placed.items() if idx < 0]
    spare = [*named]
    found: list[SourceWrite] = []
    for idx in range(max(placed) + 1):
        if idx in placed:
            found.append(placed[idx])
        elif named:
            found.append(spare.pop() if spare else named[0])
    return [(write.channel, write.value) for write in (*found, *spare)]


def _task_of(write: SourceWrite) -> tuple[str, str]:
    return write.task_path, write.task_id
