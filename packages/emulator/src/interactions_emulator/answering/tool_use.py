"""Decides which functions a user's text asks for."""

import re

from interactions_emulator.answering.arguments import TextValues, fill
from interactions_emulator.answering.choices import choose, options_in
from interactions_emulator.base.payloads import JsonObject, is_object
from interactions_emulator.reply.replies import FunctionCall
from interactions_emulator.request.schema_texts import without_schemas
from interactions_emulator.request.schemas import properties_of, resolve, type_of

_VERBS = frozenset(
    [
        "get",
        "set",
        "do",
        "run",
        "call",
        "use",
        "fetch",
        "find",
        "look",
        "lookup",
        "make",
        "the",
        "a",
        "an",
        "of",
        "for",
        "to",
        "from",
        "in",
        "on",
        "tool",
        "function",
        "and",
        "or",
        "by",
        "with",
        "my",
        "current",
    ]
)
_REFUSED = re.compile(
    r"\b(?:do not|don't|without|never) (?:us(?:e|ing)|call(?:ing)?)\b", re.IGNORECASE
)
_OWN_FACT = re.compile(
    r"\bmy [\w' -]+? (?:is|are|was|were)\b|\b(?:is|are|was|were|what's|who's) my\b",
    re.IGNORECASE,
)
"""Somebody tells or asks a fact about themselves; memory answers that, not a tool."""
_GAP = re.compile(r"\n[ \t]*\n")
_MIN_SHARED = 2
_MIN_WORD = 4
_PLURAL = re.compile(r"(?:es|s)$")


def wanted_calls(
    text: str, functions: list[JsonObject], *, force: bool
) -> tuple[FunctionCall, ...]:
    """Return the calls that the text asks for, in the order of its words.

    Args:
        text: The user's last text.
        functions: The declared functions that may be called.
        force: Whether there must be a call, asked for or not.
    """
    text = without_schemas(text)
    asked = [] if _REFUSED.search(text) else _asked(text, functions)
    if force and not asked:
        asked = functions[:1]
    sources = _Sources(text, frozenset(str(f["name"]) for f in functions))
    return tuple(call for one in asked for call in _calls(one, sources.values_for(one)))


class _Sources:
    """The values of each paragraph, handed out once for all functions it asks for."""

    def __init__(self, text: str, names: frozenset[str]) -> None:
        self._text = text
        self._names = names
        self._values: dict[str, TextValues] = {}

    def values_for(self, function: JsonObject) -> TextValues:
        """Return those of the paragraph that asks, or of the whole if it has none."""
        place = _find_function(self._text, function) or 0
        paragraph = _paragraph(self._text, place)
        values = self._values_of(paragraph, function)
        if values.strings or values.numbers:
            return values
        return self._values_of(self._text, function)

    def _values_of(self, text: str, function: JsonObject) -> TextValues:
        if text not in self._values:
            self._values[text] = TextValues(text, names=self._names)
        values = self._values[text]
        options = options_in(str(function.get("description") or ""))
        values.chosen = choose(options, [text]) if options else None
        return values


def _paragraph(text: str, place: int) -> str:
    start = 0
    for gap in _GAP.finditer(text):
        if gap.start() >= place:
            return text[start : gap.start()]
        start = gap.end()
    return text[start:]


def _asked(text: str, functions: list[JsonObject]) -> list[JsonObject]:
    places = [(_find_function(text, one), one) for one in functions]
    hits = [(place, one) for place, one in places if place is not None]
    named = [(place, one) for place, one in hits if _is_named(text, one)]
    if not named and _OWN_FACT.search(text):
        return []
    return [one for _, one in sorted(named or hits, key=lambda hit: hit[0])]


def _is_named(text: str, function: JsonObject) -> bool:
    return _find_name(text, str(function["name"])) is not None


def _find_function(text: str, function: JsonObject) -> int | None:
    """Return where the text speaks of the function, or None if it does not."""
    exact = _find_name(text, str(function["name"]))
    if exact is not None:
        return exact
    said = {word: at for at, word in _located(text)}
    by_name = _significant(str(function["name"]))
    if by_name and all(word in said for word in by_name):
        return min(said[word] for word in by_name)
    return _described(said, str(function.get("description") or ""))


def _find_name(text: str, name: str) -> int | None:
    found = re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", text, re.IGNORECASE)
    return found.start() if found else None


def _described(said: dict[str, int], description: str) -> int | None:
    """Match on half of the description's first sentence, at least two words."""
    words = _significant(re.split(r"[.\n]", description)[0])
    words = [word for word in words if len(word) >= _MIN_WORD]
    shared = [said[word] for word in words if word in said]
    enough = len(shared) >= max(_MIN_SHARED, (len(words) + 1) // 2)
    return min(shared) if enough else None


def _located(text: str) -> list[tuple[int, str]]:
    found = [(m.start(), _stem(m[0].lower())) for m in re.finditer(r"[A-Za-z]+", text)]
    return found[::-1]


def _significant(name: str) -> list[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    words = [word.lower() for word in re.split(r"[^A-Za-z]+", spaced) if word]
    return list(dict.fromkeys(_stem(word) for word in words if word not in _VERBS))


def _stem(word: str) -> str:
    return _PLURAL.sub("", word) if len(word) > _MIN_WORD else word


def _calls(function: JsonObject, values: TextValues) -> list[FunctionCall]:
    schema: JsonObject = function.get("parameters") or {}
    name = str(function["name"])
    count = _repeats(schema, values)
    return [FunctionCall(name, _arguments(schema, values)) for _ in range(count)]


def _arguments(schema: JsonObject, values: TextValues) -> JsonObject:
    filled = fill({"type": "object"} | schema, values)
    return filled if is_object(filled) else {}


def _repeats(schema: JsonObject, values: TextValues) -> int:
    """Return how many calls the values serve: two cities are two calls."""
    properties, required = properties_of(schema)
    required = required or list(properties)[:1]
    kinds = {_kind(properties.get(name), schema) for name in required}
    if kinds == {"string"}:
        return max(1, len(values.strings) // len(required))
    if kinds and kinds <= {"number", "integer"}:
        return max(1, len(values.numbers) // len(required))
    return 1


def _kind(schema: object, root: JsonObject) -> str:
    resolved = resolve(schema, root)
    return "enum" if "enum" in resolved else type_of(resolved)
