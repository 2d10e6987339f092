"""Tables as commands print them: columns that go where there is no room. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Literal, NamedTuple, TypeVar

import click

from interactions_core.cli.printing.output import clipped, columns_of, shown, wrapped

Row = TypeVar("Row")
Style = Literal["", "dim", "bold", "yellow", "red", "blue", "green"]

_GAP: Final = "  "
LONGEST: Final = 200
"""Characters of a name at most, also where nothing is cut for want of room."""
_NARROW: Final = 16
"""To so many columns the first is cut before others go."""
_NONE: Final = "-"


class Cell(NamedTuple):
    """What stands in a place of a table.

    Attributes:
        text: As it was stored; it is escaped here.
        style: How it is coloured; nothing is told by that alone.
    """

    text: str
    style: Style = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """A column of a table.

    Attributes:
        head: What stands above it.
        cell: What stands in it.
        is_extra: Whether it goes first, with all such, where there is no room.
        is_text: Whether it begins at the left; numbers end at the right.
        most: To how many columns it is cut where there is no room; 0 for never.
    """

    head: str
    cell: Callable[[Row], Cell]
    is_extra: bool = False
    is_text: bool = False
    most: int = 0


def none_or(text: str, style: Style = "") -> Cell:
    """Return a cell that has a dim dash where there is nothing to say."""
    return Cell(text, style) if text else Cell(_NONE, "dim")


def table_lines(
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    *,
    width: int,
    is_cut: bool,
) -> list[str]:
    """Return the lines of a table, the head first, with colours.

    Where there is no room the extra columns go, then long texts are cut, then columns
    go from the right, which is said in a last line; the first stays, and is cut last.

    Args:
        columns: The columns.
        rows: What is told of, a line each.
        width: How many columns the terminal has.
        is_cut: Whether it has so many and no more.
    """
    cells = [[_tidy(column.cell(row)) for column in columns] for row in rows]
    widths = [
        max([len(column.head), *(columns_of(row[i].text) for row in cells)])
        for i, column in enumerate(columns)
    ]
    kept = [*range(len(columns))]
    if is_cut:
        kept, widths = _fitted(columns, widths, width)
    heads = [Cell(column.head) for column in columns]
    head = click.style(_line(columns, heads, widths, kept), dim=True)
    lines = [head, *(_line(columns, row, widths, kept) for row in cells)]
    gone = [c.head for i, c in enumerate(columns) if i not in kept and not c.is_extra]
    return [*lines, *_without(gone, width)] if gone else lines


def _without(heads: Sequence[str], width: int) -> list[str]:
    """Say which columns of those that matter are not there."""
    said = f"no room for {', '.join(heads)}; a wider terminal has them, and a pipe"
    return [click.style(line, dim=True) for line in wrapped(said, width)]


def _tidy(cell: Cell) -> Cell:
    return Cell(clipped(shown(cell.text[: LONGEST + 1]), LONGEST), cell.style)


def _fitted(
    columns: Sequence[Column[Row]], widths: Sequence[int], width: int
) -> tuple[list[int], list[int]]:
    """Choose which columns stay, and how wide they are."""
    kept, fitted = [*range(len(columns))], [*widths]
    if _total(fitted, kept) <= width:
        return kept, fitted
    kept = [i for i in kept if not columns[i].is_extra]
    for i in kept:
        fitted[i] = min(fitted[i], columns[i].most or fitted[i])
    least = min(fitted[0], _NARROW)
    while len(kept) > 1 and _total(fitted, kept) - fitted[0] + least > width:
        kept.pop()
    room = width - (_total(fitted, kept) - fitted[0])
    fitted[0] = max(1, min(fitted[0], room))
    return kept, fitted


def _total(widths: Sequence[int], kept: Sequence[int]) -> int:
    return sum(widths[i] for i in kept) + len(_GAP) * (len(kept) - 1)


def _line(
    columns: Sequence[Column[Row]],
    cells: Sequence[Cell],
    widths: Sequence[int],
    kept: Sequence[int],
) -> str:
    return _GAP.join(
        _padded(
            cells[i],
            widths[i],
            is_text=columns[i].is_text,
            is_last=i == kept[-1],
        )
        for i in kept
    )


def _padded(cell: Cell, width: int, *, is_text: bool, is_last: bool) -> str:
    text = clipped(cell.text, width)
    space = " " * (width - columns_of(text))
    styled = painted(text, cell.style)
    if not is_text:
        return space + styled
    return styled if is_last else styled + space


def painted(text: str, style: Style) -> str:
    """Colour a text by the names of the terminal's own colours."""
    if style == "dim":
        return click.style(text, dim=True)
    if style == "bold":
        return click.style(text, bold=True)
    return click.style(text, fg=style) if style else text
