"""What a job may keep of a trace."""

import pytest

from interactions_core.records.trace_contexts import (
    LONGEST_STATE,
    TraceContext,
    trace_context,
)

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


def test_a_context_names_its_trace_and_its_span() -> None:
    found = trace_context(PARENT, "vendor=1,other=two words")

    assert found == TraceContext(PARENT, "vendor=1,other=two words")
    assert (found.trace_id, found.span_id) == (TRACE, SPAN)


@pytest.mark.parametrize(
    "traceparent",
    [
        pytest.param("", id="nothing"),
        pytest.param(f"00-{'0' * 32}-{SPAN}-01", id="no trace"),
        pytest.param(f"00-{TRACE}-{'0' * 16}-01", id="no span"),
        pytest.param(f"cc-{TRACE}-{SPAN}-01", id="unknown version"),
        pytest.param(f"{PARENT}-more", id="longer"),
        pytest.param(f"{PARENT}\n", id="another line"),
        pytest.param(PARENT.upper(), id="upper case"),
        pytest.param("what the user said", id="something else"),
    ],
)
def test_what_names_no_span_is_not_kept(traceparent: str) -> None:
    """W3C: upper case is not valid, and ids of zeros mean that there is none."""
    assert trace_context(traceparent, "vendor=1") is None


@pytest.mark.parametrize(
    "tracestate",
    [
        pytest.param("v=" + "x" * (LONGEST_STATE - 1), id="too long"),
        pytest.param("v=naïve", id="not ascii"),
        pytest.param("v=1\x00", id="no text of a database"),
        pytest.param("v=\ud800", id="half a character"),
        pytest.param("v=1\r\nother: header", id="two lines"),
    ],
)
def test_a_state_that_is_too_long_or_no_plain_text_is_left_out(tracestate: str) -> None:
    assert trace_context(PARENT, tracestate) == TraceContext(PARENT)


def test_a_state_may_have_as_many_characters_as_the_specification_asks_for() -> None:
    longest = "v=" + "x" * (LONGEST_STATE - 2)

    assert trace_context(PARENT, longest) == TraceContext(PARENT, longest)
