"""Make an answer of a create whose stream, or whose body, did not arrive whole.

A create that is sent again is billed again. Where the interaction's id is known, it
is read first, and what it says decides.
"""

from dataclasses import dataclass, replace
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    InterruptedStreamError,
    JobFailedError,
    NetworkError,
    OutcomeError,
    RateLimitError,
    RequestError,
    ServiceError,
)
from interactions_core.protocol.statuses import is_hop, status_of
from interactions_core.transcript.missing_events import missing_events
from interactions_core.transcript.streaming import Assembler, StreamEvent, steps_of
from interactions_core.turns.effects import Flow
from interactions_core.turns.receiving.read_back import (
    READ_BACK_S,
    Found,
    is_whole,
    read_back,
)

_WORKS: Final = "in_progress"

ASK_AGAIN: Final = "What had arrived is in `.steps`; ask again to get the rest."


@dataclass(frozen=True, slots=True)
class Salvaged:
    """One hop of an answer, however it arrived.

    Attributes:
        interaction: Its body; `steps` beside it are those that count.
        steps: Its steps.
        rest: What of it was not shown yet.
        failure: Why it cannot be handed on as it is.
    """

    interaction: JsonObject
    steps: tuple[JsonObject, ...]
    rest: tuple[StreamEvent, ...] = ()
    failure: OutcomeError | None = None


def whole_hop(interaction: JsonObject) -> Flow[Salvaged]:
    """Return an answer in one piece, read again where it does not say how it ended."""
    interaction = yield from _complete(interaction)
    return Salvaged(interaction, steps_of(interaction))


def streamed_hop(assembler: Assembler) -> Flow[Salvaged]:
    """Return an answer whose stream has ended, read again where something lacks.

    API: the last event of a stream has no steps. One without any may have lost them on
    the way, so that what is stored is then shown.
    """
    seen = assembler.steps
    body = dict(assembler.interaction)
    if seen:
        body["steps"] = [*seen]
    interaction = yield from _complete(body)
    if seen:
        return Salvaged(interaction, seen)
    steps = steps_of(interaction)
    return Salvaged(interaction, steps, tuple(missing_events((), steps) or ()))


def _complete(interaction: JsonObject) -> Flow[JsonObject]:
    name = str(interaction.get("id") or "")
    if is_whole(interaction):
        return interaction
    if not name:
        return _unnamed(interaction)
    found = yield from read_back(name)
    return found.interaction if found.is_over else interaction


def _unnamed(interaction: JsonObject) -> JsonObject:
    """Take an answer for ended that does not say how, and cannot be read by an id.

    It came whole to a create in the foreground, is paid for, and no chain goes on with
    it.
    """
    if interaction.get("status") or not steps_of(interaction):
        return interaction
    return {**interaction, "status": "completed"}


def salvage(
    assembler: Assembler, error: RequestError, *, shown: bool
) -> Flow[Salvaged]:
    """Read the interaction of an answer that broke off.

    Args:
        assembler: What arrived of it.
        error: How it broke off.
        shown: Whether the framework was given anything of it.

    Returns:
        The answer as it is stored; with a failure where it does not go with what was
        shown. An interaction that is still worked on, or cannot be read, comes without
        steps and with a failure: the next call of the same reads it again.

    Raises:
        RequestError: The error itself, where the create may be sent again: no
            interaction is known, or the service knows none or says that it failed,
            and nothing was shown.
        InterruptedStreamError: Nobody knows what becomes of the answer, of which
            something was shown and the service knows nothing.
    """
    name = str(assembler.interaction.get("id") or "")
    if name and isinstance(error, NetworkError | ServiceError | RateLimitError):
        found = yield from read_back(name)
    else:
        found = Found(is_unknown=True)
    if not shown and (found.is_unknown or _has_failed(found.status)):
        raise error
    if found.is_unknown:
        raise InterruptedStreamError(
            name, f"{error} {ASK_AGAIN}", assembler.steps
        ) from error
    if not found.is_over:
        failure = _goes_on(name, found.status, error, assembler)
        going_on = {"status": _WORKS, **found.interaction, "id": name}
        return Salvaged(going_on, (), failure=failure)
    steps = steps_of(found.interaction)
    part = Salvaged(found.interaction, steps)
    if not _is_part(found.status):
        return replace(part, failure=_ended(part, error, assembler)) if shown else part
    rest = missing_events(assembler.steps, steps)
    if rest is None:
        return replace(part, failure=_differs(name, error, assembler))
    return replace(part, rest=tuple(rest))


def _has_failed(word: str) -> bool:
    """Tell whether the create may be sent again for what became of it."""
    status = status_of(word)
    return status.error is JobFailedError and status.may_work_again


def _is_part(word: str) -> bool:
    """Tell whether what is stored is an answer, or the first hops of one."""
    status = status_of(word)
    return status.error is None or is_hop(word)


def _goes_on(
    name: str, status: str, error: RequestError, seen: Assembler
) -> InterruptedStreamError:
    state = f"was still {status!r}" if status else "could not be read"
    why = (
        f"{error} It {state} {READ_BACK_S:g} s later and was not asked for again. What "
        "had arrived is in `.steps`. Ask again later: it is read then, and nothing is "
        "created while it goes on."
    )
    failure = InterruptedStreamError(name, why, seen.steps)
    failure.__cause__ = error
    return failure


def _ended(
    part: Salvaged, error: RequestError, seen: Assembler
) -> InterruptedStreamError:
    name, status = str(part.interaction.get("id")), part.interaction.get("status")
    why = f"{error} It ended as {status!r}. {ASK_AGAIN}"
    return InterruptedStreamError(name, why, seen.steps)


def _differs(name: str, error: RequestError, seen: Assembler) -> InterruptedStreamError:
    why = (
        f"{error} What was shown is not how the stored answer begins. "
        "Ask again: the stored answer is recorded, and nothing more is paid."
    )
    failure = InterruptedStreamError(name, why, seen.steps)
    failure.is_kept = True
    return failure
