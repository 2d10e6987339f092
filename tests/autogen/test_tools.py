"""Tools and structured output through real agents."""

import json
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import (
    StructuredMessage,
    ToolCallExecutionEvent,
)
from autogen_core import CancellationToken, FunctionCall
from autogen_core.models import (
    CreateResult,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
)
from autogen_core.tools import BaseTool, FunctionTool
from pydantic import BaseModel

from interactions_core.exceptions import (
    ConfigurationError,
)
from interactions_core.protocol.functions import wire_name
from interactions_emulator import Emulator
from tests.autogen.asking import (
    WEATHER,
    Client,
    Person,
    bodies,
    said,
    sent,
    user,
)
from tests.autogen.conftest import MakeClient
from tests.autogen.teams import get_weather

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("auto", None),
        ("required", "any"),
        ("none", "none"),
        (WEATHER, {"allowed_tools": {"mode": "any", "tools": ["get_weather"]}}),
    ],
    ids=["auto", "required", "none", "tool"],
)
async def test_tool_choice_reaches_the_api(
    client: Client, emulator: Emulator, choice: Any, wire: Any
) -> None:
    await client.create([user("Hello")], tools=[WEATHER], tool_choice=choice)

    assert sent(emulator).get("generation_config", {}).get("tool_choice") == wire


async def test_tool_choice_without_tools_is_not_sent(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: a reflection passes "none" and no tools."""
    await client.create([user("Hello")], tool_choice="none")

    assert "generation_config" not in sent(emulator)


async def test_a_reflection_beside_a_built_in_tool_is_answered_without_it(
    make_client: MakeClient, emulator: Emulator
) -> None:
    """AutoGen: a reflection passes "none", and the client has tools of its own."""
    client = make_client(tools=[{"type": "google_search"}])
    use = {"name": "get_weather", "arguments": {"city": "Rome"}}
    emulator.script([{"sequence": [{"calls": [use]}, {"text": "Sunny."}]}])
    agent = AssistantAgent("a", client, tools=[WEATHER], reflect_on_tool_use=True)

    done = await agent.run(task="The weather in Rome?")

    assert done.messages[-1].to_text() == "Sunny."
    assert ["tools" in body for body in bodies(emulator)] == [True, False]


async def test_chosen_tool_must_be_among_the_tools(
    client: Client, emulator: Emulator
) -> None:
    other = FunctionTool(get_weather, name="other", description="Another.")

    with pytest.raises(ValueError, match="'other', which is not declared"):
        await client.create([user("Hi")], tools=[WEATHER], tool_choice=other)

    assert bodies(emulator) == []


async def test_tool_without_parameters_takes_none(
    client: Client, emulator: Emulator
) -> None:
    await client.create([user("Hello")], tools=[WEATHER, {"name": "stop"}])

    weather, stop = sent(emulator)["tools"]
    assert weather["type"] == "function"
    assert weather["parameters"]["properties"].keys() == {"city"}
    assert stop["parameters"] == {"type": "object", "properties": {}}


async def test_text_beside_calls_is_a_thought_and_the_chain_goes_on(
    client: Client, emulator: Emulator
) -> None:
    """AutoGen: content is text or calls; its own clients put the text there too."""
    call = {"name": "get_weather", "arguments": {"city": "Rome"}}
    emulator.script(
        [{"sequence": [{"text": "I look.", "calls": [call]}, {"text": "!"}]}]
    )

    asked = await client.create([user("Weather?")], tools=[WEATHER])
    [made] = asked.content
    assert isinstance(made, FunctionCall)
    result = FunctionExecutionResult(content="21", name="get_weather", call_id=made.id)
    await client.create(
        [
            user("Weather?"),
            said(asked),
            FunctionExecutionResultMessage(content=[result]),
        ],
        tools=[WEATHER],
    )

    assert (asked.thought, asked.finish_reason) == ("I look.", "function_calls")
    assert json.loads(made.arguments) == {"city": "Rome"}
    assert [s["type"] for s in sent(emulator)["input"]] == ["function_result"]


MCP_NAME = "files/read file"


def read_file(city: str) -> str:
    return f"{city}: read"


READ = FunctionTool(read_file, name=MCP_NAME, description="Read a file.")
"""Servers of tools name them freely, and AutoGen keeps their names."""


async def test_tool_with_a_name_that_the_api_refuses_is_called_by_its_own(
    client: Client, emulator: Emulator
) -> None:
    emulator.script(
        [
            {
                "sequence": [
                    {
                        "calls": [
                            {"name": wire_name(MCP_NAME), "arguments": {"city": "A"}}
                        ]
                    },
                    {"text": "Read."},
                    {"text": "Bye."},
                ]
            }
        ]
    )
    agent = AssistantAgent("a", client, tools=[READ], reflect_on_tool_use=True)

    done = await agent.run(task="Read A.")
    await agent.run(task="Bye.")

    [executed] = [m for m in done.messages if isinstance(m, ToolCallExecutionEvent)]
    assert (executed.content[0].name, executed.content[0].content) == (
        MCP_NAME,
        "A: read",
    )
    first, second, third = bodies(emulator)
    assert [tool["name"] for tool in first["tools"]] == [wire_name(MCP_NAME)]
    [result] = second["input"]
    assert (result["type"], result["name"]) == ("function_result", wire_name(MCP_NAME))
    assert [step["type"] for step in third["input"]] == ["user_input"]


async def test_renamed_tool_is_called_by_its_own_name_in_a_stream_and_a_replay(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(store=False)
    use = {"name": wire_name(MCP_NAME), "arguments": {"city": "A"}}
    emulator.script([{"sequence": [{"calls": [use]}, {"text": "Read."}]}])

    *_, asked = [
        item
        async for item in client.create_stream(
            [user("Read A.")], tools=[READ], tool_choice=READ
        )
    ]
    assert isinstance(asked, CreateResult)
    [made] = asked.content
    assert isinstance(made, FunctionCall)
    result = FunctionExecutionResult(content="!", name=MCP_NAME, call_id=made.id)
    results = FunctionExecutionResultMessage(content=[result])
    await client.create([user("Read A."), said(asked), results], tools=[READ])

    assert made.name == MCP_NAME
    chosen = bodies(emulator)[0]["generation_config"]["tool_choice"]
    assert chosen["allowed_tools"]["tools"] == [wire_name(MCP_NAME)]
    names = [step["name"] for step in sent(emulator)["input"] if "name" in step]
    assert names == [wire_name(MCP_NAME)] * 2


class Tree(BaseModel):
    """A type that contains itself."""

    children: list["Tree"] = []


def plant(tree: Tree) -> str:
    return str(tree)


class Plant(BaseTool[Tree, str]):
    """A tool whose arguments are such a type as a whole."""

    def __init__(self) -> None:
        super().__init__(Tree, str, "plant", "Plant a tree.")

    async def run(self, args: Tree, _: CancellationToken) -> str:
        return plant(args)


@pytest.mark.parametrize(
    "tool", [FunctionTool(plant, description="Plant a tree."), Plant()], ids=type
)
async def test_argument_that_contains_itself_is_refused_and_the_tool_named(
    client: Client, emulator: Emulator, tool: BaseTool[Any, Any]
) -> None:
    with pytest.raises(ConfigurationError, match=r"'plant' .*contains itself"):
        await client.create([user("Hi")], tools=[tool])

    assert client.count_tokens([user("Hi")], tools=[tool]) > 0
    assert emulator.requests() == []


async def test_agent_with_such_a_tool_says_the_same(client: Client) -> None:
    tool = FunctionTool(plant, description="Plant a tree.")
    agent = AssistantAgent("a", client, tools=[tool])

    with pytest.raises(ConfigurationError, match=r"'plant' .*contains itself"):
        await agent.run(task="Hi")


async def test_json_mode_asks_for_json_text(client: Client, emulator: Emulator) -> None:
    await client.create([user("Hello")], json_output=True)

    assert sent(emulator)["response_format"] == {
        "type": "text",
        "mime_type": "application/json",
    }


async def test_agent_with_an_output_type_answers_with_it(client: Client) -> None:
    agent = AssistantAgent("a", client, output_content_type=Person)

    done = await agent.run(task="I am Ada.")

    answer = done.messages[-1]
    assert isinstance(answer, StructuredMessage)
    assert answer.content == Person(name="Ada")


async def test_structured_output_goes_with_tools_in_one_call(
    client: Client, emulator: Emulator
) -> None:
    await client.create([user("Hello")], tools=[WEATHER], json_output=Person)

    assert sent(emulator)["response_format"]["schema"]["properties"].keys() == {"name"}
    assert sent(emulator)["tools"]


async def test_json_output_of_another_kind_is_refused(client: Client) -> None:
    with pytest.raises(ConfigurationError, match="a bool or a pydantic class"):
        await client.create([user("Hello")], json_output=dict)  # type: ignore[arg-type]
