"""Turns the many accepted forms of `input` into one list of steps."""

import base64
import binascii
import re
from typing import Any

from interactions_emulator.base import refusals
from interactions_emulator.base.payloads import JsonObject, Step, is_list, is_object
from interactions_emulator.base.tool_kinds import SERVER_STEPS

_MEDIA_KEYS = frozenset({"type", "data", "uri", "mime_type", "resolution"})
_CONTENT_KEYS: dict[str, frozenset[str]] = {
    "text": frozenset({"type", "text", "annotations"}),
    "image": _MEDIA_KEYS,
    "document": _MEDIA_KEYS | {"processing"},
    "audio": _MEDIA_KEYS | {"processing", "channels", "sample_rate"},
    "video": _MEDIA_KEYS | {"processing", "name"},
}
_STEP_KEYS: dict[str, frozenset[str]] = {
    "user_input": frozenset({"type", "content"}),
    "model_output": frozenset({"type", "content", "error"}),
    "thought": frozenset({"type", "signature", "summary"}),
    "function_call": frozenset({"type", "id", "name", "arguments", "signature"}),
    "function_result": frozenset(
        {"type", "call_id", "name", "result", "is_error", "signature"}
    ),
}
_SECONDS = re.compile(r"\d+(?:\.\d+)?s")


def read_input(value: object) -> list[Step]:
    """Return the steps of an input, oldest first.

    A string or contents become one `user_input`; function results inside a
    `user_input` become steps of their own, in place (accepted: rig, Aug 2026).

    Raises:
        ApiError: The input is missing, empty, malformed or of mixed forms.
    """
    if isinstance(value, str):
        value = [{"text": value, "type": "text"}] if value else None
    if is_object(value):
        value = [value]
    if value is None or value == []:
        raise refusals.missing_input()
    if not is_list(value):
        raise refusals.wrong_type(place="input", expected="string, object or array")
    kinds = [_kind(item, f"input[{i}]") for i, item in enumerate(value)]
    if all(kind in _CONTENT_KEYS for kind in kinds):
        return [_user_input(value, "input")]
    steps: list[Step] = []
    for index, item in enumerate(value):
        steps += _read_step(item, kinds[index], f"input[{index}]")
    return steps


def _kind(item: object, place: str) -> str:
    if not is_object(item):
        raise refusals.wrong_type(place, "object")
    if "type" not in item:
        raise _untyped(item)
    return str(item["type"])


def _untyped(item: JsonObject) -> Exception:
    if "role" in item:
        return refusals.legacy_client()
    return refusals.missing_key(key="type", place="input")


def _user_input(content: list[Any], place: str) -> Step:
    for index, item in enumerate(content):
        _check_content(item, f"{place}[{index}]")
    return {"type": "user_input", "content": content}


def _read_step(step: JsonObject, kind: str, place: str) -> list[Step]:
    if kind in _CONTENT_KEYS:
        why = f"{place} is content among steps"
        raise refusals.invalid_argument(why)
    if kind in SERVER_STEPS:
        _check_signature(step, place)
        return [step]
    if kind not in _STEP_KEYS:
        raise refusals.invalid_content_type(kind)
    _check_keys(step, _STEP_KEYS[kind], place)
    if kind == "user_input":
        return _read_user_input(step, place)
    _CHECKS[kind](step, place)
    return [step]


def _read_user_input(step: Step, place: str) -> list[Step]:
    content = step.get("content")
    if isinstance(content, str):
        content = [{"text": content, "type": "text"}] if content else []
    if not content:
        raise refusals.empty_input()
    if not is_list(content):
        raise refusals.wrong_type(place=f"{place}.content", expected="an array")
    return _split_results(content, f"{place}.content")


def _split_results(content: list[Any], place: str) -> list[Step]:
    steps: list[Step] = []
    run: list[Any] = []
    for index, item in enumerate(content):
        where = f"{place}[{index}]"
        if _kind(item, where) != "function_result":
            _check_content(item, where)
            run.append(item)
            continue
        if run:
            steps.append({"type": "user_input", "content": run})
            run = []
        steps += _read_step(item, "function_result", where)
    if run:
        steps.append({"type": "user_input", "content": run})
    return steps


def _check_content(item: object, place: str) -> None:
    kind = _kind(item, place)
    if kind not in _CONTENT_KEYS:
        raise refusals.invalid_content_type(kind)
    if not is_object(item):
        return
    _check_keys(item, _CONTENT_KEYS[kind], place)
    if kind == "text":
        _require_string(item, "text", place)
    else:
        _check_media(item, place)


def _check_media(item: JsonObject, place: str) -> None:
    _check_segment(item.get("processing"), f"{place}.processing")
    data = item.get("data")
    if data is None:
        _require_string(item, "uri", place)
        return
    try:
        base64.b64decode(data, validate=True)
    except (binascii.Error, TypeError, ValueError) as exc:
        raise refusals.corrupt_base64(place=f"{place}.data") from exc


def _check_segment(processing: object, place: str) -> None:
    if not is_object(processing):
        return
    given = [processing.get(key) for key in ("start_offset", "end_offset")]
    offsets = [str(offset) for offset in given if offset is not None]
    if not all(_SECONDS.fullmatch(offset) for offset in offsets):
        raise refusals.invalid_input(place)
    start, *end = [float(offset[:-1]) for offset in offsets] or [0.0]
    if end and end[0] <= start:
        raise refusals.invalid_input(place)


def _check_keys(item: JsonObject, known: frozenset[str], place: str) -> None:
    for key in item:
        if key not in known:
            raise refusals.unknown_parameter(key, place)


def _require_string(item: JsonObject, key: str, place: str) -> None:
    if not isinstance(item.get(key), str):
        raise refusals.wrong_type(place=f"{place}.{key}", expected="string")


def _check_call(step: Step, place: str) -> None:
    _require_string(step, "id", place)
    _require_string(step, "name", place)
    if not is_object(step.get("arguments")):
        raise refusals.wrong_type(place=f"{place}.arguments", expected="object")
    _check_signature(step, place)


def _check_result(step: Step, place: str) -> None:
    if not isinstance(step.get("call_id"), str) or not step["call_id"]:
        raise refusals.missing_call_id()
    if not isinstance(step.get("result"), str | dict | list):
        raise refusals.wrong_type(
            place=f"{place}.result", expected="object, string or array"
        )
    for index, item in enumerate(_blocks(step)):
        _check_content(item, f"{place}.result[{index}]")
    _check_signature(step, place)
    if not isinstance(step.get("is_error", False), bool):
        raise refusals.wrong_type(place=f"{place}.is_error", expected="boolean")


def _blocks(step: Step) -> list[Any]:
    return step["result"] if is_list(step["result"]) else []


def _check_output(step: Step, place: str) -> None:
    content = step.get("content", [])
    if not is_list(content):
        raise refusals.wrong_type(place=f"{place}.content", expected="an array")
    for index, item in enumerate(content):
        _check_content(item, f"{place}.content[{index}]")


def _check_thought(step: Step, place: str) -> None:
    _check_signature(step, place)
    if not is_list(step.get("summary", [])):
        raise refusals.wrong_type(place=f"{place}.summary", expected="an array")


def _check_signature(step: Step, place: str) -> None:
    if step.get("signature") is not None:
        _require_string(step, "signature", place)


_CHECKS = {
    "function_call": _check_call,
    "function_result": _check_result,
    "model_output": _check_output,
    "thought": _check_thought,
}
