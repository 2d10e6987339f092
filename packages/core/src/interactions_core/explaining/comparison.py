"""How the whole inputs of two turns differ, step by step. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from interactions_core.explaining.inputs import InputStep


@dataclass(frozen=True, slots=True)
class StepChange:
    """A stretch of two lists.

    Attributes:
        kind: `same`, `changed`: the steps of one stand where those of the other do;
            `removed`: only the first list has it; `added`: only the second.
        start: The first step of the first list that it is about, counted from 1.
        now_start: That of the second.
        then: The steps of the first list.
        now: Those of the second.
    """

    kind: Literal["same", "changed", "removed", "added"]
    start: int
    now_start: int
    then: tuple[InputStep, ...]
    now: tuple[InputStep, ...]


_KINDS: dict[str, Literal["same", "changed", "removed", "added"]] = {
    "equal": "same",
    "replace": "changed",
    "delete": "removed",
    "insert": "added",
}


def compare_inputs(
    then: Sequence[InputStep], now: Sequence[InputStep]
) -> tuple[StepChange, ...]:
    """Return what two lists have in common and where they differ, in order."""
    marks = [each.mark for each in then], [each.mark for each in now]
    lead = _leading(*marks)
    # Long lists mostly begin alike, and that costs nothing to find.
    matcher = SequenceMatcher(None, marks[0][lead:], marks[1][lead:], autojunk=False)
    codes = [(n, a + lead, b + lead, c + lead, d + lead) for n, a, b, c, d in matcher.get_opcodes()]  # fmt: skip
    if lead and (not codes or codes[0][0] != "equal"):
        codes.insert(0, ("equal", 0, lead, 0, lead))
    elif lead:
        name, _, end, _, to = codes[0]
        codes[0] = (name, 0, end, 0, to)
    return tuple(
        StepChange(_KINDS[name], a + 1, c + 1, tuple(then[a:b]), tuple(now[c:d]))
        for name, a, b, c, d in codes
    )


def first_difference(changes: Sequence[StepChange]) -> int | None:
    """Return the first step that differs, counted from 1; `None` for none."""
    return next((each.now_start for each in changes if each.kind != "same"), None)


def _leading(then: Sequence[str], now: Sequence[str]) -> int:
    pairs = zip(then, now, strict=False)
    shortest = min(len(then), len(now))
    return next((i for i, (a, b) in enumerate(pairs) if a != b), shortest)
