"""Calls of `InteractionsLLM` as CrewAI makes them, whose digests stay."""

from typing import Any

from pydantic import BaseModel

from interactions_core.adapter import Turn
from tests.crewai.quiet import imported
from tests.golden_schemas import ADD, Search

CrewTool: Any = imported("crewai.tools").BaseTool
declared: Any = imported("crewai.tools").tool
agent_utils = imported("crewai.utilities.agent_utils")
InteractionsLLM = imported("interactions_crewai").InteractionsLLM
CallArguments = imported("interactions_crewai._turns").CallArguments


class SearchTool(CrewTool):
    """A tool of a class."""

    name: str = "search"
    description: str = "Searches."
    args_schema: type[BaseModel] = Search

    def _run(self, **asked: Any) -> str:
        return str(asked)


@declared("get_weather")
def get_weather(city: str, days: int = 1) -> str:
    """Tell the weather."""
    return f"{city}: {days}"


def _call(call_id: str, name: str, arguments: str) -> Any:
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function}


TALK: list[Any] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Größe? \U0001f4cf  a\nb "},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [_call("c1", "get_weather", '{"city": "Köln", "days": 1.0}')],
    },
    {"role": "tool", "tool_call_id": "c1", "name": "get_weather", "content": "21"},
    {"role": "assistant", "content": "Thought: warm\nFinal Answer: It is warm."},
    {"role": "user", "content": "Thanks."},
]

_llm = InteractionsLLM(model="gemini-3.5-flash", api_key="k", session_id="tenant")


def _read(messages: Any = "What is TPU v1?", *tools: Any, schema: Any = None) -> Turn:
    asked = CallArguments(messages, [*tools], None, {}, None, None, schema)
    return _llm._turn(asked)


def _of_crewai(*tools: Any) -> Turn:
    schemas = agent_utils.convert_tools_to_openai_schema([*tools])[0]
    return _read("What is TPU v1?", *schemas)


CALLS = {
    "question": _read,
    "talk": lambda: _read(TALK),
    "function": lambda: _of_crewai(get_weather),
    "class": lambda: _of_crewai(SearchTool()),
    "declared": lambda: _read("What?", {"type": "function", "function": ADD}),
    "answer of a class": lambda: _read(schema=Search),
}
