"""What an interaction costs, its parents counted in."""

from collections import Counter

from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.reply.compose import Composed
from interactions_emulator.reply.usage import (
    build_usage,
    carried,
    count_json,
    count_steps,
)
from interactions_emulator.request.validation import CreateRequest, Platform
from interactions_emulator.store.interactions import Interaction

# What recorded agent runs lack, on either platform.
_HIDDEN: dict[Platform, frozenset[str]] = {
    "gemini": frozenset({"raw_prompt_token"}),
    "vertex": frozenset(
        {"raw_prompt_token", "total_cached_tokens", "total_tool_use_tokens"}
    ),
}


def overhead_of(request: CreateRequest) -> int:
    """Return the tokens of tools and system instruction."""
    return count_json(request.tools) + count_json(request.system_instruction)


def tokens_of(record: Interaction) -> int:
    """Return all that an interaction takes, seen already or not."""
    return int(record.usage.get("total_tokens", 0))


def usage_of(
    request: CreateRequest,
    parent: Interaction | None,
    composed: Composed,
    platform: Platform,
) -> JsonObject:
    """Return the usage; an agent's is that of its whole loop (recorded 2026-08-18)."""
    usage = build_usage(
        request.model,
        _input_tokens(request, parent),
        composed.output_tokens,
        composed.thought_tokens,
        composed.extras,
    )
    if request.agent is None:
        return usage
    hidden = _HIDDEN[platform]
    return {key: value for key, value in usage.items() if key not in hidden}


def _input_tokens(request: CreateRequest, parent: Interaction | None) -> Counter[str]:
    """Add up input: parent's input, parent's output, what is new.

    So since July 2026; tools that are sent again are not counted again (53 + 15 +
    15 = 83, recorded 2026-10-05).
    """
    overhead = overhead_of(request)
    new = count_steps(request.input)
    new["text"] += overhead if parent is None else max(0, overhead - parent.overhead)
    return new if parent is None else carried(parent.usage) + new
