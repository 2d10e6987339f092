"""Blocks of messages that LangChain makes an error of before any model is asked.

Pure. It translates blocks for its traces, and takes them for what their type says. Such
a block is packed into one that LangChain lets pass, and unpacked where it is read.
"""

from collections.abc import Mapping
from typing import Any, Final

from langchain_core.messages import BaseMessage

_SOURCES: Final = {"url": "url", "base64": "data", "id": "id", "text": "url"}
"""What LangChain looks for in a block with that `source_type`."""
_TRANSLATED: Final = frozenset({"image", "audio", "file"})


def traceable(messages: list[BaseMessage]) -> list[BaseMessage]:
    """Pack what would be an error; the list itself if there is nothing."""
    packed = [_packed(message) for message in messages]
    changed = any(new is not old for new, old in zip(packed, messages, strict=True))
    return packed if changed else messages


def unpacked(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the block inside of a `non_standard` one, or the block itself."""
    value = block.get("value")
    if block.get("type") == "non_standard" and isinstance(value, Mapping):
        return value
    return block


def _packed(message: BaseMessage) -> BaseMessage:
    content = message.content
    if isinstance(content, str) or not any(map(_is_error, content)):
        return message
    blocks = [
        {"type": "non_standard", "value": block} if _is_error(block) else block
        for block in content
    ]
    return message.model_copy(update={"content": blocks})


def _is_error(block: str | dict[str, Any]) -> bool:
    if isinstance(block, str):
        return False
    kind, source = block.get("type"), block.get("source_type")
    if not isinstance(kind, str | None) or not isinstance(source, str | None):
        return True
    if kind in _TRANSLATED and source in _SOURCES and _SOURCES[source] not in block:
        return True
    return kind == "image" and _is_untraceable_image(block)


def _is_untraceable_image(block: dict[str, Any]) -> bool:
    if block.keys() & {"url", "file_id"}:
        return False
    if "base64" in block or block.get("source_type") == "base64":
        return "mime_type" not in block
    return "text" in block
