"""How turns lie in the tree of the page: branches and their lanes. Pure.

Turns keep the order of time. The oldest that goes on from a turn stays in its branch,
every later one begins a branch of its own, so that a fork moves nothing that was there
before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NONE: Final = -1
"""Goes on from no turn that is there."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where turns lie.

    Attributes:
        branches: The branch of each turn, numbered in the order of their first turns.
        lanes: The lane of each branch, from the left.
    """

    branches: tuple[int, ...]
    lanes: tuple[int, ...]


def links_of(turns: Sequence[tuple[str, str]]) -> list[int]:
    """Return which turn each goes on from, by its place; `NONE` for none before it.

    Args:
        turns: The key of each, and of what it goes on from, the oldest first.
    """
    places: dict[str, int] = {}
    links: list[int] = []
    for place, (key, before) in enumerate(turns):
        links.append(places.get(before, NONE))
        places.setdefault(key, place)
    return links


def layout_of(links: Sequence[int]) -> Layout:
    """Lay turns out.

    Args:
        links: Which turn each goes on from, always an earlier one; see `links_of`.
    """
    branches = _branches(links)
    return Layout(tuple(branches), tuple(_lanes(links, branches)))


def spans_of(links: Sequence[int], branches: Sequence[int]) -> list[tuple[int, int]]:
    """Return the rows that each branch takes: from where it leaves to its last turn."""
    spans: list[tuple[int, int]] = []
    for row, branch in enumerate(branches):
        if branch == len(spans):
            begins = row if links[row] == NONE else links[row]
            spans.append((begins, row))
        else:
            spans[branch] = (spans[branch][0], row)
    return spans


def _branches(links: Sequence[int]) -> list[int]:
    branches: list[int] = []
    continued: set[int] = set()
    count = 0
    for before in links:
        if before != NONE and before not in continued:
            continued.add(before)
            branches.append(branches[before])
            continue
        branches.append(count)
        count += 1
    return branches


def _lanes(links: Sequence[int], branches: Sequence[int]) -> list[int]:
    """Give each branch the lowest lane that is free in all of its rows."""
    taken: list[list[tuple[int, int]]] = []
    lanes: list[int] = []
    for span in spans_of(links, branches):
        lane = next((i for i, used in enumerate(taken) if _fits(span, used)), None)
        if lane is None:
            lane = len(taken)
            taken.append([])
        taken[lane].append(span)
        lanes.append(lane)
    return lanes


def _fits(span: tuple[int, int], used: Sequence[tuple[int, int]]) -> bool:
    return all(last < span[0] or span[1] < first for first, last in used)
