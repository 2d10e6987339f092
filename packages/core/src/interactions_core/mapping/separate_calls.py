"""Decide on the call that asks built-in tools, and write it.

Pure. With `combine_tools="separate"` a turn that the user begins is preceded by a root
of its own: the conversation as text, with the built-in tools and no functions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from interactions_core.canonical import Json
from interactions_core.exceptions import ConfigurationError
from interactions_core.mapping.composition import compose_as_text
from interactions_core.mapping.planning import Plan
from interactions_core.records.turn import Turn
from interactions_core.transcript.asides import separate_digest
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.steps import MODEL_KINDS, Step

_GENERATION: Final = "generation_config"
_INSTRUCTION: Final = "system_instruction"
_ONLY_OF_THE_TURN: Final = frozenset(
    {
        *("tools", "response_format", "response_modalities", "webhook_config"),
        *(_GENERATION, _INSTRUCTION),
    }
)
"""Body fields that are about the answer which the framework is given, or are written
anew."""

_ONLY_OF_ITS_GENERATION: Final = frozenset(
    {
        *("tool_choice", "stop_sequences", "speech_config", "image_config"),
        *("video_config", "transcription_config"),
    }
)


def may_ask(turn: Turn) -> bool:
    """Tell whether a turn is one before which built-in tools may be asked.

    It ends with what a user, or whoever stands in for one, says; and the model may
    use tools at all.

    Raises:
        ConfigurationError: The conversation is where no other root can see it.
    """
    steps = turn.transcript.steps
    if not turn.built_in or not steps or steps[-1].kind != "user_input":
        return False
    config = turn.settings.get(_GENERATION)
    if isinstance(config, Mapping) and config.get("tool_choice") == "none":
        return False
    if turn.previous_interaction_id:
        msg = (
            f"combine_tools='separate' asks {told_tools(turn)} in a call of its own, "
            "which does not see what "
            f"previous_interaction_id={turn.previous_interaction_id!r} holds: leave one "
            "of the two away, or give the whole message list. Nothing was sent"
        )
        raise ConfigurationError(msg)
    return True


def loop_positions(steps: Sequence[Step]) -> Iterator[int]:
    """Yield where the loop of tools may have begun that a list is in, newest first.

    Frameworks put words of their own behind results, and these begin no new turn: it
    began with words of a user that nothing but calls and results follow.

    Yields:
        Numbers of steps, each of a shorter list that ends with a user's words.
    """
    newest = len(steps)
    while newest and steps[newest - 1].kind not in MODEL_KINDS:
        newest -= 1
    if all(step.kind != "function_result" for step in steps[newest:]):
        return
    for i in range(newest, 0, -1):
        before, after = steps[i - 1].kind, steps[i].kind
        if before == "model_output" and after != "function_call":
            # A reply without calls has ended the loop before.
            return
        if before == "user_input" and after in MODEL_KINDS:
            yield i


def separate_turn(turn: Turn) -> Turn:
    """Return the turn that asks the built-in tools only."""
    steps, digests = turn.transcript.steps, turn.transcript.digests
    named = (*digests[:-1], separate_digest(digests[-1]))
    return replace(
        turn,
        transcript=Transcript(steps, named),
        settings=_settings(turn),
        combine_tools=None,
        built_in=(),
        background=False,
        foreground_ok=False,
        suspends=False,
        place=None,
        anchors={},
        thoughts={},
        asides={},
        resumes_since=0.0,
    )


def plan_separate(turn: Turn) -> Plan:
    """Send a whole list as a root that needs no functions: as text and media."""
    composition = compose_as_text(turn.transcript.steps, nudge=turn.nudge)
    return Plan(
        reason="separate", steps=composition.steps, synthetic=composition.synthetic
    )


def told_tools(turn: Turn) -> str:
    """Name the tools that are asked separately."""
    return " and ".join(dict.fromkeys(str(tool.get("type")) for tool in turn.built_in))


def _settings(turn: Turn) -> dict[str, Json]:
    settings = turn.settings
    kept = {key: settings[key] for key in settings if key not in _ONLY_OF_THE_TURN}
    instruction = settings.get(_INSTRUCTION)
    task = (
        f"For now only {told_tools(turn)} can be used. Find out with it what helps to "
        "answer the last message; a call after this one has the other tools and gives "
        "the answer. If there is nothing to find out, say so in one short sentence."
    )
    kept[_INSTRUCTION] = f"{instruction}\n\n{task}" if instruction else task
    kept["tools"] = list(turn.built_in)
    config = settings.get(_GENERATION)
    if isinstance(config, Mapping):
        rest = {k: config[k] for k in config if k not in _ONLY_OF_ITS_GENERATION}
        kept |= {_GENERATION: rest} if rest else {}
    return kept
