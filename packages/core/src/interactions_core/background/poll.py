"""Look at a run in the background until it is over, and know what a look means.

A failed look is not a failed run. A run that the service does not know is looked at
until its deadline: it has answered 404 for runs that went on.
"""

import logging
from dataclasses import dataclass
from typing import Final, Never

from interactions_core.background.holding.leased_job import LeasedJob, update_job
from interactions_core.background.holding.leases import (
    note_look,
    raise_displaced,
    release_lease,
    renew_lease,
)
from interactions_core.background.holding.results import mark_cancelled, mark_consumed
from interactions_core.background.holding.unanswered import note_gone
from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    AuthenticationError,
    DeadlineExceededError,
    JobCancelledError,
    LostSubmitError,
    NotFoundError,
    RequestError,
    StoreError,
)
from interactions_core.logs import bare_error, log_fields
from interactions_core.process.failpoints import FailPoint, hit
from interactions_core.protocol.statuses import goes_on, is_known, status_of
from interactions_core.records.jobs.job import (
    GONE,
    LEASE_S,
    LONGEST_MISSING_S,
    UNSETTLED_S,
    noted,
)
from interactions_core.turns.effects import (
    Flow,
    fetch,
    give_up,
    set_cleanup,
    sleep,
    store_call,
)
from interactions_core.turns.keeping.recording import record_unfinished

logger: Final = logging.getLogger("interactions_core")

_KEPT: Final = "goes on, and its job is kept: ask again for its answer"
_GONE: Final = (
    "was not there until its deadline, nor to be cancelled; the next call does what "
    "on_lost_submit says"
)

_GIVEN_UP: Final = (
    "was given up with `interactions jobs cancel`, which the service did not know "
    "either; the next call does what on_lost_submit says"
)

_GROWTH: Final = 1.5
_UNAUTHORIZED: Final = 401


@dataclass(slots=True)
class Watch:
    """When a run is looked at next.

    Attributes:
        pause_s: The pause before, in seconds.
        asked_s: What the service asked for with the last look, in seconds.
        missing: What the last look said, if that was that there is no such run.
    """

    pause_s: float
    asked_s: float = 0.0
    missing: NotFoundError | None = None


def first_poll(work: LeasedJob) -> Flow[JsonObject]:
    """Look at a run once; a look that fails says that nothing is known.

    Raises:
        RequestError: Nothing is known of a run whose deadline is over: it may have
            ended in time, long ago. The job is kept for the next try.
    """
    late = work.age_s() >= work.run.deadline_s
    found = yield from poll_once(work, Watch(0.0), passes=not late)
    return found or {"id": work.name, "status": "in_progress"}


def settle(work: LeasedJob, interaction: JsonObject) -> Flow[JsonObject]:
    """Look until a run is over, with pauses that grow.

    A status that this version does not know is taken for one of a run that goes on,
    until the deadline.
    """
    watch = Watch(work.run.policy.poll[0])
    while goes_on(interaction.get("status")):
        if watch.missing is not None and _left_s(work) <= 0:
            yield from _despair(work, watch.missing)
        if not is_known(interaction.get("status")) and _left_s(work) <= 0:
            return (yield from _last_word(work, interaction))
        yield from pause(work, next_pause_s(work, watch))
        found = yield from poll_once(work, watch)
        interaction = found or interaction
    return interaction


def pause(work: LeasedJob, pause_s: float) -> Flow[None]:
    """Wait, and keep the lease meanwhile."""
    while pause_s > 0:
        slice_s = min(pause_s, LEASE_S / 3)
        yield from sleep(slice_s)
        yield from renew_lease(work)
        pause_s -= slice_s


def poll_once(
    work: LeasedJob, watch: Watch, *, passes: bool = True
) -> Flow[JsonObject | None]:
    """Look at a run; `None` for a look that says nothing about it.

    Args:
        work: The job, submitted.
        watch: Is told how long the service asks to wait.
        passes: Whether a look may say nothing; otherwise it is raised.

    Raises:
        RequestError: It cannot be read. The job is kept, unless the run is gone.
    """
    hit(FailPoint.LOOKED)
    while (wait_s := work.run.policy.pace.wait_s(work.run.now())) > 0:
        yield from pause(work, wait_s)
    try:
        found = yield from fetch(work.name)
    except RequestError as error:
        note_look(work, error)
        watch.asked_s = error.retry_after_s or 0.0
        watch.missing = error if isinstance(error, NotFoundError) else None
        if watch.missing is not None:
            yield from _check_wanted(work, watch.missing)
        if passes and _passes(error, work.age_s()):
            return None
        if watch.missing is not None:
            yield from _despair(work, watch.missing)
        yield from release_lease(work)
        _explain(error, work, _KEPT)
        raise
    note_look(work)
    watch.missing = None
    if not is_known(found.get("status")):
        logger.info(
            "run %s is %r, which is not known",
            work.name,
            found["status"],
            extra=log_fields(
                "status_unknown", work.job.known, status=str(found["status"])
            ),
        )
    return found


def _check_wanted(work: LeasedJob, error: NotFoundError) -> Flow[None]:
    """Stop at once where the run is unknown because we have deleted it, or given it up.

    Raises:
        JobCancelledError: Its job was deleted.
        NotFoundError: Somebody has noted that it is gone.
    """
    key, store = work.job.key, work.run.records.store
    try:
        job = yield from store_call(lambda: store.get_job(key))
    except StoreError as unread:
        logger.exception(
            "job %s (%s) cannot be read",
            key,
            work.name,
            extra=log_fields("job_unreadable", work.job.known, error=unread),
            exc_info=bare_error(unread),
        )
        return
    if job is None:
        yield from raise_displaced(work)
    elif job.status == GONE:
        yield from release_lease(work, GONE)
        _explain(error, work, _GIVEN_UP)
        raise error


def _despair(work: LeasedJob, error: NotFoundError) -> Flow[Never]:
    """Stop to wait for a run that the service does not know: cancel it first.

    Raises:
        NotFoundError: It is not there to be cancelled either. The job says so, and
            the next call asks `on_lost_submit` whether to begin another run.
        DeadlineExceededError: It was there, and is cancelled.
        RequestError: Nothing is known; the job is kept.
    """
    failed = yield from give_up(work.name)
    if failed is None:
        yield from _cancelled(work)
    is_gone = isinstance(failed, NotFoundError)
    yield from release_lease(work, GONE if is_gone else "")
    _explain(error, work, _GONE if is_gone else _KEPT)
    raise error


def _last_word(work: LeasedJob, interaction: JsonObject) -> Flow[JsonObject]:
    """Stop to wait for a run of which nobody knows whether it goes on.

    It may as well have ended with an answer that is paid for, so that it is read once
    more after it was cancelled, and believed.

    Raises:
        DeadlineExceededError: It went on, and is cancelled.
    """
    yield from give_up(work.name)
    found = (yield from poll_once(work, Watch(0.0))) or interaction
    if status_of(found.get("status")).error is JobCancelledError:
        yield from _cancelled(work)
    return found


def _cancelled(work: LeasedJob) -> Flow[Never]:
    """Be done with a run that was cancelled because its deadline is over."""
    yield from mark_cancelled(work)
    yield from set_cleanup("")
    error, tally = DeadlineExceededError(work.name, work.run.deadline_s), work.run.tally
    if work.name in tally.answered and tally.plan is not None:
        yield from record_unfinished(work.run, tally.plan, error)
    raise error


def is_there_again(work: LeasedJob) -> Flow[bool]:
    """Look once more at a run that was given up as gone, and be done with it if not.

    Raises:
        LostSubmitError: It is not there, and no other may be begun without asking.
        RequestError: Nothing is known of it; the job is kept.
    """
    try:
        found = yield from fetch(work.name)
    except NotFoundError as error:
        yield from note_gone(work)
        yield from mark_consumed(work, GONE)
        if work.run.policy.resubmits:
            return False
        raise LostSubmitError(work.job.key, work.name) from error
    except RequestError as error:
        yield from release_lease(work)
        _explain(error, work, _KEPT)
        raise
    note_look(work)
    yield from update_job(work, status=noted(found))
    return True


def _explain(error: RequestError, work: LeasedJob, what: str) -> None:
    """Say which run an error is about: the API's own words leave that open."""
    error.args = (f"{str(error).rstrip('.')}: the run {work.name} {what}",)


def next_pause_s(work: LeasedJob, watch: Watch) -> float:
    """Return how long to wait before the next look."""
    policy, now, left = work.run.policy, work.run.now(), _left_s(work)
    if left <= 0:
        raise DeadlineExceededError(work.name, work.run.deadline_s)
    longest = policy.poll[1]
    if watch.missing is not None:
        longest = max(longest, LONGEST_MISSING_S)
    wanted = min(watch.pause_s, longest)
    pause = max(wanted * (0.75 + 0.25 * policy.jitter()), watch.asked_s)
    watch.pause_s = min(wanted * _GROWTH, longest)
    watch.asked_s = 0.0
    return policy.pace.next_at(now, now + min(pause, left)) - now


def _left_s(work: LeasedJob) -> float:
    return work.run.deadline_s - work.age_s()


def _passes(error: RequestError, age_s: float) -> bool:
    """Tell whether a look that failed says nothing about the run."""
    if isinstance(error, AuthenticationError):
        return error.status_code != _UNAUTHORIZED and age_s < UNSETTLED_S
    return error.retryable or isinstance(error, NotFoundError)
