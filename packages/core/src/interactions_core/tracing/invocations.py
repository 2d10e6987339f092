"""The spans of calls, as OpenTelemetry's GenAI handler makes them.

Writes facts into its invocations and decides nothing. An invocation is never left
attached to the context: whoever does a call's I/O enters it for just that.
"""

from collections.abc import Mapping
from typing import TypedDict

from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    TraceState,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.util.genai.invocation import (  # pyright: ignore[reportMissingTypeStubs]
    Error,
    FetchResponseInvocation,
    InferenceInvocation,
    RemoteAgentInvocation,
)

from interactions_core.records.trace_contexts import TraceContext, trace_context
from interactions_core.tracing.backend_keys import backend_attributes
from interactions_core.tracing.conventions import (
    RequestFacts,
    input_tokens,
    output_tokens,
)
from interactions_core.tracing.facts import OPERATIONS, CallFacts, CallKind
from interactions_core.tracing.own_attributes import Value, own_attributes
from interactions_core.tracing.telemetry import Telemetry


class _Around(TypedDict):
    """Whom a call of whatever kind asks, and under which span."""

    server_address: str | None
    server_port: int | None
    context: Context


Invocation = InferenceInvocation | RemoteAgentInvocation | FetchResponseInvocation


def begin_invocation(
    telemetry: Telemetry, facts: CallFacts, context: Context
) -> Invocation:
    """Begin the span of a call, under the one of a context."""
    handler, server = telemetry.handler, facts.server
    conversation = facts.conversation_id or None
    around: _Around = {
        "server_address": server.address or None,
        "server_port": server.port,
        "context": context,
    }
    begun: Invocation
    if facts.kind == "model":
        begun = handler.inference(
            server.provider,
            request_model=facts.target,
            conversation_id=conversation,
            **around,
        )
    elif facts.kind == "agent":
        begun = handler.invoke_remote_agent(
            server.provider,
            agent_name=facts.target,
            conversation_id=conversation,
            **around,
        )
    else:
        begun = handler.fetch_response(
            server.provider,
            response_id=facts.interaction_id,
            **around,
        )
    begun.suspend()
    return begun


def end_invocation(begun: Invocation, facts: CallFacts, request: RequestFacts) -> None:
    """Write what is known into the span of a call, and end it."""
    if isinstance(begun, InferenceInvocation):
        _describe_inference(begun, facts, request)
    elif isinstance(begun, RemoteAgentInvocation):
        _describe_agent(begun, facts, request)
    else:
        _describe_fetch(begun, facts)
    begun.attributes.update(own_attributes(facts) | backend_attributes(facts))
    if facts.error:
        # Without a message: the API repeats what it was sent.
        begun.fail(Error(message=None, type=facts.error))
    else:
        begun.stop()


def count_run(telemetry: Telemetry, facts: CallFacts, kind: CallKind) -> None:
    """Count the tokens of a run, of which no span may have them.

    Args:
        telemetry: Where to.
        facts: Of the wait that has read them.
        kind: What the run's create was.
    """
    if facts.usage is None:
        return
    model = {"gen_ai.request.model": facts.target} if kind == "model" else {}
    about = {
        "gen_ai.operation.name": OPERATIONS[kind],
        "gen_ai.provider.name": facts.server.provider,
        **model,
        **({"server.address": facts.server.address} if facts.server.address else {}),
    }
    usage = facts.usage
    counts = {"input": input_tokens(usage), "output": output_tokens(usage)}
    telemetry.count_tokens(counts, about)


def trace_of(context: Context) -> TraceContext | None:
    """Return the span of a context; `None` for none."""
    return as_trace(get_current_span(context).get_span_context())


def as_trace(span: SpanContext) -> TraceContext | None:
    """Return a span as others are told of it; `None` for none."""
    ids = f"{span.trace_id:032x}-{span.span_id:016x}-{int(span.trace_flags):02x}"
    return trace_context(f"00-{ids}", span.trace_state.to_header())


def as_span_context(trace: TraceContext) -> SpanContext:
    """Return the span that others were told of, of whichever process."""
    state = [trace.tracestate] if trace.tracestate else []
    return SpanContext(
        int(trace.trace_id, 16),
        int(trace.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(trace.flags),
        trace_state=TraceState.from_header(state),
    )


def context_under(trace: TraceContext, context: Context) -> Context:
    """Return a context whose spans are children of one that may be elsewhere."""
    return set_span_in_context(NonRecordingSpan(as_span_context(trace)), context)


def _describe_inference(
    begun: InferenceInvocation, facts: CallFacts, request: RequestFacts
) -> None:
    if facts.stream:
        begun.request_stream = True
    begun.previous_response_id = facts.previous_id or None
    begun.response_id = facts.interaction_id or None
    begun.response_model_name = facts.answered_by or None
    begun.finish_reasons = [facts.finish] if facts.finish else None
    begun.temperature, begun.top_p = request.temperature, request.top_p
    begun.top_k, begun.max_tokens = request.top_k, request.max_tokens
    begun.seed, begun.output_type = request.seed, request.output_type
    begun.reasoning_level = request.reasoning_level
    usage = facts.usage
    if usage is None:
        return
    begun.input_tokens, begun.output_tokens = input_tokens(usage), output_tokens(usage)
    begun.cache_read_input_tokens = usage.cached_tokens
    begun.thinking_tokens = usage.thought_tokens
    begun.set_input_tokens(facts.input_modalities.items())
    begun.set_output_tokens(facts.output_modalities.items())
    begun.set_cache_read_input_tokens(facts.cached_modalities.items())


def _describe_agent(
    begun: RemoteAgentInvocation, facts: CallFacts, request: RequestFacts
) -> None:
    begun.previous_response_id = facts.previous_id or None
    begun.finish_reasons = [facts.finish] if facts.finish else None
    begun.temperature, begun.top_p = request.temperature, request.top_p
    begun.max_tokens, begun.seed = request.max_tokens, request.seed
    begun.output_type = request.output_type
    begun.attributes.update(
        _set(
            {
                "gen_ai.response.id": facts.interaction_id or None,
                "gen_ai.response.model": facts.answered_by or None,
                "gen_ai.request.stream": facts.stream or None,
            }
        )
    )
    usage = facts.usage
    if usage is None:
        return
    begun.input_tokens, begun.output_tokens = input_tokens(usage), output_tokens(usage)
    begun.cache_read_input_tokens = usage.cached_tokens or None
    thoughts = usage.thought_tokens or None
    told = {"gen_ai.usage.reasoning.output_tokens": thoughts}
    begun.attributes.update(_set(told))


def _describe_fetch(begun: FetchResponseInvocation, facts: CallFacts) -> None:
    # Not known when it began, where the handler would have written it.
    begun.attributes.update(_set({"gen_ai.request.stream": facts.stream or None}))
    begun.response_status = facts.status or None
    begun.response_model_name = facts.answered_by or None
    begun.finish_reasons = [facts.finish] if facts.finish else None
    begun.stream_cursor = facts.cursor or None


def _set(told: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in told.items() if value is not None}
