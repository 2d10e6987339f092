"""What a scripted rule can ask of a conversation, and what it found instead."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from interactions_emulator.answering.conversation import (
    Conversation,
    all_text,
    result_text,
)
from interactions_emulator.base.payloads import is_list

Condition: TypeAlias = Callable[[Conversation, Any], bool]
_SHOWN_CHARS = 120


def describe_found(conversation: Conversation, key: str) -> str:
    """Say what a condition looked at, for people."""
    shown = repr(_LOOKED_AT[key](conversation))
    rest = "…" if len(shown) > _SHOWN_CHARS else ""
    return f"found {shown[:_SHOWN_CHARS]}{rest}"


def _contains(text: str, want: Any) -> bool:  # noqa: ANN401  string or list of them
    wanted = want if is_list(want) else [want]
    return all(str(one).lower() in text.lower() for one in wanted)


def _last_result(conversation: Conversation) -> str:
    return "\n".join(result_text(r.get("result")) for r in conversation.fresh_results)


def _tool_names(conversation: Conversation) -> list[str]:
    return [str(t.get("name") or t.get("type")) for t in conversation.request.tools]


def _has_tool(conversation: Conversation, want: Any) -> bool:  # noqa: ANN401
    tools = conversation.request.tools
    return any(want in (tool.get("name"), tool.get("type")) for tool in tools)


_LOOKED_AT: Mapping[str, Callable[[Conversation], object]] = {
    "last_user_contains": lambda c: c.last_user_text,
    "last_user_matches": lambda c: c.last_user_text,
    "context_contains": lambda c: all_text(c.steps),
    "last_result_contains": _last_result,
    "system_contains": lambda c: c.request.system_instruction,
    "last_step": lambda c: c.last_type,
    "model": lambda c: None if c.request.agent else c.request.model,
    "agent": lambda c: c.request.agent,
    "background": lambda c: c.request.background,
    "turn": lambda c: len(c.user_texts),
    "has_tool": _tool_names,
    "stream": lambda c: c.request.stream,
    "store": lambda c: c.request.store,
    "chained": lambda c: c.request.previous is not None,
}
CONDITIONS: Mapping[str, Condition] = {
    "last_user_contains": lambda c, want: _contains(c.last_user_text, want),
    "last_user_matches": lambda c, want: bool(re.search(str(want), c.last_user_text)),
    "context_contains": lambda c, want: _contains(all_text(c.steps), want),
    "last_result_contains": lambda c, want: _contains(_last_result(c), want),
    "system_contains": lambda c, want: _contains(c.request.system_instruction, want),
    "last_step": lambda c, want: c.last_type == want,
    "model": lambda c, want: not c.request.agent and c.request.model == want,
    "agent": lambda c, want: c.request.agent == want,
    "background": lambda c, want: c.request.background == want,
    "turn": lambda c, want: len(c.user_texts) == want,
    "has_tool": _has_tool,
    "stream": lambda c, want: c.request.stream == want,
    "store": lambda c, want: c.request.store == want,
    "chained": lambda c, want: (c.request.previous is not None) == want,
}
