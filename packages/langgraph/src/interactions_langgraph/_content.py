"""Content blocks of LangChain messages as parts of canonical steps.

Pure. langchain-core brings every dialect of media block into its standard form first;
what has no counterpart in the API is refused by name, never left out.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from langchain_core.messages import BaseMessage

from interactions_core.exceptions import UnsupportedContentError
from interactions_core.steps import MediaKind, Part, media_part, text_part
from interactions_langgraph._blocks import OPAQUE

_MEDIA: Final = frozenset({"image", "audio", "video", "file"})
_KINDS: Final[Mapping[str, MediaKind]] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
}
_PROVIDERS_OWN: Final = frozenset(
    {
        "thinking",
        "redacted_thinking",
        "reasoning",
        "tool_call",
        "tool_call_chunk",
        "tool_use",
        "input_json_delta",
        "function_call",
        "invalid_tool_call",
        "server_tool_call",
        "server_tool_call_chunk",
        "server_tool_result",
        "executable_code",
        "code_execution_result",
    }
)
"""Blocks of a model's message that say nothing in a replay: calls are read from
`tool_calls`, thoughts and server-run tools are the business of who made them."""

Block = Mapping[str, Any]


def input_parts(message: BaseMessage) -> list[Part]:
    """Read the content of a user's or a tool's message."""
    if isinstance(message.content, str):
        return [text_part(message.content)]
    return [_part(cast("Block", block)) for block in message.content_blocks]


def output_parts(message: BaseMessage) -> list[Part]:
    """Read what a model's message says, without thoughts and calls."""
    if isinstance(message.content, str):
        return [text_part(message.content)]
    return list(_said(message.content))


def _said(content: Iterable[str | Block]) -> Iterable[Part]:
    for block in content:
        if isinstance(block, str):
            yield text_part(block)
        elif block.get("type") not in _PROVIDERS_OWN and not _is_opaque(block):
            yield _part(block)


def _is_opaque(block: Block) -> bool:
    """Tell whether a block shows what LangChain has no content for: a step, a finish."""
    if block.get("type") == "refusal" and "finish_reason" in block.get("extras", {}):
        return True
    value = block.get("value")
    return isinstance(value, Mapping) and OPAQUE in value


def _part(block: Block) -> Part:
    kind = block.get("type")
    if kind == "text":
        return text_part(str(block.get("text", "")))
    if kind == "refusal":
        return text_part(str(block.get("refusal", "")))
    if kind == "text-plain" and "text" in block:
        return text_part(str(block["text"]))
    if kind in _MEDIA:
        return _media(block)
    if kind == "image_url":
        return _media({"type": "image", "url": _address(block["image_url"])})
    value = block.get("value")
    if kind == "non_standard" and isinstance(value, Mapping):
        block = cast("Block", value)
        if block.get("type") == "media":
            return _google_media(block)
    msg = (
        f"a content block of type {block.get('type')!r} has no counterpart in the "
        "Interactions API; nothing was sent. Use text, image, audio, video or file."
    )
    raise UnsupportedContentError(msg)


def _media(block: Block) -> Part:
    mime_type = block.get("mime_type")
    data, uri = block.get("base64"), block.get("url") or block.get("file_id")
    if data is None and isinstance(uri, str) and uri.startswith("data:"):
        header, _, data = uri.partition(",")
        mime_type, uri = header[5:].partition(";")[0], None
    if data is None and uri is None:
        msg = f"a block of type {block.get('type')!r} has neither data nor an address"
        raise UnsupportedContentError(msg)
    kind = _kind(str(block["type"]), str(mime_type or ""))
    return media_part(kind, mime_type, data=data, uri=None if data else uri)


def _google_media(block: Block) -> Part:
    mime_type = str(block.get("mime_type") or "")
    return media_part(
        _kind("file", mime_type),
        mime_type,
        data=block.get("data"),
        uri=block.get("file_uri"),
    )


def _kind(kind: str, mime_type: str) -> MediaKind:
    """Name the API's block type; a `file` is what its MIME type says."""
    if kind == "file":
        kind = mime_type.partition("/")[0]
    return _KINDS.get(kind, "document")


# OpenAI's block has either an object or a bare string here.
def _address(value: Any) -> object:
    return value.get("url") if isinstance(value, Mapping) else value
