"""Find the job that a call may go on with, and take its lease.

Only a job that nobody waits for is adopted; an identical call beside a live lease is
a job of its own. The one exception is a second run of the same task: it waits for the
first one's job, because both are the same question. Where there is none of an equal
call, `changed_calls` tells which was asked in its place before.
"""

from dataclasses import replace
from typing import Final

from interactions_core.background.changed_calls import (
    ChangedCall,
    cancel_changed,
    changed_calls,
    explain_adoption,
    refuse_change,
)
from interactions_core.background.holding.leased_job import (
    LeasedJob,
    as_consumed,
    move_job,
)
from interactions_core.process.counters import count
from interactions_core.process.owners import process_id
from interactions_core.records.jobs.job import LEASE_S, Job, request_fingerprint
from interactions_core.records.turn import GraphPosition
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, blocking_call, sleep, store_call

LONGEST_LOOK_S: Final = 5.0
"""The longest pause between two looks at a job that another process waits for."""


def claim_job(run: TurnContext) -> Flow[LeasedJob | None]:
    """Take over the job of an earlier run of the same call, if there is one.

    Raises:
        ChangedCallError: There is one of a call that has changed since, and that is to
            be told.
    """
    while True:
        job, change = yield from _find_job(run)
        if job is None:
            return None
        run.records.first.forget()
        if job.is_adoptable(run.now()):
            # What nobody knows to run can be neither cancelled nor named: it is told
            # as lost.
            is_kept = change is None or change.is_adopted or not job.interaction_id
            if not is_kept:
                # Another run is to be begun for the one that is cancelled.
                run.check_create()
            work = yield from acquire_lease(run, job)
            if work is None:
                continue
            if change is None or is_kept:
                yield from _take_over(work, change)
                return work
            yield from cancel_changed(work, change)
            run.tally.interrupts = job.interrupts
            return None
        run.tally.watch.note_resumed(job)
        yield from sleep(min(LONGEST_LOOK_S, run.policy.poll[1]))


def find_interrupted_job(run: TurnContext) -> Flow[Job | None]:
    """Return the job of this very call that has interrupted its graph before."""
    equal, others = yield from _known_jobs(run)
    here = [job for job in equal if job.interrupts and job.place == run.turn.place]
    for job in here:
        if not (yield from _is_consumed(run, job)):
            return job
    change = yield from _find_change(run, others)
    return change.job if change is not None and change.job.interrupts else None


def _known_jobs(run: TurnContext) -> Flow[tuple[list[Job], list[Job]]]:
    """Return the jobs of equal calls, and those of this task."""
    store, scope, place = run.records.store, run.records.scope, run.turn.place
    digest = request_fingerprint(run.turn, scope)
    jobs = run.records.first.take_jobs()
    if jobs is None:
        jobs = yield from store_call(lambda: store.find_jobs(scope, digest, place))
    equal = [job for job in jobs if job.call_digest == digest]
    if place is None:
        return equal, []
    return equal, [
        job
        for job in jobs
        if job.call_digest != digest and job.place and job.place.task == place.task
    ]


def _find_job(run: TurnContext) -> Flow[tuple[Job | None, ChangedCall | None]]:
    """Return the job to go on with, and what of its call has changed, if it has.

    Raises:
        ChangedCallError: Its call has changed, and that is to be told.
    """
    equal, others = yield from _known_jobs(run)
    job = yield from _candidate(run, equal)
    if job is not None:
        return job, None
    change = yield from _find_change(run, others)
    if change is None:
        return None, None
    if run.policy.on_changed_call == "raise" and change.job.interaction_id:
        raise refuse_change(change)
    return change.job, change


def _find_change(run: TurnContext, jobs: list[Job]) -> Flow[ChangedCall | None]:
    """Return the job of a call that stood in this one's place before."""
    if run.turn.question is None:
        return None
    known = [job for job in jobs if job.is_taken_up]
    adopts = run.policy.on_changed_call == "adopt"
    for change in changed_calls(run.turn.question, known, adopts=adopts):
        if not (yield from _is_consumed(run, change.job)):
            return change
    return None


def _take_over(work: LeasedJob, change: ChangedCall | None) -> Flow[None]:
    """Make a job that of this call, from now on."""
    turn, job = work.run.turn, work.job
    stays = change is not None or job.place == turn.place
    if change is not None:
        explain_adoption(change)
    elif stays and job.question == turn.question:
        return
    moved = replace(
        job,
        call_digest=request_fingerprint(turn, work.run.records.scope),
        place=turn.place,
        question=turn.question,
        # Answers to interrupts are counted at the place where they were given.
        interrupts=job.interrupts if stays else 0,
        updated_at=work.run.now(),
    )
    yield from move_job(work, moved)


def acquire_lease(run: TurnContext, job: Job) -> Flow[LeasedJob | None]:
    """Take a job's lease; `None` if somebody else was faster."""
    store, now, owner = run.records.store, run.now(), process_id()
    until = now + LEASE_S
    won = yield from store_call(
        lambda: store.take_job(job, owner, now=now, until=until)
    )
    if won and job.is_abandoned(now):
        count("lease_takeover")
    if not won:
        return None
    run.tally.job = job.key
    return LeasedJob(run, replace(job, owner=owner, lease_until=until))


def _candidate(run: TurnContext, jobs: list[Job]) -> Flow[Job | None]:
    """Return the job to go on with: that of this very place, or one left behind."""
    place, now = run.turn.place, run.now()
    known = [job for job in jobs if job.is_taken_up]
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
    run.records.first.forget()
    if not (yield from blocking_call(lambda: moved_on(place))):
        return False
    if job.is_adoptable(run.now()) and (work := (yield from acquire_lease(run, job))):
        over = as_consumed(work.job, run.now())
        yield from store_call(lambda: store.update_job(over))
    return True
