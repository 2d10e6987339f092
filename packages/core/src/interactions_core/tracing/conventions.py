"""Facts in the words of the GenAI conventions. Pure.

What the conventions have no word for is in `own_attributes`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.protocol.blocking import blocked_by
from interactions_core.protocol.statuses import status_of
from interactions_core.transcript.replies import pending_calls
from interactions_core.usage import Usage

_OTHER: Final = "_OTHER"
"""The conventions' `error.type` of what has no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What of a request the conventions have a name for; `None` for what is not set."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None
    seed: int | None = None
    reasoning_level: str | None = None
    output_type: str | None = None


def request_facts(settings: Mapping[str, Json]) -> RequestFacts:
    """Read what a request asks for; sequences that stop an answer are content."""
    config = settings.get("generation_config")
    none: JsonObject = {}
    given = config if isinstance(config, Mapping) else none
    return RequestFacts(
        temperature=_number(given.get("temperature")),
        top_p=_number(given.get("top_p")),
        top_k=_whole(given.get("top_k")),
        max_tokens=_whole(given.get("max_output_tokens")),
        seed=_whole(given.get("seed")),
        reasoning_level=_word(given.get("thinking_level")),
        output_type=_output_type(settings),
    )


def finish_reason(
    status: object, steps: Sequence[JsonObject], interaction: JsonObject | None = None
) -> str:
    """Say why a model stopped; "" where it has not, or nobody knows.

    Args:
        status: As reported.
        steps: What was answered.
        interaction: The answer's body, where it is known.
    """
    if blocked_by(interaction or {}, tuple(steps)):
        return "content_filter"
    known = status_of(status)
    if known.error is not None:
        return known.finish or ""
    return "tool_call" if pending_calls(steps) else (known.finish or "")


def error_type(error: BaseException) -> str:
    """Name an error in one of few words; what it says is never repeated.

    The API repeats what it was sent, and frameworks what was said.
    """
    kind = type(error)
    module = kind.__module__
    if module.partition(".")[0] in {"interactions_core", "builtins"}:
        return kind.__qualname__
    return f"{module}.{kind.__qualname__}" if module else _OTHER


def input_tokens(usage: Usage) -> int:
    """Count all that a model read: what was cached, and what tools fed it, included."""
    return usage.input_tokens + usage.tool_use_tokens


def output_tokens(usage: Usage) -> int:
    """Count all that a model wrote, its thoughts included."""
    return usage.output_tokens + usage.thought_tokens


def _output_type(settings: Mapping[str, Json]) -> str | None:
    modalities = settings.get("response_modalities")
    wanted = modalities if isinstance(modalities, list | tuple) else ()
    if any(str(each).lower() in {"image", "video"} for each in wanted):
        return "image"
    if any(str(each).lower() == "audio" for each in wanted):
        return "speech"
    return "json" if settings.get("response_format") else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
