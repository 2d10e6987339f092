"""What the scenarios say, and what the server was told."""

from typing import Any, Final

from interactions_emulator import Emulator
from tests.adapters.drivers import Driver, Message

CALL: Final = {"name": "get_weather", "arguments": {"city": "Rome"}}
BOTH: Final = [CALL, {"name": "get_weather", "arguments": {"city": "Oslo"}}]
WEATHER: Final[Message] = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def system(text: str) -> Message:
    return {"role": "system", "content": text}


def results(answer: Message, text: str) -> list[Message]:
    return [
        {"role": "tool", "call_id": c["id"], "name": c["name"], "content": text}
        for c in answer["calls"]
    ]


def bodies(emulator: Emulator) -> list[Any]:
    return [request["body"] for request in creates(emulator)]


def creates(emulator: Emulator) -> list[Any]:
    """Return the creates without the polls between them."""
    return [request for request in emulator.requests() if request["method"] == "POST"]


def talk(driver: Driver, *texts: str, way: str = "") -> list[Message]:
    """Say one text after another; return the list that it comes to."""
    messages: list[Message] = []
    for text in texts:
        messages.append(user(text))
        messages.append(driver.ask(messages, way=way))
    return messages


def made_again(messages: list[Message]) -> list[Message]:
    """Return a list as another process has it: without the framework's objects."""
    return [{key: m[key] for key in m if key != "own"} for m in messages]
