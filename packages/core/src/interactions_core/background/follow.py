"""Follow a run in the background to its end: look again and again, or listen.

A failed look is not a failed run. What the run came to is read from the server, so a
stream that breaks off for good costs its progress and nothing else.
"""

import contextlib
from typing import Final

from interactions_core.background.holding.leased_job import LeasedJob
from interactions_core.background.holding.results import record_result
from interactions_core.background.listen import Listener, heard
from interactions_core.background.poll import Watch, first_poll, next_pause_s, settle
from interactions_core.canonical import JsonObject
from interactions_core.exceptions import InterruptedStreamError, RequestError
from interactions_core.protocol.statuses import goes_on
from interactions_core.records.jobs.job import LEASE_S
from interactions_core.transcript.missing_events import missing_events
from interactions_core.transcript.streaming import Assembler, steps_of
from interactions_core.turns.effects import Flow, fetch, resume_stream, show, sleep
from interactions_core.turns.own_names import own_named
from interactions_core.turns.receiving.answers import Answer, joined
from interactions_core.turns.receiving.read_back import is_whole, read_back

SILENCE_S: Final = LEASE_S / 2
"""How long a stream may say nothing before the run is looked at instead."""


def poll_until_done(work: LeasedJob, interaction: JsonObject) -> Flow[Answer]:
    """Wait for the end of a run.

    Args:
        work: The job, submitted.
        interaction: What is known of the run.

    Raises:
        DeadlineExceededError: It took longer than `deadline_s`; it was cancelled.
        RequestError: It cannot be read; the job is kept for the next try.
    """
    interaction = yield from settle(work, interaction)
    if not is_whole(interaction):
        # The create may have been answered with the end, and something be missing.
        interaction = (yield from _read_again(work)) or interaction
    yield from record_result(work, interaction)
    return joined(None, interaction, steps_of(interaction))


def _read_again(work: LeasedJob) -> Flow[JsonObject | None]:
    found = yield from read_back(work.name)
    return found.interaction if found.is_over else None


def resume_answer(work: LeasedJob, *, stream: bool) -> Flow[Answer]:
    """Go on with a run that another turn has begun, perhaps in another process."""
    if work.job.result:
        interaction = own_named(work.job.result, work.run.turn)
    else:
        interaction = yield from first_poll(work)
    late = work.age_s() >= work.run.deadline_s
    if stream and not late and goes_on(interaction.get("status")):
        listener = Listener(Assembler({"id": work.name}))
        if (yield from _resumed(work, listener)):
            return (yield from stream_answer(work, listener))
    answer = yield from poll_until_done(work, interaction)
    if stream:
        shown = {"steps": [*answer.steps], "id": work.name}
        yield from _shown_rest(Assembler(), shown)
    return answer


def stream_answer(work: LeasedJob, listener: Listener) -> Flow[Answer]:
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
        yield from sleep(next_pause_s(work, Watch(work.run.policy.poll[0])))
        if not (yield from _resumed(work, listener)):
            break
    interaction: JsonObject = {**assembler.interaction, "id": work.name}
    told = (
        {**interaction, "steps": [*assembler.steps]} if assembler.steps else interaction
    )
    ended = assembler.completed and not goes_on(interaction.get("status"))
    if not ended or not is_whole(told):
        interaction = yield from settle(work, {**interaction, "status": "queued"})
        # Recorded before the rest is shown, which fails if the answer does not begin
        # with what was shown already: an equal call is then given this answer.
        yield from record_result(work, interaction)
        yield from _shown_rest(assembler, interaction)
        return joined(None, interaction, steps_of(interaction))
    whole = yield from _with_usage(interaction)
    yield from record_result(work, {**whole, "steps": [*assembler.steps]})
    return joined(None, whole, assembler.steps)


def _resumed(work: LeasedJob, listener: Listener) -> Flow[bool]:
    """Open the stream of a run again, after what was heard; false if that fails."""
    listener.begin_again()
    try:
        yield from resume_stream(work.name, listener.last_event_id, SILENCE_S)
    except RequestError:
        return False
    return True


def _shown_rest(assembler: Assembler, interaction: JsonObject) -> Flow[None]:
    name = str(interaction.get("id") or "")
    rest = missing_events(assembler.steps, steps_of(interaction))
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
