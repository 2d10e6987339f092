"""Which checkpoints and writes a thread has, by name."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from interactions_core.adapter import counted
from interactions_core.adapter.storage import SqlConnection
from interactions_langgraph._migration.checkpoint_names import checkpoint_name
from interactions_langgraph._migration.sources import CheckpointKey, Source, WriteKey

SELECT_CHECKPOINTS: Final = (
    "SELECT c.checkpoint_id, s.namespace, c.parent_id FROM checkpoint_threads t "
    "CROSS JOIN checkpoint_spaces s CROSS JOIN checkpoints c "
    "WHERE t.thread_id = $1 AND s.thread = t.number AND c.space = s.number"
)
SELECT_WRITES: Final = (
    "SELECT w.checkpoint_id, s.namespace, w.task_id, w.channel "
    "FROM checkpoint_threads t CROSS JOIN checkpoint_spaces s "
    "CROSS JOIN checkpoint_writes w "
    "WHERE t.thread_id = $1 AND s.thread = t.number AND w.space = s.number"
)


@dataclasses.dataclass(frozen=True, slots=True)
class ThreadContents:
    """The checkpoints and writes of one thread.

    Attributes:
        thread_id: Whose they are.
        checkpoints: Oldest first, where the source says so.
        writes: How often each is there.
    """

    thread_id: str
    checkpoints: Sequence[CheckpointKey]
    writes: Mapping[WriteKey, int]

    @classmethod
    def of_keys(
        cls,
        thread_id: str,
        checkpoints: Sequence[CheckpointKey],
        writes: Iterable[WriteKey],
    ) -> "ThreadContents":
        """Count the writes of each name."""
        return cls(thread_id, checkpoints, Counter(writes))

    @classmethod
    def of_source(cls, source: Source, thread_id: str) -> "ThreadContents":
        """Ask a source."""
        checkpoints, writes = source.checkpoints(thread_id), source.writes(thread_id)
        return cls.of_keys(thread_id, checkpoints, writes)

    @classmethod
    def of_target(cls, connection: SqlConnection, thread_id: str) -> "ThreadContents":
        """Ask the database of an `InteractionsSaver`."""
        rows = connection.execute(SELECT_CHECKPOINTS, (thread_id,)).fetchall()
        checkpoints = [CheckpointKey(*row) for row in rows]
        rows = connection.execute(SELECT_WRITES, (thread_id,)).fetchall()
        return cls.of_keys(thread_id, checkpoints, (WriteKey(*row) for row in rows))

    def __bool__(self) -> bool:
        return bool(self.checkpoints or self.writes)

    def __str__(self) -> str:
        writes = sum(self.writes.values())
        checkpoints = counted(len(self.checkpoints), "checkpoint")
        return f"{checkpoints} and {counted(writes, 'write')}"

    @property
    def written(self) -> list[tuple[str, str]]:
        """Namespace and id of the checkpoints that have writes."""
        found = {(key.checkpoint_id, key.namespace) for key in self.writes}
        return [(namespace, own_id) for own_id, namespace in sorted(found)]

    def is_within(self, other: "ThreadContents") -> bool:
        """Tell whether another one has all of this, and perhaps more."""
        return {*self.checkpoints} <= {*other.checkpoints} and all(
            other.writes.get(key, 0) >= count for key, count in self.writes.items()
        )

    def without(self, other: "ThreadContents") -> "ThreadContents":
        """Return what another one has not, or of a write not so often."""
        there = {*other.checkpoints}
        lacking = {
            key: count
            for key, count in self.writes.items()
            if other.writes.get(key, 0) < count
        }
        checkpoints = [key for key in self.checkpoints if key not in there]
        return ThreadContents(self.thread_id, checkpoints, lacking)

    def differences(self, other: "ThreadContents") -> list[str]:
        """Say where another one is not the same."""
        mine, theirs = {*self.checkpoints}, {*other.checkpoints}
        found = [
            f"{self._name_of(key)} is not the same in the target"
            for key in sorted(mine ^ theirs, key=lambda key: key[:2])
        ]
        found += [
            f"a write of task {key.task_id} to {key.channel!r} at {self._name_of(key)} "
            f"is there {other.writes.get(key, 0)} times instead of "
            f"{self.writes.get(key, 0)}"
            for key in sorted({*self.writes, *other.writes})
            if self.writes.get(key, 0) != other.writes.get(key, 0)
        ]
        return found

    def _name_of(self, key: CheckpointKey | WriteKey) -> str:
        return checkpoint_name(self.thread_id, key.namespace, key.checkpoint_id)
