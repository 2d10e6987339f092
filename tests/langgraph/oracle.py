"""Read LangChain's message lists for the oracle.

Written against LangChain's messages alone, so that a misreading in the packages cannot
excuse itself here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from tests.oracle.comparison import EXACT, Entry, Reading, answered, disagreement
from tests.oracle.contexts import Contexts


def difference(contexts: Contexts, messages: list[BaseMessage], reply: Any) -> str:
    """Say where the server's context of a call differs from its list."""
    key = reply.response_metadata["interaction_id"]
    meant = answered(said_by([*messages, reply]))
    found = disagreement(contexts.of(key), meant, EXACT, reading=READING)
    return found and f"{reply.response_metadata['plan_reason']} {key}: {found}"


def said_by(messages: Sequence[BaseMessage]) -> list[Entry]:
    """Read a message list, with the results that answer nothing."""
    said: list[Entry] = []
    leading = True
    for message in messages:
        if isinstance(message, SystemMessage) and leading:
            continue
        leading = False
        match message:
            case AIMessage():
                if message.text:
                    said.append(("model", message.text))
                said.extend(
                    ("call", call["id"], call["name"], _plain(call["args"]))
                    for call in message.tool_calls
                )
            case ToolMessage():
                failed = message.status == "error"
                result = _blocks(message.content)
                said.append(("result", message.tool_call_id, result, failed))
            case SystemMessage():
                text = f"<system>\n{message.text}\n</system>"
                said.append(("user", [("text", text)]))
            case HumanMessage():
                said.append(("user", _blocks(message.content)))
            case _:
                raise TypeError(message)
    return said


def _blocks(content: object) -> list[tuple[str, object]]:
    if isinstance(content, str):
        return [("text", content)]
    if not isinstance(content, list):
        return [("json", _plain(content))]
    return [_block(block) for block in content]


def _block(block: Mapping[str, Any] | str) -> tuple[str, object]:
    if isinstance(block, str):
        return ("text", block)
    if block["type"] == "text":
        return ("text", block["text"])
    if block["type"] == "image_url":
        # What callbacks are shown in the place of an inline image.
        mime_type, _, data = block["image_url"]["url"].partition(";base64,")
        block = {"type": "image", "mime_type": mime_type.removeprefix("data:")}
        block["data"] = data
    data = block.get("data") or block.get("base64") or ""
    kind = {"file": "document"}.get(block["type"], block["type"])
    return (kind, (block.get("mime_type"), hashlib.sha256(data.encode()).hexdigest()))


def _plain(value: object) -> str:
    return json.dumps(_as_javascript_has_it(value), sort_keys=True)


def _as_javascript_has_it(value: object) -> object:
    """Write 1.0 as 1: a list that crossed a wire may hold either."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _as_javascript_has_it(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_javascript_has_it(item) for item in value]
    return value


READING: Final = Reading(block=_block, result=_blocks, arguments=_plain)
