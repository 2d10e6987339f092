"""A whole migration: every thread that is asked for, one failure at a time."""

import dataclasses
import fnmatch
from collections.abc import Mapping, Sequence
from typing import Protocol

from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_langgraph._migration.moving import Advance, Mover, Outcome
from interactions_langgraph._migration.sources import Source, Weight


class Watcher(Protocol):
    """Whoever wants to know how far it is."""

    def advance(self, weight: Weight) -> None:
        """Take note of what was read."""
        ...

    def finish(self, thread_id: str) -> None:
        """Take note that a thread is done."""
        ...

    def say(self, text: str) -> None:
        """Show why a thread was not moved."""
        ...


@dataclasses.dataclass(slots=True)
class Report:
    """What came of a migration.

    Attributes:
        moved: Threads that were copied and compared, and how much that was.
        present: Threads that the target had already.
        failed: Threads that were left alone, and why.
    """

    moved: dict[str, Weight] = dataclasses.field(default_factory=dict[str, Weight])
    present: list[str] = dataclasses.field(default_factory=list[str])
    failed: dict[str, str] = dataclasses.field(default_factory=dict[str, str])


def chosen(
    weights: Mapping[str, Weight], patterns: Sequence[str]
) -> Mapping[str, Weight]:
    """Return the threads that one of the patterns names; all without patterns.

    Raises:
        ConfigurationError: A pattern names none.
    """
    if not patterns:
        return weights
    found: set[str] = set()
    for pattern in patterns:
        matching = {each for each in weights if _matches(each, pattern)}
        if not matching:
            message = f"the source has no thread {pattern!r}"
            raise ConfigurationError(message)
        found |= matching
    return {each: weight for each, weight in weights.items() if each in found}


def move_all(mover: Mover, weights: Mapping[str, Weight], watcher: Watcher) -> Report:
    """Move threads; one that cannot be moved does not keep the others.

    Raises:
        StoreError: Source or target failed as a whole; what was moved stays moved.
    """
    report = Report()
    for thread_id, weight in weights.items():
        try:
            outcome = mover.move(thread_id, watcher.advance)
        except StoreError:
            raise
        # The outermost boundary of one thread: classes of users and serializers of
        # any make run in it, and the other threads are not to pay for them.
        except Exception as exc:  # noqa: BLE001
            report.failed[thread_id] = _reason(exc)
            watcher.say(f"thread {thread_id!r} was not moved: {_reason(exc)}")
        else:
            if outcome is Outcome.MOVED:
                report.moved[thread_id] = weight
            else:
                report.present.append(thread_id)
        watcher.finish(thread_id)
    return report


def read_all(source: Source, weights: Mapping[str, Weight], watcher: Watcher) -> Report:
    """Read threads and move none.

    Raises:
        StoreError: The source failed as a whole.
    """
    report = Report()
    for thread_id, weight in weights.items():
        try:
            _read(source, thread_id, watcher.advance)
        except StoreError:
            raise
        # As above.
        except Exception as exc:  # noqa: BLE001
            report.failed[thread_id] = _reason(exc)
            watcher.say(f"thread {thread_id!r} could not be moved: {_reason(exc)}")
        else:
            report.moved[thread_id] = weight
        watcher.finish(thread_id)
    return report


def _read(source: Source, thread_id: str, advance: Advance) -> None:
    for key in source.checkpoints(thread_id):
        _, size = source.read(thread_id, key)
        advance(Weight(1, 0, size))
    for own_id, namespace in sorted({key[:2] for key in source.writes(thread_id)}):
        writes, size = source.read_writes(thread_id, namespace, own_id)
        advance(Weight(0, len(writes), size))


def _matches(thread_id: str, pattern: str) -> bool:
    return thread_id == pattern or fnmatch.fnmatchcase(thread_id, pattern)


def _reason(exc: Exception) -> str:
    return str(exc) or type(exc).__name__
