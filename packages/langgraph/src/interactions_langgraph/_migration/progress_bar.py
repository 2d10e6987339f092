"""How far a migration is, and what came of it, on a terminal."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from interactions_langgraph._migration.sources import Weight


class ProgressBar:
    """A bar over the bytes, with threads and checkpoints beside it."""

    def __init__(self, weights: Mapping[str, Weight], what: str) -> None:
        self._weights = weights
        self._total = sum(weights.values(), Weight())
        self._threads = 0
        self._finished = Weight()
        self._done = Weight()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[counts]}"),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True, highlight=False),
        )
        self._task = self._bar.add_task(
            what, total=self._total.bytes, counts=self._counts()
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def advance(self, weight: Weight) -> None:
        """Count what was read."""
        self._done += weight
        self._show()

    def finish(self, thread_id: str) -> None:
        """Count a thread as done, whatever came of it."""
        self._finished += self._weights[thread_id]
        self._done = self._finished
        self._threads += 1
        self._show()

    def report_failure(self, text: str) -> None:
        """Print why a thread was not moved, above the bar."""
        self._bar.console.print(text, style="red", markup=False, soft_wrap=True)

    def report_change(self, text: str) -> None:
        """Print what of a thread is not as it was, above the bar."""
        self._bar.console.print(text, style="yellow", markup=False, soft_wrap=True)

    def _show(self) -> None:
        self._bar.update(self._task, completed=self._done.bytes, counts=self._counts())

    def _counts(self) -> str:
        return (
            f"threads {self._threads}/{len(self._weights)} "
            f"checkpoints {self._done.checkpoints}/{self._total.checkpoints}"
        )


def print_table(title: str, rows: Mapping[str, int | str]) -> None:
    """Print names and numbers."""
    table = Table(title=title, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in rows.items():
        table.add_row(name, f"{value:,}" if isinstance(value, int) else value)
    Console(highlight=False).print(table)


def in_bytes(size: int | None) -> str:
    """Write a size for people; `None` is one that is not known."""
    return "-" if size is None else decimal(size)
