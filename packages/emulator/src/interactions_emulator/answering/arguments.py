"""Fills a JSON schema with values found in a text.

The rules are general and deterministic: what a small model would plausibly take
from the text, in the order of the schema's properties.
"""

import re
from typing import Any

from interactions_emulator.answering.instructions import task_in
from interactions_emulator.answering.value_words import (
    EXPLANATIONS,
    EXPRESSION,
    FREE_TEXT,
    GENERIC,
    NO_NAMES,
    ROLES,
    TASKS,
)
from interactions_emulator.answering.verdicts import judge
from interactions_emulator.base.limits import MAX_SIZE, fit, size_of
from interactions_emulator.base.payloads import JsonObject, is_list
from interactions_emulator.base.texts import find_value, mentions, words_of
from interactions_emulator.request.schemas import (
    MAX_DEPTH,
    default_of,
    properties_of,
    resolve,
    type_of,
)

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)")
_QUOTED = re.compile(r"\"([^\"\n]+)\"|“([^”\n]+)”|(?<!\w)'([^'\n]+)'(?!\w)|`([^`\n]+)`")
_PROPER = re.compile(r"(?<!\w)[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_ARITHMETIC = re.compile(r"\(*-?\d[\d\s.()]*(?:[-+*/^][\d\s.()]+)+")
_FLAT_FROM = 4
"""Depth below which unions and lists are kept small."""
_NO = re.compile(r"\b(?:no|not|false|off|disable[d]?|without|never)\b", re.IGNORECASE)


class TextValues:
    """Values of a text that are handed out once each, in order."""

    def __init__(
        self,
        text: str,
        *,
        names: frozenset[str] = frozenset(),
        chosen: str | None = None,
        is_over: bool = False,
    ) -> None:
        """Read the values.

        Args:
            text: Where they are from.
            names: Words that are no values.
            chosen: Whose turn it is, where the text offers a choice.
            is_over: Whether the work that the text speaks of has been answered.
        """
        self.text = text
        self.chosen = chosen
        self.is_over = is_over
        masked = _QUOTED.sub(" ", text)
        self.numbers = [_number(found) for found in _NUMBER.findall(masked)]
        quoted = ("".join(groups) for groups in _QUOTED.findall(text))
        self.quoted = [found for found in quoted if found not in names]
        self.proper = [word for word in _proper(masked) if word not in names]

    @property
    def strings(self) -> list[str]:
        """Quoted strings if there are any, else capitalised words."""
        return self.quoted or self.proper

    def take_string(self) -> str | None:
        """Hand out the next string."""
        strings = self.strings
        return strings.pop(0) if strings else None

    def take_number(self) -> int | float | None:
        """Hand out the next number."""
        return self.numbers.pop(0) if self.numbers else None


def fill(schema: JsonObject, values: TextValues) -> Any:  # noqa: ANN401  any JSON
    """Return a value that obeys the schema, taken from the text where it can be."""
    return _Filler(schema, values).value(schema, "", 0)


class _Filler:
    """One pass over one schema."""

    def __init__(self, root: JsonObject, values: TextValues) -> None:
        self._root = root
        self._items_left = MAX_SIZE
        self._values = values

    def value(self, schema: object, name: str, depth: int) -> Any:  # noqa: ANN401
        schema = resolve(schema, self._root, shallow=depth > _FLAT_FROM)
        if "const" in schema:
            return schema["const"]
        if is_list(schema.get("enum")) and schema["enum"]:
            return self._enum(schema["enum"])
        kind = type_of(schema)
        if kind == "object":
            return self._object(schema, name, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        return self._scalar(schema, kind, name)

    def _scalar(self, schema: JsonObject, kind: str, name: str) -> Any:  # noqa: ANN401
        found = self._found(kind, name)
        if found is not None:
            return fit(found, schema)
        if kind == "string" and "default" not in schema:
            return fit(task_in(self._values.text) or name or "x", schema)
        return default_of(schema, kind)

    def _found(self, kind: str, name: str) -> Any:  # noqa: ANN401
        """Return a scalar from the text, or None if it holds no such value."""
        if kind in {"integer", "number"}:
            number = self._values.take_number()
            return int(number) if number is not None and kind == "integer" else number
        if kind == "boolean":
            return self._boolean(name)
        if kind == "string":
            return self._string(name)
        return None

    def _enum(self, options: list[Any]) -> Any:  # noqa: ANN401
        lowered = self._values.text.lower()
        hits = [o for o in options if mentions(lowered, str(o).lower())]
        chosen = [o for o in options if o == self._values.chosen]
        return (chosen or hits or options)[0]

    def _boolean(self, name: str) -> bool | None:
        words = words_of(name)
        verdict = judge(name, self._values.text, is_over=self._values.is_over)
        if verdict is not None:
            return verdict
        text = self._values.text.lower()
        if not words or not all(word in text for word in words):
            return None
        return not _NO.search(text)

    def _string(self, name: str) -> str | None:
        words = set(words_of(name))
        ways = (self._expression, self._role, self._explained, self._said, self._taken)
        found = (way(name, words) for way in ways)
        return next((one for one in found if one is not None), None)

    def _expression(self, _name: str, words: set[str]) -> str | None:
        found = _ARITHMETIC.search(self._values.text) if words & EXPRESSION else None
        return found[0].strip() if found else None

    def _role(self, _name: str, words: set[str]) -> str | None:
        return self._values.chosen if words & ROLES else None

    def _said(self, name: str, _words: set[str]) -> str | None:
        return find_value(self._values.text, name)

    def _explained(self, _name: str, words: set[str]) -> str | None:
        """Return the task; an instruction is for whoever was chosen."""
        if not words & (EXPLANATIONS | TASKS):
            return None
        if words & TASKS and self._values.quoted:
            return self._values.take_string()
        task, chosen = task_in(self._values.text), self._values.chosen
        if chosen and words & {"instruction", "instructions"} and "reason" not in words:
            return f"{chosen}: {task}"
        return task or None

    def _taken(self, _name: str, words: set[str]) -> str | None:
        taken = self._values.take_string()
        if taken is not None:
            return taken
        if words & FREE_TEXT and self._values.text:
            return task_in(self._values.text)
        number = self._values.take_number()
        return None if number is None else str(number)

    def _object(self, schema: JsonObject, name: str, depth: int) -> JsonObject:
        if depth > MAX_DEPTH:
            return {}
        properties, required = properties_of(schema)
        filled: JsonObject = {}
        for own in sorted(properties, key=lambda n: n not in required):
            if own in required or self._is_offered(properties[own], own):
                full = f"{name}_{own}" if own in GENERIC else own
                filled[own] = self.value(properties[own], full, depth + 1)
        # The schema's own order reads best; required ones took values first.
        return {own: filled[own] for own in properties if own in filled}

    def _is_offered(self, schema: object, name: str) -> bool:
        """Whether the text still holds a value for an optional property."""
        if EXPLANATIONS.intersection(words_of(name)):
            return False
        schema = resolve(schema, self._root, shallow=True)
        if is_list(schema.get("enum")):
            text = self._values.text.lower()
            return any(mentions(text, str(o).lower()) for o in schema["enum"])
        kind = type_of(schema)
        if kind in {"integer", "number"}:
            return bool(self._values.numbers)
        return kind == "string" and bool(self._values.strings)

    def _tuple(self, schemas: list[Any], name: str, depth: int) -> list[Any]:
        schemas = schemas[: self._items_left]
        self._items_left -= len(schemas)
        return [self.value(schema, name, depth + 1) for schema in schemas]

    def _array(self, schema: JsonObject, name: str, depth: int) -> list[Any]:
        if is_list(schema.get("prefixItems")) and depth <= MAX_DEPTH:
            return self._tuple(schema["prefixItems"], name, depth)
        flat = depth > _FLAT_FROM
        items = resolve(schema.get("items") or {}, self._root, shallow=flat)
        kind = type_of(items)
        least = size_of(schema.get("minItems"))
        if depth > MAX_DEPTH:
            return []
        if kind in {"integer", "number"}:
            count = max(len(self._values.numbers), least)
        elif kind == "string" and "enum" not in items:
            count = max(len(self._values.strings), least)
        else:
            count = least if flat else max(1, least)
        most = schema.get("maxItems")
        count = count if most is None else min(count, size_of(most))
        # Nested minimums multiply, so all arrays share one allowance.
        count = min(count, self._items_left)
        self._items_left -= count
        made = [self.value(items, name, depth + 1) for _ in range(count)]
        return _distinct(made, items) if schema.get("uniqueItems") else made


def _proper(text: str) -> list[str]:
    """Return capitalised words; one that opens a sentence counts only alone."""
    words: list[str] = []
    for found in _PROPER.finditer(text):
        before = text[: found.start()].rstrip()
        opens = not before or before[-1] in ".!?:\n"
        name = found[0]
        is_label = opens or text[: found.start()].rstrip(" \t*#-").endswith("\n")
        if is_label and text[found.end() : found.end() + 1] == ":":
            continue
        if opens:
            name = name.partition(" ")[2]
        if name and not NO_NAMES.issuperset(name.split()):
            words.append(name)
    return words


def _distinct(values: list[Any], schema: JsonObject) -> list[Any]:
    """Replace values that occur twice by other options, or number them."""
    enum = schema.get("enum")
    options = enum if is_list(enum) else []
    distinct: list[Any] = []
    for value in values:
        choices = [value, *options, _variant(value, len(distinct) + 1)]
        fresh = (one for one in choices if one not in distinct)
        distinct.append(next(fresh, value))
    return distinct


def _variant(value: Any, number: int) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, str):
        return f"{value}{number}"
    is_plain = isinstance(value, int | float) and not isinstance(value, bool)
    return value + number if is_plain else value


def _number(digits: str) -> int | float:
    return float(digits) if "." in digits else int(digits)
