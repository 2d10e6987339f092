"""The comparison with Phoenix finds what it is for; no Phoenix is needed."""

from dataclasses import replace
from typing import Any

import pytest

from tests.phoenix.back_end import SeenSession, SeenSpan
from tests.phoenix.comparison import Told, differences, outline

TOLD = {"talk": Told(prompt=30, completion=12, cost=0.5)}
SESSIONS = {
    "talk": SeenSession(name="talk", prompt=30, completion=12, cost=0.5, traces=("t",))
}
ROOT = SeenSpan(
    name="talk",
    span_id="1",
    parent="",
    trace="t",
    kind="unknown",
    status="UNSET",
    prompt=0,
    completion=0,
    cost=None,
    attributes={},
)
TURN = replace(
    ROOT,
    name="chat model",
    span_id="2",
    parent="1",
    kind="llm",
    prompt=30,
    completion=12,
    cost=0.5,
    attributes={
        "gen_ai": {"provider": {"name": "gcp.gemini"}},
        "llm": {"cost": {"total": 0.5}},
        "session": {"id": "talk"},
    },
)


def test_what_agrees_is_no_difference() -> None:
    assert differences(TOLD, SESSIONS, [ROOT, TURN]) == []


def test_a_session_that_is_counted_otherwise_is_told() -> None:
    seen = {"talk": replace(SESSIONS["talk"], prompt=60)}

    [told] = differences(TOLD, seen, [ROOT, TURN])

    assert told.startswith("talk: (60, 12) tokens")


def test_a_session_that_is_missing_is_told() -> None:
    assert differences(TOLD, {}, [ROOT, TURN]) == [
        "sessions [], and in the store ['talk']"
    ]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        pytest.param({"kind": "unknown"}, "chat model: it is unknown", id="kind"),
        pytest.param(
            {"parent": "9"}, "chat model: its parent is in no trace", id="parent"
        ),
        pytest.param(
            {"attributes": TURN.attributes | {"gen_ai": {}}},
            "chat model: not ours, and it counts tokens",
            id="whose",
        ),
        pytest.param(
            {"cost": 1.0}, "chat model: 1.0 USD, and it was told 0.5", id="cost"
        ),
        pytest.param(
            {"attributes": TURN.attributes | {"llm": {}}},
            "talk: spans tell 0 USD, and the store 0.5",
            id="untold-cost",
        ),
        pytest.param(
            {"prompt": 31}, "43 tokens in all spans, and in the store 42", id="sum"
        ),
    ],
)
def test_a_span_that_is_not_right_is_told(span: dict[str, Any], said: str) -> None:
    assert differences(TOLD, SESSIONS, [ROOT, replace(TURN, **span)]) == [said]


def test_a_killed_process_leaves_spans_without_a_parent() -> None:
    left = replace(TURN, parent="9")

    assert differences(TOLD, SESSIONS, [ROOT, left], killed=["talk"]) == []
    assert outline([left]) == "chat model [llm] 30+12 UNSET"


def test_an_outline_has_the_trees_of_all_traces() -> None:
    assert outline([ROOT, TURN, replace(ROOT, trace="u", name="other")]) == (
        "talk [unknown] 0+0 UNSET\n  chat model [llm] 30+12 UNSET\n\n"
        "other [unknown] 0+0 UNSET"
    )
