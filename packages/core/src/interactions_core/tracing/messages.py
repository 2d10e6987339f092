"""What was said, as OpenTelemetry's types have it, where its own switch asks for that.

`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` is that switch; without it nothing
here is done. Signatures and the bytes of media are never written: the ones are of no
use to anybody, and the others larger than any back end takes.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final, cast

from opentelemetry.util.genai.invocation import (  # pyright: ignore[reportMissingTypeStubs]
    FetchResponseInvocation,
    InferenceInvocation,
    RemoteAgentInvocation,
)
from opentelemetry.util.genai.types import (  # pyright: ignore[reportMissingTypeStubs]
    FunctionToolDefinition,
    GenericToolDefinition,
    InputMessage,
    MessagePart,
    OutputMessage,
    ReasoningPart,
    ServerToolCallPart,
    ServerToolCallResponsePart,
    TextPart,
    ToolCallRequestPart,
    ToolCallResponsePart,
    ToolDefinition,
    UriPart,
)

from interactions_core.canonical import Json, JsonObject
from interactions_core.tracing.turn_facts import Seen
from interactions_core.turns.context import TurnContext

_Invocation = InferenceInvocation | RemoteAgentInvocation | FetchResponseInvocation

_ASSISTANT: Final = "assistant"
_ROLES: Final = {"user_input": "user", "function_result": "tool"}
_MEDIA: Final = {"image", "audio", "video", "document"}
_MIME: Final = {"mime_type", "mimeType"}
"""What a medium says of itself, as the API and MCP have it."""

_CALL: Final = "_call"
_RESULT: Final = "_result"


def write_messages(begun: _Invocation, run: TurnContext, seen: Seen) -> None:
    """Write what was sent and answered, where the program wants that."""
    if not begun.should_capture_content:
        return
    begun.output_messages = [
        OutputMessage(role=_ASSISTANT, parts=parts)
        for _, parts in _messages(seen.steps)
    ]
    if isinstance(begun, FetchResponseInvocation):
        return
    plan, settings = run.tally.plan, run.turn.settings
    if plan is not None:
        begun.input_messages = [
            InputMessage(role=role, parts=parts)
            for role, parts in _messages(plan.steps)
        ]
    instruction = settings.get("system_instruction")
    if isinstance(instruction, str):
        begun.system_instruction = [TextPart(content=instruction)]
    begun.tool_definitions = list(_definitions(settings.get("tools"))) or None


def _messages(
    steps: Iterable[JsonObject],
) -> Iterator[tuple[str, list[MessagePart]]]:
    """Join steps that have one speaker into messages."""
    for role, spoken in groupby(steps, key=_role):
        parts = [part for step in spoken for part in _parts(step)]
        if parts:
            yield role, parts


def _role(step: JsonObject) -> str:
    return _ROLES.get(str(step.get("type")), _ASSISTANT)


def _parts(step: JsonObject) -> Iterator[MessagePart]:
    kind = str(step.get("type"))
    name = str(step.get("id") or step.get("call_id") or "") or None
    if kind == "function_call":
        called = str(step.get("name") or "")
        yield ToolCallRequestPart(step.get("arguments"), called, name)
    elif kind == "function_result":
        yield ToolCallResponsePart(_without_media(step.get("result")), name)
    elif kind == "thought":
        for text in _texts(step.get("summary")):
            yield ReasoningPart(text)
    elif kind.endswith(_CALL):
        tool = kind.removesuffix(_CALL)
        called = {"type": tool, "arguments": step.get("arguments")}
        yield ServerToolCallPart(tool, called, name)
    elif kind.endswith(_RESULT):
        tool = kind.removesuffix(_RESULT)
        found = {"type": tool, "result": _without_media(step.get("result"))}
        yield ServerToolCallResponsePart(found, name)
    else:
        yield from _content(step.get("content"))


def _content(content: Json) -> Iterator[MessagePart]:
    if isinstance(content, str):
        yield TextPart(content)
    for block in _blocks(content):
        uri, mime = block.get("uri"), block.get("mime_type")
        if block.get("type") == "text":
            yield TextPart(str(block.get("text") or ""))
        elif isinstance(uri, str):
            mime_type = mime if isinstance(mime, str) else None
            yield UriPart(mime_type, str(block.get("type")), uri)


def _texts(content: Json) -> Iterator[str]:
    for block in _blocks(content):
        if block.get("type") == "text":
            yield str(block.get("text") or "")


def _without_media(value: Json) -> Json:
    """Leave the bytes of media out of a result, however deep in it they are."""
    if isinstance(value, list | tuple):
        return [_without_media(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    is_medium = value.get("type") in _MEDIA or not _MIME.isdisjoint(value)
    left = (key for key in value if not (is_medium and key == "data"))
    return {key: _without_media(value[key]) for key in left}


def _definitions(tools: Json) -> Iterator[ToolDefinition]:
    for tool in _blocks(tools):
        kind, name = str(tool.get("type")), str(tool.get("name") or "")
        said = tool.get("description")
        if kind == "function":
            described = said if isinstance(said, str) else None
            yield FunctionToolDefinition(name, described, tool.get("parameters"))
        else:
            # Headers of MCP servers are in the rest.
            yield GenericToolDefinition(name or kind, kind)


def _blocks(content: Json) -> list[JsonObject]:
    listed = content if isinstance(content, list | tuple) else ()
    return [cast("JsonObject", block) for block in listed if isinstance(block, Mapping)]
