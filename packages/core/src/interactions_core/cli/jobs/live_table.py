"""The open jobs on a terminal, below what a watcher says.

Nothing here asks the API or changes a job.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from interactions_core.cli.jobs.list_text import first_columns, time_columns
from interactions_core.cli.printing.job_words import (
    ToldJob,
    owner_text,
    sum_text,
    told_jobs,
)
from interactions_core.cli.printing.output import shown, shown_span
from interactions_core.cli.printing.table import Cell, Column, none_or, table_lines
from interactions_core.exceptions import StoreError
from interactions_core.process.forking import Lock
from interactions_core.records.jobs.job import UNFINISHED
from interactions_core.records.jobs.job_events import ACQUIRED, BEGUN, RELEASED
from interactions_core.stores import SessionStore

LOOK_S: Final = 1.0
"""How often the jobs are read, in seconds."""

_LEAVING_S: Final = 1.0
"""How long a look that is going on is waited for at the end, in seconds."""

_CHANGES: Final = {ACQUIRED, BEGUN, RELEASED}


class LiveJobs:
    """A table of the open jobs that is written anew, and lines above it.

    It belongs to one command; `end` may be called from any thread, and gives the
    terminal back.

    Args:
        store: Where the jobs are.
        console: The terminal.
        clock: Epoch seconds.
    """

    def __init__(
        self,
        store: SessionStore,
        *,
        console: Console | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._clock = clock
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._found: Sequence[ToldJob] = ()
        self._problem = ""
        self._over = threading.Event()
        self._reader = threading.Thread(target=self._look, daemon=True)
        self._ending = Lock()
        self._live = Live(
            console=self._console,
            get_renderable=self._shown,
            refresh_per_second=2,
            transient=True,
        )

    def write(self, line: str) -> None:
        """Print a line above the table."""
        self._console.print(Text(shown(line)))

    @contextlib.contextmanager
    def running(self) -> Generator[None]:
        """Show the table for as long as the block."""
        try:
            self._live.start()
            self._reader.start()
            yield
        finally:
            self.end()

    def end(self) -> None:
        """Take the table away and give the terminal back; twice is fine."""
        self._over.set()
        with self._ending:
            self._live.stop()
        if self._reader.is_alive():
            # The store may be away, and the process has to end.
            self._reader.join(_LEAVING_S)

    def _look(self) -> None:
        while not self._over.is_set():
            try:
                jobs = self._store.list_jobs(statuses=UNFINISHED)
                self._found = told_jobs(self._store, jobs, self._clock())
                self._problem = ""
            except StoreError as error:
                self._problem = str(error)
            self._over.wait(LOOK_S)

    def _shown(self) -> Text:
        # Those that were consumed while their run went on are nobody's any more.
        found = [each for each in self._found if each.state != "consumed"]
        lines = live_lines(found, self._console.width, self._problem)
        return Text.from_ansi("\n".join(lines), no_wrap=True, overflow="crop")


def live_lines(found: Sequence[ToldJob], width: int, problem: str = "") -> list[str]:
    """Return the table of the open jobs, the head first, and their sum; with colours.

    Args:
        found: The jobs.
        width: How many columns there are.
        problem: What is wrong with the store; "" for nothing.
    """
    told = [f"the store is away: {shown(problem)}"] if problem else []
    if not found:
        return told or ["no open jobs"]
    table = table_lines(_COLUMNS, found, width=width, is_cut=True)
    return [*table, "", *told, sum_text(found)]


def _waits_text(told: ToldJob) -> str:
    return owner_text(told) or "nobody"


def _since_text(told: ToldJob) -> str:
    """Say for how long whoever waits has done so, or nobody has."""
    at = [each.at for each in told.events if each.what in _CHANGES]
    return shown_span(max(0.0, told.now - at[-1])) if at else ""


_COLUMNS: Final[Sequence[Column[ToldJob]]] = (
    *first_columns(),
    Column(head="WAITS", cell=lambda told: Cell(_waits_text(told)), is_text=True),
    Column(head="SINCE", cell=lambda told: none_or(_since_text(told), "dim")),
    *time_columns(),
)
