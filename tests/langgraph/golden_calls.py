"""Calls of `ChatInteractions` in LangChain's own classes, whose digests stay."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool
from pydantic import BaseModel, Field

from interactions_core.adapter import Turn
from interactions_langgraph import ChatInteractions

PNG = "iVBORw0KGgo="


class Place(BaseModel):
    """Where to look."""

    city: str = Field(description="Its name.")
    title: str | None = None
    kind: Literal["town", "village"] = "town"


class Search(BaseModel):
    """Searches the archive."""

    query: str
    places: list[Place] = Field(default_factory=list)
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class Report(TypedDict):
    """A report."""

    text: Annotated[str, ..., "All of it."]
    score: float


@dataclass
class Verdict:
    """A verdict."""

    approved: bool
    reason: str = ""


def get_weather(city: str, days: int = 1) -> str:
    """Tell the weather.

    Args:
        city: Where.
        days: How many days.
    """
    return f"{city}: {days}"


@tool
def look_up(name: str, tags: list[str] | None = None) -> str:
    """Look a name up."""
    return f"{name} {tags}"


@tool(args_schema=Search)
def search(**asked: Any) -> str:
    """Search."""
    return str(asked)


DECLARED = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
            "required": ["a", "b"],
        },
    },
}
ASKED = HumanMessage("What is TPU v1?")
TALK: list[AnyMessage] = [
    SystemMessage("Be brief."),
    HumanMessage("Größe? \U0001f4cf  a\nb ", name="ann"),
    AIMessage(
        "Looking.",
        tool_calls=[
            {"name": "get_weather", "args": {"city": "Köln", "days": 1.0}, "id": "c1"}
        ],
    ),
    ToolMessage("21 degrees", tool_call_id="c1", name="get_weather"),
    ToolMessage("broken", tool_call_id="c2", name="add", status="error"),
    AIMessage([{"type": "text", "text": "It is "}, {"type": "text", "text": "warm."}]),
    HumanMessage("Thanks."),
]
PICTURE = HumanMessage(
    [
        {"type": "text", "text": "What is this?"},
        {"type": "image", "base64": PNG, "mime_type": "image/png"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
        {"type": "image", "url": "https://example.org/a.png"},
    ]
)

_model = ChatInteractions(model="gemini-3.5-flash", api_key="k", session_id="tenant")


def _read(runnable: Any, messages: Any = ASKED, **more: Any) -> Turn:
    bound = getattr(runnable, "kwargs", {})
    listed = messages if isinstance(messages, list) else [messages]
    return _model._turn(listed, {**bound, **more})


def _structured(schema: Any, **options: Any) -> Turn:
    chain: Any = _model.with_structured_output(schema, **options)
    return _read(chain.first)


CALLS = {
    "question": lambda: _read(_model),
    "talk": lambda: _read(_model, TALK),
    "picture": lambda: _read(_model, PICTURE),
    "settings": lambda: _read(
        _model, temperature=1.0, max_output_tokens=100, labels={"team": "a"}
    ),
    "function": lambda: _read(_model.bind_tools([get_weather])),
    "tool": lambda: _read(_model.bind_tools([look_up], tool_choice="look_up")),
    "tool with a schema": lambda: _read(_model.bind_tools([search])),
    "class": lambda: _read(_model.bind_tools([Search])),
    "typed dict": lambda: _read(_model.bind_tools([Report])),
    "declared": lambda: _read(_model.bind_tools([DECLARED, {"type": "google_search"}])),
    "answer of a class": lambda: _structured(Search),
    "answer of a typed dict": lambda: _structured(Report),
    "answer of a dataclass": lambda: _structured(Verdict),
    "answer by a call": lambda: _structured(Search, method="function_calling"),
    "agent": lambda: ChatInteractions(
        agent="deep-research-preview-04-2026", api_key="k"
    )._turn([ASKED], {}),
}
