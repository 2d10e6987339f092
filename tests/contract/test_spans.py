"""Which spans a turn is, and under which others, through every door of core."""

import contextlib
from collections.abc import Iterator

import pytest
from opentelemetry import trace

from interactions_core.exceptions import InvalidRequestError
from interactions_emulator import Emulator
from tests.contract.asking import MODEL, STREAMS, Asker, Chat, give, make_turn
from tests.spans import Told, attributes, told


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
