"""The emulator's answers beside real ones, key by key."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.recorded import (
    Replay,
    path_of,
    replayed,
    shape,
    sorted_keys,
    sorted_stream,
    stream_shape,
    without_call_signatures,
)
from tests.emulator.recordings_table import (
    INCOMPLETE,
    OLD_TOOL_TURN,
    RIG_STREAMS,
    RIG_UNARY,
    ROUND_TRIP,
    SDK_1_75,
    STREAMS,
    TOOL_TURN,
    UNARY,
)


def short(name: str) -> str:
    return name.rsplit("/", 1)[-1].removesuffix(".yaml")


@pytest.mark.parametrize("name", UNARY, ids=short)
def test_unary_answers_have_the_recorded_keys_in_order(
    http: Any, recording: Callable[..., Any], name: str
) -> None:
    pairs = replayed(http, recording(name))

    for theirs, ours in pairs:
        assert shape(ours) == shape(theirs)


def test_older_tool_turn_differs_only_in_the_call_signature(
    http: Any, recording: Callable[..., Any]
) -> None:
    pairs = replayed(http, recording(OLD_TOOL_TURN))

    for theirs, ours in pairs:
        assert shape(without_call_signatures(ours)) == shape(theirs)


def test_older_reads_differ_only_in_the_input_they_include(
    http: Any, recording: Callable[..., Any]
) -> None:
    """`include_input` had no effect in August 2026; it has since October."""
    made, read, deleted = replayed(http, recording(ROUND_TRIP))

    (asked,) = read[1].pop("input")
    assert read[1]["steps"].pop(0) == asked
    for theirs, ours in (made, read, deleted):
        assert shape(ours) == shape(theirs)


def test_the_placeholder_signature_is_the_recorded_one(
    http: Any, recording: Callable[..., Any]
) -> None:
    theirs, ours = replayed(http, recording(TOOL_TURN))[1]

    assert ours["usage"]["total_thought_tokens"] == 0
    assert ours["steps"][0] == theirs["steps"][0]


@pytest.mark.parametrize("name", STREAMS, ids=short)
def test_streams_have_the_recorded_events_framing_and_keys(
    http: Any, recording: Callable[..., Any], name: str
) -> None:
    (exchange,) = recording(name)
    request = exchange["request"]

    answer = Replay(http).send("POST", path_of(request["uri"]), request["body"], None)

    theirs = exchange["response"]["body"]["string"]
    assert stream_shape(answer.text) == stream_shape(theirs)


@pytest.mark.parametrize("stream", [False, True])
def test_an_incomplete_answer_has_the_recorded_form(
    http: Any, emulator: Any, recording: Callable[..., Any], *, stream: bool
) -> None:
    (exchange,) = recording(INCOMPLETE[stream])
    emulator.script([{"reply": {"text": "The image displays a grid. " * 20}}])
    request = exchange["request"]

    answer = Replay(http).send("POST", path_of(request["uri"]), request["body"], None)

    theirs = exchange["response"]["body"]["string"]
    if stream:
        assert stream_shape(answer.text) == stream_shape(theirs)
    else:
        assert shape(answer.json()) == shape(json.loads(theirs))


@pytest.mark.parametrize("name", RIG_UNARY, ids=short)
def test_gemini_3_answers_have_the_recorded_keys(
    http: Any, recording: Callable[..., Any], name: str
) -> None:
    """The recorder of these sorted the keys and dates from August 2026."""
    replay = Replay(http)

    for exchange in recording(name):
        when, theirs = exchange["when"], json.loads(exchange["then"]["body"])
        answer = replay.send(when["method"], when["path"], when["body"], theirs)

        ours = sorted_keys(without_call_signatures(answer.json()))
        assert shape(ours) == shape(sorted_keys(theirs))


@pytest.mark.parametrize("name", RIG_STREAMS, ids=short)
def test_gemini_3_streams_have_the_recorded_keys(
    http: Any, recording: Callable[..., Any], name: str
) -> None:
    (exchange,) = recording(name)
    when = exchange["when"]

    answer = Replay(http).send("POST", when["path"] + "?alt=sse", when["body"], None)

    ours = sorted_stream(answer.text)
    assert stream_shape(ours) == stream_shape(exchange["then"]["body"])


def test_success_headers_are_the_recorded_ones(
    http: Any, recording: Callable[..., Any]
) -> None:
    exchange = recording(UNARY[0])[0]
    recorded = exchange["response"]["headers"]

    answer = http.create("What is the capital of France?")

    # The front end's own: HTTP/3, and chunks where we know the length.
    for name in recorded.keys() - {"alt-svc", "transfer-encoding", "content-length"}:
        ours = answer.headers.get_list(name)
        variable = name in {"date", "server-timing"}
        assert ours, name
        assert variable or ours == recorded[name], name


def test_a_legacy_client_gets_the_recorded_refusal(
    http: Any, recording: Callable[..., Any]
) -> None:
    exchange = recording(SDK_1_75)[-1]
    request, response = exchange["request"], exchange["response"]

    answer = http.post(
        path_of(request["uri"]),
        content=request["body"],
        headers={"x-goog-api-client": request["headers"]["x-goog-api-client"][0]},
    )

    assert answer.status_code == 400
    assert answer.text == response["body"]["string"]
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
