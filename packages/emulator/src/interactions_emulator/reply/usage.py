"""Token counts: invented per text, added up as the real server does."""

import math
from collections import Counter
from collections.abc import Iterable

from interactions_emulator.base.models import needs_signatures
from interactions_emulator.base.payloads import (
    JsonObject,
    Step,
    dump_text,
    is_list,
    is_object,
)

_CHARS_PER_TOKEN = 4
_MEDIA_TOKENS = 258
"""Recorded for one small image (2026-05-13)."""
_PROMPT_EXTRA = 22
_MEDIA = frozenset({"image", "audio", "video", "document"})


def count_text(text: str) -> int:
    """Count a text; every four characters are a token."""
    return math.ceil(len(text) / _CHARS_PER_TOKEN)


def count_json(value: object) -> int:
    """Count a JSON value by its text; nothing counts nothing."""
    return count_text(dump_text(value)) if value else 0


def count_steps(steps: Iterable[Step]) -> Counter[str]:
    """Count the visible part of steps by modality; thoughts cost nothing again."""
    total: Counter[str] = Counter()
    for step in steps:
        total.update(_count_step(step))
    return total


def build_usage(
    model: str,
    inputs: Counter[str],
    output: int,
    thought: int,
    extras: JsonObject | None = None,
) -> JsonObject:
    """Build the usage object, keys in the server's order.

    Args:
        model: Decides which keys there are.
        inputs: Input tokens by modality.
        output: Visible output tokens.
        thought: Thinking tokens.
        extras: Keys that only some answers have, as `usage_extras` makes them.
    """
    extras = extras or {}
    tool_use = extras.get("total_tool_use_tokens", 0)
    input_total = inputs.total()
    usage: JsonObject = {
        "total_tokens": input_total + output + thought + tool_use,
        "total_input_tokens": input_total,
        "input_tokens_by_modality": _by_modality(inputs),
        "total_cached_tokens": 0,
        "total_output_tokens": output,
        "output_tokens_by_modality": extras.get("output_tokens_by_modality"),
        "total_tool_use_tokens": tool_use,
        "tool_use_tokens_by_modality": extras.get("tool_use_tokens_by_modality"),
        "total_thought_tokens": thought,
        "grounding_tool_count": extras.get("grounding_tool_count"),
    }
    usage = {key: value for key, value in usage.items() if value is not None}
    if needs_signatures(model):
        usage["raw_prompt_token"] = input_total + _PROMPT_EXTRA
    return usage


def usage_extras(
    model: str, said: Counter[str], tool_use: int, grounding: Counter[str]
) -> JsonObject:
    """Return the keys that come with media output and with built-in tools.

    Tool tokens by modality were recorded on 2.5, counts of grounding from 3 on.
    """
    extras: JsonObject = {"total_tool_use_tokens": tool_use}
    if said.keys() - {"text"}:
        extras["output_tokens_by_modality"] = _by_modality(said)
    if needs_signatures(model) and grounding:
        counts = [{"type": kind, "count": n} for kind, n in grounding.items()]
        extras["grounding_tool_count"] = counts
    elif tool_use:
        extras["tool_use_tokens_by_modality"] = _by_modality(Counter(text=tool_use))
    return extras


def _by_modality(counted: Counter[str]) -> list[JsonObject]:
    return [{"modality": m, "tokens": n} for m, n in counted.items() if n]


def carried(usage: JsonObject) -> Counter[str]:
    """Return what a child counts again of its parent: input and visible output."""
    total: Counter[str] = Counter()
    for entry in usage["input_tokens_by_modality"]:
        total[entry["modality"]] += entry["tokens"]
    total["text"] += usage["total_output_tokens"]
    return total


def _count_step(step: Step) -> Counter[str]:
    kind = step.get("type")
    if kind in {"user_input", "model_output"}:
        return _count_content(step.get("content"))
    if kind == "thought":
        return Counter()
    if kind == "function_result" and is_list(step.get("result")):
        return _count_content(step["result"])
    visible = {key: step.get(key) for key in ("name", "arguments", "result")}
    return Counter(text=sum(map(count_json, visible.values())))


def _count_content(content: object) -> Counter[str]:
    total: Counter[str] = Counter()
    for item in content if is_list(content) else ():
        if not is_object(item):
            continue
        kind = str(item.get("type", "text"))
        if kind in _MEDIA:
            total[kind] += _MEDIA_TOKENS
        else:
            total["text"] += count_text(str(item.get("text", "")))
    return total
