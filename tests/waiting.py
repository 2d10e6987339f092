"""Let adapters go by a clock of the test's, and wait by it; no option says so."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any


def go_by(model: Any, clock: Callable[[], float]) -> None:
    """Take the time of an adapter's model from a function; before its first turn."""
    model._clock = clock


def wait_by(
    model: Any, pause: Callable[[float], None] | Callable[[float], Awaitable[None]]
) -> None:
    """Let a function do the waiting: in both halves, or in the async one alone."""
    clients = model._ready()
    if iscoroutinefunction(pause):
        clients.awaited.sleep = pause
        return

    async def apause(seconds: float) -> None:
        pause(seconds)

    clients.sync.sleep, clients.awaited.sleep = pause, apause
