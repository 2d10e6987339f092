"""How the turns of a conversation lie in a tree that is drawn from above. Pure.

Depth first: a branch comes behind the turn that it leaves, the oldest branch first, and
the line that goes on last. The oldest child of a turn goes on in its line, so that a
fork never moves what was there before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from interactions_core.explaining.turn_facts import is_plain
from interactions_core.records.conversations import Recorded

_Later = Mapping[str, Sequence[Recorded]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """A line of the tree: a turn, or several that go on plainly.

    Attributes:
        turns: The turns, the oldest first.
        depth: How many lines this one hangs on; 0 for one that begins by itself.
        branch: The number of its line, in the order in which lines are drawn.
        is_first: Whether it is the first of its line.
        is_last: Whether it is the last of its line.
    """

    turns: tuple[Recorded, ...]
    depth: int
    branch: int
    is_first: bool
    is_last: bool


def tree_rows(turns: Sequence[Recorded], *, all_turns: bool = False) -> list[TreeRow]:
    """Lay out the turns of a conversation; each is there once.

    Args:
        turns: The turns, the oldest first.
        all_turns: Whether each has a line of its own. Else those that go on plainly
            share one, as far as no branch leaves between them.
    """
    roots, later = _links(turns)
    rows: list[TreeRow] = []
    numbers = count()
    for root in roots:
        # No recursion: branches may hang on branches a thousand times.
        stack = [(next(numbers), _line(root, 0, later, all_turns=all_turns))]
        while stack:
            number, line = stack[-1]
            found = next(line, None)
            if found is None:
                stack.pop()
            elif isinstance(found, TreeRow):
                rows.append(replace(found, branch=number))
            else:
                branch = _line(found, len(stack), later, all_turns=all_turns)
                stack.append((next(numbers), branch))
    return rows


def children_of(turns: Sequence[Recorded]) -> _Later:
    """Return the turns that go on from each, by its key, the oldest first."""
    return _links(turns)[1]


def path_to(turns: Sequence[Recorded], key: str) -> list[Recorded]:
    """Return the turns that lead to one, with it, the oldest first."""
    known = {each.record.key: (at, each) for at, each in enumerate(turns)}
    path: list[Recorded] = []
    last = len(turns)
    while key in known and known[key][0] < last:
        last, each = known[key]
        path.append(each)
        key = each.link_to
    return path[::-1]


def _links(turns: Sequence[Recorded]) -> tuple[list[Recorded], _Later]:
    """Return the turns that go on from none before them, and those of each."""
    roots: list[Recorded] = []
    later: dict[str, list[Recorded]] = {}
    for turn in turns:
        # What comes before what it goes on from is no part of a circle.
        before = later.get(turn.link_to) if turn.link_to else None
        (roots if before is None else before).append(turn)
        later.setdefault(turn.record.key, [])
    return roots, later


def _line(
    first: Recorded, depth: int, later: _Later, *, all_turns: bool
) -> Iterator[TreeRow | Recorded]:
    """Yield the rows of a line, and the branches where they leave it."""
    run: list[Recorded] = []
    turn: Recorded | None = first
    while turn is not None:
        children = later[turn.record.key]
        onward, branches = next(iter(children), None), children[1:]
        may_share = not all_turns and turn is not first and is_plain(turn)
        if run and not may_share:
            yield _row(run, first, depth, is_last=False)
            run = []
        run.append(turn)
        if branches or onward is None or not may_share:
            yield _row(run, first, depth, is_last=onward is None)
            run = []
        yield from branches
        turn = onward


def _row(
    run: Sequence[Recorded], first: Recorded, depth: int, *, is_last: bool
) -> TreeRow:
    return TreeRow(
        turns=tuple(run),
        depth=depth,
        branch=0,
        is_first=run[0] is first,
        is_last=is_last,
    )
