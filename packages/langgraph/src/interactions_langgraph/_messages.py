"""LangChain messages as canonical steps.

Pure. Message ids, names, metadata, artifacts and thoughts stay out: a replay would
not send them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from interactions_core.anchors import Anchor, anchor_from_metadata
from interactions_core.canonical import JsonObject, parsed_arguments
from interactions_core.digest import Transcript
from interactions_core.exceptions import (
    EmptyTranscriptError,
    UnsupportedContentError,
)
from interactions_core.steps import (
    Part,
    Step,
    function_call,
    function_result,
    joined_parts,
    model_output,
    text_part,
    user_input,
)
from interactions_langgraph._content import input_parts, output_parts
from interactions_langgraph._thoughts import THOUGHTS, thoughts_in

ANCHOR: Final = "interaction_anchor"
"""The key in `response_metadata` under which a message names its own digest."""

_USER_ROLES: Final = frozenset({"user", "human"})
_MODEL_ROLES: Final = frozenset({"assistant", "ai", "model"})


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
        UnsupportedContentError: A message or block has no counterpart in the API.
    """
    leading = 0
    while leading < len(messages) and isinstance(messages[leading], SystemMessage):
        leading += 1
    steps: list[Step] = []
    anchors: dict[int, Anchor] = {}
    thoughts: dict[int, list[JsonObject]] = {}
    for message in messages[leading:]:
        if isinstance(message, AIMessage):
            if THOUGHTS in message.additional_kwargs:
                thoughts |= thoughts_in(message, len(steps))
            steps.extend(_model_steps(message))
            anchor = _anchor(message)
            if anchor is not None:
                anchors[len(steps)] = anchor
        else:
            steps.extend(steps_of(message))
    if not steps:
        msg = "the message list holds no message to answer; nothing was sent"
        raise EmptyTranscriptError(msg)
    instruction = "\n\n".join(_text(message) for message in messages[:leading])
    return Conversation(instruction, Transcript.of(steps), anchors, thoughts)


def steps_of(message: BaseMessage) -> list[Step]:
    """Turn one message into steps; an empty model message gives none."""
    match message:
        case AIMessage():
            return _model_steps(message)
        case HumanMessage():
            return [user_input(_heard(message))]
        case ToolMessage():
            return [_result(message)]
        case SystemMessage() | ChatMessage(role="system"):
            return [user_input(_marked(_text(message)))]
        case ChatMessage(role=role) if role in _USER_ROLES:
            return [user_input(_heard(message))]
        case ChatMessage(role=role) if role in _MODEL_ROLES:
            return _said(output_parts(message))
        case _:
            msg = (
                f"a {type(message).__name__} has no counterpart in the Interactions "
                "API; nothing was sent"
            )
            raise UnsupportedContentError(msg)


def _model_steps(message: AIMessage) -> list[Step]:
    content = message.content
    if isinstance(content, str):
        steps = [model_output(content)] if content else []
    else:
        steps = _said(output_parts(message))
    for i, call in enumerate(message.tool_calls):
        steps.append(_call(call["id"], i, call["name"], call["args"]))
    for i, call in enumerate(message.invalid_tool_calls, len(message.tool_calls)):
        arguments = parsed_arguments(call["args"] or "")
        steps.append(_call(call["id"], i, call["name"] or "", arguments))
    return steps


# Arguments are whatever JSON the model wrote.
def _call(call_id: str | None, i: int, name: str, arguments: object) -> Step:
    return function_call(call_id or f"call_{i}", name, arguments)  # pyright: ignore[reportArgumentType]


def _heard(message: BaseMessage) -> str | list[Part]:
    content = message.content
    return content if isinstance(content, str) else input_parts(message)


def _said(parts: list[Part]) -> list[Step]:
    parts = joined_parts(parts)
    return [model_output(parts)] if parts else []


def _result(message: ToolMessage) -> Step:
    return function_result(
        message.tool_call_id,
        message.name or "",
        _heard(message),
        is_error=message.status == "error",
    )


def _marked(text: str) -> list[Part]:
    """Mark an instruction that stands in the middle: the API has no place for it."""
    return [text_part(f"<system>\n{text}\n</system>")]


def _text(message: BaseMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    return "".join(
        str(part.wire["text"])
        for part in input_parts(message)
        if part.wire["type"] == "text"
    )


def _anchor(message: AIMessage) -> Anchor | None:
    found = message.response_metadata.get(ANCHOR)
    interaction_id = message.response_metadata.get("interaction_id")
    if not isinstance(found, dict) or not interaction_id:
        return None
    return anchor_from_metadata({**found, "interaction_id": interaction_id})
