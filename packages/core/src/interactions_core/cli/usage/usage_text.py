"""What `interactions usage` prints: a table, what it leaves out, or one JSON object.

Pure. Every sum is the store's own.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Final

from interactions_core.cli.printing.figures import (
    NO_PRICE,
    avoided_text,
    cost_text,
    tokens_text,
)
from interactions_core.cli.printing.output import (
    clipped,
    columns_of,
    shown,
    shown_size,
    wrapped,
)
from interactions_core.cli.printing.table import LONGEST, Style, painted
from interactions_core.counted import counted
from interactions_core.explaining.words import READ_AS_INPUT
from interactions_core.prices.current import current_prices
from interactions_core.prices.missing import Here, no_price_text, reasons_of
from interactions_core.records.costs import CostReport, Costs, names_of

_NOTHING: Final = Costs()

_HEADS: Final = {
    "session": "TENANT",
    "thread": "THREAD",
    "session_thread": "THREAD",
    "job": "JOB",
    "model": "MODEL OR AGENT",
    "agent": "AGENT",
    "reason": "REASON",
    "reason_again": "REASON",
    "day": "DAY",
}

_TYPED: Final = {"session_thread": "thread", "reason_again": "reason"}
"""How a group is asked for that is told apart further."""

_AGAIN_HEAD: Final = "SENT AGAIN"
_GAP: Final = "  "
_NAME: Final = 40
"""To so many columns a name is cut before others go."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its head, what stands in it, and after how many others it goes."""

    head: str
    text: Callable[[Costs], str]
    goes: int


def _count(count: int) -> str:
    return tokens_text(count) if count else "-"


def _again(costs: Costs) -> str:
    if not costs.sent_again:
        return "-"
    return cost_text(costs.again_usd, costs.again_unpriced)


_COLUMNS: Final = (
    _Column("TURNS", lambda costs: str(costs.turns), 0),
    _Column("FRESH", lambda costs: tokens_text(costs.fresh_tokens), 8),
    _Column("CACHED", lambda costs: tokens_text(costs.usage.cached_tokens), 7),
    _Column("TOOL", lambda costs: _count(costs.usage.tool_use_tokens), 1),
    _Column("THOUGHT", lambda costs: tokens_text(costs.usage.thought_tokens), 5),
    _Column("OUTPUT", lambda costs: tokens_text(costs.usage.output_tokens), 6),
    _Column("SENT", lambda costs: shown_size(costs.bytes_sent), 1),
    _Column("AS REPLAY", lambda costs: shown_size(costs.replay_bytes), 1),
    _Column("AVOIDED", avoided_text, 1),
    _Column(_AGAIN_HEAD, _again, 9),
    _Column("COST", lambda costs: cost_text(costs.usd, costs.unpriced), 0),
)
"""Where there is no room, those with the smallest number go first, together; those with
0 stay, and the name before them is cut."""


def usage_lines(
    found: CostReport,
    width: int,
    notes: Sequence[str] = (),
    *,
    now: Here = current_prices,
    uncounted: Costs = _NOTHING,
    is_cut: bool = True,
) -> list[str]:
    """Return the lines of the table, and what is said below it; with colours.

    Args:
        found: What the ledger comes to.
        width: How many columns there are; without room, columns of the table go.
        notes: What else is known of the prices.
        now: As `no_price_text` takes it.
        uncounted: What runs took that have ended and are in no turn.
        is_cut: Whether there are no more columns than that.
    """
    names = _names(found)
    rows = [(names[key], costs) for key, costs in found.rows.items()]
    rows.append(("total", found.total))
    table = _table(_HEADS[found.by], rows, width if is_cut else None)
    below = _below(found, notes, now, uncounted)
    return [*table, "", *(piece for line in below for piece in wrapped(line, width))]


def usage_json(
    found: CostReport,
    since: float | None,
    until: float | None,
    uncounted: Costs = _NOTHING,
) -> dict[str, object]:
    """Return the object that `--json` prints; what is not known is `None`."""
    rows = [{**_key_json(found, k), **_costs_json(v)} for k, v in found.rows.items()]
    newest = found.prices[-1] if found.prices else None
    source, _, version = (newest or "").partition(" ")
    return {
        "schema": 1,
        "by": _TYPED.get(found.by, found.by),
        "since": since,
        "until": until,
        "prices": {
            "source": source or None,
            "version": version or None,
            "all": [*found.prices],
        },
        "rows": rows,
        "total": _costs_json(found.total),
        "unknown": reasons_of(found.unknown),
        "unclaimed_runs": uncounted.turns,
        "unclaimed_tokens": uncounted.usage.total_tokens,
        "unclaimed_usd": _decimal(uncounted.usd),
    }


def _names(found: CostReport) -> dict[str, str]:
    """Name the rows; a thread is told with its tenant where others have its name."""
    if found.by != "session_thread":
        return {key: _shown(key) for key in found.rows}
    several = Counter(names_of(key)[1] for key in found.rows)
    return {key: _thread(*names_of(key), several) for key in found.rows}


def _thread(tenant: str, thread: str, several: Mapping[str, int]) -> str:
    name = shown(thread) or "(no thread)"
    if several[thread] == 1:
        return name
    return f"{name} ({shown(tenant) or 'no tenant'})"


def _key_json(found: CostReport, key: str) -> dict[str, str | None]:
    if found.by != "session_thread":
        return {"key": key, "session_id": None}
    session, thread = names_of(key)
    return {"key": thread, "session_id": session or None}


def _costs_json(costs: Costs) -> dict[str, object]:
    return {
        "turns": costs.turns,
        "sent_again": costs.sent_again,
        "usage": asdict(costs.usage),
        "cached_share": costs.cached_share,
        "searches": costs.searches,
        "steps_sent": costs.steps_sent,
        "bytes_sent": costs.bytes_sent,
        "replay_steps": costs.replay_steps,
        "replay_bytes": costs.replay_bytes,
        "attempts": costs.attempts,
        "maybe_billed": costs.maybe_billed,
        "cost": {
            "usd": _decimal(costs.usd),
            "again_usd": _decimal(costs.again_usd),
            "unpriced_turns": costs.unpriced,
        },
    }


def _decimal(usd: Decimal | None) -> str | None:
    return None if usd is None else f"{usd.normalize():f}"


def _shown(key: str) -> str:
    return shown(key.removeprefix("model:").removeprefix("agent:")) or "-"


def _table(
    head: str, rows: Sequence[tuple[str, Costs]], width: int | None
) -> list[str]:
    cells = [[head, *(column.head for column in _COLUMNS)]]
    cells += [
        [clipped(name, LONGEST), *(column.text(costs) for column in _COLUMNS)]
        for name, costs in rows
    ]
    widths = [max(map(columns_of, column)) for column in zip(*cells, strict=True)]
    kept = [True] * len(widths)
    if width is None:
        return _painted_lines(cells, widths, kept)
    name, widths[0] = widths[0], min(widths[0], _NAME)
    for number in sorted({column.goes for column in _COLUMNS} - {0}):
        if _width(widths, kept) > width:
            stays = [column.goes != number for column in _COLUMNS]
            kept = [a and b for a, b in zip(kept, [True, *stays], strict=True)]
    room = widths[0] + width - _width(widths, kept)
    widths[0] = max(len(head), min(name, room))
    return _painted_lines(cells, widths, kept)


def _painted_lines(
    cells: Sequence[Sequence[str]], widths: Sequence[int], kept: Sequence[bool]
) -> list[str]:
    head, *rows = cells
    styles: list[Style] = ["dim" for _ in head]
    return [_line(head, widths, kept, styles), *(_row(r, widths, kept) for r in rows)]


def _row(row: Sequence[str], widths: Sequence[int], kept: Sequence[bool]) -> str:
    heads = [column.head for column in _COLUMNS]
    styles: list[Style] = [
        _style(h, text) for h, text in zip(heads, row[1:], strict=True)
    ]
    return _line(row, widths, kept, ["bold", *styles])


def _style(head: str, text: str) -> Style:
    """Choose the colour of a number; what there is none of steps back."""
    if text in {"-", NO_PRICE}:
        return "dim"
    return "yellow" if head == _AGAIN_HEAD else ""


def _width(widths: Sequence[int], kept: Sequence[bool]) -> int:
    left = [width for width, stays in zip(widths, kept, strict=True) if stays]
    return sum(left) + len(_GAP) * (len(left) - 1)


def _line(
    row: Sequence[str],
    widths: Sequence[int],
    kept: Sequence[bool],
    styles: Sequence[Style],
) -> str:
    first, *others = zip(row, widths, kept, styles, strict=True)
    name = clipped(first[0], first[1])
    space = " " * (first[1] - columns_of(name))
    numbers = [
        " " * (wide - len(text)) + painted(text, style)
        for text, wide, stays, style in others
        if stays
    ]
    return _GAP.join([painted(name, first[3]) + space, *numbers]).rstrip()


def _below(
    found: CostReport, notes: Sequence[str], now: Here, uncounted: Costs
) -> list[str]:
    total = found.total
    lines: list[str] = []
    if total.unpriced:
        lines.append(no_price_text(total.unpriced, found.unknown, now))
    if total.maybe_billed:
        verb = "is" if total.maybe_billed == 1 else "are"
        said = f"may have been billed without an answer, and {verb} in no sum"
        lines.append(f"{counted(total.maybe_billed, 'create')} {said}.")
    if uncounted.turns:
        lines.append(unclaimed_line(uncounted))
    if found.by == "session_thread" and total.usage.input_tokens:
        lines.append(READ_AS_INPUT)
    if total.cached_share is not None:
        share = f"{round(100 * total.cached_share)} % of the input came from a cache."
        lines.append(share)
    prices = "; ".join(found.prices)
    if prices or notes:
        said = "; ".join([f"Prices: {prices}" if prices else "Prices: none", *notes])
        lines.append(f"{said}.")
    return [*map(shown, lines)]


def unclaimed_line(uncounted: Costs) -> str:
    """Say that runs are in no sum whose answers nobody has had, and what they took."""
    verb, pronoun = ("has", "it is") if uncounted.turns == 1 else ("have", "they are")
    number = uncounted.usage.total_tokens
    tokens = f"{number:,} tokens" if number else "tokens not known"
    cost = cost_text(uncounted.usd, uncounted.unpriced)
    return (
        f"{counted(uncounted.turns, 'run')} {verb} ended and no call has had the "
        f"answer: {pronoun} in no sum until one has. Not yet counted: "
        f"{tokens}, {cost} (interactions jobs list)."
    )
