"""Framing of the event stream."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions_core.canonical import JsonObject
from interactions_core.protocol.sse import EventReader

CUT = '[{"error":{"code":503,"message":"The service is currently unavailable."}}]'


def read(lines: list[str]) -> tuple[list[JsonObject], EventReader]:
    reader = EventReader()
    events = [event for line in lines if (event := reader.feed(line)) is not None]
    last = reader.flush()
    return [*events, *([] if last is None else [last])], reader


@pytest.mark.parametrize(
    ("lines", "events", "stray"),
    [
        pytest.param(
            ["event: a", 'data: {"x":1}', "", 'data: {"x":2}', ""],
            [{"x": 1}, {"x": 2}],
            [],
            id="as recorded",
        ),
        pytest.param(['data:{"x":1}', ""], [{"x": 1}], [], id="no space"),
        pytest.param(['data: {"x":', "data: 1}", ""], [{"x": 1}], [], id="two lines"),
        pytest.param(['data: {"x":1}\r\n', "\r\n"], [{"x": 1}], [], id="line ends"),
        pytest.param([": beat", "id: 1", "retry: 9", ""], [], [], id="other fields"),
        pytest.param(['data: {"x":1}'], [{"x": 1}], [], id="the end ends an event"),
        pytest.param(["data: [1]", ""], [], ["[1]"], id="data that is no object"),
        pytest.param(["data: {", ""], [], ["{"], id="data that is no JSON"),
        pytest.param(["", "", ""], [], [], id="blank lines"),
        pytest.param(
            ['data: {"x":1}', "", CUT], [{"x": 1}], [CUT], id="a bare array at the end"
        ),
    ],
)
def test_lines_become_events(
    lines: list[str], events: list[JsonObject], stray: list[str]
) -> None:
    found, reader = read(lines)

    assert (found, reader.stray) == (events, stray)
    assert not reader.finished


def test_done_finishes_the_stream() -> None:
    found, reader = read(['data: {"x":1}', "", "event: done", "data: [DONE]", ""])

    assert found == [{"x": 1}]
    assert reader.finished


STREAM = (
    'event: a\r\ndata: {"x":"\u00e9\u20ac\U0001f600"}\r\n\r\n'
    'event: b\ndata: {"y":\ndata: 2}\n\nevent: done\ndata: [DONE]\n\n'
)


@given(st.lists(st.integers(0, len(STREAM.encode())), max_size=9))
def test_bytes_may_be_cut_anywhere(cuts: list[int]) -> None:
    raw = STREAM.encode()
    reader = EventReader()
    edges = [0, *sorted(cuts), len(raw)]

    events = [
        event
        for start, end in itertools.pairwise(edges)
        for event in reader.read(raw[start:end])
    ]

    assert events == [{"x": "\u00e9\u20ac\U0001f600"}, {"y": 2}]
    assert reader.finished


def test_end_of_the_bytes_ends_an_event() -> None:
    reader = EventReader()

    assert list(reader.read(b'data: {"x":1}')) == []
    assert reader.end() == {"x": 1}
    assert reader.end() is None


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'data: {"x":"caf\xe9"}\n\n', id="no UTF-8"),
        pytest.param(b'data: {"x":\n\n', id="no JSON"),
    ],
)
def test_what_follows_an_event_that_cannot_be_read_is_not_read(raw: bytes) -> None:
    reader = EventReader()

    events = list(reader.read(b'data: {"x":1}\n\n' + raw + b'data: {"x":2}\n\n'))

    assert (events, reader.garbled) == ([{"x": 1}], True)


def test_json_that_is_no_event_is_not_garbled() -> None:
    """API: the front end cuts a stream with a bare array."""
    reader = EventReader()

    list(reader.read(f"data: {CUT}\n\n{CUT}\n\n".encode()))

    assert (reader.stray, reader.garbled) == ([CUT, CUT], False)
