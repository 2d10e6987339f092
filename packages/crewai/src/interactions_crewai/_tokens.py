"""Token counts without a request, which CrewAI asks for before every call."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from interactions_core.adapter import (
    estimated_json_tokens,
    estimated_picture_tokens,
    estimated_text_tokens,
)


def estimated_tokens(messages: Any, tools: Sequence[Any] | None = None) -> int:
    """Estimate what messages and tools cost; it reads anything and never raises."""
    if isinstance(messages, str):
        return estimated_text_tokens(messages)
    said = sum(_message(message) for message in messages)
    return said + sum(estimated_json_tokens(tool) for tool in tools or ())


def _message(message: Mapping[str, Any]) -> int:
    content = message.get("content")
    calls = message.get("tool_calls")
    called = estimated_json_tokens(calls) if calls else 0
    if not isinstance(content, list):
        return called + estimated_text_tokens(str(content or ""))
    blocks = cast("list[Any]", content)
    return called + sum(_block(block) for block in blocks)


def _block(block: Any) -> int:
    if not isinstance(block, Mapping):
        return estimated_text_tokens(str(block))
    text = cast("Mapping[str, Any]", block).get("text")
    known = isinstance(text, str)
    return estimated_text_tokens(text) if known else estimated_picture_tokens()
