"""What a source of threads gives: checkpoints and writes as another saver kept them."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class CheckpointKey(NamedTuple):
    """A checkpoint of a thread, and the one before it."""

    checkpoint_id: str
    namespace: str
    parent_id: str | None


class WriteKey(NamedTuple):
    """A pending write of a thread."""

    checkpoint_id: str
    namespace: str
    task_id: str
    channel: str


@dataclasses.dataclass(frozen=True, slots=True)
class SourceWrite:
    """A pending write, read.

    Attributes:
        task_id: Of the task that wrote.
        task_path: Of the same.
        idx: Its place among the task's writes; negative for LangGraph's own channels.
        channel: What it was written to.
        value: What was written.
    """

    task_id: str
    task_path: str
    idx: int
    channel: str
    value: Any


@dataclasses.dataclass(frozen=True, slots=True)
class SourceCheckpoint:
    """A checkpoint, read, as the source's own saver would return it."""

    checkpoint: Mapping[str, Any]
    metadata: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Weight:
    """How much there is of a thread, or of several."""

    checkpoints: int = 0
    writes: int = 0
    bytes: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        """Add up."""
        return Weight(
            self.checkpoints + other.checkpoints,
            self.writes + other.writes,
            self.bytes + other.bytes,
        )


class Source(Protocol):
    """A database of another saver, read as of one moment and never written to.

    For one thread at a time. Reading a value raises `UnreadableValueError` where it
    would come back as something else than was stored.

    Attributes:
        name: What to call it, without any password.
    """

    name: str

    def size(self) -> int | None:
        """Return how many bytes the database takes, where that is known."""
        ...

    def weigh(self) -> Mapping[str, Weight]:
        """Return all threads, and how much there is of each."""
        ...

    def checkpoints(self, thread_id: str) -> Sequence[CheckpointKey]:
        """Name the checkpoints of a thread, oldest first."""
        ...

    def writes(self, thread_id: str) -> Sequence[WriteKey]:
        """Name the writes of a thread, those without a checkpoint included."""
        ...

    def read(self, thread_id: str, key: CheckpointKey) -> tuple[SourceCheckpoint, int]:
        """Read a checkpoint, and say how many bytes it took."""
        ...

    def read_writes(
        self, thread_id: str, namespace: str, checkpoint_id: str
    ) -> tuple[Sequence[SourceWrite], int]:
        """Read its writes, in the order in which they are applied, likewise."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
