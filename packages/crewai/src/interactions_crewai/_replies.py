"""Replies in CrewAI's words: texts, lists of tool calls, token counts.

Pure.
"""

import json
from typing import Any

from interactions_core.adapter import Reply, Usage, visible_reply
from interactions_core.exceptions import UndeclaredCallError


def as_text(reply: Reply) -> str:
    """Return what a reply says where CrewAI takes nothing but a text.

    Raises:
        UndeclaredCallError: It says nothing, and calls a function instead.
    """
    text = reply.text
    names = [call["function"]["name"] for call in calls_of(reply)]
    if names and not text.strip():
        raise UndeclaredCallError(reply.interaction_id, reply.status, names)
    return text


def calls_of(reply: Reply) -> list[dict[str, Any]]:
    """Return the calls that wait for an answer, with the ids that the API gave."""
    return [
        tool_call(
            str(step.wire["id"]),
            reply.own_name(str(step.wire["name"])),
            json.dumps(step.wire["arguments"]),
        )
        for step in visible_reply(reply.steps)
        if step.kind == "function_call"
    ]


def tool_call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    """Write one call, or a piece of one, as CrewAI keeps it in its messages."""
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function}


def usage_of(usage: Usage) -> dict[str, int]:
    """Map token counts; thoughts count as output, as they are billed."""
    prompt = usage.input_tokens + usage.tool_use_tokens
    completion = usage.output_tokens + usage.thought_tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "cached_prompt_tokens": usage.cached_tokens,
        "reasoning_tokens": usage.thought_tokens,
    }


def about(reply: Reply) -> dict[str, Any]:
    """Say what CrewAI's events have no field for; it goes beside the token counts."""
    return {
        "tool_use_tokens": reply.usage.tool_use_tokens,
        "interaction_id": reply.interaction_id,
        "previous_interaction_id": reply.previous_interaction_id,
        "plan_reason": reply.reason,
        "model_name": reply.model_name,
        "status": reply.status,
        "recovered": list(reply.recovered),
        **({"separate_interaction_id": reply.separate_id} if reply.separate_id else {}),
        **({"job": reply.job} if reply.job else {}),
    }
