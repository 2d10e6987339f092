"""Compare what a server holds with the message list that a framework meant.

Written against LangChain's messages and the wire alone, so that a misreading in the
packages cannot excuse itself here. What the packages call synthetic they must have
recorded, step by step; everything else has to be in the list.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from interactions_core.records.interactions import InteractionRecord

Said = tuple[Any, ...]
"""One thing that somebody said: role, then what it was."""


def listed(messages: Sequence[BaseMessage]) -> list[Said]:
    """Read a message list: what the framework means."""
    return _answered(said_by(messages))


def said_by(messages: Sequence[BaseMessage]) -> list[Said]:
    """Read a message list, with the results that answer nothing."""
    said: list[Said] = []
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
                said.append(("user", (("text", text),)))
            case HumanMessage():
                said.append(("user", _blocks(message.content)))
            case _:
                raise TypeError(message)
    return said


def held(
    steps: Iterable[Mapping[str, Any]], synthetic: Iterable[int] = ()
) -> list[Said]:
    """Read the steps of a server's context: what the model really saw."""
    left_out = set(synthetic)
    said: list[Said] = []
    for i, step in enumerate(steps):
        if i in left_out:
            continue
        match step["type"]:
            case "model_output":
                text = "".join(block.get("text", "") for block in step["content"])
                said.append(("model", text))
            case "function_call":
                said.append(
                    ("call", step["id"], step["name"], _plain(step["arguments"]))
                )
            case "function_result":
                result = _blocks(step["result"])
                failed = bool(step.get("is_error"))
                said.append(("result", step["call_id"], result, failed))
            case "user_input":
                said.append(("user", _blocks(step["content"])))
            case "thought":
                pass
            case kind:
                raise TypeError(kind)
    return said


def chain_of(
    records: Mapping[str, InteractionRecord], key: str
) -> list[InteractionRecord]:
    """Return an interaction and its ancestors on the server, oldest first."""
    chain: list[InteractionRecord] = []
    while key:
        chain.append(records[key])
        key = records[key].parent_id
    return chain[::-1]


def synthetic_of(chain: Sequence[InteractionRecord], sizes: Sequence[int]) -> list[int]:
    """Return which steps of a chain's context were recorded as synthetic.

    Args:
        chain: The interactions, oldest first.
        sizes: How many steps each of them sent.
    """
    found: list[int] = []
    start = 0
    for record, size in zip(chain, sizes, strict=True):
        offset = start + size - len(record.sent)
        found.extend(offset + i for i in record.synthetic)
        start += size + len(record.held)
    return found


def _answered(said: Sequence[Said]) -> list[Said]:
    """Leave out results that answer no call just before them: no API takes those."""
    kept: list[Said] = []
    open_calls: set[str] = set()
    for item in said:
        if item[0] == "call":
            open_calls.add(item[1])
        elif item[0] == "result":
            if item[1] not in open_calls:
                continue
            open_calls.remove(item[1])
        else:
            open_calls = set()
        kept.append(item)
    return kept


def _blocks(content: object) -> tuple[tuple[str, object], ...]:
    if isinstance(content, str):
        return (("text", content),)
    if not isinstance(content, list):
        return (("json", _plain(content)),)
    return tuple(_block(block) for block in content)


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
