"""What a message says about itself: where it comes from, what it cost, what it thought.

Pure.
"""

from collections.abc import Iterator
from typing import Any, Final

from langchain_core.messages.ai import UsageMetadata

from interactions_core.adapter import (
    JsonObject,
    Reply,
    Usage,
    blocked_by,
    event_error,
    pending_calls,
    status_of,
)
from interactions_langgraph._messages.blocks import Block, Version, server_block
from interactions_langgraph._messages.citations import grounding_of
from interactions_langgraph._messages.messages import ANCHOR
from interactions_langgraph._messages.thoughts import THOUGHTS, carried_thoughts

PROVIDER: Final = "google_genai"
"""What LangChain calls Gemini: middleware compares it with `ls_provider`."""

_FINISHED: Final = {"stop": "STOP", "length": "MAX_TOKENS"}
"""Finish reasons in the words that programs on Gemini's older API look for."""

_REFUSED: Final = frozenset({"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST"})
"""Finish reasons that LangChain takes for refusals of Gemini."""


def kwargs_of(reply: Reply) -> dict[str, Any]:
    """Return the `additional_kwargs`: thoughts, if there are any."""
    thoughts = carried_thoughts(reply.steps)
    return {THOUGHTS: thoughts} if thoughts else {}


def metadata_of(reply: Reply, version: Version = "v0") -> dict[str, Any]:
    """Say where a message comes from; JSON all the way down."""
    metadata: dict[str, Any] = {
        "interaction_id": reply.interaction_id,
        "previous_interaction_id": reply.previous_interaction_id,
        "plan_reason": reply.reason,
        "model_name": reply.model_name,
        "model_provider": PROVIDER,
        "status": reply.status,
    }
    if reply.separate_id:
        metadata["separate_interaction_id"] = reply.separate_id
    if reply.job:
        metadata["job"] = reply.job
    tier = reply.interaction.get("service_tier")
    if tier:
        metadata["service_tier"] = tier
    metadata |= _finish(reply)
    metadata |= _grounds(reply, version)
    if reply.anchor is not None:
        metadata[ANCHOR] = {
            "digest": reply.anchor.digest,
            "expires_at": reply.anchor.expires_at,
            "mac": reply.anchor.mac,
        }
    return metadata


def _finish(reply: Reply) -> dict[str, Any]:
    """Say why the model stopped, in Gemini's older words and in LangChain's."""
    if blocked := blocked_by(reply.interaction, reply.steps):
        refused = blocked.upper() in _REFUSED
        return {
            "finish_reason": blocked.upper(),
            "normalized_finish_reason": "refusal" if refused else "content_filter",
            "finish_message": event_error({"errors": reply.interaction.get("errors")}),
        }
    finish = status_of(reply.status).finish
    if finish not in _FINISHED:
        return {}
    calls = finish == "stop" and pending_calls(reply.steps)
    return {
        "finish_reason": _FINISHED[finish],
        "normalized_finish_reason": "tool_call" if calls else finish,
    }


def refusal_of(reply: Reply) -> Block | None:
    """Return the block of an answer that was refused, as LangChain itself makes it."""
    finish = _finish(reply)
    if finish.get("normalized_finish_reason") != "refusal":
        return None
    return {
        "type": "refusal",
        "refusal": finish["finish_message"],
        "extras": {"finish_reason": finish["finish_reason"]},
    }


def _grounds(reply: Reply, version: Version) -> dict[str, Any]:
    """Say what content of the version has no place for."""
    if version == "v1":
        return {"output_version": "v1"}
    steps = [*_own_steps(reply)]
    blocks = [server_block(s, "v1") for s in steps if server_block(s, "v0") is None]
    grounding = grounding_of(reply.steps)
    found: dict[str, Any] = {"server_tools": blocks} if blocks else {}
    return found | ({"grounding_metadata": grounding} if grounding else {})


def _own_steps(reply: Reply) -> Iterator[JsonObject]:
    """Yield the steps that ran on the server."""
    left = pending_calls(reply.steps)
    said = {"user_input", "model_output", "thought"}
    for step in reply.steps:
        if step.get("type") not in said and str(step.get("id")) not in left:
            yield step


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
