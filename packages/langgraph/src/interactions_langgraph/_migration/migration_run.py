"""A whole migration: every thread that is asked for, one failure at a time."""

import dataclasses
import fnmatch
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_langgraph._migration.class_names import Name
from interactions_langgraph._migration.loader import (
    Kept,
    Loader,
    UnreadableValueError,
)
from interactions_langgraph._migration.mover import Advance, Outcome
from interactions_langgraph._migration.sources import Source, Weight


class ProgressListener(Protocol):
    """What is told how far a migration is, and what came of each thread."""

    def advance(self, weight: Weight) -> None:
        """Count what was read."""
        ...

    def finish(self, thread_id: str) -> None:
        """Count a thread as done."""
        ...

    def report_failure(self, text: str) -> None:
        """Show why a thread was not moved."""
        ...

    def report_change(self, text: str) -> None:
        """Show what of a thread that is moved is not as it was."""
        ...


class ThreadMover(Protocol):
    """Moves one thread after the other, there or back.

    Attributes:
        loader: Knows what was kept as data.
    """

    loader: Loader

    @property
    def source(self) -> Source:
        """Where they are."""
        ...

    def move(self, thread_id: str, advance: Advance) -> Outcome:
        """Move a thread, unless the target has all of it."""
        ...


@dataclasses.dataclass(slots=True)
class Report:
    """What came of a migration.

    Attributes:
        moved: Threads that were copied and compared, and how much that was.
        present: Threads that the target had already.
        failed: Threads that were left alone, and why.
        kept: How many values hold data in place of an object.
        missing: The classes that kept threads from being read.
    """

    moved: dict[str, Weight] = dataclasses.field(default_factory=dict[str, Weight])
    present: list[str] = dataclasses.field(default_factory=list[str])
    failed: dict[str, str] = dataclasses.field(default_factory=dict[str, str])
    kept: int = 0
    missing: set[Name] = dataclasses.field(default_factory=set[Name])


def matching_threads(
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


def move_all(
    mover: ThreadMover, weights: Mapping[str, Weight], watcher: ProgressListener
) -> Report:
    """Move threads; one that cannot be moved does not keep the others.

    Raises:
        StoreError: Source or target failed as a whole; what was moved stays moved.
    """
    run = _Pass(mover.source, mover.loader, watcher, "was not moved")

    def move(thread_id: str) -> bool:
        return mover.move(thread_id, watcher.advance) is Outcome.MOVED

    return run.process(weights, move)


def read_all(
    source: Source,
    loader: Loader,
    weights: Mapping[str, Weight],
    watcher: ProgressListener,
) -> Report:
    """Read threads and move none.

    Raises:
        StoreError: The source failed as a whole.
    """
    run = _Pass(source, loader, watcher, "could not be moved")

    def read(thread_id: str) -> bool:
        _read(source, thread_id, watcher.advance)
        return True

    return run.process(weights, read)


class _Pass:
    """One pass over the threads of a source, and a report of what came of each."""

    def __init__(
        self, source: Source, loader: Loader, watcher: ProgressListener, failed: str
    ) -> None:
        self._source = source
        self._loader = loader
        self._watcher = watcher
        self._failed = failed

    def process(
        self, weights: Mapping[str, Weight], process_thread: Callable[[str], bool]
    ) -> Report:
        """Process each thread; `process_thread` returns whether there was something to do."""
        report = Report()
        for thread_id, weight in weights.items():
            try:
                is_new = process_thread(thread_id)
            except StoreError:
                raise
            # The outermost boundary of one thread: classes of users and serializers
            # of any make run in it, and the other threads are not to pay for them.
            except Exception as exc:  # noqa: BLE001
                self._fail(thread_id, exc, report)
            else:
                if is_new:
                    report.moved[thread_id] = weight
                else:
                    report.present.append(thread_id)
                report.kept += self._report_kept(thread_id)
            self._watcher.finish(thread_id)
        return report

    def _fail(self, thread_id: str, exc: Exception, report: Report) -> None:
        reason = str(exc) or type(exc).__name__
        report.failed[thread_id] = reason
        self._watcher.report_failure(f"thread {thread_id!r} {self._failed}: {reason}")
        if isinstance(exc, UnreadableValueError) and exc.names:
            report.missing |= _find_missing(self._source, thread_id)
        self._loader.take_kept()

    def _report_kept(self, thread_id: str) -> int:
        alike: dict[tuple[object, ...], list[Kept]] = {}
        kept = self._loader.take_kept()
        for each in kept:
            alike.setdefault(each[:3], []).append(each)
        for first, *others in alike.values():
            more = f" and {len(others)} more" if others else ""
            name = ":".join(first.name)
            self._watcher.report_change(
                f"thread {thread_id!r}: {first.what} keeps the data of {name} in place "
                f"of an object: {first.reason} (in {first.where}{more})"
            )
        return len(kept)


def _find_missing(source: Source, thread_id: str) -> set[Name]:
    """Name all classes that keep a thread from being read, not only the first."""
    found: set[Name] = set()

    def attempt(read: Callable[[], object]) -> None:
        try:
            read()
        except UnreadableValueError as exc:
            found.update(exc.names)

    for key in source.checkpoints(thread_id):
        attempt(partial(source.read, thread_id, key))
    for own_id, namespace in sorted({key[:2] for key in source.writes(thread_id)}):
        attempt(partial(source.read_writes, thread_id, namespace, own_id))
    return found


def _read(source: Source, thread_id: str, advance: Advance) -> None:
    for key in source.checkpoints(thread_id):
        _, size = source.read(thread_id, key)
        advance(Weight(1, 0, size))
    for own_id, namespace in sorted({key[:2] for key in source.writes(thread_id)}):
        writes, size = source.read_writes(thread_id, namespace, own_id)
        advance(Weight(0, len(writes), size))


def _matches(thread_id: str, pattern: str) -> bool:
    return thread_id == pattern or fnmatch.fnmatchcase(thread_id, pattern)
