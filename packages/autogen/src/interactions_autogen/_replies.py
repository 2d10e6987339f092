"""Replies as AutoGen's results, whole or in pieces.

Pure. A streamed result and a unary one are equal. AutoGen holds either text or calls:
text beside calls goes where thoughts go, as with its own clients; the server keeps it.
"""

import json
from collections.abc import Iterator, Mapping

from autogen_core import FunctionCall
from autogen_core.models import CreateResult, FinishReasons, RequestUsage

from interactions_core.adapter import (
    Json,
    JsonObject,
    Reply,
    Step,
    StreamEvent,
    TextDelta,
    Usage,
    status_of,
    visible_reply,
)


def result_of(reply: Reply) -> CreateResult:
    """Turn a reply into a result; media, which AutoGen has no place for, are named."""
    text = reply.text
    calls = [
        _call(step, reply)
        for step in visible_reply(reply.steps)
        if step.kind == "function_call"
    ]
    thoughts = [*_summaries(reply.steps), *([text] if calls and text else [])]
    return CreateResult(
        content=calls or text,
        finish_reason=_finish_reason(reply, calls=bool(calls)),
        usage=request_usage(reply.usage),
        cached=False,
        thought="\n\n".join(thoughts) or None,
    )


def chunk_of(event: StreamEvent) -> str:
    """Return what a stream shows of an event, "" for nothing; thoughts are not shown."""
    return event.text if isinstance(event, TextDelta) else ""


def request_usage(usage: Usage) -> RequestUsage:
    """Map token counts; thoughts count as output, as they are billed."""
    return RequestUsage(
        prompt_tokens=usage.input_tokens + usage.tool_use_tokens,
        completion_tokens=usage.output_tokens + usage.thought_tokens,
    )


def _call(step: Step, reply: Reply) -> FunctionCall:
    # AutoGen echoes this string verbatim; read back it equals the API's object.
    arguments = json.dumps(step.wire["arguments"], ensure_ascii=False)
    name = reply.own_name(str(step.wire["name"]))
    return FunctionCall(id=str(step.wire["id"]), name=name, arguments=arguments)


def _summaries(steps: tuple[JsonObject, ...]) -> Iterator[str]:
    for step in steps:
        summary: Json = step.get("summary") if step.get("type") == "thought" else None
        if isinstance(summary, list):
            texts = [
                str(b.get("text") or "") for b in summary if isinstance(b, Mapping)
            ]
            yield from (text for text in texts if text)


def _finish_reason(reply: Reply, *, calls: bool) -> FinishReasons:
    if calls:
        return "function_calls"
    return "length" if status_of(reply.status).finish == "length" else "stop"
