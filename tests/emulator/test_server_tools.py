"""Tools that the server runs itself: steps, order, annotations, streams, usage."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from interactions_emulator.reply.server_results import run_code

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "api" / "recordings"
OLD, NEW = "gemini-2.5-flash", "gemini-3.7-flash"
SEARCH = [{"type": "google_search"}]


def kinds(interaction: dict[str, Any]) -> list[str]:
    return [step["type"] for step in interaction["steps"]]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        pytest.param(
            OLD,
            ["thought", "model_output", "google_search_call", "google_search_result"],
            id="2.5-searches-last",
        ),
        pytest.param(
            NEW,
            ["google_search_call", "google_search_result", "thought", "model_output"],
            id="3-searches-first",
        ),
    ],
)
def test_a_search_stands_where_it_was_recorded(
    http: Any, model: str, expected: list[str]
) -> None:
    """API: recorded order, 2026-05-15 (2.5) and 2026-08-13 (3.6)."""
    made = http.made("Search for the latest news.", model=model, tools=SEARCH)

    assert kinds(made) == expected
    assert made["status"] == "completed"


@pytest.mark.parametrize(
    ("tool", "text", "step"),
    [
        ({"type": "code_execution"}, "What is 6 * 7?", "code_execution"),
        ({"type": "url_context"}, "Read https://a.example/b.", "url_context"),
        ({"type": "google_maps"}, "Restaurants nearby?", "google_maps"),
        ({"type": "file_search"}, "What do my documents say?", "file_search"),
        (
            {"type": "mcp_server", "name": "tickets", "url": "https://mcp.example"},
            "Use tickets to find bug 7.",
            "mcp_server_tool",
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
def test_each_tool_leaves_a_call_and_its_result(
    http: Any, tool: dict[str, Any], text: str, step: str
) -> None:
    made = http.made(text, model=NEW, tools=[tool])

    call, result = made["steps"][:2]
    assert kinds(made)[:2] == [f"{step}_call", f"{step}_result"]
    assert call["id"] == result["call_id"]
    assert call["signature"] != result["signature"]


def test_retrieval_is_a_tool_of_the_enterprise_platform(http: Any) -> None:
    path = "/v1beta1/projects/p/locations/global/interactions"
    body = {
        "model": NEW,
        "input": "Search the corpus.",
        "tools": [{"type": "retrieval"}],
    }

    made = http.post(path, json=body).json()

    assert kinds(made)[:2] == ["retrieval_call", "retrieval_result"]


def test_a_tool_is_not_used_when_nobody_asks_for_it(http: Any) -> None:
    tools = [{"type": "google_search"}, {"type": "code_execution"}]

    made = http.made("My name is Ada.", tools=tools)

    assert kinds(made) == ["thought", "model_output"]


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("print(6*7)", "42\n"),
        ("print((1+2)*3 - 4/2)", "7.0\n"),
        ("print(-2**3)", "-8\n"),
        ("print(1/0)", ""),
        ("print(9**9**9**9)", ""),
        ("import os", ""),
    ],
)
def test_only_arithmetic_is_executed(code: str, printed: str) -> None:
    assert run_code(code) == printed


def test_a_scripted_search_cites_bytes_not_characters(
    http: Any, emulator: Emulator
) -> None:
    """API: annotation indexes are UTF-8 byte offsets (live notes, Jan 2026)."""
    search = {"google_search": {"queries": ["köln"], "result": [{}]}}
    cited = {"text": "viel Wasser", "url": "https://a.example", "title": "a"}
    reply = {"tools": [search], "text": "Köln hat viel Wasser.", "citations": [cited]}
    emulator.script([{"reply": reply}])

    made = http.made("Hi.", model=NEW)

    block = made["steps"][-1]["content"][0]
    assert made["steps"][0]["arguments"] == {"queries": ["köln"]}
    assert list(block) == ["text", "annotations", "type"]
    assert block["annotations"] == [
        {
            "start_index": 10,
            "end_index": 21,
            "url": "https://a.example",
            "title": "a",
            "type": "url_citation",
        }
    ]


@pytest.mark.parametrize(
    ("use", "call", "result"),
    [
        (
            {"code_execution": {"language": "python", "code": "print(1+1)"}},
            {"arguments": {"language": "python", "code": "print(1+1)"}},
            {"result": "2\n", "is_error": False},
        ),
        (
            {
                "mcp_server": {
                    "name": "find",
                    "server_name": "crm",
                    "arguments": {"q": "Bo"},
                    "result": "found",
                }
            },
            {"name": "find", "server_name": "crm", "arguments": {"q": "Bo"}},
            {"name": "find", "server_name": "crm", "result": "found"},
        ),
        (
            {"url_context": {"urls": ["https://a.example"], "is_error": True}},
            {"arguments": {"urls": ["https://a.example"]}},
            {
                "result": [{"url": "https://a.example", "status": "success"}],
                "is_error": True,
            },
        ),
    ],
    ids=["code", "mcp", "error"],
)
def test_scripted_tools_are_steps_without_ceremony(
    http: Any, emulator: Emulator, use: Any, call: Any, result: Any
) -> None:
    emulator.script([{"reply": {"tools": [use], "text": "Done."}}])

    steps = http.made("Hi.")["steps"]

    added = {"id", "call_id", "type"}
    assert {k: v for k, v in steps[1].items() if k not in added} == call
    assert {k: v for k, v in steps[2].items() if k not in added} == result


def test_streamed_search_has_the_recorded_keys(http: Any, events: Any) -> None:
    """API: vercel/ai, google-search.chunks, 2026-05-15."""
    path = RECORDINGS / "vercel__ai" / "google-search.chunks.txt"
    if not path.exists():
        pytest.skip("the recording google-search.chunks.txt is not here")
    recorded = [json.loads(line) for line in path.read_text().splitlines()]

    answer = http.create("Search the latest news.", tools=SEARCH, stream=True)

    assert _shape(events(answer.text)) == _shape(recorded)


def test_unary_search_has_the_recorded_keys(http: Any) -> None:
    path = RECORDINGS / "vercel__ai" / "google-search.json"
    if not path.exists():
        pytest.skip("the recording google-search.json is not here")
    recorded = json.loads(path.read_text())

    made = http.made("Search the latest news.", tools=SEARCH)

    assert list(made) == list(recorded)
    assert list(made["usage"]) == list(recorded["usage"])
    assert [list(s) for s in made["steps"]] == [list(s) for s in recorded["steps"]]


def test_tool_tokens_are_part_of_the_total(http: Any) -> None:
    """API: total = input + output + thought + tool use in every recorded body."""
    usages = [
        http.made("Search news.", model=m, tools=SEARCH)["usage"] for m in (OLD, NEW)
    ]

    for usage in usages:
        kinds_of_tokens = ("input", "output", "thought", "tool_use")
        parts = [usage[f"total_{kind}_tokens"] for kind in kinds_of_tokens]
        assert usage["total_tokens"] == sum(parts)
        assert usage["total_tool_use_tokens"] > 0
    assert usages[1]["grounding_tool_count"] == [{"type": "google_search", "count": 1}]


def test_tool_steps_can_be_replayed(http: Any) -> None:
    made = http.made("Search news.", model=NEW, tools=SEARCH, store=False)
    asked = {
        "type": "user_input",
        "content": [{"type": "text", "text": "Search news."}],
    }
    again = {"type": "user_input", "content": [{"type": "text", "text": "And now?"}]}

    replayed = http.made([asked, *made["steps"], again], model=NEW, tools=SEARCH)

    assert replayed["status"] == "completed"


def test_the_sdk_knows_every_step(sdk: Any) -> None:
    names = (
        "google_search",
        "code_execution",
        "url_context",
        "google_maps",
        "file_search",
    )
    server = {"type": "mcp_server", "name": "crm", "url": "https://mcp.example"}
    text = "Search https://a.example nearby, in my files and the crm: what is 2+2?"
    tools = [*({"type": name} for name in names), server]

    made = sdk.interactions.create(model=NEW, input=text, tools=tools)

    steps = [type(step).__name__ for step in made.steps]
    assert len(steps) == 14
    assert not [name for name in steps if name.startswith("Unknown")]


def test_arguments_can_come_in_fragments(
    http: Any, emulator: Emulator, events: Any
) -> None:
    call = {"name": "f", "arguments": {"city": "Köln", "days": 3}}
    emulator.script([{"reply": {"calls": [call], "arguments_chars": 5}}])

    told = events(http.create("Hi.", stream=True).text)

    deltas = [e["delta"] for e in told if e["event_type"] == "step.delta"]
    parts = [d["arguments"] for d in deltas if d["type"] == "arguments_delta"]
    assert len(parts) > 1
    assert json.loads("".join(parts)) == call["arguments"]


@pytest.mark.parametrize(
    "tools",
    [
        [{"nothing": {}}],
        [{"google_search": []}],
        ["google_search"],
        [{"google_search": {}, "url_context": {}}],
    ],
)
def test_an_unreadable_scripted_tool_is_refused(emulator: Emulator, tools: Any) -> None:
    with pytest.raises(ValueError, match="tools must"):
        emulator.script([{"reply": {"tools": tools}}])


def _shape(told: list[dict[str, Any]]) -> list[Any]:
    """Return the keys of each event; repeated deltas of one kind count once."""
    shapes = [_keys(event) for event in told]
    fresh = [b for a, b in pairwise([None, *shapes]) if a != b]
    return [shape for shape in fresh if shape is not None]


def _keys(event: dict[str, Any]) -> tuple[Any, ...]:
    inner = event.get("delta") or event.get("step") or event.get("interaction") or {}
    kind = inner.get("type", event["event_type"])
    return (event["event_type"], kind, tuple(event), tuple(inner))
