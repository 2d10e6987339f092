"""What AutoGen's event log is told of a call.

What was said is in its events because their contract asks for it; nothing here is a
key or a header. Spans are core's.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

from autogen_core import EVENT_LOGGER_NAME
from autogen_core.logging import LLMCallEvent, LLMStreamEndEvent, LLMStreamStartEvent

from interactions_autogen._replies import request_usage
from interactions_core.adapter import Reply, Turn, Usage
from interactions_core.exceptions import InteractionsError

_events: Final = logging.getLogger(EVENT_LOGGER_NAME)


def log_call(reply: Reply) -> None:
    """Report an answered `create`; `messages` are the steps that were really sent."""
    if _events.isEnabledFor(logging.INFO):
        sent = [dict(step) for step in reply.sent]
        _events.info(LLMCallEvent(messages=sent, **_reported(reply)))


def log_failure(turn: Turn, error: InteractionsError, *, stream: bool) -> None:
    """Report a call that was billed and raised; `messages` are the whole list."""
    if not _events.isEnabledFor(logging.INFO):
        return
    if stream:
        _events.info(LLMStreamEndEvent(**_failed(error)))
        return
    steps = [dict(step.wire) for step in turn.transcript.steps]
    _events.info(LLMCallEvent(messages=steps, **_failed(error)))


def log_stream_start(turn: Turn) -> None:
    """Report the beginning of a stream; `messages` are the whole list as steps."""
    if _events.isEnabledFor(logging.INFO):
        steps = [dict(step.wire) for step in turn.transcript.steps]
        _events.info(LLMStreamStartEvent(messages=steps))


def log_stream_end(reply: Reply) -> None:
    """Report an answered `create_stream`."""
    if _events.isEnabledFor(logging.INFO):
        sent = [dict(step) for step in reply.sent]
        _events.info(LLMStreamEndEvent(sent=sent, **_reported(reply)))


def _failed(error: InteractionsError) -> dict[str, Any]:
    """Say what is known of an answer that was none; its text is the caller's alone."""
    name = getattr(error, "interaction_id", "")
    status = getattr(error, "status", "")
    return {
        "response": {"id": name, "status": status, "steps": []},
        **_counts(error.usage),
        "interaction_id": name,
        "status": status,
        "error": type(error).__qualname__,
    }


def _counts(usage: Usage) -> dict[str, int]:
    counted = request_usage(usage)
    return {
        "prompt_tokens": counted.prompt_tokens,
        "completion_tokens": counted.completion_tokens,
        "cached_tokens": usage.cached_tokens,
        "thought_tokens": usage.thought_tokens,
        "tool_use_tokens": usage.tool_use_tokens,
    }


def _reported(reply: Reply) -> dict[str, Any]:
    response: Mapping[str, Any] = reply.interaction
    return {
        "response": {**response, "steps": [dict(step) for step in reply.steps]},
        **_counts(reply.usage),
        "interaction_id": reply.interaction_id,
        "previous_interaction_id": reply.previous_interaction_id,
        "plan_reason": reply.reason,
        "model_name": reply.model_name,
        "status": reply.status,
        "recovered": list(reply.recovered),
        **({"separate_interaction_id": reply.separate_id} if reply.separate_id else {}),
        **({"job": reply.job} if reply.job else {}),
    }
