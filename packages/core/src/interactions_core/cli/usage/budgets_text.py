"""What `interactions usage --budgets` prints: a table, or one JSON object. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from interactions_core.cli.printing.figures import tokens_text, usd_text
from interactions_core.cli.printing.output import shown_minute, wrapped
from interactions_core.cli.printing.table import Cell, Column, none_or, table_lines
from interactions_core.records.charges import usd
from interactions_core.records.spending.budget_standings import Standing
from interactions_core.records.spending.budgets import Amount

LIMITS: Final = (
    "Limits are the programs' own: what is left is the limit, less what is spent and "
    "put aside."
)
_HASH: Final = 8


def budget_lines(found: Sequence[Standing], width: int, *, is_cut: bool) -> list[str]:
    """Return the lines of the table, the head first, and what is said below it.

    Args:
        found: How the budgets stand.
        width: How many columns there are.
        is_cut: Whether there are no more.
    """
    table = table_lines(_COLUMNS, found, width=width, is_cut=is_cut)
    return [*table, "", *wrapped(LIMITS, width)]


def budgets_json(found: Sequence[Standing], now: float) -> dict[str, object]:
    """Return the object that `--json` prints; what is not known is `None`."""
    return {"schema": 1, "now": now, "budgets": [_row_json(each) for each in found]}


def _row_json(each: Standing) -> dict[str, object]:
    stands, scope = each.spending, each.scope
    is_of_day = each.per == "day"
    return {
        "name": each.name,
        "per": each.per,
        "session_id": scope.session_id if scope and not is_of_day else None,
        "thread_id": scope.thread_id if scope and each.per == "thread" else None,
        "begins_at": each.begins_at,
        "spent": _amount_json(stands.spent),
        "put_aside": _amount_json(stands.reserved),
        "calls": stands.calls,
        "held": [
            {
                "key": one.key,
                "holder": one.holder or None,
                "lease_until": one.lease_until,
                **_amount_json(one.amount),
            }
            for one in each.held
        ],
    }


def _amount_json(amount: Amount) -> dict[str, object]:
    return {"usd": _decimal(usd(amount.picousd)), "tokens": amount.tokens}


def _decimal(cost: Decimal) -> str:
    return f"{cost.normalize():f}"


def _whose(each: Standing) -> Cell:
    if each.scope is None:
        return Cell(f"(not known) {each.name[:_HASH]}", "dim")
    if each.per == "thread":
        return Cell(each.scope.thread_id or "(no thread)", "bold")
    if each.per == "day":
        return Cell(each.scope.credential, "bold")
    return Cell(each.scope.session_id or "(no session)", "bold")


def _money(amount: Amount) -> Cell:
    return none_or(usd_text(usd(amount.picousd)) if amount.picousd else "")


def _tokens(amount: Amount) -> Cell:
    return none_or(tokens_text(amount.tokens) if amount.tokens else "")


def _begins(each: Standing) -> Cell:
    if each.begins_at is None:
        return Cell("never" if each.per else "-", "dim")
    return Cell(shown_minute(each.begins_at, local=False))


def _holders(each: Standing) -> Cell:
    names = sorted({one.holder or "a run in the background" for one in each.held})
    return none_or(", ".join(names))


_COLUMNS: Final[tuple[Column[Standing], ...]] = (
    Column(head="BUDGET OF", cell=_whose, is_text=True),
    Column(head="PER", cell=lambda each: none_or(each.per or ""), is_text=True),
    Column(head="SPENT", cell=lambda each: _money(each.spent)),
    Column(head="TOKENS", cell=lambda each: _tokens(each.spent)),
    Column(head="PUT ASIDE", cell=lambda each: _money(each.spending.reserved)),
    Column(head="TOKENS", cell=lambda each: _tokens(each.spending.reserved)),
    Column(head="CALLS", cell=lambda each: none_or(str(len(each.held) or ""))),
    Column(head="BEGINS ANEW", cell=_begins, is_text=True),
    Column(head="BY", cell=_holders, is_text=True, is_extra=True),
)
