"""Thoughts that a message carries with it, so that a replay can put them back.

Pure. Only signatures travel: they are what the API checks, and they say nothing.
They are no part of the digest.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from langchain_core.messages import AIMessage

from interactions_core.adapter import JsonObject, pending_calls

THOUGHTS: Final = "interaction_thoughts"
"""The key in `additional_kwargs`; its value is a list of `{"before", "signature"}`."""


def carried_thoughts(steps: Sequence[JsonObject]) -> list[dict[str, Any]]:
    """List the signed thoughts of a reply.

    Returns:
        For each its `signature`, and `before`: how many canonical steps of the
        message (one for all that is said, one for each call) come before it.
    """
    pending = pending_calls(steps)
    said = any(step.get("type") == "model_output" for step in steps)
    carried: list[dict[str, Any]] = []
    before = 0
    for step in steps:
        match step.get("type"):
            case "thought" if step.get("signature"):
                carried.append({"before": before, "signature": step["signature"]})
            case "model_output" if before == 0:
                before = 1
            case "function_call" if step.get("id") in pending:
                # All that is said is one step, in front of the calls.
                before = max(before, int(said)) + 1
            case _:
                pass
    return carried


def thoughts_in(message: AIMessage, position: int) -> dict[int, list[JsonObject]]:
    """Read the thoughts that a message carries.

    Args:
        message: A model's message, of whatever origin.
        position: How many steps of the list come before it.

    Returns:
        Thought steps by the number of steps before them.
    """
    found: dict[int, list[JsonObject]] = {}
    for thought in _entries(message.additional_kwargs.get(THOUGHTS)):
        before, signature = thought.get("before"), thought.get("signature")
        if isinstance(before, int) and isinstance(signature, str):
            step = {"type": "thought", "signature": signature}
            found.setdefault(position + before, []).append(step)
    return found


def _entries(value: Any) -> Iterable[Mapping[str, Any]]:
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]
