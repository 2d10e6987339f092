"""Finds in a create what only live profiles can say whether it is refused."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from interactions_emulator.base.payloads import JsonObject, Step, is_list, is_object
from interactions_emulator.base.strictness import Doubt

_BYPASS = "skip_thought_signature_validator"


def profiled_doubts(body: JsonObject, steps: list[Step]) -> Iterator[Doubt]:
    """Yield what a profile may have found refused, beside the points.

    Args:
        body: As it was sent.
        steps: The input.
    """
    for point in (*_settings(body), *_steps(steps)):
        yield Doubt(point, "it is in the request")


def _settings(body: JsonObject) -> Iterator[str]:
    if body.get("background") is True:
        yield "background"
    if body.get("service_tier"):
        yield "service-tier"
    config: JsonObject = body.get("generation_config") or {}
    if config.get("tool_choice"):
        has_names = is_object(config["tool_choice"])
        yield "allowed-tools" if has_names else "tool-choice"
    if config.get("thinking_summaries"):
        yield "thinking-summaries"
    if config.get("stop_sequences"):
        yield "stop-sequences"
    tools: list[JsonObject] = body.get("tools") or []
    if any(_is_open(tool) for tool in tools):
        yield "open-parameters"
    if any(tool["type"] == "google_search" for tool in tools):
        yield "search"


def _is_open(tool: JsonObject) -> bool:
    parameters = tool.get("parameters")
    has_fields = is_object(parameters) and parameters.get("properties")
    return tool["type"] == "function" and not has_fields


def _steps(steps: list[Step]) -> Iterator[str]:
    if any(step.get("signature") == _BYPASS for step in steps):
        yield "bypass-signature"
    kinds = [step.get("type") for step in steps]
    if ("function_result", "user_input") in pairwise(kinds):
        yield "results-before-words"
    if any(_is_media(part) for step in steps for part in _parts(step.get("result"))):
        yield "media-in-results"


def _parts(value: object) -> list[Any]:
    return value if is_list(value) else []


def _is_media(part: object) -> bool:
    return is_object(part) and part.get("type") != "text"
