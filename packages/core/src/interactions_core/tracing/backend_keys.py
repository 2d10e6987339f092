"""Keys that some back ends read beside the conventions', by one switch.

`INTERACTIONS_TRACE_KEYS` names the back ends, for instance `openinference,langfuse`.
Pure but for that look at the environment. None of the keys holds what was said: where
content is captured it is in the conventions' attributes, which these back ends read as
well.
"""

import functools
import json
import logging
import os
from collections.abc import Callable, Mapping
from typing import Final

from interactions_core.logs import log_fields
from interactions_core.tracing.conventions import input_tokens, output_tokens
from interactions_core.tracing.facts import CallFacts
from interactions_core.tracing.own_attributes import Value
from interactions_core.usage import Usage

VARIABLE: Final = "INTERACTIONS_TRACE_KEYS"

logger: Final = logging.getLogger("interactions_core")

BackendKeys = Callable[[CallFacts], Mapping[str, Value]]
"""What a back end reads of a call, by its own names."""

_LONGEST_SESSION: Final = 200
"""In characters; https://langfuse.com/docs/observability/features/sessions."""

_VERTEX: Final = "gcp.vertex_ai"


def backend_attributes(facts: CallFacts) -> dict[str, Value]:
    """Return what the back ends that the switch names read of a call."""
    return attributes_for(facts, wanted_backends(os.environ.get(VARIABLE, "")))


def attributes_for(facts: CallFacts, backends: tuple[str, ...]) -> dict[str, Value]:
    """Return what these back ends read of a call."""
    found: dict[str, Value] = {}
    for backend in backends:
        found |= BACKENDS[backend](facts)
    return found


@functools.cache
def wanted_backends(switch: str) -> tuple[str, ...]:
    """Return the back ends that the switch names.

    A word that is none is told in the log, once, and the others hold: a trace is no
    reason to refuse a turn.
    """
    words = [word.strip().lower() for word in switch.split(",") if word.strip()]
    unknown = [word for word in words if word not in BACKENDS]
    if unknown:
        logger.warning(
            "%s names %s, and no such back end is known; it takes %s",
            VARIABLE,
            ", ".join(unknown),
            ", ".join(BACKENDS),
            extra=log_fields("trace_keys_unknown"),
        )
    return tuple(dict.fromkeys(word for word in words if word in BACKENDS))


def _openinference(facts: CallFacts) -> dict[str, Value]:
    """Return what Phoenix and Arize AX read.

    Phoenix counts the tokens and the cost of spans of the kind `LLM` alone, so that
    this is the kind of every span that has some, an agent's included:
    https://github.com/Arize-ai/phoenix/blob/main/src/phoenix/db/insertion/span.py
    """
    keys: dict[str, Value] = {
        "openinference.span.kind": _kind(facts, "LLM", "AGENT", "CHAIN"),
        **_named("session.id", facts.conversation_id),
    }
    if facts.usage is None:
        return keys
    keys |= {
        "llm.model_name": _model(facts),
        "llm.provider": "google",
        **_named("llm.system", "vertexai" if _is_vertex(facts) else ""),
        "llm.token_count.prompt": input_tokens(facts.usage),
        "llm.token_count.prompt_details.cache_read": facts.usage.cached_tokens,
        "llm.token_count.completion": output_tokens(facts.usage),
        "llm.token_count.completion_details.reasoning": facts.usage.thought_tokens,
        "llm.token_count.total": _total(facts.usage),
    }
    if facts.cost_usd is not None:
        keys["llm.cost.total"] = facts.cost_usd
    return keys


def _langfuse(facts: CallFacts) -> dict[str, Value]:
    """Return what Langfuse reads before anything else.

    The parts of its usage do not overlap, and a cost that it is told is not worked out
    anew: its own prices lack the newest models. A span whose operation is
    `invoke_agent` it takes neither from:
    https://github.com/langfuse/langfuse/blob/main/packages/shared/src/server/otel/OtelIngestionProcessor.ts
    """
    session = facts.conversation_id
    fits = session.isascii() and len(session) <= _LONGEST_SESSION
    keys: dict[str, Value] = {
        "langfuse.observation.type": _kind(facts, "generation", "agent", "span"),
        **_named("langfuse.session.id", session if fits else ""),
    }
    if facts.usage is None:
        return keys
    cached = facts.usage.cached_tokens
    parts = {
        "input": max(input_tokens(facts.usage) - cached, 0),
        "input_cached_tokens": cached,
        "output": facts.usage.output_tokens,
        "output_reasoning_tokens": facts.usage.thought_tokens,
        "total": _total(facts.usage),
    }
    keys |= {
        "langfuse.observation.model.name": _model(facts),
        "langfuse.observation.usage_details": json.dumps(parts),
    }
    if facts.cost_usd is not None:
        cost = json.dumps({"total": facts.cost_usd})
        keys["langfuse.observation.cost_details"] = cost
    return keys


def _langsmith(facts: CallFacts) -> dict[str, Value]:
    """Return what LangSmith's endpoint for OpenTelemetry reads.

    A thread has the runs that name it in their metadata, and each has to:
    https://docs.langchain.com/langsmith/threads
    """
    keys: dict[str, Value] = {
        "langsmith.span.kind": _kind(facts, "llm", "chain", "chain"),
        **_named("langsmith.metadata.thread_id", facts.conversation_id),
    }
    if facts.usage is None:
        return keys
    told: dict[str, object] = {
        "input_tokens": input_tokens(facts.usage),
        "output_tokens": output_tokens(facts.usage),
        "total_tokens": _total(facts.usage),
        "input_token_details": {"cache_read": facts.usage.cached_tokens},
        "output_token_details": {"reasoning": facts.usage.thought_tokens},
    }
    if facts.cost_usd is not None:
        told["total_cost"] = facts.cost_usd
    return keys | {
        "langsmith.metadata.ls_model_name": _model(facts),
        "langsmith.usage_metadata": json.dumps(told),
    }


BACKENDS: Final[Mapping[str, BackendKeys]] = {
    "openinference": _openinference,
    "langfuse": _langfuse,
    "langsmith": _langsmith,
}
"""By the words of the switch."""


def _kind(facts: CallFacts, answer: str, agent: str, other: str) -> str:
    """Say what a span is; one that has tokens is an answer, whoever gave it."""
    if facts.usage is not None or facts.kind == "model":
        return answer
    return agent if facts.kind == "agent" else other


def _model(facts: CallFacts) -> str:
    return facts.answered_by or facts.target


def _is_vertex(facts: CallFacts) -> bool:
    return facts.server.provider == _VERTEX


def _total(usage: Usage) -> int:
    """Add up what back ends compare with the parts."""
    return input_tokens(usage) + output_tokens(usage)


def _named(key: str, value: str) -> dict[str, Value]:
    return {key: value} if value else {}
