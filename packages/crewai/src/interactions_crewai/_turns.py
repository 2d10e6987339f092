"""A CrewAI call as a turn of core."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel

from interactions_core.adapter import Json, JsonObject, Label, Transcript, Turn
from interactions_core.adapter.options import (
    in_background,
    may_answer_at_once,
    own_names,
    settings_of,
    takes_format,
)
from interactions_core.exceptions import EmptyTranscriptError, UnsupportedContentError
from interactions_crewai._messages import to_steps
from interactions_crewai._tools import declaration, format_in_words, response_format


@dataclass(slots=True)
class CallArguments:
    """The arguments of one call, and its messages as CrewAI formats them."""

    given: Any
    tools: list[Any]
    callbacks: Any
    functions: dict[str, Any]
    task: Any
    agent: Any
    response_model: type[BaseModel] | None
    messages: list[Any] = field(default_factory=list[Any])

    def __post_init__(self) -> None:
        if isinstance(self.given, str):
            return
        for number, message in enumerate(self.given, 1):
            if not isinstance(message, Mapping):
                reason = (
                    f"item {number} of the messages is of type "
                    f"{type(message).__name__}, not a dict such as {{'role': 'user', "
                    "'content': '…'}; nothing was sent"
                )
                raise UnsupportedContentError(reason)

    @property
    def origin(self) -> dict[str, Any]:
        """Who asks, as CrewAI's events name it."""
        return {"from_task": self.task, "from_agent": self.agent}

    def limit_s(self, deadline_s: float) -> float:
        """Return how long a run may take, in seconds.

        That is the shorter of the deadline and the agent's `max_execution_time`:
        CrewAI gives up at its limit, but ends no call that is still going on.
        """
        theirs = getattr(self.agent, "max_execution_time", None)
        return min(deadline_s, theirs) if theirs else deadline_s


def turn_of(
    options: Mapping[str, Any],
    asked: CallArguments,
    *,
    stop: Sequence[str],
    context: str,
) -> Turn:
    """Read a call.

    Args:
        options: The constructor's options.
        asked: The call, its messages formatted.
        stop: Stop words in force for this call.
        context: CrewAI's execution context; "" outside of one.

    Raises:
        EmptyTranscriptError: There is nothing to send.
        UnsupportedContentError: A message has no counterpart in the API.
    """
    agent = options["agent"] or ""
    instruction, steps = to_steps(asked.messages)
    if not steps and not instruction:
        msg = "the message list holds no message to answer; nothing was sent"
        raise EmptyTranscriptError(msg)
    tools = [declaration(tool) for tool in (*options["tools"], *asked.tools)]
    return Turn(
        transcript=Transcript.of(steps),
        target=("agent", agent) if agent else ("model", options["model"]),
        settings=_settings(options, asked, instruction, tools, stop),
        combine_tools=options["combine_tools"],
        session_id=options["session_id"],
        store=options["store"],
        background=in_background(options),
        foreground_ok=may_answer_at_once(options),
        deadline_s=asked.limit_s(options["deadline_s"]),
        context=context,
        label=Label(framework="crewai", name=getattr(asked.agent, "role", None) or ""),
        glued=True,
        nudge=options["nudge"],
        own_names=own_names(tools),
        only_text=True,
    )


def _settings(
    options: Mapping[str, Any],
    asked: CallArguments,
    instruction: str,
    tools: Sequence[JsonObject],
    stop: Sequence[str],
) -> dict[str, Json]:
    agent, schema = options["agent"] or "", asked.response_model
    chosen = {
        **options,
        "max_output_tokens": options["max_output_tokens"] or options["max_tokens"],
        # Structured output is never cut, and agents take no such option.
        "stop_sequences": None if agent or schema or not stop else list(stop),
    }
    if schema is not None and not takes_format(agent):
        # An instruction is no part of the list that the server is matched by.
        told = (instruction, format_in_words(schema))
        instruction, schema = "\n\n".join(filter(None, told)), None
    settings = settings_of(
        cast("JsonObject", chosen),
        system_instruction=instruction,
        tools=tools,
    )
    if schema is not None:
        settings["response_format"] = response_format(schema)
    return settings
