"""A LangChain call as a turn of core."""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from interactions_core.exceptions import unknown_option
from interactions_core.turn import Turn
from interactions_langgraph._messages import read_messages
from interactions_langgraph._settings import PER_CALL, settings_of, target_of


def turn_of(
    options: Mapping[str, Any],
    messages: Sequence[BaseMessage],
    call: Mapping[str, Any],
    *,
    stop: Sequence[str] | None,
    thread_id: str,
) -> Turn:
    """Read a call.

    Args:
        options: The constructor's options.
        messages: The whole message list.
        call: What was bound, or given with this call; it overrides the constructor.
        stop: LangChain's stop argument.
        thread_id: The LangGraph thread; "" for none.

    Raises:
        ConfigurationError: The call has an unknown option.
        EmptyTranscriptError: There is nothing to send.
        UnsupportedContentError: A message has no counterpart in the API.
    """
    for name in call:
        if name not in PER_CALL and not name.startswith("ls_"):
            owner = "ChatInteractions.invoke"
            raise unknown_option(owner, name, PER_CALL)
    chosen = {**options, **call}
    if call.get("model") or call.get("agent"):
        chosen |= {name: call.get(name) for name in ("model", "agent")}
    conversation = read_messages(messages)
    return Turn(
        transcript=conversation.transcript,
        target=target_of(chosen),
        settings=settings_of(
            chosen,
            system_instruction=conversation.system_instruction,
            tools=[*options["tools"], *call.get("tools", ())],
            stop=stop,
        ),
        session_id=chosen["session_id"],
        thread_id=thread_id,
        store=chosen["store"],
        previous_interaction_id=call.get("previous_interaction_id") or "",
        anchors=conversation.anchors,
        nudge=chosen["nudge"],
    )
