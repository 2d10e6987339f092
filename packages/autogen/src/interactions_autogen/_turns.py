"""An AutoGen call as a turn of core."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from autogen_core import FunctionCall, Image, MessageHandlerContext
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResultMessage,
    LLMMessage,
    ModelInfo,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from interactions_autogen._config import OWNER
from interactions_autogen._images import plain_image
from interactions_autogen._messages import to_steps
from interactions_autogen._tools import (
    ToolChoice,
    declaration,
    response_format,
    tool_choice,
)
from interactions_autogen._vocabulary import options_of_call
from interactions_core.adapter import Json, JsonObject, Label, Transcript, Turn
from interactions_core.adapter.options import (
    check_values,
    in_background,
    may_answer_at_once,
    merge_call_options,
    own_names,
    settings_of,
    target_of,
)
from interactions_core.exceptions import (
    ConfigurationError,
    EmptyTranscriptError,
    UnsupportedContentError,
)

_EXTRA: Final = f"{OWNER}: extra_create_args"
_ONLY_TEXT: Final = ["text"]


@dataclass(frozen=True, slots=True)
class CallArguments:
    """What `create` and `create_stream` are given."""

    messages: Sequence[LLMMessage]
    tools: Sequence[Tool | ToolSchema] = ()
    tool_choice: ToolChoice = "auto"
    json_output: bool | type[BaseModel] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])


def turn_of(options: Mapping[str, Any], call: CallArguments, info: ModelInfo) -> Turn:
    """Read a call.

    Args:
        options: The constructor's options.
        call: Its `extra` overrides the constructor.
        info: What the model is able to do.

    Raises:
        ConfigurationError: The call has an unknown option, or asks for something
            that the model is said not to be able to do.
        EmptyTranscriptError: There is nothing to send.
        UnsupportedContentError: A message has no counterpart in the API.
    """
    call = replace(call, extra=options_of_call(OWNER, call.extra, options))
    built_in = [*options["tools"], *call.extra.get("tools", ())]
    options = merge_call_options(options, check_values(_EXTRA, call.extra))
    check_messages(call.messages)
    _check_able(call, info)
    _check_modalities(options)
    instruction, transcript = read_messages(
        call.messages, add_name_prefixes=options["add_name_prefixes"]
    )
    tools = [declaration(tool) for tool in (*built_in, *call.tools)]
    renamed = own_names(tools)
    settings = _settings(options, call, instruction, tools)
    return Turn(
        transcript=transcript,
        target=target_of(options),
        settings=settings,
        combine_tools=options["combine_tools"],
        session_id=options["session_id"],
        store=_is_stored(options, call, settings),
        background=in_background(options),
        foreground_ok=may_answer_at_once(options),
        deadline_s=options["deadline_s"],
        previous_interaction_id=call.extra.get("previous_interaction_id") or "",
        context=agent_id(),
        label=Label(framework="autogen", name=agent_name()),
        nudge=options["nudge"],
        own_names=renamed,
        only_text=True,
    )


def read_messages(
    messages: Sequence[LLMMessage], *, add_name_prefixes: bool = True
) -> tuple[str, Transcript]:
    """Read a message list: the system instruction, "" for none, and the rest."""
    instruction, steps = to_steps(
        [plain_message(message) for message in messages],
        add_name_prefixes=add_name_prefixes,
    )
    if not steps and not instruction:
        msg = "the message list holds no message to answer; nothing was sent"
        raise EmptyTranscriptError(msg)
    return instruction, Transcript.of(steps)


def check_messages(messages: Sequence[object]) -> None:
    """Refuse what holds nothing that could be read.

    Raises:
        UnsupportedContentError: Something in the list is no message.
    """
    for number, message in enumerate(messages, 1):
        if not hasattr(message, "content"):
            reason = (
                f"item {number} of the messages is of type {type(message).__name__}, and "
                "AutoGen's lists hold its own messages, e.g. UserMessage(content=…, "
                "source=…); nothing was sent"
            )
            raise UnsupportedContentError(reason)


def plain_message(message: LLMMessage) -> JsonObject:
    """Return a message as a mapping, thoughts left out.

    Raises:
        UnsupportedContentError: It is not one of AutoGen's four kinds.
    """
    plain: dict[str, Json] = {"type": type(message).__name__}
    match message:
        case SystemMessage(content=content):
            return plain | {"content": content}
        case UserMessage(content=content, source=source):
            return plain | {"content": _plain_parts(content), "source": source}
        case AssistantMessage(content=content):
            return plain | {"content": _plain_reply(content)}
        case FunctionExecutionResultMessage(content=results):
            return plain | {"content": [result.model_dump() for result in results]}
        case _:  # pyright: ignore[reportUnnecessaryComparison] - lists hold anything
            reason = f"an AutoGen message of type {plain['type']!r} has no step"
            raise UnsupportedContentError(reason)


def agent_id() -> str:
    """Return who is asking, as AutoGen's runtime knows it; "" outside of one."""
    try:
        return str(MessageHandlerContext.agent_id())
    except RuntimeError:
        return ""


def agent_name() -> str:
    """Return what the agent that asks was called; "" outside of AutoGen's runtime.

    AutoGen: a team registers each of its agents as `NAME_TEAM`, with the team as key.
    """
    try:
        asking = MessageHandlerContext.agent_id()
    except RuntimeError:
        return ""
    return asking.type.removesuffix(f"_{asking.key}")


def _plain_parts(content: str | list[str | Image]) -> Json:
    if isinstance(content, str):
        return content
    return [plain_image(p) if isinstance(p, Image) else p for p in content]


def _plain_reply(content: str | list[FunctionCall]) -> Json:
    if isinstance(content, str):
        return content
    return [{"id": c.id, "name": c.name, "arguments": c.arguments} for c in content]


def _settings(
    options: Mapping[str, Any],
    call: CallArguments,
    instruction: str,
    tools: Sequence[JsonObject],
) -> dict[str, Json]:
    choice: Any = call.tool_choice
    if choice == "auto":
        # Agents of AutoGen's own give it here.
        choice = call.extra.get("tool_choice") or choice
    settings = settings_of(
        cast("JsonObject", options),
        system_instruction=instruction,
        tools=tools,
        tool_choice=tool_choice(choice, tools),
    )
    asked = response_format(call.json_output)
    return settings | {"response_format": asked} if asked else settings


def _is_stored(
    options: Mapping[str, Any], call: CallArguments, settings: Mapping[str, Json]
) -> bool:
    """Decide whether the server keeps the answer; `store` of the call wins."""
    bare = not settings.keys() & {"system_instruction", "tools"}
    one_shot = bare and len(call.messages) == 1
    if "store" not in call.extra and options["stateless_prompts"] and one_shot:
        return False
    return bool(options["store"])


def _check_able(call: CallArguments, info: ModelInfo) -> None:
    asked = {
        "vision": any(map(_has_image, call.messages)),
        "function_calling": bool(call.tools),
        "json_output": call.json_output is True,
        "structured_output": isinstance(call.json_output, type),
    }
    for ability, needed in asked.items():
        if needed and not info.get(ability):
            msg = (
                f"the call needs {ability}, which the model's model_info rules out; "
                f"nothing was sent. Pass model_info={{{ability!r}: True}} if it can"
            )
            raise ConfigurationError(msg)


def _has_image(message: LLMMessage) -> bool:
    return isinstance(message.content, list) and any(
        isinstance(part, Image) for part in message.content
    )


def _check_modalities(options: Mapping[str, Any]) -> None:
    asked = options["response_modalities"]
    if asked is not None and [str(kind).lower() for kind in asked] != _ONLY_TEXT:
        msg = f"AutoGen's replies hold text only, not response_modalities={asked!r}"
        raise ConfigurationError(msg)
