"""What the tests of the model client say, and what the server was told."""

from typing import Any

from autogen_core.models import (
    AssistantMessage,
    CreateResult,
    UserMessage,
)
from autogen_core.tools import FunctionTool
from pydantic import BaseModel

from interactions_autogen import InteractionsChatCompletionClient
from interactions_emulator import Emulator
from tests.autogen.teams import get_weather

Client = InteractionsChatCompletionClient

WEATHER = FunctionTool(get_weather, description="Get the weather of a city.")


class Person(BaseModel):
    """A person that the text names."""

    name: str


def user(text: str, source: str = "user") -> UserMessage:
    return UserMessage(content=text, source=source)


def said(result: CreateResult) -> AssistantMessage:
    return AssistantMessage(content=result.content, source="agent")


def bodies(emulator: Emulator) -> list[dict[str, Any]]:
    return [row["body"] for row in emulator.requests() if row["method"] == "POST"]


def sent(emulator: Emulator) -> dict[str, Any]:
    return bodies(emulator)[-1]
