"""Get one answer: send a create, follow its events, continue where the server stops."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar, cast

from interactions_core.canonical import JsonObject
from interactions_core.effects import (
    Flow,
    create,
    fetch,
    next_event,
    open_stream,
    show,
)
from interactions_core.exceptions import (
    InteractionsError,
    InterruptedStreamError,
    NetworkError,
    RequestError,
    ServiceError,
)
from interactions_core.outcomes import ANSWERED
from interactions_core.refusals import lost, refusal
from interactions_core.streaming import Assembler
from interactions_core.unseen import unseen
from interactions_core.usage import merged_usage

T = TypeVar("T")

_ASK_AGAIN: Final = "What had arrived is in `.steps`; ask again to get the rest."

RootCheck = Callable[[str], None]
"""Raises if an interaction id visibly belongs to another chain."""


class Repeat(Protocol):
    """Makes a request, again where its errors allow that."""

    def __call__(self, attempt: Callable[[], Flow[T]], *, hop: int) -> Flow[T]:
        """Return what the attempt returns.

        Args:
            attempt: Sends the request.
            hop: How many hops of the answer have come; with any, the parent of the
                request is only just made.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An interaction as answered, hops joined.

    Attributes:
        interaction: The body of the last hop, without its steps, usage added up.
        steps: The steps of all hops.
        hops: How many creates it took.
    """

    interaction: JsonObject
    steps: tuple[JsonObject, ...]
    hops: int = 1


def unary_answer(
    body: Mapping[str, object], check: RootCheck, repeat: Repeat, *, store: bool
) -> Flow[Answer]:
    """Send a create and return its answer."""
    answer: Answer | None = None
    sent: Mapping[str, object] | None = body
    while sent is not None:
        hop = cast("JsonObject", sent)
        interaction = yield from repeat(
            lambda: create(hop),  # noqa: B023 - runs at once
            hop=answer.hops if answer else 0,
        )
        check(str(interaction.get("id") or ""))
        answer = joined(answer, interaction, steps_of(interaction))
        sent = continuation(sent, interaction, store=store)
    return cast("Answer", answer)


def streamed_answer(
    body: Mapping[str, object], check: RootCheck, repeat: Repeat, *, store: bool
) -> Flow[Answer]:
    """Send a create, show its events as they come, and return the whole answer."""
    answer: Answer | None = None
    sent: Mapping[str, object] | None = body
    while sent is not None:
        hop = sent
        try:
            assembler = yield from repeat(
                lambda: _followed(hop, check, len(answer.steps) if answer else 0),  # noqa: B023 - runs at once
                hop=answer.hops if answer else 0,
            )
        except InteractionsError as error:
            if answer is None:
                raise
            raise _interrupted(answer, error) from error
        answer = joined(answer, assembler.interaction, assembler.steps)
        sent = continuation(sent, assembler.interaction, store=store)
    return cast("Answer", answer)


def continuation(
    body: Mapping[str, object], interaction: JsonObject, *, store: bool
) -> Mapping[str, object] | None:
    """Write the request for the next hop of an answer that the server cut.

    API: a stored hop is named as the parent and the input is left out; an unstored
    one has its input sent again with the token.

    Returns:
        The body, or `None` if the answer is whole or has stopped getting on.
    """
    token = interaction.get("continuation_token")
    whole = interaction.get("status") != "requires_continuation"
    if whole or not token or token == body.get("continuation_token"):
        return None
    hop = dict(body) | {"continuation_token": token}
    if store:
        hop.pop("input", None)
        hop["previous_interaction_id"] = interaction.get("id")
    return hop


def steps_of(interaction: JsonObject) -> tuple[JsonObject, ...]:
    """Return the steps that the model made; a GET may put the input before them."""
    steps = interaction.get("steps")
    found = steps if isinstance(steps, list) else []
    return tuple(
        step
        for step in found
        if isinstance(step, Mapping) and step.get("type") != "user_input"
    )


def _followed(
    body: Mapping[str, object], check: RootCheck, before: int
) -> Flow[Assembler]:
    """Follow one stream to its `interaction.completed`, after `before` other steps."""
    assembler = Assembler()
    shown = False
    try:
        yield from open_stream(cast("JsonObject", body))
        while not assembler.completed and assembler.error is None:
            event = yield from next_event()
            if event is None:
                raise _unfinished()
            new = list(assembler.feed(event))
            check(str(assembler.interaction.get("id") or ""))
            for item in new:
                shown = True
                yield from show(replace(item, index=before + item.index))
        if assembler.error is not None:
            raise refusal(None, assembler.error)
    except RequestError as error:
        if not shown:
            raise
        return (yield from _read_back(assembler, error, before))
    return assembler


def _unfinished() -> NetworkError:
    return lost("the stream ended before the interaction did", sent=True)


def _read_back(
    assembler: Assembler, error: RequestError, before: int
) -> Flow[Assembler]:
    """Look whether a stored interaction was finished although its stream was cut."""
    interaction_id = str(assembler.interaction.get("id") or "")
    if interaction_id and isinstance(error, NetworkError | ServiceError):
        found: JsonObject = {}
        with contextlib.suppress(RequestError):
            found = yield from fetch(interaction_id)
        rest = unseen(assembler.steps, steps_of(found))
        if found.get("status") in ANSWERED and rest is not None:
            for item in rest:
                yield from show(replace(item, index=before + item.index))
            return read_whole(found)
    raise InterruptedStreamError(
        interaction_id, f"{error} {_ASK_AGAIN}", assembler.steps
    ) from error


def _interrupted(answer: Answer, error: InteractionsError) -> InterruptedStreamError:
    """Say that an answer whose first hops were shown cannot be continued."""
    later = error.steps if isinstance(error, InterruptedStreamError) else ()
    name = str(answer.interaction.get("id") or "")
    said = f"its continuation failed ({error}). {_ASK_AGAIN}"
    return InterruptedStreamError(name, said, (*answer.steps, *later))


def read_whole(interaction: JsonObject) -> Assembler:
    """Assemble an interaction that was read from the server."""
    assembler = Assembler(dict(interaction), completed=True)
    for index, step in enumerate(steps_of(interaction)):
        for _ in assembler.feed(
            {"event_type": "step.start", "index": index, "step": step}
        ):
            pass
    return assembler


def joined(
    before: Answer | None, interaction: JsonObject, steps: tuple[JsonObject, ...]
) -> Answer:
    """Add a hop to the answer so far; ids and status are those of the last."""
    body = {k: v for k, v in interaction.items() if k not in {"steps", "input"}}
    if before is None:
        return Answer(body, steps)
    first, last = before.interaction.get("usage"), body.get("usage")
    if isinstance(first, Mapping) and isinstance(last, Mapping):
        body["usage"] = merged_usage(first, last)
    return Answer(body, before.steps + steps, before.hops + 1)
