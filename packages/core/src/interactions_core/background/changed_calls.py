"""Find the run of a call that has changed since, and decide what becomes of it.

A node that is run again after a deploy asks with the settings of today. What it asked
before is told by place, question and count; nothing here looks at what was answered.
"""

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.background.holding.leased_job import LeasedJob
from interactions_core.background.holding.leases import release_lease
from interactions_core.background.holding.results import mark_cancelled
from interactions_core.background.submit import cancel_unwanted
from interactions_core.canonical import JsonObject
from interactions_core.exceptions import ChangedCallError, RequestError
from interactions_core.logs import log_fields
from interactions_core.protocol.statuses import goes_on
from interactions_core.records.jobs.job import Job, noted
from interactions_core.records.questions import Question
from interactions_core.turns.effects import Flow, fetch

logger: Final = logging.getLogger("interactions_core")


@dataclass(frozen=True, slots=True)
class ChangedCall:
    """A job of an earlier run of the node that was asked for otherwise.

    Attributes:
        job: The job.
        changed: Names of what differs.
        is_adopted: Whether the call goes on with it; otherwise it begins another.
    """

    job: Job
    changed: tuple[str, ...]
    is_adopted: bool

    @property
    def shown(self) -> str:
        """What differs, for people."""
        return ", ".join(self.changed) or "its settings"


def changed_calls(
    asked: Question, jobs: Sequence[Job], *, adopts: bool
) -> list[ChangedCall]:
    """Return what a call may be a changed form of, the best first.

    Args:
        asked: The call's question.
        jobs: The jobs of its task.
        adopts: Whether a run may be adopted whose call differs in little.
    """
    found = [
        ChangedCall(job, before.changed(asked), adopts and before.may_answer(asked))
        for job, before in _open(asked, jobs)
        if before.is_asked_by(asked)
    ]
    found = found or [
        ChangedCall(job, before.changed(asked), is_adopted=False)
        for job, before in _open(asked, jobs)
        if job.interaction_id and _is_only_one(before, asked, jobs)
    ]
    return sorted(
        found,
        key=lambda one: (one.is_adopted, not one.job.is_over, one.job.created_at),
        reverse=True,
    )


def explain_adoption(call: ChangedCall) -> None:
    """Say in the log which run answers a call that has changed."""
    logger.warning(
        "job %s: the call has changed in %s since it was begun; going on with %s",
        call.job.key,
        call.shown,
        call.job.interaction_id or "it",
        extra=log_fields("changed_call_adopted", call.job.known),
    )


def refuse_change(call: ChangedCall) -> ChangedCallError:
    """Return the error that leaves a run to be decided on."""
    job = call.job
    return ChangedCallError(job.key, job.interaction_id, job.status, call.changed)


def cancel_changed(work: LeasedJob, call: ChangedCall) -> Flow[None]:
    """Cancel the run of a call that has changed, unless it is over, for another one.

    What is over, or cannot be cancelled, keeps its job: who takes the change back finds
    its answer.
    """
    found: JsonObject = {}
    with contextlib.suppress(RequestError):
        found = yield from fetch(work.name)
    if found and not goes_on(found.get("status")):
        yield from release_lease(work, noted(found))
        return
    logger.warning(
        "job %s: the call has changed in %s since it was begun; cancelling %s for "
        "another run",
        call.job.key,
        call.shown,
        work.name,
        extra=log_fields("changed_call_cancelled", work.job.known),
    )
    failed = yield from cancel_unwanted(work.name)
    if failed is None:
        yield from mark_cancelled(work)
    else:
        yield from release_lease(work)


def _open(asked: Question, jobs: Sequence[Job]) -> list[tuple[Job, Question]]:
    """Return jobs of earlier runs whose answers no call can have built on.

    A node that is resumed after an interrupt has handed its answers on to whoever was
    asked, and repeats them. One that begins again after an error may ask otherwise
    because of what it was answered.
    """
    return [
        (job, job.question)
        for job in jobs
        if job.question is not None
        and job.question.run != asked.run
        and (asked.resumes or not job.handed_on_at)
    ]


def _is_only_one(before: Question, asked: Question, jobs: Sequence[Job]) -> bool:
    """Tell whether two calls are the only ones of their runs with this list.

    Where a run asks the same list under several instructions, nobody can tell which of
    them became which.
    """
    if before.list_digest != asked.list_digest or before.digest == asked.digest:
        return False
    return not asked.list_number and not any(
        job.question.list_number
        for job in jobs
        if job.question is not None and job.question.list_digest == asked.list_digest
    )
