"""Follow a run in the background to its end: look again and again, or listen.

A failed look is not a failed run. What the run came to is read from the server, so a
stream that breaks off for good costs its progress and nothing else.
"""

import contextlib
from dataclasses import dataclass
from typing import Final

from interactions_core.answers import Answer, joined
from interactions_core.canonical import JsonObject
from interactions_core.effects import Flow, fetch, resume_stream, show, sleep
from interactions_core.exceptions import (
    AuthenticationError,
    DeadlineExceededError,
    InterruptedStreamError,
    NotFoundError,
    RequestError,
)
from interactions_core.holding import Work, consumed, ended, held, let_go
from interactions_core.jobs import GONE, LEASE_S
from interactions_core.listening import Listener, heard
from interactions_core.outcomes import is_pending
from interactions_core.points import Point, reached
from interactions_core.streaming import Assembler, steps_of
from interactions_core.unseen import unseen

UNSETTLED_S: Final = 60.0
"""For how long after its submission 403 and 404 for a run are waited out: both were
recorded for runs that went on."""

SILENCE_S: Final = LEASE_S / 2
"""How long a stream may say nothing before the run is looked at instead."""

_GROWTH: Final = 1.5
_UNAUTHORIZED: Final = 401


@dataclass(slots=True)
class _Watch:
    """When a run is looked at next.

    Attributes:
        pause_s: The pause before, in seconds.
        asked_s: What the service asked for with the last look, in seconds.
    """

    pause_s: float
    asked_s: float = 0.0


def waited_answer(work: Work, interaction: JsonObject) -> Flow[Answer]:
    """Wait for the end of a run.

    Args:
        work: The job, submitted.
        interaction: What is known of the run.

    Raises:
        DeadlineExceededError: It took longer than `deadline_s`; it was cancelled.
        RequestError: It cannot be read; the job is kept for the next try.
    """
    interaction = yield from _settled(work, interaction)
    yield from ended(work, interaction)
    return joined(None, interaction, steps_of(interaction))


def adopted_answer(work: Work, *, stream: bool) -> Flow[Answer]:
    """Go on with a run that another turn has begun, perhaps in another process."""
    if work.job.result:
        interaction = work.job.result
    else:
        interaction = yield from first_look(work)
    if stream and is_pending(interaction):
        listener = Listener(Assembler({"id": work.name}))
        if (yield from _resumed(work, listener)):
            return (yield from followed_answer(work, listener))
    answer = yield from waited_answer(work, interaction)
    if stream:
        shown = {"steps": [*answer.steps], "id": work.name}
        yield from _shown_rest(Assembler(), shown)
    return answer


def followed_answer(work: Work, listener: Listener) -> Flow[Answer]:
    """Show a run's events while its stream lasts, and wait for its end.

    Args:
        work: The job, submitted.
        listener: What its stream, which is open, has said so far.

    Raises:
        InterruptedStreamError: What was shown is not how the answer begins.
        DeadlineExceededError: It took longer than `deadline_s`; it was cancelled.
    """
    assembler = listener.assembler
    while True:
        news = yield from heard(work, listener)
        resumable = news and listener.last_event_id and not assembler.repeats
        if assembler.completed or not resumable:
            break
        yield from sleep(_pause_s(work, _Watch(work.run.rules.poll[0])))
        if not (yield from _resumed(work, listener)):
            break
    interaction: JsonObject = {**assembler.interaction, "id": work.name}
    if not assembler.completed or is_pending(interaction):
        interaction = yield from _settled(work, {**interaction, "status": "queued"})
        # First of all: where what was shown is not how it begins, whoever asks again
        # is given this answer.
        yield from ended(work, interaction)
        yield from _shown_rest(assembler, interaction)
        return joined(None, interaction, steps_of(interaction))
    whole = yield from _with_usage(interaction)
    yield from ended(work, {**whole, "steps": [*assembler.steps]})
    return joined(None, whole, assembler.steps)


def first_look(work: Work) -> Flow[JsonObject]:
    """Look at a run once; a look that fails says that nothing is known.

    Raises:
        RequestError: Nothing is known of a run whose deadline is over: it may have
            ended in time, long ago. The job is kept for the next try.
    """
    late = work.age_s() >= work.run.rules.deadline_s
    found = yield from _looked(work, _Watch(0.0), passes=not late)
    return found or {"id": work.name, "status": "in_progress"}


def _resumed(work: Work, listener: Listener) -> Flow[bool]:
    """Open the stream of a run again, after what was heard; false if that fails."""
    listener.begin_again()
    try:
        yield from resume_stream(work.name, listener.last_event_id, SILENCE_S)
    except RequestError:
        return False
    return True


def _shown_rest(assembler: Assembler, interaction: JsonObject) -> Flow[None]:
    name = str(interaction.get("id") or "")
    rest = unseen(assembler.steps, steps_of(interaction))
    if rest is None:
        said = "the run goes another way than what was shown; ask again"
        raise InterruptedStreamError(name, said, assembler.steps)
    for item in rest:
        yield from show(item)


def _with_usage(interaction: JsonObject) -> Flow[JsonObject]:
    """Read what it cost; recorded streams of research ended without saying so."""
    if interaction.get("usage"):
        return interaction
    found: JsonObject = {}
    with contextlib.suppress(RequestError):
        found = yield from fetch(str(interaction.get("id") or ""))
    told = {key: found[key] for key in ("usage", "environment_id") if key in found}
    return {**interaction, **told}


def _settled(work: Work, interaction: JsonObject) -> Flow[JsonObject]:
    """Look until a run is over, with pauses that grow."""
    watch = _Watch(work.run.rules.poll[0])
    while is_pending(interaction):
        yield from _paused(work, _pause_s(work, watch))
        found = yield from _looked(work, watch)
        interaction = found or interaction
    return interaction


def _paused(work: Work, pause_s: float) -> Flow[None]:
    """Wait, and keep the lease meanwhile."""
    while pause_s > 0:
        slice_s = min(pause_s, LEASE_S / 3)
        yield from sleep(slice_s)
        yield from held(work)
        pause_s -= slice_s


def _looked(
    work: Work, watch: _Watch, *, passes: bool = True
) -> Flow[JsonObject | None]:
    """Look at a run; `None` for a look that says nothing about it.

    Args:
        work: The job, submitted.
        watch: Is told how long the service asks to wait.
        passes: Whether a look may say nothing; otherwise it is raised.

    Raises:
        RequestError: It cannot be read. The job is kept, unless the run is gone.
    """
    reached(Point.LOOKED)
    while (wait_s := work.run.rules.pace.wait_s(work.run.now())) > 0:
        yield from _paused(work, wait_s)
    try:
        return (yield from fetch(work.name))
    except RequestError as error:
        unsaid = _passes(error, work.age_s())
        if unsaid and passes:
            watch.asked_s = error.retry_after_s or 0.0
            return None
        if isinstance(error, NotFoundError) and not unsaid:
            yield from consumed(work, GONE)
            what = "is gone; ask again for a new one"
        else:
            what = "goes on, and its job is kept: ask again for its answer"
        yield from let_go(work)
        # The API's own words leave open which run they are about.
        error.args = (f"{str(error).rstrip('.')}: the run {work.name} {what}",)
        raise


def _pause_s(work: Work, watch: _Watch) -> float:
    """Return how long to wait before the next look."""
    rules, now = work.run.rules, work.run.now()
    left = rules.deadline_s - work.age_s()
    if left <= 0:
        raise DeadlineExceededError(work.name, rules.deadline_s)
    pause = max(watch.pause_s * (0.75 + 0.25 * rules.jitter()), watch.asked_s)
    watch.pause_s = min(watch.pause_s * _GROWTH, rules.poll[1])
    watch.asked_s = 0.0
    return rules.pace.next_at(now, now + min(pause, left)) - now


def _passes(error: RequestError, age_s: float) -> bool:
    """Tell whether a look that failed says nothing about the run."""
    if isinstance(error, AuthenticationError | NotFoundError):
        return error.status_code != _UNAUTHORIZED and age_s < UNSETTLED_S
    return error.retryable
