"""No list that a framework can hold is one that nobody can answer any more."""

import dataclasses
import datetime as dt
import decimal
import json
import logging
import os
import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    BaseMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool

from interactions_core.exceptions import UnsupportedContentError
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from interactions_langgraph._messages.content import _warn
from tests.langgraph.conftest import MakeModel

# One run of the suite shares this name among its workers, the next has another.
NEW_SEED = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID", "0")).randrange(
    10**6
)
RESULTS = {
    "json": {"type": "json", "json": {"a": 1}},
    "search_result": {"type": "search_result", "source": "s", "content": []},
    "custom": {"type": "custom_tool_call_output", "output": "x"},
    "plain dict": {"a": [1, {"b": "ü"}]},
    "no value": {"type": "non_standard"},
    "tool_use": {"type": "tool_use", "id": "1", "name": "x", "input": {}},
}


def after_a_call(result: ToolMessage, **call: Any) -> list[AnyMessage]:
    called = {"id": "c1", "name": "look_up", "args": {}, "type": "tool_call"} | call
    return [
        HumanMessage("Look it up."),
        AIMessage("", tool_calls=[called]),
        result,
        HumanMessage("And now?"),
    ]


def sent_steps(emulator: Emulator, kind: str) -> list[dict[str, Any]]:
    sent = emulator.requests()[-1]["body"]["input"]
    return [step for step in sent if step["type"] == kind]


@pytest.mark.parametrize("block", RESULTS.values(), ids=RESULTS)
def test_unknown_blocks_of_a_result_go_out_as_json_and_the_thread_goes_on(
    block: dict[str, Any], make_model: MakeModel, emulator: Emulator
) -> None:
    @tool
    def look_up() -> list[Any]:
        """Look something up."""
        return [{"type": "text", "text": "found:"}, block]

    emulator.script([{"reply": {"calls": [{"name": "look_up"}]}, "times": 1}])
    with InteractionsSaver("sqlite:///:memory:") as saver:
        agent = create_agent(make_model(), [look_up], checkpointer=saver)
        thread: Any = {"configurable": {"thread_id": "t"}}
        agent.invoke({"messages": "look it up"}, thread)
        [_, _, result, _] = agent.get_state(thread).values["messages"]
        bare = result.model_copy(update={"content": [block]})
        agent.update_state(thread, {"messages": [bare]})

        state = agent.invoke({"messages": "never mind, hello"}, thread)

    assert state["messages"][-1].text
    [step] = sent_steps(emulator, "function_result")
    assert [json.loads(part["text"]) for part in step["result"]] == [block]


def odd_value(rng: random.Random, depth: int = 0) -> Any:
    made: list[Callable[[], Any]] = [
        lambda: rng.choice(["", "text", "\ud800", "ü"]),
        lambda: rng.choice([None, True, 3, 2.5, float("nan"), float("-inf")]),
        lambda: rng.randbytes(5),
        lambda: dt.datetime(2026, 1, rng.randint(1, 28), tzinfo=dt.UTC),
        lambda: rng.choice(
            [decimal.Decimal("1.50"), uuid.UUID(int=rng.getrandbits(9))]
        ),
        lambda: {rng.randint(1, 9) for _ in range(3)},
    ]
    if depth < 3:
        made.append(lambda: [odd_value(rng, depth + 1) for _ in range(2)])
        made.append(lambda: odd_object(rng, depth + 1))
    return rng.choice(made)()


def odd_object(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    names = [
        "text",
        "source_type",
        "value",
        "data",
        "base64",
        "url",
        "image",
        "source",
        "a",
    ]
    found = {name: odd_value(rng, depth) for name in rng.sample(names, 3)}
    kinds: list[Any] = [
        "text",
        "image",
        ["list"],
        "file",
        "media",
        "image_url",
        "non_standard",
        "document",
    ]
    kinds += ["thinking", "tool_use", "text-plain", "input_audio", "video", "other"]
    return found | {"type": rng.choice(kinds)} if rng.random() < 0.7 else found


@pytest.mark.parametrize("seed", [*range(30), NEW_SEED])
def test_whatever_calls_and_results_hold_is_answered_and_continued(
    seed: int, make_model: MakeModel
) -> None:
    rng = random.Random(seed)
    content = [odd_object(rng) for _ in range(3)]
    result = ToolMessage(content, tool_call_id="c1")
    history = after_a_call(result, args={"value": odd_object(rng)})
    model = make_model()

    first = model.invoke(history)
    second = model.invoke([*history, first, HumanMessage("More.")])

    assert second.response_metadata["plan_reason"] == "continue"


@pytest.mark.parametrize("seed", [*range(30), NEW_SEED])
def test_whatever_another_model_said_is_answered(
    seed: int, make_model: MakeModel
) -> None:
    rng = random.Random(seed)
    said = AIMessage(
        ["Hello.", *(odd_object(rng) for _ in range(3))],
        response_metadata={"model_provider": rng.choice(["openai", "anthropic", ""])},
    )

    reply = make_model().invoke([HumanMessage("Hi"), said, HumanMessage("And?")])

    assert reply.text


def test_data_that_nobody_could_read_is_named_in_the_result(
    make_model: MakeModel, emulator: Emulator
) -> None:
    """API: a picture whose base64 is broken is a 400 for every later call."""
    broken = {"type": "image", "mime_type": "image/png", "base64": "no base64!"}

    make_model().invoke(after_a_call(ToolMessage([broken], tool_call_id="c1")))

    [step] = sent_steps(emulator, "function_result")
    [part] = step["result"]
    assert "neither bytes nor base64" in json.loads(part["text"])["error"]
    assert "no base64!" not in part["text"]


def test_other_providers_blocks_are_left_out_with_one_warning(
    make_model: MakeModel, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    said = AIMessage(
        [
            {"type": "telepathy", "id": "m"},
            {"type": "image", "file_id": "file-abc"},
            {"type": "text", "text": "Hello."},
        ],
        response_metadata={"model_provider": "openai"},
    )
    history = [HumanMessage("Hi"), said, HumanMessage("And?")]
    model = make_model()
    _warn.cache_clear()

    with caplog.at_level(logging.WARNING, "interactions_langgraph"):
        model.invoke(history)
        model.invoke(history)

    [step] = sent_steps(emulator, "model_output")
    assert step["content"] == [{"type": "text", "text": "Hello."}]
    told = [r.message for r in caplog.records if "left out" in r.message]
    assert len(told) == 2
    assert "'telepathy'" in told[0]
    assert "file-abc" in told[1]


def test_results_of_old_function_calls_have_their_call(
    make_model: MakeModel, emulator: Emulator
) -> None:
    called = {"function_call": {"name": "look_up", "arguments": '{"a": 1}'}}
    history: list[BaseMessage] = [
        HumanMessage("Look it up."),
        AIMessage("", additional_kwargs=called),
        FunctionMessage("found", name="look_up"),
    ]

    make_model().invoke(history)

    [call] = sent_steps(emulator, "function_call")
    [result] = sent_steps(emulator, "function_result")
    assert (call["name"], call["arguments"]) == ("look_up", {"a": 1})
    assert (result["call_id"], result["result"]) == (call["id"], "found")


def test_a_quoted_answer_is_what_was_said_without_the_thoughts(
    make_model: MakeModel, emulator: Emulator
) -> None:
    """LangGraph's guides hand an agent's content on as another one's question."""
    content = [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "executable_code", "executable_code": "1+1", "language": "python"},
        "Two.",
    ]

    make_model().invoke([HumanMessage(content, name="researcher")])

    [step] = sent_steps(emulator, "user_input")
    code, said = [part["text"] for part in step["content"]]
    assert json.loads(code)["executable_code"] == "1+1"
    assert said == "Two."


@pytest.mark.parametrize("content", [[], [{"type": "thinking", "thinking": "Hm."}]])
def test_a_message_that_says_nothing_is_no_dead_end(
    content: list[Any], make_model: MakeModel
) -> None:
    history = [HumanMessage(content), AIMessage("Yes?"), HumanMessage("Hello")]

    assert make_model().invoke(history).text


def test_a_refused_message_is_named_and_the_thread_goes_on_without_it(
    make_model: MakeModel, emulator: Emulator
) -> None:
    with InteractionsSaver("sqlite:///:memory:") as saver:
        agent = create_agent(make_model(), [], checkpointer=saver)
        thread: Any = {"configurable": {"thread_id": "t"}}
        agent.invoke({"messages": "Hello"}, thread)
        hologram = HumanMessage([{"type": "hologram"}], id="h1")
        with pytest.raises(UnsupportedContentError) as caught:
            agent.invoke({"messages": hologram}, thread)
        agent.update_state(thread, {"messages": [RemoveMessage(id="h1")]})

        state = agent.invoke({"messages": "Still there?"}, thread)

    assert "message 3 of the list, a HumanMessage" in str(caught.value)
    assert "RemoveMessage(id='h1')" in str(caught.value)
    assert state["messages"][-1].response_metadata["plan_reason"] == "continue"
    assert len(emulator.requests()) == 2


def test_a_picture_in_the_instruction_is_refused_and_not_left_out(
    make_model: MakeModel, emulator: Emulator
) -> None:
    picture = {"type": "image", "url": "https://example.org/a.png"}

    with pytest.raises(UnsupportedContentError, match="takes text only"):
        make_model().invoke([SystemMessage([picture]), HumanMessage("Hello")])

    assert emulator.requests() == []


UNTRACEABLE = {
    "no MIME type": {"type": "image", "base64": "iVBORw0KGgo="},
    "no data": {"type": "image", "source_type": "base64", "mime_type": "image/png"},
    "a text for a file": {"type": "file", "source_type": "text", "text": "hi"},
    "a list for a type": {"type": ["image"], "url": "https://example.org/a.png"},
}


@pytest.mark.parametrize("block", UNTRACEABLE.values(), ids=UNTRACEABLE)
def test_what_langchain_cannot_trace_is_no_dead_end(
    block: dict[str, Any], make_model: MakeModel
) -> None:
    """LangChain: its traces' translation raises before a model is asked."""
    history = after_a_call(ToolMessage([block], tool_call_id="c1"))
    model = make_model()

    first = model.invoke(history)
    more = [*history, first, HumanMessage("More.")]
    *_, last = model.stream(more)

    assert last.response_metadata["plan_reason"] == "continue"
    assert history[2].content == [block]


def test_a_picture_without_a_mime_type_is_sent_with_the_one_it_shows(
    make_model: MakeModel, emulator: Emulator
) -> None:
    make_model().invoke([HumanMessage([UNTRACEABLE["no MIME type"]])])

    [step] = sent_steps(emulator, "user_input")
    assert step["content"] == [
        {"type": "image", "mime_type": "image/png", "data": "iVBORw0KGgo="}
    ]


def test_objects_in_a_result_are_written_as_pydantic_writes_them(
    make_model: MakeModel, emulator: Emulator
) -> None:
    @dataclasses.dataclass
    class Order:
        number: int
        day: dt.date

    class Opaque:
        def __str__(self) -> str:
            return "something"

    block = {"order": Order(7, dt.date(2026, 1, 2)), "other": [Opaque()]}

    make_model().invoke(after_a_call(ToolMessage([block], tool_call_id="c1")))

    [step] = sent_steps(emulator, "function_result")
    assert json.loads(step["result"][0]["text"]) == {
        "order": {"number": 7, "day": "2026-01-02"},
        "other": ["something"],
    }
