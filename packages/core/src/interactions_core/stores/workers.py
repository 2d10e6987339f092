"""The threads that work for callers that await.

One rule for whatever could hold up an event loop. Our own work (what the session
store does, imports, hashes, JSON of message lists, checkpoints) goes to the threads
of the store at hand: few and bounded, however many callers there are and however
large the machine is. Work that is not ours, or that waits for the network (a user's
function, somebody else's checkpointer, a deletion on the server), may take hours and
may itself wait for the store; it gets a thread of its own.

Nothing goes to asyncio's default executor: it grows with the number of processors,
and it is where the loop looks up host names, so that long work there holds up
everybody's connections.

Whoever awaits has imported asyncio; a program without a loop need not.
"""

import contextvars
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

from interactions_core.process.forking import PerProcess

T = TypeVar("T")


class Threaded(Protocol):
    """Whoever has threads for work: a session store.

    Attributes:
        threads: How many, at most.
    """

    threads: int


_pools: Final = PerProcess(weakref.WeakKeyDictionary[Threaded, ThreadPoolExecutor])


async def in_worker(store: Threaded, call: Callable[[], T]) -> T:
    """Run our own work in one of a store's threads, and wait for it.

    A caller that is cancelled meanwhile leaves when the work is done, so that what it
    cleans up is not being worked on. If it is cancelled again it leaves at once; the
    work runs to its end all the same.

    Args:
        store: Whose work it is; it has `store.threads` threads.
        call: The work. It may not wait for other work of the store.
    """
    import asyncio  # noqa: PLC0415

    context = contextvars.copy_context()
    work = asyncio.wrap_future(_pool_of(store).submit(context.run, call))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise


async def in_thread(call: Callable[[], T]) -> T:
    """Run work that is not ours, or waits for the network, in a thread of its own.

    A caller that is cancelled leaves at once; the work runs to its end.
    """
    import asyncio  # noqa: PLC0415

    context = contextvars.copy_context()
    work = Future[T]()

    def run() -> None:
        # It cannot be cancelled from now on.
        if work.set_running_or_notify_cancel():
            try:
                work.set_result(context.run(call))
            except BaseException as error:  # noqa: BLE001 - raised to whoever waits
                work.set_exception(error)

    threading.Thread(target=run, name="interactions-call").start()
    return await asyncio.wrap_future(work)


def is_loop_thread() -> bool:
    """Tell whether an event loop runs in this thread."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _pool_of(store: Threaded) -> ThreadPoolExecutor:
    pools = _pools.get()
    found = pools.get(store)
    if found is None:
        made = ThreadPoolExecutor(store.threads, "interactions-store")
        # Another thread may have made one meanwhile; one without work has no threads.
        found = pools.setdefault(store, made)
    return found
