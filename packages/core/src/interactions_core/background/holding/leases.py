"""The lease of a job that a turn holds: renewed, released, or found to be lost.

A lease is born with its job, in `intents`; that of another's job is taken in `claims`.
"""

import logging
from dataclasses import replace
from typing import Final

from interactions_core.background.holding.leased_job import LeasedJob, update_job
from interactions_core.exceptions import (
    JobCancelledError,
    JobTakenOverError,
    RequestError,
    StoreError,
)
from interactions_core.logs import bare_error, log_fields
from interactions_core.records.jobs.job import LEASE_S
from interactions_core.records.jobs.job_looks import as_answered, as_failed
from interactions_core.turns.effects import Flow, set_cleanup, store_call

logger: Final = logging.getLogger("interactions_core")


def renew_lease(work: LeasedJob) -> Flow[None]:
    """Make sure that the lease lasts for a while.

    Raises:
        JobCancelledError: The job was deleted, with its thread for instance.
        JobTakenOverError: Somebody else waits for the run.
    """
    now = work.run.now()
    if work.job.lease_until - now > LEASE_S / 2:
        return
    job, store, until = work.job, work.run.records.store, now + LEASE_S
    try:
        kept = yield from store_call(
            lambda: store.renew_job(
                job.key, job.owner, now=now, until=until, look=job.look
            )
        )
    except StoreError as error:
        logger.exception(
            "the lease of %s was not renewed",
            job.key,
            extra=log_fields("lease_not_renewed", job.known, error=error),
            exc_info=bare_error(error),
        )
        return
    work.job = replace(job, lease_until=until)
    if not kept:
        yield from raise_displaced(work)


def note_look(work: LeasedJob, error: RequestError | None = None) -> None:
    """Keep in mind what a look at the run came to, until the job is written next.

    Args:
        work: The job.
        error: Why the look failed; `None` for one that was answered.
    """
    now = work.run.now()
    look = (
        as_answered(now)
        if error is None
        else as_failed(work.job.look, error.status_code, now)
    )
    work.job = replace(work.job, look=look)


def raise_displaced(work: LeasedJob) -> Flow[None]:
    """Say why a job is no longer this process's."""
    key, store = work.job.key, work.run.records.store
    job = yield from store_call(lambda: store.get_job(key))
    if job is None:
        yield from _listed(work)
        reason = "its job was deleted while it ran, and it was cancelled"
        raise JobCancelledError(work.name, "cancelled", reason)
    yield from set_cleanup("")
    raise JobTakenOverError(work.name, str(job.status))


def _listed(work: LeasedJob) -> Flow[None]:
    """List a run for erasure whose thread was deleted while it went on."""
    records, made_at = work.run.records, work.job.created_at
    store, scope, name = records.store, records.scope, work.name
    try:
        yield from store_call(
            lambda: store.note_late(
                scope, name, records.began, is_running=True, created_at=made_at
            )
        )
    except StoreError as error:
        logger.exception(
            "run %s is not listed for erasure",
            name,
            extra=log_fields("erasure_not_listed", work.job.known, error=error),
            exc_info=bare_error(error),
        )


def release_lease(work: LeasedJob, status: str = "") -> Flow[None]:
    """Leave a job to whoever asks next."""
    yield from update_job(work, lease_until=0.0, status=status or work.job.status)
    yield from set_cleanup("")
