"""The threads in which stores that may block work for callers that await.

Few and bounded, however many callers there are and however large the machine is:
asyncio's own pool grows with the number of its processors.
"""

import asyncio
import contextvars
import os
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from interactions_core.stores.protocols import SessionStore

T = TypeVar("T")

_pools: Final = weakref.WeakKeyDictionary[SessionStore, ThreadPoolExecutor]()


async def in_worker(store: SessionStore, call: Callable[[], T]) -> T:
    """Run a store's work in one of its threads, and wait for it.

    Args:
        store: Whose work it is; it has `store.threads` threads.
        call: The work. It runs to its end also if nobody waits for it any more.
    """
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    return await loop.run_in_executor(_pool_of(store), context.run, call)


def _pool_of(store: SessionStore) -> ThreadPoolExecutor:
    found = _pools.get(store)
    if found is None:
        made = ThreadPoolExecutor(store.threads, "interactions-store")
        # Another thread may have made one meanwhile; one without work has no threads.
        found = _pools.setdefault(store, made)
    return found


if hasattr(os, "register_at_fork"):
    # A child has the pools of its parent, but none of their threads.
    os.register_at_fork(after_in_child=_pools.clear)
