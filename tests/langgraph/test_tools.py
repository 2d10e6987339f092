"""Tools in every form that users write, bound and chosen."""

import json
import pickle
from typing import Annotated, Any

import pytest
from google.genai import types
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, tool
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.langgraph.conftest import MakeModel


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def subtract(a: int, b: int) -> int:
    """Subtract two numbers."""
    return a - b


class Multiply(BaseModel):
    """Multiply two numbers."""

    a: int
    b: int


class Divide(TypedDict):
    """Divide two numbers."""

    a: Annotated[int, ..., "the dividend"]
    b: int


class Node(BaseModel):
    """A tree."""

    value: int
    children: list["Node"] = Field(default_factory=list)


class Plant(BaseModel):
    """Plant a tree."""

    tree: Node


NUMBERS = {"type": "object", "properties": {"a": {"type": "integer"}}}
OPENAPI = {"type": "OBJECT", "properties": {"a": {"type": "INTEGER"}}}
FUNCTIONS = [
    pytest.param(add, "add", id="LangChain tool"),
    pytest.param(subtract, "subtract", id="function"),
    pytest.param(Multiply, "Multiply", id="pydantic class"),
    pytest.param(Divide, "Divide", id="TypedDict"),
    pytest.param(
        {"type": "function", "function": {"name": "f", "parameters": NUMBERS}},
        "f",
        id="OpenAI",
    ),
    pytest.param(
        {"type": "function", "name": "f", "parameters": NUMBERS, "strict": True},
        "f",
        id="flat",
    ),
    pytest.param({"name": "f", "input_schema": NUMBERS}, "f", id="Anthropic"),
    pytest.param(
        {"function_declarations": [{"name": "f", "parameters": OPENAPI}]},
        "f",
        id="Google",
    ),
    pytest.param(
        types.Tool(
            function_declarations=[
                types.FunctionDeclaration(name="f", parameters=OPENAPI)
            ]
        ),
        "f",
        id="Google's SDK",
    ),
    pytest.param({"function_declarations": [add]}, "add", id="LangChain in Google"),
    pytest.param({"title": "f", "description": "d", **NUMBERS}, "f", id="JSON schema"),
]


def sent(emulator: Emulator) -> list[dict[str, Any]]:
    return emulator.requests()[-1]["body"]["tools"]


@pytest.mark.parametrize(("form", "name"), FUNCTIONS)
def test_function_is_declared_flat(
    make_model: MakeModel, emulator: Emulator, form: Any, name: str
) -> None:
    make_model().bind_tools([form]).invoke("Hello")

    [declared] = sent(emulator)
    assert declared["type"] == "function"
    assert declared["name"] == name
    assert declared["parameters"]["type"] == "object"
    assert declared["parameters"]["properties"]["a"]["type"] == "integer"
    known = {"type", "name", "description", "parameters"}
    assert set(declared) <= known


def test_functions_built_in_tools_and_servers_go_together(
    make_model: MakeModel, emulator: Emulator
) -> None:
    server = {"type": "mcp_server", "name": "docs", "url": "https://example.com/mcp"}

    model = make_model(tools=[{"google_search": {}}]).bind_tools(
        [add, {"type": "code_execution"}, {"url_context": {}}, server]
    )
    model.invoke("Hello")

    assert sent(emulator)[0] == {"type": "google_search"}
    assert [one["type"] for one in sent(emulator)[1:]] == [
        "function",
        "code_execution",
        "url_context",
        "mcp_server",
    ]
    assert sent(emulator)[-1] == server


def test_recursive_schema_keeps_its_references(
    make_model: MakeModel, emulator: Emulator
) -> None:
    make_model().bind_tools([Plant]).invoke("Hello")

    parameters = sent(emulator)[0]["parameters"]
    assert parameters["properties"]["tree"] == {"$ref": "#/$defs/Node"}
    assert parameters["$defs"]["Node"]["properties"]["children"]["items"] == {
        "$ref": "#/$defs/Node"
    }


ANY_ADD = {"allowed_tools": {"mode": "any", "tools": ["add"]}}


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("auto", "auto"),
        ("any", "any"),
        ("required", "any"),
        (True, "any"),
        ("none", "none"),
        ("validated", "validated"),
        ("add", ANY_ADD),
        (["add"], ANY_ADD),
        ({"type": "function", "function": {"name": "add"}}, ANY_ADD),
        ({"type": "tool", "name": "add"}, ANY_ADD),
        ({"type": "any"}, "any"),
        (ANY_ADD, ANY_ADD),
    ],
)
def test_choice_is_written_as_the_api_does(
    make_model: MakeModel, emulator: Emulator, choice: Any, wire: Any
) -> None:
    make_model().bind_tools([add], tool_choice=choice).invoke("Hello")

    config = emulator.requests()[-1]["body"]["generation_config"]
    assert config["tool_choice"] == wire


def test_choice_of_the_other_api_is_understood(
    make_model: MakeModel, emulator: Emulator
) -> None:
    calling = {"mode": "ANY", "allowed_function_names": ["add"]}
    model = make_model().bind_tools(
        [add], tool_config={"function_calling_config": calling}
    )

    model.invoke("Hello")

    config = emulator.requests()[-1]["body"]["generation_config"]
    assert config["tool_choice"] == ANY_ADD


@pytest.mark.parametrize(
    ("choice", "wire"),
    [(None, "validated"), ("auto", "validated"), ("any", "any"), ("add", ANY_ADD)],
)
def test_strict_has_calls_validated(
    make_model: MakeModel, emulator: Emulator, choice: Any, wire: Any
) -> None:
    make_model().bind_tools([add], tool_choice=choice, strict=True).invoke("Hello")

    config = emulator.requests()[-1]["body"]["generation_config"]
    assert config["tool_choice"] == wire


def test_strict_of_one_tool_has_calls_validated(
    make_model: MakeModel, emulator: Emulator
) -> None:
    strict = {"type": "function", "name": "f", "parameters": NUMBERS, "strict": True}

    make_model().bind_tools([strict]).invoke("Hello")

    config = emulator.requests()[-1]["body"]["generation_config"]
    assert config["tool_choice"] == "validated"


@pytest.mark.parametrize("tools", [[], [{"type": "google_search"}]])
@pytest.mark.parametrize("choice", ["any", True])
def test_forced_call_without_a_function_is_refused(
    make_model: MakeModel, emulator: Emulator, tools: list[Any], choice: Any
) -> None:
    model = make_model().bind_tools(tools, tool_choice=choice)

    with pytest.raises(ConfigurationError, match="needs a function"):
        model.invoke("Hello")

    assert emulator.requests() == []


@pytest.mark.parametrize("tools", [[], [{"type": "google_search"}]])
def test_automatic_choice_needs_no_function(
    make_model: MakeModel, tools: list[Any]
) -> None:
    assert make_model().bind_tools(tools, tool_choice="auto").invoke("Hello").text


def named(name: str, parameters: Any = None) -> dict[str, Any]:
    return {"type": "function", "name": name, "parameters": parameters or NUMBERS}


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        (named("no spaces"), "no function named 'no spaces'"),
        (named("1st"), "no function named '1st'"),
        (named("x" * 129), "at most 128"),
        (named("ü"), "no function named"),
        (named("f", {"type": "array", "items": [{"type": "string"}]}), "prefixItems"),
        (named("f", {"properties": {"a": {"$ref": "#/$defs/X"}}}), "not in it"),
        (named("f", {"properties": {"a": {"default": object()}}}), "as JSON"),
        (named("f") | {"response": {}}, "takes no response of the function 'f'"),
        ({"type": "web_search_20250305", "name": "web_search"}, "google_search"),
        ({"enterprise_web_search": {}}, "no tool 'enterprise_web_search'; use"),
        ({"exa_ai_search": {"api_key": "k"}}, "no tool 'exa_ai_search'; use"),
        ({"mcp_servers": [{"name": "a"}]}, "use {'type': 'mcp_server'"),
        ({"type": "web_search_preview"}, "google_search"),
        ({"type": "code_interpreter", "container": {}}, "code_execution"),
        ({"type": "mcp", "server_url": "x"}, "mcp_server"),
        ({"what": "ever"}, "a dict with 'what' is no tool"),
        (3, "a int is no tool"),
    ],
)
def test_tool_that_the_api_would_refuse_is_refused_here(
    make_model: MakeModel, emulator: Emulator, form: Any, problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        make_model().bind_tools([form])
    with pytest.raises(ConfigurationError, match=problem):
        make_model(tools=[form])

    assert emulator.requests() == []


@pytest.mark.parametrize("name", ["a.b:c-d_e", "x" * 128, "_x"])
def test_name_that_the_api_takes_is_accepted(make_model: MakeModel, name: str) -> None:
    assert make_model().bind_tools([named(name)]).invoke("Hello").text


def test_two_tools_of_one_name_are_refused(
    make_model: MakeModel, emulator: Emulator
) -> None:
    other = {**NUMBERS, "properties": {}}
    model = make_model(tools=[named("f")]).bind_tools([named("f", other)])

    with pytest.raises(ConfigurationError, match="two tools are named 'f'"):
        model.invoke("Hello")

    assert emulator.requests() == []


def test_same_tool_twice_is_one(make_model: MakeModel, emulator: Emulator) -> None:
    make_model(tools=[add]).bind_tools([add]).invoke("Hello")

    assert len(sent(emulator)) == 1


SERVER = {
    "type": "mcp_server",
    "name": "docs",
    "url": "https://example.com/s/HUNTER2/mcp?token=HUNTER2",
    "headers": {"Authorization": "Bearer HUNTER2"},
}


def test_headers_of_a_server_reach_the_api_and_nothing_else(
    make_model: MakeModel, emulator: Emulator
) -> None:
    bound = make_model().bind_tools([SERVER, add])

    bound.invoke("Hello")

    assert sent(emulator)[0] == SERVER
    shown = [repr(bound), str(bound.kwargs), json.dumps(bound.kwargs["tools"])]
    shown.append(bound.bound._get_llm_string(**bound.kwargs))
    shown.append(json.dumps(bound.bound._get_invocation_params(**bound.kwargs)))
    assert not [text for text in shown if "HUNTER2" in text]
    assert "Authorization" in shown[0]


def test_different_headers_keep_cached_answers_apart(make_model: MakeModel) -> None:
    other = SERVER | {"headers": {"Authorization": "Bearer another"}}
    model = make_model()

    keys = {
        model._get_llm_string(**model.bind_tools([one]).kwargs)
        for one in (SERVER, dict(SERVER), other)
    }

    assert len(keys) == 2


def test_pickled_model_keeps_the_headers_of_a_server(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = pickle.loads(pickle.dumps(make_model(tools=[SERVER])))  # noqa: S301

    with model:
        model.invoke("Hello")

    assert sent(emulator)[0] == SERVER


def test_tools_of_langchain_are_not_changed() -> None:
    assert isinstance(add, BaseTool)
    assert add.invoke({"a": 1, "b": 2}) == 3


@pytest.mark.parametrize("names", [("find", "book"), (None, None)])
def test_results_of_calls_with_one_id_go_out_under_their_own_names(
    make_model: MakeModel, names: tuple[str | None, str | None]
) -> None:
    calls: list[Any] = [{"id": "0", "name": n, "args": {}} for n in ("find", "book")]
    results = [
        ToolMessage(f"{i}", tool_call_id="0", name=name) for i, name in enumerate(names)
    ]

    told = [HumanMessage("Go"), AIMessage("", tool_calls=calls), *results]

    assert make_model().invoke(told).text == "find returned: 0\nbook returned: 1"
