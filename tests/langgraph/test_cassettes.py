"""The exact requests that the chat model sends, pinned in cassettes.

Recorded from the emulator and played back without any server, matched on method, path
and body. `nox -s record` records them anew, with `-- --live` against the real API.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import vcr
import yaml
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions

CASSETTES = Path(__file__).parents[1] / "cassettes" / "langgraph"
MODE = os.environ.get("CASSETTES", "play")
HOST = "http://emulator.invalid"
LIVE_KEY = os.environ.get("GEMINI_API_KEY", "")
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


@pytest.fixture
def server() -> Iterator[str | None]:
    """Say where requests go: nowhere when a cassette is played."""
    if MODE == "emulator":
        with Emulator() as emulator:
            yield emulator.url
    else:
        yield None if MODE == "live" else HOST


@pytest.fixture
def model(server: str | None) -> Iterator[ChatInteractions]:
    # Without a store that remembers: a cassette must not depend on the ones before.
    with ChatInteractions(
        model="gemini-3.5-flash",
        base_url=server,
        api_version="v1",
        api_key=LIVE_KEY if MODE == "live" else "not-a-key",
        sessions=f"memory:{os.urandom(4).hex()}",
        max_retries=0,
    ) as made:
        yield made


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Iterator[Any]:
    path = CASSETTES / f"{request.node.name}.yaml"
    if MODE != "play":
        path.unlink(missing_ok=True)
    recorder = vcr.VCR(
        record_mode="none" if MODE == "play" else "all",
        match_on=["method", "path", "body"],
        filter_headers=["x-goog-api-key", "authorization", "host", "user-agent"],
        before_record_request=_anonymous,
        before_record_response=_small,
        decode_compressed_response=True,
    )
    with recorder.use_cassette(str(path)) as playing:
        yield playing
        if MODE == "play":
            assert playing.all_played


def _anonymous(request: Any) -> Any:
    """Name no machine: the cassette is the same wherever it was recorded."""
    request.uri = HOST + "/" + request.uri.split("/", 3)[3]
    request.headers.pop("x-goog-api-client", None)
    return request


def _small(response: dict[str, Any]) -> dict[str, Any]:
    kept = ("content-type", "Content-Type")
    response["headers"] = {
        name: value for name, value in response["headers"].items() if name in kept
    }
    return response


def bodies(cassette: Any) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in cassette.requests]


def test_text_is_one_user_input_step(model: ChatInteractions, cassette: Any) -> None:
    reply = model.invoke("My name is Ada.")

    assert reply.text
    assert bodies(cassette) == [
        {
            "model": "gemini-3.5-flash",
            "input": [
                {
                    "type": "user_input",
                    "content": [{"type": "text", "text": "My name is Ada."}],
                }
            ],
        }
    ]


def test_stream_differs_from_text_by_one_field(
    model: ChatInteractions, cassette: Any
) -> None:
    chunks = list(model.stream("My name is Ada."))

    assert "".join(chunk.text for chunk in chunks)
    assert chunks[-1].response_metadata["interaction_id"]
    assert [body["stream"] for body in bodies(cassette)] == [True]


def test_second_turn_sends_one_step_and_the_parent(
    model: ChatInteractions, cassette: Any
) -> None:
    first = model.invoke("My name is Ada.")
    second = model.invoke(
        [HumanMessage("My name is Ada."), first, HumanMessage("What is my name?")]
    )

    sent = bodies(cassette)[1]
    assert second.response_metadata["plan_reason"] == "continue"
    assert sent["previous_interaction_id"] == first.response_metadata["interaction_id"]
    assert [step["type"] for step in sent["input"]] == ["user_input"]


def test_tool_turn_sends_results_and_declares_tools_again(
    model: ChatInteractions, cassette: Any
) -> None:
    bound = model.bind_tools([WEATHER])
    question = HumanMessage("call get_weather for Paris and for Rome")

    asked = bound.invoke([question])
    results = [
        ToolMessage("21 degrees", tool_call_id=call["id"], name="get_weather")
        for call in asked.tool_calls
    ]
    answer = bound.invoke([question, asked, *results])

    assert answer.text
    for body in bodies(cassette):
        assert body["tools"] == [WEATHER]
    assert [step["type"] for step in bodies(cassette)[1]["input"]] == [
        "function_result"
    ] * len(asked.tool_calls)


def test_history_of_another_model_is_replayed_with_the_bypass_signature(
    model: ChatInteractions, cassette: Any
) -> None:
    call = {"name": "get_weather", "args": {"city": "Paris"}, "id": "call_1"}
    answer = model.bind_tools([WEATHER]).invoke(
        [
            HumanMessage("call get_weather for Paris"),
            AIMessage("", tool_calls=[call]),
            ToolMessage("21 degrees", tool_call_id="call_1", name="get_weather"),
        ]
    )

    assert answer.text
    assert [step["type"] for step in bodies(cassette)[0]["input"]] == [
        "user_input",
        "thought",
        "function_call",
        "function_result",
    ]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


SECRETS: list[Callable[[str], bool]] = [
    lambda text: "AIza" in text,
    lambda text: "not-a-key" in text,
    lambda text: "api-key" in text.lower(),
    lambda text: "authorization" in text.lower(),
]


@pytest.mark.parametrize(
    "path", sorted(CASSETTES.rglob("*.yaml")), ids=lambda p: p.stem
)
def test_cassette_holds_no_key(path: Path) -> None:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))

    leaks = [text for text in _strings(found) if any(leak(text) for leak in SECRETS)]

    assert not leaks
