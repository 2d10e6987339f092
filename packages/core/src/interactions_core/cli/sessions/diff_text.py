"""What `interactions sessions diff` prints: where two inputs differ. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

import click

from interactions_core.cli.printing.output import (
    columns_of,
    shown,
    shown_id,
    shown_size,
    shown_steps,
    shown_time,
    wrapped,
)
from interactions_core.cli.printing.table import Style
from interactions_core.explaining.comparison import (
    StepChange,
    compare_inputs,
    first_difference,
)
from interactions_core.explaining.content import text_of
from interactions_core.explaining.inputs import InputStep
from interactions_core.explaining.setup_words import setup_json, setup_sentences
from interactions_core.explaining.setups import SetupChange
from interactions_core.records.interactions import InteractionRecord

_LONGEST: Final = 400
"""Characters of a step that are shown if it is not asked for whole."""
_BEFORE: Final = 24
"""Characters that are shown before the first one that differs."""
_WORDS_COMPARED: Final = 2_000
"""Words at most of two texts that are compared one by one."""
_INDENT: Final = "  "


@dataclass(frozen=True, slots=True)
class Input:
    """One of two turns that are compared, and its whole list."""

    record: InteractionRecord
    steps: tuple[InputStep, ...]

    @property
    def size(self) -> int:
        """All steps as JSON, in bytes."""
        return sum(step.size for step in self.steps)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two turns, and what differs of what stands before their lists."""

    then: Input
    now: Input
    setup: SetupChange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLayout:
    """How a difference is written.

    Attributes:
        columns: How wide a line may be.
        local: Whether times are those of this machine.
        long: Whether ids are written whole.
        hide_content: Whether lengths and marks are told in place of texts.
        steps: Whether steps are written whole.
    """

    columns: int
    local: bool = False
    long: bool = False
    hide_content: bool = False
    steps: bool = False


def diff_lines(compared: Compared, layout: DiffLayout) -> Iterator[str]:
    """Write how two lists differ as lines of a terminal, with colours."""
    then, now = compared.then, compared.now
    yield _head("-", then, layout)
    yield _head("+", now, layout)
    yield ""
    changes = compare_inputs(then.steps, now.steps)
    first = first_difference(changes)
    if first is None:
        yield f"no step differs, of {len(now.steps)}"
    else:
        count = len(now.steps)
        where = f"step {first} of {count}, {_kind_at(changes)}"
        if first > count:
            where = f"the list ends after step {count}"
        yield f"first step that differs     {where}"
        for change in changes:
            yield from _change_lines(change, layout)
    sentences = setup_sentences(compared.setup, hide_content=layout.hide_content)
    if sentences:
        yield ""
    for sentence in sentences:
        yield from wrapped(shown(sentence), layout.columns)


def diff_json(compared: Compared, *, hide_content: bool) -> dict[str, object]:
    """Write how two lists differ as one JSON object, keys in this order."""
    then, now = compared.then, compared.now
    changes = compare_inputs(then.steps, now.steps)
    return {
        "schema": 1,
        "then": _input_json(then),
        "now": _input_json(now),
        "first": first_difference(changes),
        "changes": [
            {
                "kind": change.kind,
                "step": change.start,
                "now_step": change.now_start,
                "steps": len(change.then),
                "now_steps": len(change.now),
                "then": _steps_json(change, change.then, hide_content=hide_content),
                "now": _steps_json(change, change.now, hide_content=hide_content),
            }
            for change in changes
        ],
        "setup": setup_json(compared.setup, hide_content=hide_content),
    }


def _head(sign: str, side: Input, layout: DiffLayout) -> str:
    record = side.record
    where = record.scope.thread_id or record.scope.session_id or "(no thread)"
    parts = [
        click.style(shown(shown_id(record.key, long=layout.long)), bold=True),
        shown(where),
        click.style(shown_time(record.created_at, local=layout.local), dim=True),
        f"{shown_steps(len(side.steps))}, {shown_size(side.size)}",
    ]
    return f"{sign} {'   '.join(parts)}"


def _kind_at(changes: Sequence[StepChange]) -> str:
    change = next(each for each in changes if each.kind != "same")
    return shown((change.now or change.then)[0].kind)


def _change_lines(change: StepChange, layout: DiffLayout) -> Iterator[str]:
    if change.kind == "same":
        are = "is" if len(change.now) == 1 else "are"
        same = f"{_INDENT}= {shown_steps(len(change.now))} {are} the same"
        yield click.style(same, dim=True)
        return
    for i in range(max(len(change.then), len(change.now))):
        then = change.then[i] if i < len(change.then) else None
        now = change.now[i] if i < len(change.now) else None
        before, after = _pair(then, now, layout)
        if then is not None:
            yield from _side_lines("-", "red", before, layout)
        if now is not None:
            yield from _side_lines("+", "green", after, layout)


_Marked = list[tuple[str, bool]]
"""Pieces of a text, and whether each is only in this one of two."""


def _pair(
    then: InputStep | None, now: InputStep | None, layout: DiffLayout
) -> tuple[_Marked, _Marked]:
    """Write both sides, what differs in them marked."""
    one, other = _said(then, layout), _said(now, layout)
    if then is None or now is None or then.kind != now.kind:
        return [(_begun(one, 0, layout), False)], [(_begun(other, 0, layout), False)]
    pairs = zip(one, other, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), 0)
    return _marked(_begun(one, same, layout), _begun(other, same, layout))


def _said(step: InputStep | None, layout: DiffLayout) -> str:
    if step is None:
        return ""
    if step.wire is None or layout.hide_content:
        return f"{step.kind}, {shown_size(step.size)}, mark {step.mark[:12]}"
    return " ".join(f"{step.kind}: {text_of(step.wire)}".split())


def _begun(text: str, same: int, layout: DiffLayout) -> str:
    """Return a text from a little before the place where it differs."""
    if layout.steps:
        return text
    start = same - _BEFORE if same > 2 * _BEFORE else 0
    part = text[start : start + _LONGEST]
    before, after = "…" if start else "", "…" if start + _LONGEST < len(text) else ""
    return f"{before}{part}{after}"


def _marked(then: str, now: str) -> tuple[_Marked, _Marked]:
    one, other = then.split(" "), now.split(" ")
    if max(len(one), len(other)) > _WORDS_COMPARED:
        return [(then, False)], [(now, False)]
    before: _Marked = []
    after: _Marked = []
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for name, a, b, c, d in matcher.get_opcodes():
        before += [(word, name != "equal") for word in one[a:b]]
        after += [(word, name != "equal") for word in other[c:d]]
    return before, after


def _side_lines(
    sign: str, color: Style, words: _Marked, layout: DiffLayout
) -> Iterator[str]:
    """Break marked words into lines; the first has the sign."""
    head, room = f"{_INDENT}{sign} ", max(20, layout.columns - 4)
    line: list[str] = []
    used = 0
    for word, differs in words:
        for piece in wrapped(shown(word), room):
            if line and used + 1 + columns_of(piece) > room:
                yield click.style(head, fg=color) + " ".join(line)
                head, line, used = " " * 4, [], 0
            used += columns_of(piece) + bool(line)
            line.append(click.style(piece, fg=color, bold=differs or None))
    yield click.style(head, fg=color) + " ".join(line)


def _input_json(side: Input) -> dict[str, object]:
    record = side.record
    return {
        "id": record.key,
        "session_id": record.scope.session_id or None,
        "thread_id": record.scope.thread_id or None,
        "created_at": record.created_at,
        "steps": len(side.steps),
        "bytes": side.size,
    }


def _steps_json(
    change: StepChange, steps: Sequence[InputStep], *, hide_content: bool
) -> list[dict[str, object]] | None:
    """Write the steps that differ; of those that are the same only how many."""
    if change.kind == "same":
        return None
    return [
        {
            "kind": step.kind,
            "bytes": step.size,
            "mark": step.mark,
            "text": None if step.wire is None or hide_content else text_of(step.wire),
        }
        for step in steps
    ]
