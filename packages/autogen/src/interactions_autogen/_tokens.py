"""Token counts without a request, for contexts that are cut to a size."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from autogen_core import Image
from autogen_core.models import LLMMessage
from autogen_core.tools import Tool, ToolSchema

from interactions_autogen._tools import schema_of
from interactions_core.adapter import (
    estimated_json_tokens,
    estimated_picture_tokens,
    estimated_text_tokens,
)

_PER_MESSAGE: Final = 4


def estimated_tokens(
    messages: Sequence[LLMMessage], tools: Sequence[Tool | ToolSchema]
) -> int:
    """Estimate what a list and its tools cost; it reads anything and never raises."""
    said = sum(_PER_MESSAGE + _content(message) for message in messages)
    return said + sum(_declared(tool) for tool in tools)


def _content(message: LLMMessage) -> int:
    content: object = getattr(message, "content", message)
    if not isinstance(content, list):
        return _part(content)
    return sum(_part(part) for part in cast("list[object]", content))


def _part(part: object) -> int:
    if isinstance(part, str):
        return estimated_text_tokens(part)
    if isinstance(part, Image):
        return estimated_picture_tokens(*part.image.size)
    fields = ("name", "arguments", "content")
    return sum(estimated_text_tokens(str(getattr(part, one, ""))) for one in fields)


def _declared(tool: Tool | ToolSchema) -> int:
    try:
        return estimated_json_tokens(schema_of(tool))
    except (ValueError, RecursionError):
        # A schema that contains itself cannot be sent; a call says so.
        name = tool.get("name") if isinstance(tool, Mapping) else tool.name
        return estimated_text_tokens(str(name))
