"""What OpenTelemetry is told of a call: ids, counts and reasons, and nothing said.

CrewAI's own telemetry has a provider of its own, so that no span of these reaches it.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from interactions_core.adapter import Reply, Turn, Usage, chain_root
from interactions_core.exceptions import InteractionsError
from interactions_crewai._replies import usage_of


@contextmanager
def chat_span(
    turn: Turn, *, vertexai: bool | None
) -> Generator[Callable[[Reply], Reply]]:
    """Open a `chat` span by the GenAI semantic conventions.

    What an error says is left out of it: the API repeats what it was sent.

    Yields:
        What describes the reply in the span, and returns it.
    """
    name = turn.target[1]
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "gcp.vertex_ai" if vertexai else "gcp.gemini",
        "gen_ai.request.model": name,
    }
    tracer = trace.get_tracer("interactions_crewai")
    with tracer.start_as_current_span(
        f"chat {name}",
        kind=SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield lambda reply: _described(span, reply)
        except BaseException as exc:
            span.set_attribute("error.type", type(exc).__qualname__)
            span.set_status(Status(StatusCode.ERROR))
            if isinstance(exc, InteractionsError) and exc.usage != Usage():
                span.set_attributes(_counts(exc.usage))
            raise


def _described(span: Span, reply: Reply) -> Reply:
    if not span.is_recording():
        return reply
    told = {
        "gen_ai.response.id": reply.interaction_id,
        "gen_ai.response.model": reply.model_name,
        "gen_ai.response.finish_reasons": (reply.status,),
        "gen_ai.conversation.id": chain_root(reply.interaction_id) or "",
        "interactions.previous_interaction_id": reply.previous_interaction_id,
        "interactions.plan_reason": reply.reason,
    }
    for key, value in (told | _counts(reply.usage)).items():
        if value != "":
            span.set_attribute(key, value)
    return reply


def _counts(usage: Usage) -> dict[str, int]:
    counted = usage_of(usage)
    return {
        "gen_ai.usage.input_tokens": counted["prompt_tokens"],
        "gen_ai.usage.output_tokens": counted["completion_tokens"],
        "gen_ai.usage.cache_read.input_tokens": counted["cached_prompt_tokens"],
    }
