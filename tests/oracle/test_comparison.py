"""The oracle finds what is stale, and believes nobody that it judges."""

import ast
from typing import Any

import pytest

from tests.docs.pages import ROOT
from tests.oracle.comparison import ALL, EXACT, TEXT_DROPPED, disagreement

HELD: list[Any] = [
    {"type": "user_input", "content": [{"type": "text", "text": "Rome?"}]},
    {"type": "thought", "signature": "s"},
    {"type": "function_call", "id": "c1", "name": "weather", "arguments": {"at": 1}},
    {"type": "function_result", "call_id": "c1", "result": "21 degrees"},
    {"type": "model_output", "content": [{"type": "text", "text": "Warm."}]},
]
MEANT: list[Any] = [
    ("user", ["Rome?"]),
    ("call", "c1", "weather", {"at": 1}),
    ("result", "c1", "21 degrees", False),
    ("model", "Warm."),
]


@pytest.mark.parametrize("rules", [EXACT, TEXT_DROPPED, ALL])
def test_every_step_that_was_changed_dropped_or_added_is_found(rules: Any) -> None:
    context = [(step, False) for step in HELD]
    assert disagreement(context, MEANT, rules) == ""

    for i, meant in enumerate(MEANT):
        other = (meant[0], "other", *meant[2:])
        for stale in ([other], [], [meant, meant]):
            assert disagreement(context, MEANT[:i] + stale + MEANT[i + 1 :], rules)


def test_synthetic_step_is_left_out_where_it_is_said_to_be_one() -> None:
    nudge = {"type": "user_input", "content": [{"type": "text", "text": "Go on."}]}
    context = [(step, False) for step in HELD]

    assert disagreement([*context, (nudge, True)], MEANT) == ""
    assert disagreement([*context, (nudge, False)], MEANT)


def test_oracle_and_its_readers_import_nothing_of_the_packages() -> None:
    tests = ROOT / "tests"
    readers = [
        tests / name / "oracle.py" for name in ("langgraph", "autogen", "crewai")
    ]

    for path in [*readers, *(tests / "oracle").glob("[!t]*.py")]:
        names = [
            name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in [getattr(node, "module", None), *(a.name for a in node.names)]
        ]
        assert "tests.oracle.comparison" in names or path.parent.name == "oracle"
        assert not [name for name in names if str(name).startswith("interactions_")]
