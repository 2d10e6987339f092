"""What `interactions sessions tree` prints: a line for each turn or run of turns. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import click

from interactions_core.cli.printing.figures import cost_text
from interactions_core.cli.printing.output import (
    clipped,
    columns_of,
    shown,
    shown_minute,
    shown_size,
)
from interactions_core.cli.printing.table import Style, painted
from interactions_core.cli.sessions.list_text import name_text
from interactions_core.cli.sessions.tree_layout import TreeRow
from interactions_core.counted import counted
from interactions_core.explaining.turn_facts import (
    has_failed,
    is_sent_again,
)
from interactions_core.records.conversations import Conversation, Recorded
from interactions_core.records.costs import Costs

_LABEL: Final = 24
_TIME: Final = 12
_SIZE: Final = 9
_COST: Final = 10
_DEEPEST: Final = 12
"""How many lines beside each other are drawn; what hangs deeper is drawn there."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What a tree is drawn with."""

    first: str
    chained: str
    again: str
    run: str
    rail: str
    branch: str
    only: str
    end: str


BOXES: Final = Glyphs("○", "●", "◆", "┊", "│", "├─┐", "├──", "└")
ASCII: Final = Glyphs("o", "*", "!", ":", "|", "+-.", "+--", "`")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLayout:
    """How a tree is written.

    Attributes:
        columns: How wide a line may be.
        is_cut: Whether what does not fit is left out.
        glyphs: What it is drawn with.
        local: Whether times are those of this machine.
        newest: The newest turn.
    """

    columns: int
    is_cut: bool
    glyphs: Glyphs = BOXES
    local: bool = False
    newest: str = ""


def tree_head(told: Conversation) -> list[str]:
    """Say which conversation it is, and what it comes to, in parts of a line."""
    costs = told.costs
    sums = counted(costs.turns, "turn")
    if costs.sent_again:
        sums += f", {costs.sent_again} sent again"
    if costs.turns:
        sums += f", {cost_text(costs.usd, costs.unpriced)}"
    name = click.style(shown(name_text(told, long=True)), bold=True)
    return [name, shown(told.id.scope.session_id), sums]


def tree_legend(glyphs: Glyphs, *, all_turns: bool) -> list[str]:
    """Say what the marks mean, in parts of a line."""
    marks = [
        f"{glyphs.again} sent again",
        f"{glyphs.first} first",
        f"{glyphs.chained} chained",
    ]
    if not all_turns:
        marks.append(f"{glyphs.run} collapsed, --all shows every turn")
    return marks


def tree_lines(
    rows: Sequence[TreeRow], said: Mapping[str, str], layout: TreeLayout
) -> list[str]:
    """Write rows as lines of a terminal, with colours.

    Args:
        rows: The rows, laid out.
        said: What was said in turns that have a row of their own, by key.
        layout: How they are written.
    """
    rails = [_rails(row, layout.glyphs) for row in rows]
    costs = [_costs(row) for row in rows]
    priced = [_cost(each) for each in costs]
    labels = [_label(row, layout) for row in rows]
    pairs = zip(rails, labels, strict=True)
    widest = max((columns_of(f"{rail}{text}") for rail, (text, _) in pairs), default=0)
    cost = max([_COST, *(len(each) + 2 for each in priced)])
    label = max(_LABEL, widest + 2)
    room = layout.columns - label - _TIME - 2 - _SIZE - cost
    has_times = room >= 0
    if not has_times:
        label, room = widest + 1, layout.columns - widest - 1 - _SIZE - cost
    lines: list[str] = []
    for row, rail, (text, style), each, price in zip(
        rows, rails, labels, costs, priced, strict=True
    ):
        lines.append(
            f"{rail}{painted(text, style)}"
            f"{' ' * (label - columns_of(rail + text))}"
            f"{painted(_at(row.turns[0], layout), 'dim') + '  ' if has_times else ''}"
            f"{_fitted(_said(row, said, layout), room, layout)}"
            f"{_size(row, each):>{_SIZE}}"
            f"{price:>{cost}}"
        )
    return lines


def _fitted(text: str, room: int, layout: TreeLayout) -> str:
    """Cut or fill a text; without room for it there is none."""
    if room < 1:
        return ""
    text = clipped(text, room) if layout.is_cut or columns_of(text) > room else text
    return text + " " * (room - columns_of(text))


def _rails(row: TreeRow, glyphs: Glyphs) -> str:
    """Draw what a row hangs on, and its mark."""
    is_run = len(row.turns) > 1
    if row.depth == 0 and is_run:
        return f"{glyphs.chained if row.is_last else glyphs.rail} {glyphs.run} "
    mark = _mark(row.turns[0], glyphs)
    if row.depth == 0:
        return f"{mark} "
    before = f"{glyphs.rail} " * (min(row.depth, _DEEPEST) - 1)
    if row.is_first:
        return f"{before}{glyphs.only if row.is_last else glyphs.branch} {mark} "
    if not is_run:
        return f"{before}{glyphs.rail} {mark} "
    own = glyphs.end if row.is_last else glyphs.rail
    return f"{before}{glyphs.rail} {own} {glyphs.run} "


def _mark(turn: Recorded, glyphs: Glyphs) -> str:
    if is_sent_again(turn):
        return glyphs.again
    return glyphs.first if turn.link == "none" else glyphs.chained


def _label(row: TreeRow, layout: TreeLayout) -> tuple[str, Style]:
    turn, count = row.turns[0], len(row.turns)
    is_newest = any(each.record.key == layout.newest for each in row.turns)
    # Where it is looked for first, at the end, it needs no word.
    newest = ", newest" if is_newest and not (row.is_last and not row.depth) else ""
    if count > 1:
        return f"{counted(count, 'turn')}{newest}", "dim"
    text = f"{turn.record.reason}{newest}"
    if has_failed(turn):
        return f"{text}, {shown(turn.record.status)}", "red"
    if is_sent_again(turn):
        return text, "yellow"
    return text, "dim" if turn.record.reason == "continue" else ""


def _at(turn: Recorded, layout: TreeLayout) -> str:
    return f"{shown_minute(turn.record.created_at, local=layout.local):>{_TIME}}"


def _said(row: TreeRow, said: Mapping[str, str], layout: TreeLayout) -> str:
    first, last = row.turns[0], row.turns[-1]
    if first is not last:
        return f"to {_at(last, layout).strip()}"
    return shown(" ".join(said.get(first.record.key, "").split()))


def _costs(row: TreeRow) -> Costs:
    """Add up what a line is told of; sums of everything would take their time."""
    entries = [entry for turn in row.turns for entry in turn.entries]
    charges = [charge for entry in entries for charge in entry.charges]
    return Costs(
        turns=len(entries),
        bytes_sent=sum(entry.bytes_sent for entry in entries),
        picousd=sum(charge.price.picousd or 0 for charge in charges),
        unpriced=sum(entry.picousd is None for entry in entries),
    )


def _size(row: TreeRow, costs: Costs) -> str:
    is_paid = any(turn.entries for turn in row.turns)
    return shown_size(costs.bytes_sent) if is_paid else "-"


def _cost(costs: Costs) -> str:
    return cost_text(costs.usd, costs.unpriced) if costs.turns else "-"
