"""Token counts without a request, which CrewAI asks for before every call.

An estimate by what Google's documentation gives as a rule of thumb: four characters
to a token, 258 tokens to a small picture
(https://ai.google.dev/gemini-api/docs/tokens).
"""

import json
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final, cast

_CHARS_PER_TOKEN: Final = 4
_PER_MEDIUM: Final = 258


def estimated_tokens(messages: Any, tools: Sequence[Any] | None = None) -> int:
    """Estimate what messages and tools cost; it reads anything and never raises."""
    if isinstance(messages, str):
        return _text(messages)
    said = sum(_message(message) for message in messages)
    return said + sum(_text(json.dumps(tool, default=str)) for tool in tools or ())


def _message(message: Mapping[str, Any]) -> int:
    content = message.get("content")
    calls = message.get("tool_calls")
    called = _text(json.dumps(calls, default=str)) if calls else 0
    if not isinstance(content, list):
        return called + _text(str(content or ""))
    blocks = cast("list[Any]", content)
    return called + sum(_block(block) for block in blocks)


def _block(block: Any) -> int:
    if not isinstance(block, Mapping):
        return _text(str(block))
    text = cast("Mapping[str, Any]", block).get("text")
    return _text(text) if isinstance(text, str) else _PER_MEDIUM


def _text(text: str) -> int:
    return ceil(len(text) / _CHARS_PER_TOKEN)
