"""Scripted replies: rules on the conversation, tried in order.

A rule is JSON: `{"when": {…}, "reply": {…}, "times": n}`, or `"sequence": [reply,
…]` in place of `reply`. A script says what it expected when nothing matched.
"""

import re
from dataclasses import dataclass, field

from interactions_emulator.answering.conditions import CONDITIONS, describe_found
from interactions_emulator.answering.conversation import Conversation
from interactions_emulator.answering.scripted_replies import read_reply, to_reply
from interactions_emulator.base.errors import ApiError
from interactions_emulator.base.fields import problem, read_fields
from interactions_emulator.base.payloads import JsonObject, is_object
from interactions_emulator.reply.replies import Reply

_RULE = {"when": dict, "reply": dict, "sequence": list, "times": int}
_SCRIPT = {"rules": list, "strict": bool}


@dataclass
class Rule:
    """One rule and how often it has answered."""

    when: JsonObject
    replies: list[JsonObject]
    times: int | None
    use_count: int = 0

    def failures(self, conversation: Conversation) -> list[str]:
        """Return why the rule does not answer; empty if it does."""
        if self.times is not None and self.use_count >= self.times:
            return [f"it has answered {self.use_count} times already"]
        return [
            f"{key} {want!r} is not met: {describe_found(conversation, key)}"
            for key, want in self.when.items()
            if not CONDITIONS[key](conversation, want)
        ]

    def take_reply(self) -> JsonObject:
        """Return the next reply; a sequence runs once, then its rule is spent."""
        reply = self.replies[min(self.use_count, len(self.replies) - 1)]
        self.use_count += 1
        return reply


@dataclass
class Script:
    """The rules of one emulator."""

    rules: list[Rule] = field(default_factory=list[Rule])
    strict: bool = False

    def take_reply(self, conversation: Conversation) -> Reply | None:
        """Return the first matching rule's reply, None to use the default.

        Raises:
            ApiError: The reply is an error, or the script is strict and silent.
        """
        for rule in self.rules:
            if not rule.failures(conversation):
                return to_reply(rule.take_reply())
        if self.strict:
            raise _miss(self.rules, conversation)
        return None


@dataclass
class FixedScript(Script):
    """A script of one reply that is known already."""

    reply: Reply | None = None

    def take_reply(self, conversation: Conversation) -> Reply | None:
        """Return the reply, whatever was said."""
        del conversation
        return self.reply


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
    read_fields(when, dict.fromkeys(CONDITIONS, object), f"{place}, when,")
    _check_pattern(when.get("last_user_matches") or "", place)
    sequence = rule.get("sequence")
    given = [rule.get("reply")] if sequence is None else sequence
    if not given:
        raise problem(place=place, what="needs a reply or a sequence of them")
    replies = [read_reply(reply, f"{place}, reply,") for reply in given]
    once = None if sequence is None else len(replies)
    return Rule(when, replies, rule.get("times", once))


def _check_pattern(pattern: object, place: str) -> None:
    try:
        re.compile(str(pattern))
    except re.error as exc:
        raise problem(place, f"has a bad pattern: {exc}") from exc


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
