"""Scripted replies: rules on the conversation, tried in order.

A rule is JSON: `{"when": {…}, "reply": {…}, "times": n}`, or `"sequence": [reply,
…]` in place of `reply`. A script says what it expected when nothing matched.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interactions_emulator.conversation import Conversation, all_text, result_text
from interactions_emulator.errors import ApiError, default_message
from interactions_emulator.fields import problem, read_fields
from interactions_emulator.payloads import JsonObject, is_list, is_object
from interactions_emulator.replies import FunctionCall, Reply

_RULE = {"when": dict, "reply": dict, "sequence": list, "times": int}
_SCRIPT = {"rules": list, "strict": bool}
_REPLY = {
    "text": str,
    "calls": list,
    "thought": object,
    "status": str,
    "error": dict,
    "errors": list,
    "steps": list,
    "hops": int,
    "delay_s": float,
    "delta_delay_s": float,
}
_CALL = {"name": str, "arguments": dict}
_ERROR = {
    "status": int,
    "message": str,
    "code": object,
    "shape": ("object", "front_end", "array", "sse"),
}
_STATUSES = range(400, 600)
_MOST_HOPS = 100


@dataclass
class Rule:
    """One rule and how often it has answered."""

    when: JsonObject
    replies: list[JsonObject]
    times: int | None
    used: int = 0

    def failures(self, conversation: Conversation) -> list[str]:
        """Return why the rule does not answer; empty if it does."""
        if self.times is not None and self.used >= self.times:
            return [f"it has answered {self.used} times already"]
        checks = ((key, _CONDITIONS[key], want) for key, want in self.when.items())
        return [
            f"{key} {want!r} is not met"
            for key, met, want in checks
            if not met(conversation, want)
        ]

    def take(self) -> JsonObject:
        """Return the next reply; a sequence runs once, then its rule is spent."""
        reply = self.replies[min(self.used, len(self.replies) - 1)]
        self.used += 1
        return reply


@dataclass
class Script:
    """The rules of one emulator."""

    rules: list[Rule] = field(default_factory=list[Rule])
    strict: bool = False

    def reply_to(self, conversation: Conversation) -> Reply | None:
        """Return the first matching rule's reply, None to use the default.

        Raises:
            ApiError: The reply is an error, or the script is strict and silent.
        """
        for rule in self.rules:
            if not rule.failures(conversation):
                return _to_reply(rule.take())
        if self.strict:
            raise _miss(self.rules, conversation)
        return None


def read_script(value: object) -> Script:
    """Read a list of rules, or `{"rules": […], "strict": bool}`.

    Raises:
        FieldError: A key is unknown or a value has the wrong type.
    """
    if value is None:
        return Script()
    given = value if is_object(value) else {"rules": value}
    whole = read_fields(given, _SCRIPT, "the script")
    rules = enumerate(whole.get("rules") or [], 1)
    read = [_read_rule(rule, f"rule {number}") for number, rule in rules]
    return Script(read, strict=whole.get("strict") is True)


def _read_rule(value: object, place: str) -> Rule:
    rule = read_fields(value, _RULE, place)
    when: JsonObject = rule.get("when") or {}
    read_fields(when, dict.fromkeys(_CONDITIONS, object), f"{place}, when,")
    _check_pattern(when.get("last_user_matches") or "", place)
    sequence = rule.get("sequence")
    given = [rule.get("reply")] if sequence is None else sequence
    if not given:
        raise problem(place=place, what="needs a reply or a sequence of them")
    replies = [_read_reply(reply, f"{place}, reply,") for reply in given]
    once = None if sequence is None else len(replies)
    return Rule(when, replies, rule.get("times", once))


def _read_reply(value: object, place: str) -> JsonObject:
    reply = read_fields(value, _REPLY, place)
    for call in reply.get("calls") or ():
        _require(read_fields(call, _CALL, f"{place} calls"), "name", place)
    for step in reply.get("steps") or ():
        _check_step(step, f"{place} steps")
    if reply.get("hops") and (reply.get("calls") or reply["hops"] > _MOST_HOPS):
        raise problem(place, f"needs hops without calls, at most {_MOST_HOPS}")
    error = read_fields(reply.get("error") or {}, _ERROR, f"{place} error")
    if error.get("status", 400) not in _STATUSES:
        raise problem(place=place, what="needs an error status from 400 to 599")
    return reply


def _check_step(step: object, place: str) -> None:
    if not is_object(step):
        raise problem(place=place, what="must be objects")
    _require(step, "type", place)
    if "id" in step:
        _require(step, "id", place)
    needed = {"function_call": ("name",), "function_result": ("call_id",)}
    for key in needed.get(step["type"], ()):
        _require(step, key, place)


def _require(value: JsonObject, key: str, place: str) -> None:
    if not isinstance(value.get(key), str):
        raise problem(place, f"need a {key}")


def _check_pattern(pattern: object, place: str) -> None:
    try:
        re.compile(str(pattern))
    except re.error as exc:
        raise problem(place, f"has a bad pattern: {exc}") from exc


def _to_reply(reply: JsonObject) -> Reply:
    if reply.get("error"):
        raise _scripted_error(reply["error"])
    thought = reply.get("thought", True)
    steps = reply.get("steps")
    return Reply(
        text=reply.get("text"),
        calls=tuple(_to_call(call) for call in reply.get("calls") or ()),
        thinking=thought is not False,
        thought=thought if isinstance(thought, str) else None,
        status=reply.get("status"),
        steps=None if steps is None else tuple(steps),
        errors=reply.get("errors") or [],
        hops=reply.get("hops", 0),
        delay_s=reply.get("delay_s", 0.0),
        delta_delay_s=reply.get("delta_delay_s", 0.0),
    )


def _to_call(call: JsonObject) -> FunctionCall:
    return FunctionCall(call["name"], call.get("arguments") or {})


def _scripted_error(error: JsonObject) -> ApiError:
    status = error.get("status", 400)
    message = error.get("message", default_message(status))
    return ApiError(status, message, error.get("code"), error.get("shape", "object"))


def _miss(rules: list[Rule], conversation: Conversation) -> ApiError:
    said = conversation.last_user_text[:200]
    message = f"No scripted reply for turn {len(conversation.user_texts)} ({said!r})."
    failures = [(len(f), i, f) for i, f in _numbered_failures(rules, conversation)]
    if failures:
        _, number, reasons = min(failures)
        message += f" Nearest is rule {number}: {'; '.join(reasons)}."
    return ApiError(400, message, "emulator_script")


def _numbered_failures(
    rules: list[Rule], conversation: Conversation
) -> list[tuple[int, list[str]]]:
    return [(i, rule.failures(conversation)) for i, rule in enumerate(rules, 1)]


def _contains(text: str, want: Any) -> bool:  # noqa: ANN401  string or list of them
    wanted = want if is_list(want) else [want]
    return all(str(one).lower() in text.lower() for one in wanted)


def _last_result(conversation: Conversation) -> str:
    return "\n".join(result_text(r.get("result")) for r in conversation.fresh_results)


def _has_tool(conversation: Conversation, want: Any) -> bool:  # noqa: ANN401
    tools = conversation.request.tools
    return any(want in (tool.get("name"), tool.get("type")) for tool in tools)


_Condition = Callable[[Conversation, Any], bool]
_CONDITIONS: Mapping[str, _Condition] = {
    "last_user_contains": lambda c, want: _contains(c.last_user_text, want),
    "last_user_matches": lambda c, want: bool(re.search(str(want), c.last_user_text)),
    "context_contains": lambda c, want: _contains(all_text(c.steps), want),
    "last_result_contains": lambda c, want: _contains(_last_result(c), want),
    "system_contains": lambda c, want: _contains(c.request.system_instruction, want),
    "last_step": lambda c, want: c.last_type == want,
    "model": lambda c, want: c.request.model == want,
    "turn": lambda c, want: len(c.user_texts) == want,
    "has_tool": _has_tool,
    "stream": lambda c, want: c.request.stream == want,
    "store": lambda c, want: c.request.store == want,
    "chained": lambda c, want: (c.request.previous is not None) == want,
}
