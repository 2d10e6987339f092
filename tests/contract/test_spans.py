"""Which spans a turn is, and under which others, through every door of core."""

import asyncio
import contextlib
import gc
import logging
import os
import weakref
from collections.abc import Iterator
from contextlib import aclosing, closing
from typing import Any, Final

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor

from interactions_core.exceptions import InvalidRequestError
from interactions_core.stores import MemoryStore
from interactions_core.tracing.conventions import input_tokens, output_tokens
from interactions_emulator import Emulator
from tests.contract.asking import MODEL, STREAMS, Asker, Chat, give, make_turn
from tests.contract.conftest import Connect
from tests.forks.children import in_child
from tests.spans import Told, attributes, told

HIDDEN: Final = "hunter2"
HTTP_LOGGERS: Final = {"httpx", "httpx2"}


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Let nothing be freed but what nobody holds."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with told(monkeypatch) as found:
        yield found


def test_a_chain_of_turns_is_told_by_ids(asker: Asker, spans: Told) -> None:
    chat = Chat(asker, session_id="s", thread_id="t")

    one, two = chat.say("Hello"), chat.say("And now?")

    first, second = map(attributes, spans.spans)
    assert [span.name for span in spans.spans] == [f"chat {MODEL}"] * 2
    assert first["gen_ai.response.id"] == one.interaction_id
    assert second["gen_ai.request.previous_response.id"] == one.interaction_id
    assert second["gen_ai.response.id"] == two.interaction_id
    assert second["gen_ai.conversation.id"] == "t"
    assert second["interactions.session.id"] == "s"
    assert second["interactions.plan.reason"] == "continue"
    assert second["interactions.steps.avoided"] > 0
    assert ("gen_ai.request.stream" in second) is (asker.way in STREAMS)


def test_a_turn_stands_under_the_span_that_asks(asker: Asker, spans: Told) -> None:
    tracer = spans.tracers.get_tracer("a framework")
    inside: list[trace.Span] = []

    with tracer.start_as_current_span("around") as around:
        give(
            asker,
            make_turn(["Hello"]),
            lambda _: inside.append(trace.get_current_span()),
        )

    [span] = spans.spans
    assert span.parent is not None
    assert span.parent.span_id == around.get_span_context().span_id
    # What the framework does with the reply is no part of the call.
    assert inside == [around]


def test_a_refused_turn_names_its_error_and_not_its_text(
    asker: Asker, emulator: Emulator, spans: Told
) -> None:
    emulator.fault(on="create", do={"status": 400, "message": "hunter2"})

    with contextlib.suppress(InvalidRequestError):
        asker.ask("Hello")

    [span] = spans.spans
    assert span.status.status_code is trace.StatusCode.ERROR
    assert attributes(span)["error.type"] == "InvalidRequestError"
    assert "hunter2" not in span.to_json()


def test_a_turn_that_is_answered_at_once_is_not_said_to_be_in_the_background(
    asker: Asker, emulator: Emulator, spans: Told
) -> None:
    message = f"Model '{MODEL}' does not support background interactions."
    refused = {"status": 400, "code": "invalid_request", "message": message}
    emulator.fault(on="create", do=refused, times=1)

    reply = asker.ask("Hello", background=True, foreground_ok=True)

    [span] = spans.spans
    told = attributes(span)
    assert reply.job == ""
    assert told["interactions.recovered"] == ("foreground",)
    assert "interactions.background" not in told
    assert "interactions.job.key" not in told
    assert "gen_ai.usage.input_tokens" in told


def test_a_stream_that_is_left_ends_its_span(connect: Connect, spans: Told) -> None:
    client, store = connect("stream").client, MemoryStore()
    with closing(client.stream(make_turn(["Hello"]), store)) as shown:
        next(shown)

    [span] = spans.spans
    assert attributes(span)["interactions.left"] is True
    assert span.status.status_code is trace.StatusCode.UNSET


def test_a_stream_that_is_no_longer_awaited_ends_its_span(
    connect: Connect, spans: Told
) -> None:
    asker = connect("async stream")

    async def leave() -> None:
        async with aclosing(
            asker.aclient.stream(make_turn(["Hello"]), asker.store)
        ) as shown:
            await anext(shown)

    asker.run(leave())

    [span] = spans.spans
    assert attributes(span)["interactions.left"] is True


def test_a_turn_that_is_cancelled_ends_its_span(
    connect: Connect, emulator: Emulator, spans: Told
) -> None:
    async def cancelled(_: float) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    emulator.fault(on="create", do={"status": 503}, times=1)
    asker = connect("async")
    asker.aclient.sleep = cancelled

    with pytest.raises(asyncio.CancelledError):
        asker.ask("Hello")

    [span] = spans.spans
    assert attributes(span)["interactions.left"] is True
    assert attributes(span)["error.type"] == "asyncio.exceptions.CancelledError"


@pytest.mark.usefixtures("no_collection")
def test_a_turn_that_is_over_is_held_by_nothing(connect: Connect, spans: Told) -> None:
    """Ours: a store that is dropped marks what was handed on, and closes, at once."""
    client = connect("unary").client
    client.turn(make_turn(["Hello"]), MemoryStore())

    store = MemoryStore()
    held = weakref.ref(store)
    client.turn(make_turn(["Hello"]), store)
    del store

    assert len(spans.spans) == 2
    assert held() is None


@pytest.mark.usefixtures("no_collection")
def test_a_turn_that_broke_off_is_held_by_nothing_but_its_error(
    connect: Connect, emulator: Emulator, spans: Told
) -> None:
    def break_off(_: float) -> None:
        raise Interrupted

    emulator.fault(on="create", do={"status": 503}, times=1)
    client, held = connect("unary").client, list[weakref.ref[Interrupted]]()
    client.sleep = break_off

    try:
        client.turn(make_turn(["Hello"]), MemoryStore())
    except Interrupted as error:
        held.append(weakref.ref(error))

    [span] = spans.spans
    assert attributes(span)["interactions.left"] is True
    assert [each() for each in held] == [None]


class Interrupted(BaseException):
    """Such as `KeyboardInterrupt`."""


def test_a_stream_is_not_current_while_its_reader_works(
    connect: Connect, spans: Told
) -> None:
    """Ours: what a framework does between two events is not under our span."""
    client, store = connect("stream").client, MemoryStore()
    tracer = spans.tracers.get_tracer("a framework")

    with tracer.start_as_current_span("around") as around:
        current = {
            trace.get_current_span() for _ in client.stream(make_turn(["Hello"]), store)
        }

    assert current == {around}


class Current(logging.Handler):
    """Notes which span is current where an HTTP library says what it has sent."""

    def __init__(self) -> None:
        super().__init__()
        self.spans: list[trace.SpanContext] = []

    def emit(self, _: logging.LogRecord) -> None:
        self.spans.append(trace.get_current_span().get_span_context())


def test_a_request_is_sent_under_the_span(
    asker: Asker, spans: Told, caplog: pytest.LogCaptureFixture
) -> None:
    """Ours: whatever instruments the HTTP library stands under our span."""
    noted = Current()
    with contextlib.ExitStack() as listening:
        for name in HTTP_LOGGERS:
            caplog.set_level(logging.INFO, name)
            logging.getLogger(name).addHandler(noted)
            listening.callback(logging.getLogger(name).removeHandler, noted)
        asker.ask("Hello")

    [span] = spans.spans
    assert noted.spans == [span.context]


class Broken(SpanProcessor):
    """A program's own processor, which fails."""

    def on_start(self, *_: Any, **__: Any) -> None:
        raise RuntimeError(HIDDEN)

    def on_end(self, *_: Any) -> None:
        raise RuntimeError(HIDDEN)


def test_a_processor_that_raises_costs_no_answer(
    asker: Asker, spans: Told, caplog: pytest.LogCaptureFixture
) -> None:
    spans.tracers.add_span_processor(Broken())

    reply = asker.ask("Hello")

    assert reply.status == "completed"
    assert HIDDEN not in caplog.text
    assert "a span could not be written" in caplog.text


def test_what_fails_with_every_turn_is_a_warning_once(
    asker: Asker, spans: Told, caplog: pytest.LogCaptureFixture
) -> None:
    spans.tracers.add_span_processor(Broken())

    with caplog.at_level(logging.DEBUG, "interactions_core"):
        asker.ask("Hello")
        asker.ask("Hello again")

    levels = [
        record.levelno
        for record in caplog.records
        if getattr(record, "interactions_event", "") == "span_not_written"
    ]
    assert levels[0] == logging.WARNING
    assert {*levels[1:]} == {logging.DEBUG}


def test_tokens_are_counted_once_however_the_answer_comes(
    asker: Asker, spans: Told
) -> None:
    replies = [
        asker.ask("Hello"),
        asker.ask("Hello again", background=True, session_id="s"),
    ]

    points = spans.points("gen_ai.client.token.usage")
    counted = {
        kind: sum(p.sum for said, p in points if said["gen_ai.token.type"] == kind)
        for kind in ("input", "output")
    }
    assert counted == {
        "input": sum(input_tokens(reply.usage) for reply in replies),
        "output": sum(output_tokens(reply.usage) for reply in replies),
    }
    durations = spans.points("gen_ai.client.operation.duration")
    assert sum(point.count for _, point in durations) == len(spans.spans)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_ends_no_span_of_its_parent(
    connect: Connect, spans: Told
) -> None:
    shown = connect("stream").client.stream(make_turn(["Hello"]), MemoryStore())
    next(shown)

    def leave() -> int:
        shown.close()
        return len(spans.spans)

    ended_there = in_child(leave)

    assert (ended_there, len(spans.spans)) == (0, 0)
    assert [*shown]
    [span] = spans.spans
    assert "interactions.left" not in attributes(span)


def test_an_owed_answer_is_a_span_without_tokens(asker: Asker, spans: Told) -> None:
    with contextlib.suppress(ZeroDivisionError):
        give(asker, make_turn(["Hello"]), lambda _: 1 / 0)

    give(asker, make_turn(["Hello"]), lambda reply: reply)

    first, second = map(attributes, spans.spans)
    assert first["gen_ai.usage.input_tokens"] > 0
    assert "error.type" not in first
    assert second["gen_ai.response.id"] == first["gen_ai.response.id"]
    assert second["interactions.recovered"] == ("kept",)
    assert "gen_ai.usage.input_tokens" not in second
