"""Moving one thread back: from a database of ours to one of LangGraph's own savers.

Nothing that is there is overwritten: what the target has of a thread is compared, and
only what it lacks is added, read back and compared, all in one transaction.
"""

from collections.abc import Generator
from contextlib import contextmanager
from itertools import groupby
from typing import cast

from langgraph.checkpoint.base import Checkpoint, CheckpointMetadata

from interactions_langgraph._migration.checkpoint_names import checkpoint_name
from interactions_langgraph._migration.comparison import (
    CompareWrites,
    DifferenceError,
    Equal,
    differences_in_checkpoint,
    differences_in_common_writes,
    differences_in_writes,
)
from interactions_langgraph._migration.loader import Loader
from interactions_langgraph._migration.mover import (
    Advance,
    Outcome,
    ThreadRefusedError,
    as_put,
)
from interactions_langgraph._migration.saver_source import SaverSource
from interactions_langgraph._migration.sources import (
    CheckpointKey,
    SourceCheckpoint,
    SourceWrite,
    Weight,
)
from interactions_langgraph._migration.stock_targets import StockTarget
from interactions_langgraph._migration.thread_contents import ThreadContents
from interactions_langgraph._storage.addresses import Address


class BackMover:
    """Moves threads from a saver of ours to a stock one, one after the other.

    Args:
        source: Where they are.
        target: Where they go to.
        loader: Knows what was kept as data.
        is_equal: Decides whether a value came back as it was.
        replace: Whether a thread that the target has in another form is erased first.

    Attributes:
        source: As it was given.
        loader: The same.
        dropped: Keys of metadata that were there and that the target does not keep.
    """

    def __init__(
        self,
        source: SaverSource,
        target: StockTarget,
        loader: Loader,
        is_equal: Equal,
        *,
        replace: bool,
    ) -> None:
        self.source = source
        self._target = target
        self.loader = loader
        self._is_equal = is_equal
        self._replace = replace
        self.dropped: set[str] = set()

    def move(self, thread_id: str, advance: Advance) -> Outcome:
        """Move a thread, or what the target lacks of it.

        Raises:
            ThreadRefusedError: The target has something else under this id, cannot
                hold a value, or gave back something else.
            UnreadableValueError: The source has a value that cannot be read.
            OffloadedPayloadError: One was left to the server, which does not give it.
            StoreError: The target cannot be written to, or the source not be read.
        """
        with self.source.as_of_now(), self._target.writing(thread_id):
            wanted = ThreadContents.of_source(self.source, thread_id)
            held = self._target.holdings(thread_id)
            if held and (problem := self._difference(wanted, held)):
                self._clear(thread_id, problem)
                held = self._target.holdings(thread_id)
            if wanted.is_within(held):
                return Outcome.PRESENT
            self._copy(wanted, held, advance)
            for key in wanted.checkpoints:
                self._check(thread_id, key, differences_in_writes, "came back with")
            differences = wanted.differences(self._target.holdings(thread_id))
            if differences:
                raise ThreadRefusedError(differences[0])
        return Outcome.MOVED

    def _difference(self, wanted: ThreadContents, held: ThreadContents) -> str:
        """Say why what is there is not a part of what is to come, or all of it."""
        if not (held.is_within(wanted) or wanted.is_within(held)):
            return f"{held}, the source {wanted}, and each has what the other lacks"
        common = {*held.checkpoints}
        try:
            for key in wanted.checkpoints:
                if key in common:
                    self._check(
                        wanted.thread_id, key, differences_in_common_writes, "has"
                    )
        except DifferenceError as exc:
            return str(exc)
        return ""

    def _clear(self, thread_id: str, problem: str) -> None:
        if not self._replace:
            message = (
                f"the target has something else under this id ({problem}): the thread "
                "went on in both, was pruned, or is another one; --replace erases it in "
                "the target and writes it anew"
            )
            raise ThreadRefusedError(message)
        self._target.saver.delete_thread(thread_id)

    def _copy(
        self, wanted: ThreadContents, held: ThreadContents, advance: Advance
    ) -> None:
        thread_id, there = wanted.thread_id, {*held.checkpoints}
        stored: set[tuple[str, str, object]] = set()
        for key in wanted.checkpoints:
            if key not in there:
                advance(self._copy_checkpoint(thread_id, key, stored))
        for namespace, checkpoint_id in wanted.written:
            at = Address(thread_id, namespace, checkpoint_id)
            advance(self._copy_writes(at))

    def _copy_checkpoint(
        self, thread_id: str, key: CheckpointKey, stored: set[tuple[str, str, object]]
    ) -> Weight:
        found, size = self.source.read(thread_id, key)
        versions = found.checkpoint["channel_versions"]
        # A version that was stored before has its value already.
        new = {
            name: version
            for name, version in versions.items()
            if (key.namespace, name, version) not in stored
        }
        with self._placing(
            checkpoint_name(thread_id, key.namespace, key.checkpoint_id)
        ):
            self._target.saver.put(
                Address(thread_id, key.namespace, key.parent_id).to_config(),
                cast("Checkpoint", {**found.checkpoint}),
                cast("CheckpointMetadata", {**found.metadata}),
                new,
            )
        stored.update((key.namespace, *each) for each in new.items())
        self.dropped.update({*found.metadata} & {*self._target.drops})
        return Weight(1, 0, size)

    def _copy_writes(self, at: Address) -> Weight:
        place = at.namespace, at.checkpoint_id or ""
        writes, size = self.source.read_writes(at.thread_id, *place)
        for (path, task_id), group in groupby(writes, _task_of):
            with self._placing(
                f"task {task_id} of {checkpoint_name(at.thread_id, *place)}"
            ):
                self._target.saver.put_writes(
                    at.to_config(), as_put(group), task_id, path
                )
        return Weight(0, len(writes), size)

    @contextmanager
    def _placing(self, where: str) -> Generator[None]:
        try:
            yield
        except self._target.refusals as exc:
            message = (
                f"{self._target.name} cannot hold {where}: {self._target.words_of(exc)}"
            )
            raise ThreadRefusedError(message) from exc

    def _check(
        self, thread_id: str, key: CheckpointKey, compare: CompareWrites, verb: str
    ) -> None:
        where = checkpoint_name(thread_id, key.namespace, key.checkpoint_id)
        config = Address(thread_id, key.namespace, key.checkpoint_id).to_config()
        found = self._target.saver.get_tuple(config)
        if found is None:
            message = f"{where} is not in the target"
            raise DifferenceError(message)
        original, _ = self.source.read(thread_id, key)
        writes, _ = self.source.read_writes(thread_id, key.namespace, key.checkpoint_id)
        kept = {
            name: value
            for name, value in original.metadata.items()
            if name not in self._target.drops
        }
        original = SourceCheckpoint(original.checkpoint, kept)
        for what in (
            *differences_in_checkpoint(original, key, found, self._is_equal),
            *compare(writes, found, self._is_equal),
        ):
            message = f"{where} {verb} {what} in the target"
            raise DifferenceError(message)


def _task_of(write: SourceWrite) -> tuple[str, str]:
    return write.task_path, write.task_id
