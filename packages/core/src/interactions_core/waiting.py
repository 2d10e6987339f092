"""Follow a run in the background to its end: look again and again, or listen.

A failed look is not a failed run. What the run came to is read from the server, so a
stream that breaks off costs its progress and nothing else.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from interactions_core.answers import Answer, RootCheck, joined, read_whole, steps_of
from interactions_core.canonical import JsonObject
from interactions_core.effects import (
    Flow,
    create,
    fetch,
    next_event,
    open_stream,
    running,
    show,
    sleep,
)
from interactions_core.exceptions import (
    AuthenticationError,
    DeadlineExceededError,
    InteractionsError,
    InterruptedStreamError,
    LostSubmitError,
    NotFoundError,
    RequestError,
)
from interactions_core.outcomes import PENDING
from interactions_core.refusals import refusal
from interactions_core.retries import is_lost
from interactions_core.running import TurnRun
from interactions_core.streaming import Assembler
from interactions_core.unseen import unseen

T = TypeVar("T")

UNSETTLED_S: Final = 60.0
"""For how long 403 and 404 for a run that was just begun are waited out: both were
recorded for runs that went on."""

_GROWTH: Final = 1.5
_UNAUTHORIZED: Final = 401

Attempt = Callable[[Callable[[], Flow[T]]], Flow[T]]


@dataclass(slots=True)
class _Watch:
    """How long a run has been waited for."""

    began: float
    pause_s: float


def waited_answer(
    run: TurnRun, body: Mapping[str, object], check: RootCheck, repeat: Attempt[T]
) -> Flow[Answer]:
    """Begin a run and wait for its end.

    Raises:
        LostSubmitError: The answer to the create was lost; the run may exist.
        DeadlineExceededError: It took longer than `deadline_s`; it was cancelled.
    """
    sent = cast("JsonObject", body)
    begin = cast("Attempt[JsonObject]", repeat)
    interaction = yield from _begun(run, begin(lambda: create(sent)))
    check(str(interaction.get("id") or ""))
    interaction = yield from _settled(run, interaction)
    return joined(None, interaction, steps_of(interaction))


def followed_answer(
    run: TurnRun, body: Mapping[str, object], check: RootCheck, repeat: Attempt[T]
) -> Flow[Answer]:
    """Begin a run, show its events while its stream lasts, and wait for its end.

    Raises:
        LostSubmitError: The stream broke off before it named the run.
        InterruptedStreamError: What was shown is not how the answer begins.
        DeadlineExceededError: It took longer than `deadline_s`; it was cancelled.
    """
    assembler = Assembler()
    open_, sent = cast("Attempt[None]", repeat), cast("JsonObject", body)
    silence_s = run.rules.deadline_s
    yield from _begun(run, open_(lambda: open_stream(sent, silence_s)))
    try:
        yield from _listened(assembler, check)
    except RequestError as error:
        if not assembler.interaction.get("id"):
            raise _lost_or(run, error) from error
    interaction: JsonObject = assembler.interaction
    if not interaction.get("id"):
        raise LostSubmitError(_job_key(run))
    if not assembler.completed or interaction.get("status") in PENDING:
        interaction = yield from _settled(run, interaction)
        yield from _shown_rest(assembler, interaction)
        assembler = read_whole(interaction)
    yield from running("")
    whole = yield from _with_usage(assembler.interaction)
    return joined(None, whole, assembler.steps)


def _begun(run: TurnRun, attempt: Flow[T]) -> Flow[T]:
    try:
        return (yield from attempt)
    except RequestError as error:
        raise _lost_or(run, error) from error


def _lost_or(run: TurnRun, error: RequestError) -> InteractionsError:
    return LostSubmitError(_job_key(run)) if is_lost(error) else error


def _job_key(run: TurnRun) -> str:
    return run.turn.transcript.request_digest.hex()[:16]


def _listened(assembler: Assembler, check: RootCheck) -> Flow[None]:
    """Show a stream's events; it may end at any time."""
    named = False
    while not assembler.completed and assembler.error is None:
        event = yield from next_event()
        if event is None:
            return
        new = list(assembler.feed(event))
        name = str(assembler.interaction.get("id") or "")
        if name and not named:
            check(name)
            yield from running(name)
            named = True
        for item in new:
            yield from show(item)
    if assembler.error is not None:
        raise refusal(None, assembler.error)


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


def _settled(run: TurnRun, interaction: JsonObject) -> Flow[JsonObject]:
    """Look until a run is over, with pauses that grow."""
    name = str(interaction.get("id") or "")
    yield from running(name)
    watch = _Watch(run.now(), run.rules.poll[0])
    while interaction.get("status", "in_progress") in PENDING:
        yield from sleep(_pause_s(run, watch, name))
        try:
            interaction = yield from fetch(name)
        except RequestError as error:
            if not _passes(error, run.now() - watch.began):
                raise
    yield from running("")
    return interaction


def _pause_s(run: TurnRun, watch: _Watch, name: str) -> float:
    """Return how long to wait before the next look."""
    left = run.rules.deadline_s - (run.now() - watch.began)
    if left <= 0:
        raise DeadlineExceededError(name, run.rules.deadline_s)
    pause = watch.pause_s * (0.75 + 0.25 * run.rules.jitter())
    watch.pause_s = min(watch.pause_s * _GROWTH, run.rules.poll[1])
    return min(pause, left)


def _passes(error: RequestError, age_s: float) -> bool:
    """Tell whether a look that failed says nothing about the run."""
    if isinstance(error, AuthenticationError | NotFoundError):
        return error.status_code != _UNAUTHORIZED and age_s < UNSETTLED_S
    return error.retryable
