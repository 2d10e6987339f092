"""Find the job that a call may go on with, and take its lease.

Only a job that nobody waits for is adopted; an identical call beside a live lease is
a job of its own. The one exception is a second run of the same task: it waits for the
first one's job, because both are the same question.
"""

from dataclasses import replace
from typing import Final

from interactions_core.background.job_lease import LeasedJob, as_consumed, update_job
from interactions_core.process.owners import process_id
from interactions_core.records.jobs import LEASE_S, LOST, Job, request_fingerprint
from interactions_core.records.turn import GraphPosition
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, blocking_call, sleep, store_call

LONGEST_LOOK_S: Final = 5.0
"""The longest pause between two looks at a job that another process waits for."""


def claim_job(run: TurnContext) -> Flow[LeasedJob | None]:
    """Take over the job of an earlier run of the same call, if there is one."""
    store, scope = run.records.store, run.records.scope
    digest = request_fingerprint(run.turn, scope)
    while True:
        jobs = yield from store_call(lambda: store.find_jobs(scope, digest))
        job = yield from _candidate(run, jobs)
        if job is None:
            return None
        if job.is_adoptable(run.now()):
            work = yield from acquire_lease(run, job)
            if work is None:
                continue
            if job.place != run.turn.place:
                # Answers to interrupts are counted at the place where they were given.
                yield from update_job(work, place=run.turn.place, interrupts=0)
            return work
        yield from sleep(min(LONGEST_LOOK_S, run.policy.poll[1]))


def find_interrupted_job(run: TurnContext) -> Flow[Job | None]:
    """Return the job of this very place that has interrupted its graph before."""
    store, scope = run.records.store, run.records.scope
    digest = request_fingerprint(run.turn, scope)
    jobs = yield from store_call(lambda: store.find_jobs(scope, digest))
    here = [job for job in jobs if job.interrupts and job.place == run.turn.place]
    for job in here:
        if not (yield from _is_consumed(run, job)):
            return job
    return None


def acquire_lease(run: TurnContext, job: Job) -> Flow[LeasedJob | None]:
    """Take a job's lease; `None` if somebody else was faster."""
    store, now, owner = run.records.store, run.now(), process_id()
    until = now + LEASE_S
    won = yield from store_call(
        lambda: store.take_job(job, owner, now=now, until=until)
    )
    return LeasedJob(run, replace(job, owner=owner, lease_until=until)) if won else None


def _candidate(run: TurnContext, jobs: list[Job]) -> Flow[Job | None]:
    """Return the job to go on with: that of this very place, or one left behind."""
    place, now = run.turn.place, run.now()
    known = [job for job in jobs if job.interaction_id or job.status != LOST]
    if place is None:
        return next(
            (job for job in known if job.place is None and job.is_adoptable(now)), None
        )
    here = [job for job in known if job.place == place]
    given_up = [job for job in known if _is_given_up(job, place, now)]
    left = [job for job in known if _is_left_behind(job, place, now)]
    for job in (*here, *given_up, *left):
        if not (yield from _is_consumed(run, job)):
            return job
    return None


def _is_given_up(job: Job, place: GraphPosition, now: float) -> bool:
    """Tell whether an earlier call of this run of the node failed to read its job."""
    if job.place is None or job.owner != process_id() or not job.is_adoptable(now):
        return False
    if job.handed_on_at or job.interrupts or not job.interaction_id:
        return False
    return replace(job.place, occurrence=place.occurrence) == place


def _is_left_behind(job: Job, place: GraphPosition, now: float) -> bool:
    """Tell whether a job of the same question belongs to a run that is no more.

    Jobs of this process and of this checkpoint belong to calls beside this one.
    """
    if job.place is None or job.owner == process_id() or not job.is_adoptable(now):
        return False
    where = (job.place.namespace, job.place.checkpoint_id)
    return where != (place.namespace, place.checkpoint_id)


def _is_consumed(run: TurnContext, job: Job) -> Flow[bool]:
    """Tell whether the thread has saved what came of a result, and note it if so."""
    place, store = job.place, run.records.store
    if not job.handed_on_at or place is None:
        return False
    moved_on = run.turn.moved_on
    if not (yield from blocking_call(lambda: moved_on(place))):
        return False
    if job.is_adoptable(run.now()) and (work := (yield from acquire_lease(run, job))):
        over = as_consumed(work.job, run.now())
        yield from store_call(lambda: store.update_job(over))
    return True
