"""What was said in turns, each distinct step once. Pure."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.explaining.content import length_of, text_of
from interactions_core.page.writing import json_text
from interactions_core.records.conversations import Content
from interactions_core.records.mirror import is_redacted

LONGEST: Final = 8_000
"""Characters of a text that a page has whole."""

CUT: Final = 4_000
"""Characters that are left of a longer one."""

ANSWER_BYTES: Final = 500_000
"""No answer of a server has more of what was said."""

LAST_STEPS: Final = 60
"""Steps of a turn that an answer has, as many as are shown; see `steps.js`."""

_TURN_BYTES: Final = 200_000
"""Of a turn in an answer: a step of which a page has all is less."""

_LONGEST_MEDIA: Final = 200


class StepsTable:
    """What was said in turns, each distinct step once. Of one thread.

    Args:
        hide_content: Whether to tell types and lengths alone.

    Attributes:
        turns: For each turn the numbers of the steps that were sent, of those that
            came, and of those sent that are in no list; `None` where nothing is kept.
            Where steps before these are left out, their number follows.
    """

    def __init__(self, *, hide_content: bool) -> None:
        self.turns: list[object] = []
        self._hides = hide_content
        self._numbers: dict[str, int] = {}
        self._steps: list[object] = []
        self._redacted = False
        self._size = 0

    @property
    def told(self) -> dict[str, object]:
        """`steps`, each once, `turns`, and `redacted` where only lengths are kept."""
        return {
            "steps": self._steps,
            "turns": self.turns,
            "redacted": self._redacted,
        }

    @property
    def is_full(self) -> bool:
        """Whether another turn might be more than one answer may have."""
        return self._size > ANSWER_BYTES / 2

    def add(self, content: Content | None) -> None:
        """Add a turn; `None` where nothing is kept of it."""
        if content is None:
            self.turns.append(None)
            return
        sent, held = ([*map(self._number, s)] for s in (content.sent, content.held))
        self._append(content, sent, held, [*content.synthetic])

    def add_last(self, content: Content | None) -> None:
        """Add a turn with its last steps, as many as there is room for."""
        if content is None:
            self.turns.append(None)
            return
        said, most = [*content.sent, *content.held], self._size + _TURN_BYTES
        last: list[int] = []
        for step in reversed(said[-LAST_STEPS:]):
            if (number := self._number(step, most)) is None:
                break
            last.insert(0, number)
        skipped = len(said) - len(last)
        count = max(0, len(content.sent) - skipped)
        ours = [i - skipped for i in content.synthetic if i >= skipped]
        self._append(content, last[:count], last[count:], ours, *[skipped][:skipped])

    def _append(self, content: Content, *turn: object) -> None:
        self._redacted |= is_redacted(content.held)
        self.turns.append([*turn])

    def _number(self, step: JsonObject, most: float = math.inf) -> int | None:
        """Return the number of a step; `None` where there is no room for it."""
        told = told_step(step, hide_content=self._hides)
        written = json_text(told)
        if written not in self._numbers:
            if self._size + len(written) > most:
                return None
            self._numbers[written] = len(self._steps)
            self._steps.append(told)
            self._size += len(written)
        return self._numbers[written]


def steps_table(
    keys: Sequence[str], contents: Mapping[str, Content], *, hide_content: bool
) -> dict[str, object]:
    """Return the steps of turns as a table, and which of them each turn has.

    Args:
        keys: The turns, in the order in which they are told.
        contents: What was said in them, as far as it is kept.
        hide_content: Whether to tell types and lengths alone.

    Returns:
        See `StepsTable.told`.
    """
    table = StepsTable(hide_content=hide_content)
    for key in keys:
        table.add(contents.get(key))
    return table.told


def told_step(step: JsonObject, *, hide_content: bool) -> dict[str, object]:
    """Return a step as the page has it, or its type and length alone."""
    return _hidden(step) if hide_content else _told(step)


def _hidden(step: JsonObject) -> dict[str, object]:
    return {"type": str(step.get("type")), "characters": length_of(step)}


def _told(step: JsonObject) -> dict[str, object]:
    """Return a step with its text as people read it, and its wire form if it is short."""
    text = text_of(step)
    told: dict[str, object] = {"type": str(step.get("type")), "text": text[:LONGEST]}
    if len(text) > LONGEST:
        told |= {"text": text[:CUT], "characters": len(text)}
    if step.get("redact"):
        told["characters"] = length_of(step)
    wire = _without_media(step)
    written = json.dumps(wire, default=dict)
    if len(written) <= 2 * LONGEST:
        told["wire"] = wire
    return told


def _without_media(value: Json) -> Json:
    """Say how long inline media are, in their place; signatures as well."""
    if isinstance(value, list | tuple):
        return [_without_media(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: f"({len(each)} characters)"
        if key in {"data", "signature"}
        and isinstance(each, str)
        and len(each) > _LONGEST_MEDIA
        else _without_media(each)
        for key, each in value.items()
    }
