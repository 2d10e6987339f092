"""Interrupt the graph instead of waiting for a job.

LangGraph matches answers with `interrupt()` calls by their order in a node. A call
that suspends therefore repeats, in every run of the node, exactly as many interrupts
as it has made before, also when its job is done: an approval that follows would
otherwise be given an answer that was meant for the job.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing
from typing import Final, TypeVar

from langgraph.types import interrupt

from interactions_core.adapter import (
    AsyncInteractionsClient,
    InteractionsClient,
    Reply,
    SessionStore,
    StreamEvent,
    Suspended,
    Turn,
    events_of,
    itself,
)
from interactions_core.exceptions import ConfigurationError

T = TypeVar("T")

JOB: Final = "interactions.job"
"""The `type` of the interrupts that wait for a job."""


def check_suspends(turn: Turn) -> None:
    """Raise `ConfigurationError` where there is nothing to interrupt."""
    if turn.suspends and turn.place is None:
        msg = (
            "background='suspend' needs a graph with a checkpointer and a thread_id: "
            "there is nothing here to interrupt and to resume; nothing was sent"
        )
        raise ConfigurationError(msg)


def get_reply(
    client: InteractionsClient,
    turn: Turn,
    store: SessionStore,
    to_result: Callable[[Reply], T],
) -> T:
    """Return what is made of the reply to a turn, or interrupt its graph."""
    if not turn.suspends:
        return client.turn(turn, store, to_result)
    _repeat_interrupts(client.interrupted(turn, store))
    while True:
        found = client.suspend(turn, store)
        if found.reply is not None:
            return to_result(found.reply)
        interrupt(_payload(found))


async def aget_reply(
    client: AsyncInteractionsClient,
    turn: Turn,
    store: SessionStore,
    to_result: Callable[[Reply], T],
) -> T:
    """Return what is made of the reply to a turn, or interrupt its graph."""
    if not turn.suspends:
        return await client.turn(turn, store, _as_async(to_result))
    _repeat_interrupts(await client.interrupted(turn, store))
    while True:
        found = await client.suspend(turn, store)
        if found.reply is not None:
            return to_result(found.reply)
        interrupt(_payload(found))


def stream_reply(
    client: InteractionsClient,
    turn: Turn,
    store: SessionStore,
    to_result: Callable[[Reply], T],
) -> Generator[StreamEvent | T]:
    """Yield the events of a turn; one that suspends has them when it is done."""
    if not turn.suspends:
        yield from client.stream(turn, store, to_result)
        return
    reply = get_reply(client, turn, store, itself)
    yield from events_of(reply.steps)
    yield to_result(reply)


async def astream_reply(
    client: AsyncInteractionsClient,
    turn: Turn,
    store: SessionStore,
    to_result: Callable[[Reply], T],
) -> AsyncGenerator[StreamEvent | T]:
    """Yield the events of a turn; one that suspends has them when it is done."""
    if turn.suspends:
        reply = await aget_reply(client, turn, store, itself)
        for event in events_of(reply.steps):
            yield event
        yield to_result(reply)
        return
    async with aclosing(client.stream(turn, store, _as_async(to_result))) as events:
        async for event in events:
            yield event


def _as_async(to_result: Callable[[Reply], T]) -> Callable[[Reply], Awaitable[T]]:
    async def hand_on(reply: Reply) -> T:
        return to_result(reply)

    return hand_on


def _repeat_interrupts(before: Suspended | None) -> None:
    """Make the interrupts of earlier runs again; LangGraph has answers for them."""
    if before is not None:
        for _ in range(before.interrupts):
            interrupt(_payload(before))


def _payload(job: Suspended) -> dict[str, str]:
    return {
        "type": JOB,
        "interaction_id": job.interaction_id,
        "job": job.job_key,
    }
