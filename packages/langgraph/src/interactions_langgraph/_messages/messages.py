"""LangChain messages as canonical steps.

Pure. Message ids, names, metadata, artifacts and thoughts stay out: a replay would
not send them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from interactions_core.adapter import (
    Anchor,
    Json,
    JsonObject,
    Part,
    Step,
    Transcript,
    anchor_from_metadata,
    function_call,
    function_result,
    joined_parts,
    model_output,
    parsed_arguments,
    text_part,
    user_input,
)
from interactions_core.exceptions import (
    EmptyTranscriptError,
    UnsupportedContentError,
)
from interactions_langgraph._messages.content import (
    input_parts,
    output_parts,
    result_parts,
)
from interactions_langgraph._messages.json_values import json_value
from interactions_langgraph._messages.thoughts import THOUGHTS, thoughts_in

ANCHOR: Final = "interaction_anchor"
"""The key in `response_metadata` under which a message names its own digest."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A message list, read.

    Attributes:
        system_instruction: The leading system messages; "" for none.
        transcript: Everything else, as steps.
        anchors: What messages say of their interactions, by the number of steps up
            to and with the message.
    """

    system_instruction: str
    transcript: Transcript
    anchors: dict[int, Anchor]
    thoughts: dict[int, list[JsonObject]]


def read_messages(messages: Sequence[BaseMessage]) -> Conversation:
    """Read a message list.

    Raises:
        EmptyTranscriptError: There is nothing to send.
        UnsupportedContentError: A message or block has no counterpart in the API; the
            error names the message and says how to go on without it.
    """
    leading = 0
    while leading < len(messages) and isinstance(messages[leading], SystemMessage):
        leading += 1
    instructions: list[str] = []
    steps: list[Step] = []
    anchors: dict[int, Anchor] = {}
    thoughts: dict[int, list[JsonObject]] = {}
    for number, message in enumerate(messages):
        try:
            if number < leading:
                instructions.append(_instruction(message))
                continue
            read = _steps_at(messages, number, len(steps))
        except UnsupportedContentError as exc:
            raise _with_message(exc, number, message) from exc.__cause__
        if isinstance(message, AIMessage):
            if THOUGHTS in message.additional_kwargs:
                thoughts |= thoughts_in(message, len(steps))
            anchor = _anchor(message)
            if anchor is not None:
                anchors[len(steps) + len(read)] = anchor
        steps.extend(read)
    if not steps:
        msg = "the message list holds no message to answer; nothing was sent"
        raise EmptyTranscriptError(msg)
    instruction = "\n\n".join(instructions)
    return Conversation(instruction, Transcript.of(steps), anchors, thoughts)


def steps_of(message: BaseMessage) -> list[Step]:
    """Turn one message into steps; an empty model message gives none."""
    match message:
        case AIMessage():
            return _model_steps(message)
        case HumanMessage() | ChatMessage(role="user" | "human"):
            return [user_input(_input_content(message))]
        case ToolMessage() | FunctionMessage():
            return [_result(message, getattr(message, "tool_call_id", ""))]
        case SystemMessage() | ChatMessage(role="system" | "developer"):
            return [user_input(_marked(message))]
        case ChatMessage(role="assistant" | "ai" | "model"):
            return _output_steps(output_parts(message))
        case _:
            role = getattr(message, "role", None)
            who = f" of the role {role!r}" if role else ""
            msg = (
                f"a {type(message).__name__}{who} has no counterpart in the "
                "Interactions API; nothing was sent"
            )
            raise UnsupportedContentError(msg)


def _steps_at(
    messages: Sequence[BaseMessage], number: int, position: int
) -> list[Step]:
    """Turn a message into steps, with the call that a message of old times answers."""
    message = messages[number]
    before = messages[number - 1] if number else None
    if isinstance(message, FunctionMessage) and isinstance(before, AIMessage):
        old = before.additional_kwargs.get("function_call")
        if isinstance(old, Mapping) and not before.tool_calls:
            called = str(old.get("name") or "")
            arguments = parsed_arguments(str(old.get("arguments") or "{}"))
            call = function_call(f"call_{position}", called, arguments)
            return [call, _result(message, f"call_{position}")]
    return steps_of(message)


def _with_message(
    problem: UnsupportedContentError, number: int, message: BaseMessage
) -> UnsupportedContentError:
    """Say which message it is, and how the thread goes on without it."""
    # Who calls `_generate` by hand may have put anything into the list.
    name = getattr(message, "id", None)
    remedy = (
        f"remove it from the state with RemoveMessage(id={name!r})"
        if name
        else "leave it out of the list"
    )
    return UnsupportedContentError(
        f"{problem} (message {number + 1} of the list, a {type(message).__name__}; to "
        f"go on without it, {remedy})"
    )


def _model_steps(message: AIMessage) -> list[Step]:
    content = message.content
    if isinstance(content, str):
        steps = [model_output(content)] if content else []
    else:
        steps = _output_steps(output_parts(message))
    for i, call in enumerate(message.tool_calls):
        steps.append(_call(call["id"], i, call["name"], json_value(call["args"])))
    for i, call in enumerate(message.invalid_tool_calls, len(message.tool_calls)):
        arguments = parsed_arguments(call["args"] or "")
        steps.append(_call(call["id"], i, call["name"] or "", arguments))
    return steps


def _call(call_id: str | None, i: int, name: str, arguments: Json) -> Step:
    return function_call(call_id or f"call_{i}", name, arguments)


def _input_content(message: BaseMessage) -> str | list[Part]:
    content = message.content
    return content if isinstance(content, str) else input_parts(message)


def _output_steps(parts: list[Part]) -> list[Step]:
    parts = joined_parts(parts)
    return [model_output(parts)] if parts else []


def _result(message: BaseMessage, call_id: str) -> Step:
    content = message.content
    return function_result(
        call_id,
        message.name or "",
        content if isinstance(content, str) else result_parts(message),
        is_error=getattr(message, "status", None) == "error",
    )


def _instruction(message: BaseMessage) -> str:
    text, others = _split(message)
    if others:
        kind = others[0].wire["type"]
        msg = (
            f"a system message takes text only, and this has a block of type {kind!r}; "
            "nothing was sent. Give it in a HumanMessage"
        )
        raise UnsupportedContentError(msg)
    return text


def _marked(message: BaseMessage) -> list[Part]:
    """Mark an instruction that stands in the middle: the API has no place for it."""
    text, others = _split(message)
    return [text_part(f"<system>\n{text}\n</system>"), *others]


def _split(message: BaseMessage) -> tuple[str, list[Part]]:
    """Return what an instruction says, and what else is in it."""
    if isinstance(message.content, str):
        return message.content, []
    parts = input_parts(message)
    said = [str(part.wire["text"]) for part in parts if part.wire["type"] == "text"]
    return "".join(said), [part for part in parts if part.wire["type"] != "text"]


def _anchor(message: AIMessage) -> Anchor | None:
    found = message.response_metadata.get(ANCHOR)
    interaction_id = message.response_metadata.get("interaction_id")
    if not isinstance(found, dict) or not interaction_id:
        return None
    return anchor_from_metadata({**found, "interaction_id": interaction_id})
