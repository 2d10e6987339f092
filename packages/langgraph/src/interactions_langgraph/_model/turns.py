"""A LangChain call as a turn of core."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from langchain_core.messages import BaseMessage

from interactions_core.adapter import Label, Turn
from interactions_core.adapter.options import (
    KEY,
    check_values,
    in_background,
    may_answer_at_once,
    merge_call_options,
    target_of,
)
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._messages.messages import read_messages
from interactions_langgraph._model.graph_positions import with_position
from interactions_langgraph._model.graph_run import GraphRun
from interactions_langgraph._model.option_aliases import ALIASES, normalize_options
from interactions_langgraph._model.settings import PER_CALL, settings_of
from interactions_langgraph.plans import decided_config

_CALL: Final = "ChatInteractions.invoke"


def turn_of(
    options: Mapping[str, Any],
    messages: Sequence[BaseMessage],
    call: Mapping[str, Any],
    *,
    stop: Sequence[str] | None,
    thread_id: str,
    around: GraphRun,
) -> Turn:
    """Read a call.

    Args:
        options: The constructor's options.
        messages: The whole message list.
        call: What was bound, or given with this call, under its own or another name;
            it overrides the constructor.
        stop: LangChain's stop argument.
        thread_id: The LangGraph thread; "" for none.
        around: The run of the graph.

    Raises:
        ConfigurationError: The call has an unknown option.
        EmptyTranscriptError: There is nothing to send.
        UnsupportedContentError: A message has no counterpart in the API.
    """
    call = _read_call(options, call)
    chosen = _choose(options, call, messages)
    conversation = read_messages(messages)
    turn = Turn(
        transcript=conversation.transcript,
        target=target_of(chosen),
        settings=settings_of(
            chosen,
            system_instruction=conversation.system_instruction,
            tools=[*options["tools"], *(call.get("tools") or ())],
            stop=stop,
        ),
        combine_tools=chosen["combine_tools"],
        session_id=chosen["session_id"],
        thread_id=thread_id,
        label=Label(framework="langgraph", name=around.node),
        is_late=around.is_late,
        store=chosen["store"],
        background=in_background(chosen),
        deadline_s=chosen["deadline_s"],
        previous_interaction_id=call.get("previous_interaction_id") or "",
        anchors=conversation.anchors,
        thoughts=conversation.thoughts,
        nudge=chosen["nudge"],
    )
    return _in_graph(turn, chosen, around) if turn.background else turn


def _read_call(options: Mapping[str, Any], call: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a call says, under our own names; what is LangChain's is left out."""
    for_us = {name: call[name] for name in call if not _is_langchains(name)}
    for name in for_us:
        if ALIASES.get(name, name) in options.keys() - PER_CALL:
            msg = f"{name!r} is an option of a model, not of one call; make another one"
            raise ConfigurationError(msg)
    return check_values(_CALL, normalize_options(_CALL, for_us, PER_CALL))


def _choose(
    options: Mapping[str, Any],
    call: Mapping[str, Any],
    messages: Sequence[BaseMessage],
) -> dict[str, Any]:
    """Return the constructor's options as a call overrides them."""
    chosen: dict[str, Any] = {**merge_call_options(options, call)}
    if call.get(KEY) is not None:
        chosen["agent_config"] = decided_config(chosen, messages)
    return chosen


def _in_graph(turn: Turn, chosen: Mapping[str, object], around: GraphRun) -> Turn:
    """Say where in the graph a background call is made, and what else it may do."""
    told = replace(
        turn,
        foreground_ok=may_answer_at_once(chosen),
        suspends=chosen["background"] == "suspend",
        moved_on=around.has_moved_on,
    )
    return with_position(told, around)


def _is_langchains(name: str) -> bool:
    """Tell whether an option is for LangChain itself: tracing, or how it calls us."""
    return name == "stream" or name.startswith("ls_")
