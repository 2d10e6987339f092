"""Pauses between two looks at a run, which `cancel` ends.

CrewAI can stop neither a thread nor a task that waits for an LLM: a time limit and
`akickoff`'s cancellation leave it running.
"""

import asyncio
import contextlib
import threading
from collections.abc import Generator
from contextvars import ContextVar

from interactions_core.adapter import PerProcess
from interactions_core.exceptions import JobCancelledError

_begun: ContextVar[int] = ContextVar("_begun", default=0)


class _Waiting:
    """The threads and loops of one process that wait."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.loops: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}


class Waits:
    """Everything that one LLM and its copies wait for; any thread may cancel it."""

    def __init__(self) -> None:
        self._cancelled = 0
        self._waiting = PerProcess(_Waiting)

    @contextlib.contextmanager
    def begin(self) -> Generator[None]:
        """Wait for one call: a `cancel` from now on ends it."""
        token = _begun.set(self._cancelled)
        try:
            yield
        finally:
            _begun.reset(token)

    def cancel(self) -> None:
        """End all calls that have begun, at their next pause or event."""
        waiting = self._waiting.get()
        with waiting.changed:
            self._cancelled += 1
            waiting.changed.notify_all()
            for event, loop in waiting.loops.items():
                loop.call_soon_threadsafe(event.set)

    def check(self) -> None:
        """Raise `JobCancelledError` if the call was cancelled."""
        if self._cancelled != _begun.get():
            msg = "cancel() was called while a run was waited for; it is cancelled too"
            error = JobCancelledError("", "in_progress", msg)
            # The id is known further down, where the run is cancelled.
            error.args = (msg,)
            raise error

    def sleep(self, seconds: float) -> None:
        """Pause a thread."""
        begun = _begun.get()
        changed = self._waiting.get().changed
        with changed:
            changed.wait_for(lambda: self._cancelled != begun, seconds)
        self.check()

    async def asleep(self, seconds: float) -> None:
        """Pause a task."""
        self.check()
        event, waiting = asyncio.Event(), self._waiting.get()
        with waiting.changed:
            waiting.loops[event] = asyncio.get_running_loop()
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
        finally:
            with waiting.changed:
                del waiting.loops[event]
        self.check()
