"""Erase, copy and prune threads: the transactions, and in which order they are.

Each thread is a transaction of its own, so that writers of others wait less, and whoever
dies in between has the rest repeated.
"""

from interactions_core.adapter.storage import (
    DeletionFailPoint,
    Erasure,
    SqlStore,
    check_names,
    hit,
)
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._saver import thread_copy
from interactions_langgraph._saver.garbage_collection import (
    delete_runs,
    prune_to_newest,
    threads_of_runs,
)
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.tables import CheckpointTables
from interactions_langgraph._storage.threads import delete_thread, find_thread
from interactions_langgraph._storage.tombstones import bury_thread, exhume_thread


def erase_thread(
    tables: CheckpointTables, sessions: SqlStore, thread_id: str, *, remote: bool
) -> tuple[list[Erasure], frozenset[str]] | None:
    """Erase a thread's checkpoints and sessions, and remember that it was deleted.

    Returns:
        With `remote`, what goes with it on the server, and what others rest on.
    """
    hit(DeletionFailPoint.BEGUN)
    with tables.writing(thread_id) as connection:
        planned = sessions.plan_erasures(thread_id) if remote else None
        bury_thread(connection, thread_id)
        delete_thread(connection, thread_id)
        sessions.delete_thread(thread_id, remote=remote, checkpoints=True)
    hit(DeletionFailPoint.FORGOTTEN)
    return planned


def erase_runs(tables: CheckpointTables, codec: Codec, runs: set[str]) -> None:
    """Erase the checkpoints and writes of some runs, in all threads."""
    with tables.snapshot() as connection:
        threads = threads_of_runs(connection, runs)
    for thread_id in threads:
        with tables.writing(thread_id) as connection:
            thread = find_thread(connection, thread_id, codec)
            if thread is not None:
                delete_runs(connection, thread, codec, runs)


def copy_thread(
    tables: CheckpointTables, sessions: SqlStore, source: str, target: str
) -> None:
    """Copy a thread's checkpoints, writes and sessions.

    Raises:
        ConfigurationError: The target has checkpoints or writes of its own, or is the
            source.
    """
    with tables.writing(source, target) as connection:
        thread_copy.copy_thread(connection, source, target)
        exhume_thread(connection, target)
        sessions.copy_thread(source, target)


def check_strategy(strategy: str) -> None:
    """Check how threads are to be pruned.

    Raises:
        ConfigurationError: There is no such strategy.
    """
    if strategy not in {"keep_latest", "delete"}:
        message = f"prune takes 'keep_latest' or 'delete', not {strategy!r}"
        raise ConfigurationError(message)


def prune_thread(tables: CheckpointTables, codec: Codec, thread_id: str) -> None:
    """Erase all checkpoints of a thread but the newest of each namespace."""
    check_names(thread_id=thread_id)
    with tables.writing(thread_id) as connection:
        thread = find_thread(connection, thread_id, codec)
        if thread is not None:
            prune_to_newest(connection, thread, codec)
