"""What LangGraph's and LangChain's own parts read of a bound model is there."""

import copy
import json
from typing import Any

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.prebuilt import create_react_agent
from pydantic import SecretStr

from interactions_core.exceptions import InvalidRequestError
from interactions_emulator import Emulator
from tests.langgraph.conftest import MakeModel
from tests.langgraph.headers import heard_headers

pytestmark = pytest.mark.filterwarnings("ignore:create_react_agent has been moved")

SEARCH = {"type": "google_search"}
ADD = {
    "type": "function",
    "name": "add",
    "description": "Add two numbers.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@pytest.mark.parametrize("tools", [[add], [add, SEARCH]], ids=["alone", "and-search"])
def test_agent_takes_a_model_that_has_its_tools(
    tools: list[Any], make_model: MakeModel, emulator: Emulator
) -> None:
    """`create_supervisor` hands its bound model on in the same way."""
    call = {"name": "add", "arguments": {"a": 1, "b": 2}}
    emulator.script([{"reply": {"calls": [call]}, "times": 1}])

    agent = create_react_agent(make_model().bind_tools(tools), tools)
    state = agent.invoke({"messages": [("user", "Add.")]})

    assert state["messages"][2].text == "3"
    sent = emulator.requests()[0]["body"]["tools"]
    assert sent == [ADD, *tools[1:]]


def test_agent_says_which_tools_a_bound_model_lacks(make_model: MakeModel) -> None:
    def subtract(a: int, b: int) -> int:
        """Subtract."""
        return a - b

    with pytest.raises(ValueError, match=r"Missing tools '\{'subtract'\}'"):
        create_react_agent(make_model().bind_tools([add]), [subtract])


@pytest.mark.parametrize("way", ["bind_tools", "bind"])
def test_bound_functions_have_the_form_that_others_read(
    way: str, make_model: MakeModel
) -> None:
    bound = getattr(make_model(), way)(tools=[add])

    [tool] = bound.kwargs["tools"]
    assert tool == convert_to_openai_tool(tool) == convert_to_openai_tool(add)
    told = bound.bound._get_invocation_params(**bound.kwargs)["tools"]
    assert told == [tool]


def test_bound_functions_are_sent_alike_however_they_travel(
    make_model: MakeModel, emulator: Emulator
) -> None:
    strict = {**ADD, "strict": True, "defer_loading": True}
    bound = make_model().bind_tools([strict])
    tools = bound.kwargs["tools"]

    bound.invoke("Hello")
    for again in (copy.deepcopy(tools), json.loads(json.dumps(tools))):
        bound.bound.bind(tools=again).invoke("Hello")

    bodies = [request["body"] for request in emulator.requests()]
    assert [body["tools"] for body in bodies] == [[{**ADD, "defer_loading": True}]] * 3
    choices = {body["generation_config"]["tool_choice"] for body in bodies}
    assert choices == {"validated"}


@pytest.mark.parametrize("way", ["copied", "set"])
def test_a_key_that_is_changed_is_the_one_that_is_sent(
    way: str, make_model: MakeModel
) -> None:
    """Ours: clients are made of the options as they are, not as they once were."""
    with heard_headers() as (url, heard):
        model = make_model(api_key="first", base_url=url)
        with pytest.raises(InvalidRequestError):
            model.invoke("Hi")

        changed = model.model_copy() if way == "copied" else model
        changed.api_key = SecretStr("second")
        with pytest.raises(InvalidRequestError):
            changed.invoke("Ho")
        changed.close()

    assert {row["x-goog-api-key"] for row in heard} == {"first", "second"}
