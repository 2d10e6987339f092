"""What a turn asks of the world, as values.

A turn is a generator that yields effects and is sent their results, so that every
decision is written once and two thin drivers carry it out: `client` waits, `aclient`
awaits.
"""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import InteractionsError
from interactions_core.records.turn import Reply
from interactions_core.transcript.streaming import StreamEvent

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoreCall:
    """Do something that takes its time; answered with what the function returns.

    The session store is asked so, and what is computed from long lists.

    Attributes:
        call: What to do.
        waits: Whether it is not ours: it may wait for the store, or for hours.
    """

    call: Callable[[], object]
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Create:
    """Send a create; answered with the interaction as JSON."""

    body: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenStream:
    """Send a create with `stream`; answered once the answer begins.

    The driver closes the stream before it opens another, and at the end of the turn.

    Attributes:
        body: The create.
        silence_s: How long the stream may say nothing, in seconds; `None` for as long
            as any request.
    """

    body: JsonObject = field(repr=False)
    silence_s: float | None = None


@dataclass(frozen=True, slots=True)
class ResumeStream:
    """Listen to a run again; answered once the stream begins.

    Attributes:
        interaction_id: The run.
        last_event_id: What was heard last; "" to hear everything.
        silence_s: How long the stream may say nothing, in seconds.
    """

    interaction_id: str
    last_event_id: str
    silence_s: float


@dataclass(frozen=True, slots=True)
class NextEvent:
    """Wait for the next event of the open stream; answered with `None` at its end."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Read an interaction; answered with it as JSON."""

    interaction_id: str


@dataclass(frozen=True, slots=True)
class Show:
    """Hand an event to the framework while the answer goes on."""

    event: StreamEvent


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SetCleanup:
    """Say which run the turn waits for; "" for none any more.

    The driver cancels it on the server if the turn ends before it: nobody would ever
    fetch what it costs.

    Attributes:
        interaction_id: The run.
        cancelled: Writes down that the turn was left; called after the cancel.
    """

    interaction_id: str
    cancelled: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Cancel a run; answered with the error if that failed, else with `None`."""

    interaction_id: str


@dataclass(frozen=True, slots=True)
class Within:
    """Carry an effect out within a context of the caller's; answered as the effect is.

    Attributes:
        effect: What to do.
        entered: What to enter for that, in the thread and task that does it.
    """

    effect: "Effect"
    entered: Callable[[], contextlib.AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class HandOn:
    """Hand a reply to the framework; answered with what the framework is given.

    Whatever that raises is thrown into the turn.
    """

    reply: Reply


Effect = (
    StoreCall
    | Create
    | OpenStream
    | ResumeStream
    | NextEvent
    | Fetch
    | Show
    | Sleep
    | SetCleanup
    | GiveUp
    | Within
    | HandOn
)

# What an effect is answered with depends on the effect; the functions below are the
# only ones that touch it, and give each answer its type.
Flow = Generator[Effect, Any, T]


def store_call(call: Callable[[], T]) -> Flow[T]:
    """Run what takes its time where the driver sees fit."""
    return cast("T", (yield StoreCall(call)))


def leave_loop() -> Flow[None]:
    """Go on where work over a whole list or answer keeps no event loop waiting.

    After an answer the turn is on the loop, and stays there until it asks for the store.
    """
    return store_call(lambda: None)


def blocking_call(call: Callable[[], T]) -> Flow[T]:
    """Run a call that is not ours, wherever that does no harm."""
    return cast("T", (yield StoreCall(call, waits=True)))


def with_answers(flow: Flow[T], change: Callable[[Effect, object], object]) -> Flow[T]:
    """Carry a flow on and change what its effects are answered with.

    Args:
        flow: A turn, or a part of one.
        change: Given an effect and its answer, returns the answer to go on with.

    Returns:
        What the flow returns.
    """
    answer: object = None
    error: BaseException | None = None
    with contextlib.closing(flow):
        while True:
            try:
                effect = flow.throw(error) if error else flow.send(answer)
            except StopIteration as done:
                return cast("T", done.value)
            answer = error = None
            try:
                answer = yield effect
            except GeneratorExit:
                raise
            # Where a reply is handed on, anything may be thrown.
            except BaseException as exc:  # noqa: BLE001 - the flow raises it
                error = exc
            else:
                answer = change(effect, answer)


def create(body: JsonObject) -> Flow[JsonObject]:
    """Send a create and return the interaction."""
    return cast("JsonObject", (yield Create(body)))


def open_stream(body: JsonObject, silence_s: float | None = None) -> Flow[None]:
    """Send a create whose answer is a stream."""
    yield OpenStream(body, silence_s)


def resume_stream(
    interaction_id: str, last_event_id: str, silence_s: float
) -> Flow[None]:
    """Listen to a run again."""
    yield ResumeStream(interaction_id, last_event_id, silence_s)


def next_event() -> Flow[JsonObject | None]:
    """Return the next event, or `None` at the end of the stream."""
    return cast("JsonObject | None", (yield NextEvent()))


def fetch(interaction_id: str) -> Flow[JsonObject]:
    """Read an interaction."""
    return cast("JsonObject", (yield Fetch(interaction_id)))


def show(event: StreamEvent) -> Flow[None]:
    """Hand an event on."""
    yield Show(event)


def set_cleanup(
    interaction_id: str, cancelled: Callable[[], object] | None = None
) -> Flow[None]:
    """Say which run is waited for."""
    yield SetCleanup(interaction_id, cancelled)


def give_up(interaction_id: str) -> Flow[InteractionsError | None]:
    """Cancel a run; return why that failed, or `None`."""
    return cast("InteractionsError | None", (yield GiveUp(interaction_id)))


def hand_on(reply: Reply) -> Flow[object]:
    """Hand a reply on and return what the framework is given."""
    return (yield HandOn(reply))


def sleep(seconds: float) -> Flow[None]:
    """Wait."""
    yield Sleep(seconds)
