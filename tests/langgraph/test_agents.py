"""`create_agent` on the model: tools, streaming, structured answers."""

from typing import Any

import pytest
from langchain.agents.middleware import ModelRequest, dynamic_prompt, wrap_model_call
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.messages import AIMessageChunk, ToolMessage
from langchain_core.tools import ToolException, tool
from pydantic import BaseModel

from interactions_emulator import Emulator
from tests.langgraph.agents import make_agent
from tests.langgraph.watched import Watched, on, say


class Person(BaseModel):
    """A person that the text names."""

    name: str


def test_each_step_of_the_loop_sends_only_what_is_new(watched: Watched) -> None:
    agent = make_agent(watched)

    answer = say(agent, "call get_weather for Paris and for Rome")
    say(agent, "My name is Ada.")
    last = say(agent, "What is my name?")

    assert "Rome: 21 degrees" in answer.text
    assert last.text == "Your name is Ada."
    assert watched.reasons == ["root", "continue", "continue", "continue"]
    assert watched.steps_sent == [1, 2, 1, 1]


@pytest.mark.anyio
async def test_async_loop_sends_the_same(watched: Watched) -> None:
    agent = make_agent(watched)

    for text in ("call get_weather for Paris and for Rome", "Thanks."):
        await agent.ainvoke({"messages": text}, on("t"))

    assert watched.reasons == ["root", "continue", "continue"]
    assert watched.steps_sent == [1, 2, 1]


def test_failing_tool_is_told_as_an_error(watched: Watched, emulator: Emulator) -> None:
    @tool
    def break_down(reason: str) -> str:
        """Fail for a reason."""
        raise ToolException(reason)

    break_down.handle_tool_error = True
    agent = make_agent(watched, [break_down])

    say(agent, "call break_down because of 'rust'")

    step = emulator.requests()[-1]["body"]["input"][0]
    assert (step["type"], step["is_error"]) == ("function_result", True)
    assert watched.reasons == ["root", "continue"]


def test_prompt_and_settings_that_change_do_not_break_the_chain(
    watched: Watched, emulator: Emulator
) -> None:
    """API: instruction and generation config belong to one interaction each."""

    @dynamic_prompt
    def count(request: ModelRequest) -> str:
        return f"There are {len(request.messages)} messages."

    @wrap_model_call
    def cool(request: ModelRequest, handler: Any) -> Any:
        heat = len(request.messages) / 100
        return handler(request.override(model_settings={"temperature": heat}))

    agent = make_agent(watched, middleware=[count, cool])

    say(agent, "call get_weather for Oslo")

    first, second = (row["body"] for row in emulator.requests())
    assert first["system_instruction"] == "There are 1 messages."
    assert second["system_instruction"] == "There are 3 messages."
    assert first["generation_config"] == {"temperature": 0.01}
    assert second["generation_config"] == {"temperature": 0.03}
    assert watched.reasons == ["root", "continue"]


def test_model_chosen_for_one_call_continues_the_same_chain(
    watched: Watched, emulator: Emulator
) -> None:
    other = watched.model(model="gemini-2.5-flash")

    @wrap_model_call
    def simple_after_tools(request: ModelRequest, handler: Any) -> Any:
        if isinstance(request.messages[-1], ToolMessage):
            request = request.override(model=other)
        return handler(request)

    agent = make_agent(watched, middleware=[simple_after_tools])

    say(agent, "call get_weather for Oslo")

    asked = [row["body"]["model"] for row in emulator.requests()]
    assert asked == ["gemini-3.5-flash", "gemini-2.5-flash"]
    assert watched.reasons == ["root", "continue"]


@pytest.mark.parametrize(
    "response_format",
    [
        pytest.param(ToolStrategy(Person), id="tool"),
        pytest.param(ProviderStrategy(Person), id="provider"),
        pytest.param(Person, id="whichever"),
    ],
)
def test_agent_ends_with_a_structured_answer(
    watched: Watched, emulator: Emulator, response_format: Any
) -> None:
    emulator.script(
        [
            {
                "when": {"has_tool": "Person", "last_step": "function_result"},
                "reply": {"calls": [{"name": "Person", "arguments": {"name": "Ada"}}]},
            },
            {
                "when": {"last_step": "function_result"},
                "reply": {"text": '{"name": "Ada"}'},
            },
        ]
    )
    agent = make_agent(watched, response_format=response_format)

    state = agent.invoke({"messages": "call get_weather for Oslo"}, on("t"))

    assert state["structured_response"] == Person(name="Ada")
    assert watched.reasons == ["root", "continue"]


def test_tokens_come_out_of_a_running_agent(
    watched: Watched, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "One word after the other."}}])
    agent = make_agent(watched)

    pieces = [
        piece
        for piece, _ in agent.stream(
            {"messages": "Hello"}, on("t"), stream_mode="messages"
        )
        if isinstance(piece, AIMessageChunk)
    ]
    said = agent.get_state(on("t")).values["messages"][-1]
    say(agent, "Thanks.")

    assert "".join(piece.text for piece in pieces) == "One word after the other."
    assert {piece.id for piece in pieces} == {said.id}
    assert watched.reasons == ["root", "continue"]


@pytest.mark.anyio
async def test_events_tell_of_every_model_call(watched: Watched) -> None:
    agent = make_agent(watched)

    events = [
        event
        async for event in agent.astream_events(
            {"messages": "call get_weather for Oslo"}, on("t"), version="v2"
        )
    ]
    await agent.ainvoke({"messages": "Thanks."}, on("t"))

    kinds = [event["event"] for event in events]
    assert kinds.count("on_chat_model_end") == 2
    assert "on_chat_model_stream" in kinds
    assert watched.reasons == ["root", "continue", "continue"]


@pytest.mark.filterwarnings("ignore:The v3 streaming protocol")
def test_event_stream_of_the_third_version_gives_whole_messages(
    watched: Watched,
) -> None:
    agent = make_agent(watched)

    with agent.stream_events(
        {"messages": "call get_weather for Oslo"}, on("t"), version="v3"
    ) as stream:
        said = [message.output for message in stream.messages]
    say(agent, "Thanks.")

    assert [len(message.tool_calls) for message in said][:2] == [1, 0]
    assert watched.reasons == ["root", "continue", "continue"]


def test_agents_that_call_each_other_keep_their_own_chains(
    watched: Watched,
) -> None:
    expert = make_agent(watched, checkpointer=None)

    @tool
    def ask_expert(question: str) -> str:
        """Ask the expert a question."""
        return expert.invoke({"messages": question})["messages"][-1].text

    agent = make_agent(watched, [ask_expert])
    say(agent, "call ask_expert about 'call get_weather for Oslo'")
    last = say(agent, "call ask_expert about 'call get_weather for Rome'")

    assert "Rome: 21 degrees" in last.text
    assert watched.reasons.count("root") == 3
    assert len(watched.calls) == 8
