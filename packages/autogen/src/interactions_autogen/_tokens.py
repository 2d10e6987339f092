"""Token counts without a request, for contexts that are cut to a size.

An estimate by what Google's documentation gives as a rule of thumb: four characters
to a token, 258 tokens to a picture of up to 768 by 768 pixels
(https://ai.google.dev/gemini-api/docs/tokens).
"""

import json
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final, cast

from autogen_core import Image
from autogen_core.models import LLMMessage
from autogen_core.tools import Tool, ToolSchema

from interactions_autogen._tools import schema_of

_BYTES_PER_TOKEN: Final = 4
_PER_MESSAGE: Final = 4
_PER_TILE: Final = 258
_TILE: Final = 768


def estimated_tokens(
    messages: Sequence[LLMMessage], tools: Sequence[Tool | ToolSchema]
) -> int:
    """Estimate what a list and its tools cost; it reads anything and never raises."""
    said = sum(_PER_MESSAGE + _content(message) for message in messages)
    return said + sum(_text(_shown(tool)) for tool in tools)


def _content(message: LLMMessage) -> int:
    content: object = getattr(message, "content", message)
    if not isinstance(content, list):
        return _part(content)
    return sum(_part(part) for part in cast("list[object]", content))


def _part(part: object) -> int:
    if isinstance(part, str):
        return _text(part)
    if isinstance(part, Image):
        width, height = part.image.size
        return _PER_TILE * ceil(width / _TILE) * ceil(height / _TILE)
    fields = ("name", "arguments", "content")
    return sum(_text(str(getattr(part, field, ""))) for field in fields)


def _text(text: str) -> int:
    return ceil(len(text.encode("utf-8", "surrogatepass")) / _BYTES_PER_TOKEN)


def _shown(tool: Tool | ToolSchema) -> str:
    try:
        return json.dumps(schema_of(tool), default=str)
    except (ValueError, RecursionError):
        # What contains itself cannot be sent; a call says so.
        return str(tool.get("name") if isinstance(tool, Mapping) else tool.name)
