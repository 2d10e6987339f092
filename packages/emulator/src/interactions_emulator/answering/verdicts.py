"""Judges what a boolean asks about the work so far, by the words of its name."""

import re
from typing import Final

from interactions_emulator.base.texts import words_of

_OVER: Final = frozenset(
    [
        "satisfied",
        "complete",
        "completed",
        "done",
        "finished",
        "resolved",
        "fulfilled",
        "achieved",
    ]
)
_GOOD: Final = frozenset(
    [
        "valid",
        "progress",
        "approved",
        "approve",
        "ready",
        "success",
        "successful",
        "successfully",
        "correct",
        "passed",
        "passes",
        "pass",
        "ok",
        "acceptable",
        "compliant",
        "complies",
        "good",
        "relevant",
        "appropriate",
        "safe",
    ]
)
_BAD: Final = frozenset(
    [
        "loop",
        "stuck",
        "stalled",
        "stall",
        "error",
        "failed",
        "failure",
        "blocked",
        "retry",
        "replan",
        "refused",
        "harmful",
        "spam",
        "toxic",
        "invalid",
        "needs",
    ]
)
_QUESTION = re.compile(r"[^.!?\n]*\?")
_NO = r"\b(?:not|no|never|isn't|aren't|wasn't|hardly|barely)\s+(?:\w+\s+){0,2}?"


def judge(name: str, text: str, *, is_over: bool) -> bool | None:
    """Return the verdict, or None if the name asks for none.

    Work is going well unless the text says otherwise, and over once it has been
    answered: whoever asks such a thing after each step must come to an end.

    Args:
        name: The property's name.
        text: What the verdict is about.
        is_over: Whether everybody has had a turn.
    """
    asked = words_of(name)
    if _BAD.intersection(asked):
        return False
    good = next((word for word in asked if word in _GOOD), None)
    if good is not None:
        return not _is_denied(good, text)
    return True if is_over and _OVER.intersection(asked) else None


def _is_denied(word: str, text: str) -> bool:
    """Whether the text says `not word`, and not only `word or not word`."""
    both = rf"\b{word}\s+or\s+not\s+{word}\b"
    said = re.sub(both, " ", _QUESTION.sub(" ", text), flags=re.IGNORECASE)
    return re.search(rf"{_NO}{word}\b", said, re.IGNORECASE) is not None
