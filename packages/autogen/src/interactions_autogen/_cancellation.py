"""AutoGen's cancellation token over a call, and over a stream as one piece of work.

A token keeps whatever is linked to it for its whole life, a team's run: one future is
linked to it for each call. `token.cancel` runs callbacks under a lock that they must
not take again, so nothing here asks a token anything from a callback.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, Final, TypeVar

from autogen_core import CancellationToken

T = TypeVar("T")

_END: Final = object()


async def run_cancellable(
    work: Coroutine[Any, Any, T], token: CancellationToken | None
) -> T:
    """Do work in a task that the token cancels; cancelling the caller does so too.

    A token that was cancelled before cancels it before it begins.
    """
    task = asyncio.ensure_future(work)
    if token is not None:
        token.link_future(task)
    return await task


async def stream_cancellable(
    source: AsyncGenerator[T], token: CancellationToken | None
) -> AsyncGenerator[T]:
    """Yield what a generator yields that runs in a task of its own, from end to end.

    A span that is open in the generator is thus opened and closed in one context,
    whoever asks for the next item and whoever closes this.
    """
    queue: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.ensure_future(_pump(source, queue))
    # Also where the task is cancelled before its first step.
    task.add_done_callback(lambda _: queue.put_nowait(_END))
    if token is not None:
        token.link_future(task)
    try:
        while (item := await queue.get()) is not _END:
            yield item
        await task
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            # Whoever left early does not want to hear of it.
            task.exception()


async def _pump(source: AsyncGenerator[T], queue: asyncio.Queue[Any]) -> None:
    async with aclosing(source):
        async for item in source:
            queue.put_nowait(item)
