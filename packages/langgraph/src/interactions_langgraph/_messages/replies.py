"""Whole replies as LangChain messages.

Pure. Most answers are a text and calls; whatever else comes goes through the pieces
of a stream, so that a streamed message and a unary one are equal.
"""

import json
from functools import reduce
from operator import add

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    InvalidToolCall,
    ToolCall,
    message_chunk_to_message,
)

from interactions_core.adapter import (
    JsonObject,
    Reply,
    events_of,
    pending_calls,
    reply_text,
    visible_reply,
)
from interactions_langgraph._messages.blocks import Version, server_block
from interactions_langgraph._messages.chunks import Chunks
from interactions_langgraph._messages.metadata import kwargs_of, metadata_of, usage_of


def message_of(reply: Reply, version: Version = "v0") -> AIMessage:
    """Turn a reply into a message.

    Args:
        reply: The whole answer.
        version: The form of the content: `"v0"` is a string where the answer is text,
            `"v1"` LangChain's standard blocks.
    """
    if version == "v0" and _is_plain(reply.steps):
        return _plain_message(reply)
    chunks = chunks_of(reply, version)
    message = message_chunk_to_message(reduce(add, chunks))
    assert isinstance(message, AIMessage)  # noqa: S101 - what a chunk of it becomes
    return message


def chunks_of(reply: Reply, version: Version) -> list[AIMessageChunk]:
    """Return the pieces that a stream of this reply would have had."""
    pieces = Chunks(version, is_agents(reply))
    said = [pieces.to_chunk(event) for event in events_of(reply.steps)]
    return [*filter(None, said), *pieces.end_chunks(reply)]


def is_agents(reply: Reply) -> bool:
    """Tell whether a managed agent answered."""
    return bool(reply.interaction.get("agent"))


def _is_plain(steps: tuple[JsonObject, ...]) -> bool:
    left = pending_calls(steps)
    return all(
        _is_text(step)
        if step.get("type") == "model_output"
        else not step.get("summary")
        and (str(step.get("id")) in left or server_block(step, "v0") is None)
        for step in steps
    )


def _is_text(step: JsonObject) -> bool:
    content = step.get("content")
    blocks = content if isinstance(content, list) else []
    return all(isinstance(b, dict) and b.get("type") == "text" for b in blocks)


def _plain_message(reply: Reply) -> AIMessage:
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
        content=reply_text(reply.steps),
        tool_calls=calls,
        invalid_tool_calls=invalid,
        additional_kwargs=kwargs_of(reply),
        response_metadata=metadata_of(reply),
        usage_metadata=usage_of(reply.usage),
    )
