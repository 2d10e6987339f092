"""Get one answer: send a create, follow its events, continue where the server stops."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar, cast

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    InteractionsError,
    InterruptedStreamError,
    NetworkError,
    OutcomeError,
    RequestError,
)
from interactions_core.protocol.answer_bodies import (
    is_interaction,
    no_interaction,
    shape_of,
)
from interactions_core.protocol.refusals import network_error, refusal
from interactions_core.protocol.statuses import is_hop
from interactions_core.transcript.streaming import Assembler, StreamEvent
from interactions_core.turns.effects import (
    Flow,
    create,
    fetch,
    next_event,
    open_stream,
    show,
)
from interactions_core.turns.receiving.outcomes import is_pending
from interactions_core.turns.receiving.salvage import (
    ASK_AGAIN,
    Salvaged,
    salvage,
    streamed_hop,
    whole_hop,
)
from interactions_core.usage import merged_usage

T = TypeVar("T")

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
        failure: Why it cannot be handed on although it was answered: what was shown of
            it is not how it begins, it ended after something was shown, or it is still
            worked on.
    """

    interaction: JsonObject
    steps: tuple[JsonObject, ...]
    hops: int = 1
    failure: OutcomeError | None = None


def unary_answer(
    body: Mapping[str, object], check: RootCheck, repeat: Repeat, *, store: bool
) -> Flow[Answer]:
    """Send a create and return its answer."""
    answer: Answer | None = None
    sent: Mapping[str, object] | None = body
    while sent is not None:
        hop = cast("JsonObject", sent)
        part = yield from repeat(
            lambda: _create(hop),  # noqa: B023 - runs at once
            hop=answer.hops if answer else 0,
        )
        check(str(part.interaction.get("id") or ""))
        if part.failure is not None and answer is not None:
            raise part.failure
        answer = joined(answer, part.interaction, part.steps)
        if part.failure is not None:
            return replace(answer, failure=part.failure)
        sent = continuation(sent, part.interaction, store=store)
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
            part = yield from repeat(
                lambda: _follow(hop, check, len(answer.steps) if answer else 0),  # noqa: B023 - runs at once
                hop=answer.hops if answer else 0,
            )
        except InteractionsError as error:
            if answer is None:
                raise
            raise _interrupted(answer, error) from error
        if (
            answer is not None
            and part.failure is not None
            and is_pending(part.interaction)
        ):
            # A record of it would lack what came before it.
            raise _interrupted(answer, part.failure) from part.failure
        answer = joined(answer, part.interaction, part.steps)
        if part.failure is not None:
            return replace(answer, failure=part.failure)
        sent = continuation(sent, part.interaction, store=store)
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
    whole = not is_hop(interaction.get("status"))
    if whole or not token or token == body.get("continuation_token"):
        return None
    hop = dict(body) | {"continuation_token": token}
    if store:
        hop.pop("input", None)
        hop["previous_interaction_id"] = interaction.get("id")
    return hop


def _create(body: JsonObject) -> Flow[Salvaged]:
    """Send a create; one whose answer came garbled is read by its id instead."""
    try:
        interaction = yield from create(body)
    except NetworkError as error:
        seen = Assembler({"id": error.interaction_id})
        return (yield from salvage(seen, error, shown=False))
    return (yield from whole_hop(interaction))


def _follow(
    body: Mapping[str, object], check: RootCheck, before: int
) -> Flow[Salvaged]:
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
            yield from _check(check, str(assembler.interaction.get("id") or ""))
            if assembler.repeats:
                raise _repeating()
            for item in new:
                shown = True
                yield from _show(item, before)
        if assembler.error is not None:
            raise refusal(None, assembler.error)
    except RequestError as error:
        part = yield from salvage(assembler, error, shown=shown)
    else:
        check_told(assembler, stored=body.get("store") is not False)
        part = yield from streamed_hop(assembler)
    for item in part.rest:
        yield from _show(item, before)
    return part


def _check(check: RootCheck, interaction_id: str) -> Flow[None]:
    """Check a stream; one that is given up is read, for what it costs."""
    try:
        check(interaction_id)
    except InteractionsError:
        with contextlib.suppress(RequestError):
            yield from fetch(interaction_id)
        raise


def _show(item: StreamEvent, before: int) -> Flow[None]:
    yield from show(replace(item, index=before + item.index))


def check_told(assembler: Assembler, *, stored: bool) -> None:
    """Refuse a stream that came to its end and told of no interaction.

    Raises:
        NetworkError: It is not the API's, or what it told was taken out on the way.
    """
    whole: JsonObject = {**assembler.interaction, "steps": [*assembler.steps]}
    if not is_interaction(whole, stored=stored):
        what = f"a stream of {shape_of(assembler.interaction)}"
        # What it took was counted as it came.
        raise no_interaction(None, what)


def _unfinished() -> NetworkError:
    return network_error("the stream ended before the interaction did", sent=True)


def _repeating() -> NetworkError:
    return network_error("events of the stream came twice", sent=True)


def _interrupted(answer: Answer, error: InteractionsError) -> InterruptedStreamError:
    """Say that an answer whose first hops were shown cannot be continued."""
    later = error.steps if isinstance(error, InterruptedStreamError) else ()
    name = str(answer.interaction.get("id") or "")
    said = f"its continuation failed ({error}). {ASK_AGAIN}"
    return InterruptedStreamError(name, said, (*answer.steps, *later))


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
