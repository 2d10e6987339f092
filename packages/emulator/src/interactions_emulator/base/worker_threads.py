"""Runs blocking work beside the event loop, without holding up its end.

`asyncio.to_thread` would: a loop that ends waits for its executor, and an upstream
may be silent for minutes.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def run_in_thread(work: Callable[[], T]) -> T:
    """Return what the work returns, or raise what it raises."""
    outcome: Future[T] = Future()

    def run() -> None:
        # The loop may have ended while the work went on.
        with contextlib.suppress(RuntimeError):
            _settle(outcome, work)

    threading.Thread(target=run, daemon=True).start()
    return await asyncio.wrap_future(outcome)


def _settle(outcome: Future[T], work: Callable[[], T]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        result = work()
    # Whoever awaits the outcome gets the error.
    except Exception as exc:  # noqa: BLE001
        outcome.set_exception(exc)
    else:
        outcome.set_result(result)
