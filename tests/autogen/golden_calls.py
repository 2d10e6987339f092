"""Calls of the model client in AutoGen's own classes, whose digests stay."""

from typing import Annotated, Any

from autogen_core import CancellationToken, FunctionCall, Image
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import BaseTool, FunctionTool
from PIL import Image as Pillow

from interactions_autogen import InteractionsChatCompletionClient
from interactions_autogen._turns import CallArguments
from interactions_core.adapter import Turn
from tests.golden_schemas import ADD, Place, Search


class SearchTool(BaseTool[Search, Place]):
    """A tool of a class."""

    def __init__(self) -> None:
        super().__init__(Search, Place, "search", "Searches.")

    async def run(self, args: Search, _: CancellationToken) -> Place:
        return Place(city=args.query)


def get_weather(city: Annotated[str, "Where."], days: int = 1) -> str:
    return f"{city}: {days}"


WEATHER = FunctionTool(get_weather, description="Tells the weather.")
ASKED = UserMessage(content="What is TPU v1?", source="user")
TALK = [
    SystemMessage(content="Be brief."),
    UserMessage(content="Größe? \U0001f4cf  a\nb ", source="ann"),
    AssistantMessage(
        content=[
            FunctionCall(id="c1", name="get_weather", arguments='{"city": "Köln"}'),
            FunctionCall(id="c2", name="add", arguments="not JSON"),
        ],
        thought="Hm.",
        source="agent",
    ),
    FunctionExecutionResultMessage(
        content=[
            FunctionExecutionResult(
                content="21", call_id="c1", is_error=False, name="get_weather"
            ),
            FunctionExecutionResult(
                content="broken", call_id="c2", is_error=True, name="add"
            ),
        ]
    ),
    AssistantMessage(content="It is warm.", source="agent"),
    UserMessage(content="Thanks.", source="user"),
]

_client = InteractionsChatCompletionClient(
    model="gemini-3.5-flash", api_key="k", session_id="tenant"
)


def _read(*messages: Any, **call: Any) -> Turn:
    return _client.read(CallArguments(messages or (ASKED,), **call))


def _picture() -> Turn:
    drawn = Pillow.new("RGB", (2, 1), (255, 0, 0))
    return _read(UserMessage(content=["What?", Image(drawn)], source="user"))


CALLS = {
    "question": _read,
    "talk": lambda: _read(*TALK),
    "picture": _picture,
    "settings": lambda: _read(extra={"temperature": 1.0, "labels": {"team": "a"}}),
    "function": lambda: _read(tools=[WEATHER]),
    "chosen": lambda: _read(tools=[WEATHER], tool_choice=WEATHER),
    "class": lambda: _read(tools=[SearchTool()]),
    "declared": lambda: _read(tools=[ADD]),
    "answer of a class": lambda: _read(json_output=Search),
    "answer in JSON": lambda: _read(json_output=True),
}
