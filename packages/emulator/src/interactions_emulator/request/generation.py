"""Checks `generation_config`, key by key."""

from collections.abc import Callable
from typing import Any

from interactions_emulator.base import refusals
from interactions_emulator.base.models import thinking_levels
from interactions_emulator.base.payloads import (
    JsonObject,
    is_list,
    is_number,
    is_object,
)

_MODES = ["auto", "any", "none", "validated"]
_SUMMARIES = ["auto", "none"]
_VOICE_KEYS = frozenset({"language", "speaker", "voice"})


def check_generation_config(
    config: JsonObject, model: str, tools: list[JsonObject]
) -> None:
    """Refuse unknown keys, wrong types and values that the model lacks.

    `top_k` is accepted: a recording of 2026-07-27 shows it answered.
    """
    for key, value in config.items():
        if key not in _CHECKS:
            raise refusals.unknown_parameter(key, "generation_config")
        if value is not None:
            _CHECKS[key](f"generation_config.{key}", value)
    level = config.get("thinking_level")
    if level is not None and level not in thinking_levels(model):
        raise refusals.unsupported_level(level, thinking_levels(model))
    if config.get("tool_choice") is not None:
        _check_tool_choice(config["tool_choice"], function_names(tools))


def function_names(tools: list[JsonObject]) -> list[str]:
    """Return the names of the declared function tools."""
    return [tool["name"] for tool in tools if tool.get("type") == "function"]


def _check_tool_choice(choice: object, declared: list[str]) -> None:
    if not declared:
        raise refusals.no_functions()
    allowed: JsonObject = choice["allowed_tools"] if is_object(choice) else {}
    for name in allowed.get("tools") or ():
        if name not in declared:
            why = f"allowed_tools names {name!r}, which is not declared"
            raise refusals.invalid_argument(why)


def _number(place: str, value: object) -> None:
    if not is_number(value):
        raise refusals.wrong_type(place, "number")


def _integer(place: str, value: object) -> None:
    if not is_number(value) or int(value) != value:
        raise refusals.wrong_type(place, "integer")


def _positive(place: str, value: object) -> None:
    _integer(place, value)
    if not is_number(value) or value < 1:
        raise refusals.wrong_type(place, "positive integer")


def _strings(place: str, value: object) -> None:
    if not is_list(value) or not all(isinstance(item, str) for item in value):
        raise refusals.wrong_type(place, "an array of strings")


def _string(place: str, value: object) -> None:
    if not isinstance(value, str):
        raise refusals.wrong_type(place, "string")


def _summaries(place: str, value: object) -> None:
    if value not in _SUMMARIES:
        raise refusals.unsupported_value(value, place, _SUMMARIES)


def _choice(place: str, value: object) -> None:
    if is_object(value):
        _check_allowed(place, value)
    elif value not in _MODES:
        raise refusals.unsupported_value(value, place, _MODES)


def _check_allowed(place: str, value: JsonObject) -> None:
    allowed = value.get("allowed_tools")
    if list(value) != ["allowed_tools"] or not is_object(allowed):
        raise refusals.wrong_type(place, "allowed_tools")
    for key in allowed.keys() - {"mode", "tools"}:
        raise refusals.unknown_parameter(key, f"{place}.allowed_tools")
    if allowed.get("mode", "auto") not in _MODES:
        raise refusals.unsupported_value(allowed["mode"], f"{place}.mode", _MODES)
    _strings(f"{place}.allowed_tools.tools", allowed.get("tools", []))


def _object(place: str, value: object) -> None:
    if not is_object(value):
        raise refusals.wrong_type(place, "object")


def _speech(place: str, value: object) -> None:
    """Take one voice after the other, as a list or as `speakers` (SDK 3.6)."""
    if is_object(value):
        if "speakers" not in value:
            message = "Expected an array, got object"
            raise refusals.invalid(message)
        for key in value.keys() - {"speakers"}:
            raise refusals.unknown_parameter(key, place)
        place, value = f"{place}.speakers", value["speakers"]
    if not is_list(value):
        raise refusals.wrong_type(place, "an array")
    for index, voice in enumerate(value):
        _check_voice(f"{place}[{index}]", voice)


def _transcription(place: str, value: object) -> None:
    _object(place, value)
    keys = ("custom_vocabulary", "diarization_mode")
    if is_object(value) and all(value.get(key) for key in keys):
        raise refusals.diarized_vocabulary()


def _check_voice(place: str, voice: object) -> None:
    if not is_object(voice):
        raise refusals.wrong_type(place, "object")
    for key, value in voice.items():
        if key not in _VOICE_KEYS:
            raise refusals.unknown_parameter(key, place)
        if value is not None:
            _string(f"{place}.{key}", value)


_CHECKS: dict[str, Callable[[str, Any], None]] = {
    "temperature": _number,
    "top_p": _number,
    "top_k": _integer,
    "seed": _integer,
    "stop_sequences": _strings,
    "max_output_tokens": _positive,
    "thinking_level": _string,
    "thinking_summaries": _summaries,
    "tool_choice": _choice,
    "speech_config": _speech,
    "image_config": _object,
    "video_config": _object,
    "transcription_config": _transcription,
}
