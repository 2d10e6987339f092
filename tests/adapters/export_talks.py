"""Conversations with each kind of content, as each framework can say them."""

import asyncio
import io
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PIL import Image
from pydantic import BaseModel

from tests.adapters.drivers import Driver, Message
from tests.adapters.talk import BOTH, CALL, WEATHER, results, user

PDF: Final = b64encode(b"%PDF-1.4\n%%EOF\n").decode()
SEARCH: Final = {"tools": [{"type": "google_search"}]}
TELLS: Final = {"text": "It is Rome.", "thought": False}


class City(BaseModel):
    name: str


Talk = Callable[[str, Driver], object]


def _picture() -> str:
    shown = io.BytesIO()
    Image.new("RGB", (2, 2), (200, 40, 10)).save(shown, "PNG")
    return b64encode(shown.getvalue()).decode()


PNG: Final = _picture()


def text(_: str, driver: Driver) -> None:
    said = [user("My name is Ada.")]
    said.append(driver.ask(said))
    driver.ask([*said, user("What is my name?")])


def parallel_calls(_: str, driver: Driver) -> None:
    said = [user("The weather in Rome and Oslo?")]
    said.append(driver.ask(said, [WEATHER]))
    driver.ask([*said, *results(said[-1], "sunny")], [WEATHER])


def failed_call(adapter: str, driver: Driver) -> None:
    said = [user("The weather?")]
    said.append(driver.ask(said, [WEATHER]))
    [call] = said[-1]["calls"]
    driver.ask([*said, _failure(adapter, call)], [WEATHER])


def _failure(adapter: str, call: Message) -> Message:
    known = {"name": call["name"], "content": "no such city"}
    if adapter == "langgraph":
        from langchain_core.messages import ToolMessage  # noqa: PLC0415

        own: Any = ToolMessage(**known, tool_call_id=call["id"], status="error")
        return {"role": "tool", "content": "", "own": own}
    if adapter == "autogen":
        from autogen_core.models import (  # noqa: PLC0415
            FunctionExecutionResult,
            FunctionExecutionResultMessage,
        )

        result = FunctionExecutionResult(**known, call_id=call["id"], is_error=True)
        own = FunctionExecutionResultMessage(content=[result])
        return {"role": "results", "content": "", "own": own}
    return {"role": "tool", "call_id": call["id"], **known}


def picture(adapter: str, driver: Driver) -> None:
    driver.ask([{"role": "user", "content": _with_media(adapter, "image/png", PNG)}])


def document(adapter: str, driver: Driver) -> None:
    said = _with_media(adapter, "application/pdf", PDF)
    driver.ask([{"role": "user", "content": said}])


def _with_media(adapter: str, mime_type: str, data: str) -> list[Any]:
    if adapter == "langgraph":
        kind = "image" if mime_type.startswith("image") else "file"
        medium: Any = {"type": kind, "base64": data, "mime_type": mime_type}
        return [{"type": "text", "text": "What is this?"}, medium]
    if adapter == "autogen":
        from autogen_core import Image as Picture  # noqa: PLC0415

        opened = Image.open(io.BytesIO(b64decode(data)))
        return ["What is this?", Picture(opened)]
    medium = {"inlineData": {"mimeType": mime_type, "data": data}}
    return [{"text": "What is this?"}, medium]


def structured(adapter: str, driver: Driver) -> None:
    model: Any = driver
    if adapter == "langgraph":
        model._model.with_structured_output(City).invoke("Which city?")
    elif adapter == "autogen":
        from autogen_core.models import UserMessage  # noqa: PLC0415

        asked = UserMessage(content="Which city?", source="user")
        asyncio.run(model._client.create([asked], json_output=City))
    else:
        model._llm.call("Which city?", response_model=City)


TALKS: Final[Mapping[str, tuple[Talk, Sequence[Any], Mapping[str, Any]]]] = {
    "text": (text, [{"reply": TELLS}], {}),
    "parallel calls": (
        parallel_calls,
        [{"sequence": [{"calls": BOTH}, TELLS]}],
        {},
    ),
    "a failed call": (
        failed_call,
        [{"sequence": [{"calls": [CALL]}, TELLS]}],
        {},
    ),
    "a picture": (picture, [{"reply": TELLS}], {}),
    "a PDF": (document, [{"reply": TELLS}], {}),
    "a picture by the model": (
        text,
        [{"reply": {**TELLS, "image": True}}],
        {},
    ),
    "structured output": (
        structured,
        [{"reply": {"text": json.dumps({"name": "Rome"}), "thought": False}}],
        {},
    ),
    "thoughts": (text, [{"reply": {"text": "Rome.", "thought": "It is warm."}}], {}),
    "a search": (
        text,
        [
            {
                "reply": {
                    **TELLS,
                    "tools": [{"google_search": {"queries": ["capital"]}}],
                    "citations": [{"text": "Rome", "url": "https://rome.example"}],
                }
            }
        ],
        SEARCH,
    ),
}
"""What is said by the name of its content: by whom, with which answers and options."""

IMPOSSIBLE: Final = {("autogen", "a PDF")}
"""What a framework's messages cannot say."""
