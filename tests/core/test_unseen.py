"""What is shown of an answer that is read back after its stream was cut."""

import pytest

from interactions_core.canonical import JsonObject
from interactions_core.transcript.missing_events import missing_events
from interactions_core.transcript.streaming import (
    ArgumentsDelta,
    CallStarted,
    StreamEvent,
    TextDelta,
)
from tests.core.session import call, model, thought

ROME, BARE = call("c1", city="Rome").wire, call("c1").wire
STARTED, ARGUMENTS = CallStarted(0, "c1", "weather"), '{"city": "Rome"}'


@pytest.mark.parametrize(
    ("seen", "whole", "rest"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([], [model("abc").wire], [TextDelta(0, "abc")], id="all of it"),
        pytest.param(
            [model("a").wire], [model("abc").wire], [TextDelta(0, "bc")], id="the rest"
        ),
        pytest.param([model("abc").wire], [model("abc").wire], [], id="nothing new"),
        pytest.param(
            [thought("s"), model("a").wire],
            [thought("s"), model("ab").wire, model("c").wire],
            [TextDelta(1, "b"), TextDelta(2, "c")],
            id="over two steps",
        ),
        pytest.param([model("x").wire], [model("abc").wire], None, id="another text"),
        pytest.param([], [ROME], [STARTED, ArgumentsDelta(0, ARGUMENTS)], id="a call"),
        pytest.param([], [BARE], [STARTED], id="a call without arguments"),
        pytest.param([ROME], [ROME], [], id="a call that was shown"),
        pytest.param(
            [BARE], [ROME], [ArgumentsDelta(0, ARGUMENTS)], id="a call that had begun"
        ),
        pytest.param(
            [BARE | {"arguments": '{"ci'}], [ROME], None, id="arguments that were cut"
        ),
        pytest.param([call("c2").wire], [ROME], None, id="another call"),
        pytest.param([ROME], [], None, id="a call that is gone"),
    ],
)
def test_rest_of_an_answer_is_what_was_not_shown(
    seen: list[JsonObject], whole: list[JsonObject], rest: list[StreamEvent] | None
) -> None:
    assert missing_events(seen, whole) == rest
