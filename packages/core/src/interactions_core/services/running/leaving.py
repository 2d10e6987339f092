"""Leave to others what a process has begun and cannot end.

Only for a process that ends at once: its threads still believe in what is given away
here.
"""

import logging
from dataclasses import replace
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.owners import is_mine, watcher_id
from interactions_core.records.jobs.job import LEFT, RUNNING
from interactions_core.stores.protocols.sessions import SessionStore

logger: Final = logging.getLogger("interactions_core")


def leave_graph(store: SessionStore, key: str, now: float) -> None:
    """Have somebody else resume the graph that waited for a job, from where it is.

    If the graph has got the result already, that is taken back: what it came to is not
    in a checkpoint, or the graph is at a later one, from which it goes on.
    """
    job = store.get_job(key)
    if job is None or job.consumed_at:
        logger.warning(
            "job %s is done with; nobody goes on with its graph",
            key,
            extra=log_fields("graph_ended", job=key),
        )
        return
    waiting = replace(job, handed_on_at=0.0, lease_until=0.0, updated_at=now)
    # The name of the owner is all that tells others, old releases included, which
    # take it for a watcher.
    if store.update_job(waiting):
        store.take_job(waiting, watcher_id(LEFT), now=now, until=0.0)
    thread_id = job.scope.thread_id
    logger.warning(
        "thread %s is left at its last checkpoint for others",
        thread_id,
        extra=log_fields("graph_left", job.known),
    )


def release_leases(store: SessionStore, now: float) -> None:
    """Let others wait for the runs that this process waits for.

    Nothing is said of creates that are on their way: what becomes of them is not known.
    """
    try:
        for job in store.list_jobs(statuses=RUNNING):
            if is_mine(job.owner) and job.lease_until > now:
                store.renew_job(job.key, job.owner, now=now, until=0.0)
    except StoreError as exc:
        logger.warning(
            "leases of this process end by themselves: %s",
            shown_error(exc),
            extra=log_fields("leases_not_released", error=exc),
        )
