"""Where a list first differs from an earlier one, told by marks alone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from interactions_core.explaining.explanation import ChangeKind
from interactions_core.records.outlines import StepShape


@dataclass(frozen=True, slots=True)
class Change:
    """The first difference of two lists.

    Attributes:
        kind: How they differ.
        place: Before how many equal steps.
        gone: How many steps of the earlier one are not in the later one.
        added: How many are there in their place.
    """

    kind: ChangeKind
    place: int
    gone: int
    added: int


def first_change(
    earlier: Sequence[StepShape], later: Sequence[StepShape]
) -> Change | None:
    """Find where a later list first differs; `None` if one begins with the other."""
    place = _leading(earlier, later)
    if place in {len(earlier), len(later)}:
        return None
    rest = [shape.mark for shape in earlier[place:]]
    found = [shape.mark for shape in later[place:]]
    matcher = SequenceMatcher(None, rest, found, autojunk=False)
    _, start, end, from_, to = next(
        code for code in matcher.get_opcodes() if code[0] != "equal"
    )
    gone, added = end - start, to - from_
    goes_on = end < len(rest)
    if gone and not added:
        kind: ChangeKind = "trimmed"
    elif added and not gone:
        kind = "inserted"
    elif gone > added and goes_on:
        kind = "summarised"
    elif (gone == added == 1 or not goes_on) and _is_alike(earlier, later, place):
        return Change(_edit_of(later[place].kind), place, 1, 1)
    else:
        kind = "replaced"
    return Change(kind, place, gone, added)


def _is_alike(
    earlier: Sequence[StepShape], later: Sequence[StepShape], place: int
) -> bool:
    return earlier[place].kind == later[place].kind


def _edit_of(kind: str) -> ChangeKind:
    if kind == "user_input":
        return "edited"
    return "result_changed" if kind == "function_result" else "reply_changed"


def _leading(earlier: Sequence[StepShape], later: Sequence[StepShape]) -> int:
    pairs = zip(earlier, later, strict=False)
    same = (one.mark == other.mark for one, other in pairs)
    return next(
        (i for i, is_same in enumerate(same) if not is_same),
        min(len(earlier), len(later)),
    )
