"""Whether a call is made by LangChain's `with_fallbacks`, which swallows interrupts.

LangChain tells nobody. The frames of the call do, and in async code those of the
tasks that wait for it.
"""

import asyncio
import inspect
from collections.abc import Iterator
from types import FrameType
from typing import Any, Final

from langchain_core.runnables import RunnableWithFallbacks

_KINDS: Final = ("cr", "ag", "gi")


def is_under_fallbacks() -> bool:
    """Tell whether somebody above this call catches errors to try another model."""
    return any(
        isinstance(frame.f_locals.get("self"), RunnableWithFallbacks)
        for frame in _frames()
        if "fallbacks" in frame.f_code.co_filename
    )


def _frames() -> Iterator[FrameType]:
    frame = inspect.currentframe()
    while frame is not None:
        yield frame
        frame = frame.f_back
    for task in _waiting_tasks():
        yield from _awaiting(task.get_coro())


def _awaiting(coroutine: Any) -> Iterator[FrameType]:
    """Yield the frames of a coroutine that waits, the outermost first."""
    while coroutine is not None:
        # Coroutines, async generators and plain ones name these differently.
        kind = next((k for k in _KINDS if hasattr(coroutine, f"{k}_frame")), "")
        frame = getattr(coroutine, f"{kind}_frame", None)
        if frame is not None:
            yield frame
        coroutine = getattr(coroutine, f"{kind}_await", None)


def _waiting_tasks() -> Iterator["asyncio.Task[Any]"]:
    """Yield the tasks that wait for this one, the nearest first."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return
    seen: set[int] = set()
    while task is not None and id(task) not in seen:
        seen.add(id(task))
        if len(seen) > 1:
            yield task
        task = _waiter(task)


def _waiter(future: "asyncio.Future[Any]") -> "asyncio.Task[Any] | None":
    # What waits for a task is known by the callback that wakes it; CPython keeps it
    # in an attribute that it does not document. `gather` has a future in between.
    for entry in getattr(future, "_callbacks", None) or ():
        owner = getattr(entry[0], "__self__", None)
        if isinstance(owner, asyncio.Task):
            return owner
        for cell in getattr(entry[0], "__closure__", None) or ():
            outer = _content(cell)
            if isinstance(outer, asyncio.Future) and outer is not future:
                return _waiter(outer)
    return None


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return None
