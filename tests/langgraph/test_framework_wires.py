"""Messages that cross a wire on their way back, as with LangGraph's `RemoteGraph`."""

import json
from typing import Any

import pytest
from langchain_core.load import dumps, loads
from langchain_core.messages import (
    BaseMessage,
    HumanMessage,
    ToolMessage,
    convert_to_messages,
    messages_from_dict,
    messages_to_dict,
)

from interactions_emulator import Emulator
from tests.langgraph.watched import Watched


def through_javascript(value: Any) -> Any:
    """Numbers have no kinds there: 1 and 1.0 are one number."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return float(value)
    if isinstance(value, dict):
        return {key: through_javascript(item) for key, item in value.items()}
    if isinstance(value, list):
        return [through_javascript(item) for item in value]
    return value


def calls_through_javascript(messages: list[BaseMessage]) -> list[BaseMessage]:
    for message in messages:
        for call in getattr(message, "tool_calls", []):
            call["args"] = through_javascript(call["args"])
    return messages


HOPS: list[Any] = [
    pytest.param(
        lambda m: messages_from_dict(json.loads(json.dumps(messages_to_dict(m)))),
        id="dicts",
    ),
    pytest.param(
        lambda m: convert_to_messages(
            json.loads(json.dumps([x.model_dump() for x in m]))
        ),
        id="remote graph",
    ),
    pytest.param(
        lambda m: loads(dumps(m), allowed_objects="messages"), id="serializable"
    ),
    pytest.param(calls_through_javascript, id="javascript"),
]


@pytest.mark.filterwarnings("ignore:The function `loads` is in beta")
@pytest.mark.parametrize("hop", HOPS)
def test_messages_that_crossed_a_wire_chain_like_any_other(
    watched: Watched, emulator: Emulator, hop: Any
) -> None:
    call = {"name": "add", "arguments": {"a": 1, "b": 2.5, "é": [True, None]}}
    emulator.script([{"reply": {"calls": [call]}, "times": 1}])
    model = watched.model()
    tool: Any = {"name": "add", "description": "Add.", "parameters": {"type": "object"}}
    bound = model.bind_tools([{"type": "function", "function": tool}])
    history: list[BaseMessage] = [HumanMessage("Add 😀 é \r\n")]
    history.append(bound.invoke(history))
    call_id = history[-1].tool_calls[0]["id"]

    history = hop([*history, ToolMessage("3.5", tool_call_id=call_id)])
    history.append(bound.invoke(history))
    bound.invoke([*hop(history), HumanMessage("Thanks.")])

    assert watched.reasons == ["root", "continue", "continue"]
