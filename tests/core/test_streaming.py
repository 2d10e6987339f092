"""Streams end as the same steps as unary answers."""

import json
from collections.abc import Iterator

import pytest

from interactions_core.canonical import JsonObject
from interactions_core.transcript.streaming import (
    ArgumentsDelta,
    Assembler,
    CallStarted,
    MediaDelta,
    ServerStep,
    StreamEvent,
    TextDelta,
    ThoughtDelta,
    event_error,
)


def start(index: int, **step: object) -> JsonObject:
    return {"event_type": "step.start", "index": index, "step": step}


def delta(index: int, **change: object) -> JsonObject:
    return {"event_type": "step.delta", "index": index, "delta": change}


def stop(index: int) -> JsonObject:
    return {"event_type": "step.stop", "index": index}


def feed(assembler: Assembler, *events: JsonObject) -> list[StreamEvent]:
    return [shown for event in events for shown in assembler.feed(event)]


def text(text: str, **more: object) -> JsonObject:
    return {"text": text, "type": "text", **more}


CALL = {"type": "function_call", "id": "c1", "name": "weather"}
SEARCH = {"type": "google_search_call", "id": "s"}

STREAMS = [
    pytest.param(
        [start(0, type="model_output"), delta(0, **text("a")), delta(0, **text("b"))],
        {"type": "model_output", "content": [text("ab")]},
        [TextDelta(0, "a"), TextDelta(0, "b")],
        id="text",
    ),
    pytest.param(
        [start(0, type="model_output", content=[text("a")]), delta(0, **text("b"))],
        {"type": "model_output", "content": [text("ab")]},
        [TextDelta(0, "a"), TextDelta(0, "b")],
        id="the first text inside step.start",
    ),
    pytest.param(
        [
            start(0, type="thought"),
            delta(0, type="thought_summary", content=text("hm")),
            delta(0, type="thought_signature", signature=""),
            delta(0, type="thought_signature", signature="sig"),
            delta(0, type="thought_signature", signature=""),
        ],
        {"type": "thought", "summary": [text("hm")], "signature": "sig"},
        [ThoughtDelta(0, "hm")],
        id="the last signature that is not empty",
    ),
    pytest.param(
        [start(0, type="thought", summary=[text("hm")], signature="sig")],
        {"type": "thought", "summary": [text("hm")], "signature": "sig"},
        [ThoughtDelta(0, "hm")],
        id="a thought at once",
    ),
    pytest.param(
        [
            start(0, **CALL, arguments={}),
            delta(0, type="arguments_delta", arguments='{"city": '),
            delta(0, type="arguments_delta", arguments='"Rome"}'),
        ],
        CALL | {"arguments": {"city": "Rome"}},
        [
            CallStarted(0, "c1", "weather"),
            ArgumentsDelta(0, '{"city": '),
            ArgumentsDelta(0, '"Rome"}'),
        ],
        id="arguments in pieces",
    ),
    pytest.param(
        [start(0, **CALL, arguments={"city": "Rome"})],
        CALL | {"arguments": {"city": "Rome"}},
        [CallStarted(0, "c1", "weather")],
        id="arguments in step.start",
    ),
    pytest.param(
        [start(0, **CALL), delta(0, type="arguments_delta", arguments="{oops")],
        CALL | {"arguments": "{oops"},
        [CallStarted(0, "c1", "weather"), ArgumentsDelta(0, "{oops")],
        id="arguments that do not parse",
    ),
    pytest.param(
        [
            start(0, type="model_output"),
            delta(0, **text("see")),
            delta(0, type="text_annotation_delta", annotations=[{"url": "u"}]),
        ],
        {"type": "model_output", "content": [text("see", annotations=[{"url": "u"}])]},
        [TextDelta(0, "see")],
        id="annotations after the text",
    ),
    pytest.param(
        [
            start(0, type="model_output"),
            delta(0, type="image", mime_type="image/png", data="AAAA"),
            delta(0, **text("a picture")),
        ],
        {
            "type": "model_output",
            "content": [
                {"type": "image", "mime_type": "image/png", "data": "AAAA"},
                text("a picture"),
            ],
        },
        [
            MediaDelta(0, {"type": "image", "mime_type": "image/png", "data": "AAAA"}),
            TextDelta(0, "a picture"),
        ],
        id="media",
    ),
    pytest.param(
        [
            start(0, **SEARCH, signature=""),
            delta(0, type=SEARCH["type"], signature="s", arguments={"queries": ["q"]}),
        ],
        SEARCH | {"signature": "s", "arguments": {"queries": ["q"]}},
        [ServerStep(0, SEARCH | {"signature": "s", "arguments": {"queries": ["q"]}})],
        id="a step of a server-run tool",
    ),
    pytest.param(
        [start(0, type="dance", tempo=3), delta(0, type="dance_move", move="left")],
        {"type": "dance", "tempo": 3, "move": "left"},
        [ServerStep(0, {"type": "dance", "tempo": 3, "move": "left"})],
        id="a kind that nobody knows yet",
    ),
    pytest.param(
        [delta(0, **text("a"))],
        {"type": "model_output", "content": [text("a")]},
        [TextDelta(0, "a")],
        id="a delta whose start was lost",
    ),
]


@pytest.mark.parametrize(("events", "step", "shown"), STREAMS)
def test_events_of_a_step_become_the_step(
    events: list[JsonObject], step: JsonObject, shown: list[StreamEvent]
) -> None:
    assembler = Assembler()

    assert feed(assembler, *events, stop(0)) == shown
    assert assembler.steps == (step,)


def stream_of(steps: list[JsonObject]) -> Iterator[JsonObject]:
    """Stream a unary answer as the API would."""
    for index, step in enumerate(steps):
        bare = {k: v for k, v in step.items() if k not in {"content", "signature"}}
        yield start(index, **bare)
        for block in step.get("content", []):
            half = len(block["text"]) // 2
            yield delta(index, type="text", text=block["text"][:half])
            yield delta(index, type="text", text=block["text"][half:])
        if "signature" in step:
            yield delta(index, type="thought_signature", signature=step["signature"])
        yield stop(index)


def test_streamed_answer_equals_the_unary_one() -> None:
    steps = [
        {"signature": "s1", "type": "thought"},
        {"content": [text("It is sunny.")], "type": "model_output"},
        {"signature": "s2", "type": "thought"},
        {**CALL, "signature": "s2", "arguments": {"city": "Rome"}},
    ]
    assembler = Assembler()

    feed(assembler, *stream_of(steps))

    assert list(assembler.steps) == steps


def test_reading_half_a_stream_does_not_disturb_the_rest() -> None:
    assembler = Assembler()
    pieces = ['{"a": ', "1}"]
    feed(assembler, start(0, **CALL))

    feed(assembler, delta(0, type="arguments_delta", arguments=pieces[0]))
    half = assembler.steps
    feed(assembler, delta(0, type="arguments_delta", arguments=pieces[1]), stop(0))

    assert half[0]["arguments"] == pieces[0]
    assert assembler.steps[0]["arguments"] == json.loads("".join(pieces))


def test_interaction_is_complete_only_with_its_last_event() -> None:
    assembler = Assembler()
    created = {"id": "i1", "status": "in_progress"}
    done = {"id": "i1", "status": "completed", "usage": {"total_tokens": 3}}

    feed(assembler, {"event_type": "interaction.created", "interaction": created})
    before = assembler.completed
    feed(assembler, {"event_type": "interaction.completed", "interaction": done})

    assert (before, assembler.completed) == (False, True)
    assert assembler.interaction == done


def test_named_event_that_comes_again_is_dropped() -> None:
    """API: the deltas of runs in the background have an `event_id`."""
    assembler = Assembler()
    first = {**delta(0, **text("ha")), "event_id": "v1_MF8w"}
    second = {**delta(0, **text("ha")), "event_id": "v1_MF8x"}

    shown = feed(assembler, start(0, type="model_output"), first, first, second, first)

    assert shown == [TextDelta(0, "ha"), TextDelta(0, "ha")]
    assert not assembler.repeats


@pytest.mark.parametrize(
    "again",
    [
        pytest.param({"event_type": "interaction.created"}, id="the create"),
        pytest.param(start(0, type="model_output"), id="the start of a step"),
        pytest.param(delta(0, **text("b")), id="a delta after the stop"),
        pytest.param(stop(0), id="the stop of a step"),
    ],
)
def test_event_that_comes_once_and_came_again_is_noticed(again: JsonObject) -> None:
    assembler = Assembler()
    events = [start(0, type="model_output"), delta(0, **text("a")), stop(0)]
    feed(assembler, {"event_type": "interaction.created"}, *events)
    before = (assembler.repeats, assembler.steps)

    shown = feed(assembler, again)

    assert before == (False, assembler.steps)
    assert (assembler.repeats, shown) == (True, [])


def test_equal_deltas_in_a_row_are_text_that_is_said_twice() -> None:
    """Known gap: without names nothing tells it from a delta that came twice."""
    assembler = Assembler()

    feed(assembler, start(0, type="model_output"), *[delta(0, **text("ha"))] * 2)

    assert assembler.steps == ({"type": "model_output", "content": [text("haha")]},)
    assert not assembler.repeats


@pytest.mark.parametrize(
    ("event", "error"),
    [
        pytest.param({"error": {"message": "m"}}, {"message": "m"}, id="with a body"),
        pytest.param({}, None, id="empty"),
        pytest.param({"error": "x"}, None, id="not an object"),
    ],
)
def test_error_event_is_kept(event: JsonObject, error: JsonObject | None) -> None:
    assembler = Assembler()

    feed(assembler, {"event_type": "error", **event})

    assert assembler.error == error


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"event_type": "interaction.status_update", "status": "in_progress"},
        {"event_type": "from.the.future", "index": 4},
    ],
)
def test_event_that_says_nothing_changes_nothing(event: JsonObject) -> None:
    assembler = Assembler()

    assert feed(assembler, event) == []
    assert assembler == Assembler()


@pytest.mark.parametrize(
    ("interaction", "said"),
    [
        pytest.param({}, "", id="nothing"),
        pytest.param({"errors": [{"message": "a"}]}, "a", id="its own"),
        pytest.param({"steps": [{"error": {"message": "b"}}]}, "b", id="a step's"),
        pytest.param(
            {"errors": [{"message": "a"}, {"code": 1}], "steps": [{"type": "thought"}]},
            "a",
            id="some without words",
        ),
    ],
)
def test_failed_interaction_is_quoted(interaction: JsonObject, said: str) -> None:
    assert event_error(interaction) == said
