"""Decides when a function that hands the conversation over is called."""

import re
from collections.abc import Iterator

from interactions_emulator.answering.arguments import TextValues, fill
from interactions_emulator.answering.choices import choose, options_in
from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.base.texts import mentions, words_of
from interactions_emulator.reply.replies import FunctionCall
from interactions_emulator.request.schemas import properties_of

_HANDS_OVER = re.compile(
    r"^(?:transfer|hand_?off|hand_?over|delegate|escalate|route|switch)_(?:to_)?(.+)$",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:hand[- ]?off|hand[- ]?over|hand|transfer|delegate|escalate|route|switch)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"^\W*if\b|\bif you (?:need|want)\b", re.IGNORECASE)
_MANAGES = re.compile(r"\b(?:manag|coordinat|delegat)\w+", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n")
_LEAST_WORD = 4


def wanted_handovers(
    text: str, system: str, functions: list[JsonObject], *, has_spoken: bool
) -> list[FunctionCall]:
    """Return the calls that hand over, the likeliest first.

    The text asks for one if it shares a word with the target's name. Who has spoken
    already does what the system instruction says without a condition, and who manages
    others delegates.
    """
    targets = {
        name: target
        for f in functions
        if (name := str(f["name"])) and (target := _target(f))
    }
    asked = [name for name, target in targets.items() if _shares(text, target)]
    if has_spoken:
        orders = [s for s in _SENTENCES.split(system) if _is_order(s)]
        asked += [
            n for s in orders for n, target in targets.items() if _says(s, target)
        ]
    calls = [FunctionCall(name, {}) for name in dict.fromkeys(asked)]
    return [*calls, *_delegations(text, system, functions)]


def _delegations(
    text: str, system: str, functions: list[JsonObject]
) -> Iterator[FunctionCall]:
    """Yield what whoever manages others gives to the first of them."""
    for function in functions if _MANAGES.search(system) else ():
        options = options_in(str(function.get("description") or ""))
        if options and str(function["name"]).lower().startswith("delegate_"):
            values = TextValues(text, chosen=choose(options, [text]))
            given: JsonObject = function.get("parameters") or {}
            schema: JsonObject = {"type": "object"} | given
            yield FunctionCall(str(function["name"]), fill(schema, values))


def _target(function: JsonObject) -> list[str]:
    """Return the words of whom the function hands over to."""
    found = _HANDS_OVER.match(str(function["name"]))
    _, required = properties_of(function.get("parameters") or {})
    return words_of(found[1]) if found and not required else []


def _shares(text: str, target: list[str]) -> bool:
    said = {_stem(word) for word in words_of(text)}
    return any(_stem(word) in said for word in target if len(word) >= _LEAST_WORD)


def _says(sentence: str, target: list[str]) -> bool:
    return all(mentions(" ".join(words_of(sentence)), word) for word in target)


def _is_order(sentence: str) -> bool:
    return _ORDER.search(sentence) is not None and not _CONDITION.search(sentence)


def _stem(word: str) -> str:
    return word.removesuffix("s")
