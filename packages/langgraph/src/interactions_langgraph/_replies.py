"""Replies as LangChain messages, whole or in pieces.

Pure. A streamed message and a unary one carry the same content, calls and metadata;
ids and usage come once, with the last piece, because LangChain joins strings that
come twice.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    InvalidToolCall,
    ToolCall,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from interactions_core.steps import visible_reply
from interactions_core.streaming import (
    ArgumentsDelta,
    CallStarted,
    MediaDelta,
    StreamEvent,
    TextDelta,
)
from interactions_core.turn import Reply
from interactions_core.usage import Usage
from interactions_langgraph._messages import ANCHOR

PROVIDER: Final = "google_genai"
"""What LangChain calls Gemini: middleware compares it with `ls_provider`."""


def message_of(reply: Reply) -> AIMessage:
    """Turn a reply into a message."""
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for step in visible_reply(reply.steps):
        if step.kind != "function_call":
            continue
        arguments, name = step.wire["arguments"], str(step.wire["name"])
        if isinstance(arguments, dict):
            calls.append(ToolCall(name=name, args=arguments, id=str(step.wire["id"])))
        else:
            invalid.append(
                InvalidToolCall(
                    type="invalid_tool_call",
                    name=name,
                    args=json.dumps(arguments),
                    id=str(step.wire["id"]),
                    error="the arguments are not a JSON object",
                )
            )
    return AIMessage(
        content=content_of(reply),
        tool_calls=calls,
        invalid_tool_calls=invalid,
        response_metadata=metadata_of(reply),
        usage_metadata=usage_of(reply.usage),
    )


def content_of(reply: Reply) -> str | list[str | dict[str, Any]]:
    """Return what a reply says: a string, or a list where media stand beside text."""
    blocks = [
        block
        for step in visible_reply(reply.steps)
        if step.kind == "model_output"
        for block in cast("list[dict[str, Any]]", step.wire["content"])
    ]
    if all(block["type"] == "text" for block in blocks):
        return "".join(block["text"] for block in blocks)
    return [
        block["text"] if block["type"] == "text" else media_block(block)
        for block in blocks
    ]


def media_block(block: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a media block of the wire into LangChain's standard form."""
    kind = "file" if block["type"] == "document" else block["type"]
    names = {"data": "base64", "uri": "url"}
    rest = {names.get(k, k): v for k, v in block.items() if k != "type"}
    return {"type": kind, **rest}


def chunk_of(event: StreamEvent) -> ChatGenerationChunk | None:
    """Turn an event into a piece of the message; thoughts are not part of it."""
    match event:
        case TextDelta(text=text):
            chunk = AIMessageChunk(content=text)
        case CallStarted(index=index, call_id=call_id, name=name):
            call = tool_call_chunk(name=name, args="", id=call_id, index=index)
            chunk = AIMessageChunk(content="", tool_call_chunks=[call])
        case ArgumentsDelta(index=index, fragment=fragment):
            call = tool_call_chunk(args=fragment, index=index)
            chunk = AIMessageChunk(content="", tool_call_chunks=[call])
        case MediaDelta(block=block):
            chunk = AIMessageChunk(content=[media_block(block)])
        case _:
            return None
    return ChatGenerationChunk(message=chunk)


def last_chunk_of(reply: Reply) -> ChatGenerationChunk:
    """Make the piece that carries ids, metadata and usage."""
    return ChatGenerationChunk(
        message=AIMessageChunk(
            content="",
            response_metadata=metadata_of(reply),
            usage_metadata=usage_of(reply.usage),
            chunk_position="last",
        )
    )


def metadata_of(reply: Reply) -> dict[str, Any]:
    """Say where a message comes from; JSON all the way down."""
    metadata: dict[str, Any] = {
        "interaction_id": reply.interaction_id,
        "previous_interaction_id": reply.previous_interaction_id,
        "plan_reason": reply.reason,
        "model_name": reply.model_name,
        "model_provider": PROVIDER,
        "status": reply.status,
    }
    tier = reply.interaction.get("service_tier")
    if tier:
        metadata["service_tier"] = tier
    if reply.anchor is not None:
        metadata[ANCHOR] = {
            "digest": reply.anchor.digest,
            "expires_at": reply.anchor.expires_at,
            "mac": reply.anchor.mac,
        }
    return metadata


def usage_of(usage: Usage) -> UsageMetadata:
    """Map token counts; thoughts count as output, as they are billed."""
    output = usage.output_tokens + usage.thought_tokens
    return UsageMetadata(
        input_tokens=usage.input_tokens + usage.tool_use_tokens,
        output_tokens=output,
        total_tokens=usage.input_tokens + usage.tool_use_tokens + output,
        input_token_details={"cache_read": usage.cached_tokens},
        output_token_details={"reasoning": usage.thought_tokens},
    )
