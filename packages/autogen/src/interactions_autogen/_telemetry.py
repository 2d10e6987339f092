"""What AutoGen's event log and OpenTelemetry are told of a call.

Spans and kwargs carry ids, counts and reasons. What was said is in the events alone,
because their contract asks for it; nothing here is a key or a header.
"""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from autogen_core import EVENT_LOGGER_NAME
from autogen_core.logging import LLMCallEvent, LLMStreamEndEvent, LLMStreamStartEvent
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from interactions_autogen._replies import request_usage
from interactions_core.adapter import Reply, Turn, Usage, chain_root
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


@contextmanager
def chat_span(turn: Turn, *, vertexai: bool) -> Generator[Span]:
    """Open a `chat` span by the GenAI semantic conventions.

    It nests in the `invoke_agent` span that AutoGen opens around an agent's turn. What
    an error says is left out of it: the API repeats what it was sent.
    """
    name = turn.target[1]
    provider = "gcp.vertex_ai" if vertexai else "gcp.gemini"
    attributes = {
        "gen_ai.operation.name": "chat",
        # AutoGen's own spans carry the older name of the two.
        "gen_ai.system": provider,
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": name,
    }
    tracer = trace.get_tracer("interactions_autogen")
    with tracer.start_as_current_span(
        f"chat {name}",
        kind=SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as exc:
            span.set_attribute("error.type", type(exc).__qualname__)
            span.set_status(Status(StatusCode.ERROR))
            if isinstance(exc, InteractionsError) and exc.usage != Usage():
                _describe(span, _span_usage(exc.usage))
            raise


def describe(span: Span, reply: Reply) -> None:
    """Write what a reply says about itself into a span."""
    told = {
        "gen_ai.response.id": reply.interaction_id,
        "gen_ai.response.model": reply.model_name,
        "gen_ai.response.finish_reasons": (reply.status,),
        "gen_ai.conversation.id": chain_root(reply.interaction_id) or "",
        "interactions.previous_interaction_id": reply.previous_interaction_id,
        "interactions.plan_reason": reply.reason,
    }
    _describe(span, told | _span_usage(reply.usage))


def _describe(span: Span, told: Mapping[str, str | int | tuple[str, ...]]) -> None:
    for key, value in told.items():
        if value != "":
            span.set_attribute(key, value)


def _span_usage(usage: Usage) -> dict[str, int]:
    counted = request_usage(usage)
    return {
        "gen_ai.usage.input_tokens": counted.prompt_tokens,
        "gen_ai.usage.output_tokens": counted.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
    }


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
    }
