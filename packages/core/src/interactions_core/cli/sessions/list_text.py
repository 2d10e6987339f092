"""What `interactions sessions list` prints: a table, and its sum. Pure."""

from collections.abc import Sequence
from typing import Final

from interactions_core.cli.printing.figures import (
    NO_PRICE,
    cost_text,
    tokens_text,
    usd_text,
)
from interactions_core.cli.printing.names import id_text
from interactions_core.cli.printing.output import shown_minute, shown_size, shown_span
from interactions_core.cli.printing.table import Cell, Column, none_or, table_lines
from interactions_core.counted import counted
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.conversations import (
    Conversation,
    ConversationList,
    Sort,
)

SOON_S: Final = 7 * DAY_S
"""What expires within this time is told in another colour."""


def session_lines(
    found: Sequence[Conversation],
    *,
    now: float,
    width: int,
    is_cut: bool,
    sort: Sort = "last",
    long: bool = False,
    local: bool = False,
) -> list[str]:
    """Return the lines of the table, the head first, with colours; no content.

    Args:
        found: The conversations.
        now: Epoch seconds.
        width: How many columns there are.
        is_cut: Whether what does not fit is left out.
        sort: What the lines are ordered by, which is among the columns that stay.
        long: Whether ids are written whole.
        local: Whether times are those of this machine.
    """
    columns = _columns(now, sort=sort, long=long, local=local)
    return table_lines(columns, found, width=width, is_cut=is_cut)


def name_text(told: Conversation, *, long: bool = False) -> str:
    """Name a conversation without what was said in it.

    See `id_text`.
    """
    return id_text(told.id, told.label, long=long)


def sum_lines(found: ConversationList, *, filtered: bool, no_price: str) -> list[str]:
    """Say what all conversations come to that match, also those that are not shown.

    Args:
        found: The conversations.
        filtered: Whether not all were asked for.
        no_price: Why turns have no price; "" where all have one.
    """
    total, shown = found.total, len(found.found)
    what = "matching thread" if filtered else "thread"
    head = counted(found.matching, what)
    parts = [f"{shown} of {head}" if shown < found.matching else head]
    parts.append(counted(total.turns, "turn"))
    if total.usd is None:
        parts.append(NO_PRICE)
    elif total.turns:
        least = "at least " if total.unpriced else ""
        parts.append(f"{least}{usd_text(total.usd)}")
    line = ", ".join(parts)
    if total.sent_again and total.again_usd:
        line += f"; {usd_text(total.again_usd)} of it sent again"
    return [f"{line}.", *([no_price] if no_price else [])]


def nothing_text(known: int | None) -> str:
    """Say that no conversation is there, or none that matches."""
    return (
        f"no session matches; {known} without the filters" if known else "no sessions"
    )


def _columns(
    now: float, *, sort: Sort, long: bool, local: bool
) -> list[Column[Conversation]]:
    return [
        Column(
            head="THREAD",
            cell=lambda told: Cell(name_text(told, long=long), "bold"),
            is_text=True,
        ),
        Column(
            head="TENANT",
            cell=lambda told: none_or(told.id.scope.session_id),
            is_text=True,
            most=16,
        ),
        Column(head="MODEL", cell=_model, is_text=True, most=22),
        Column(head="TURNS", cell=lambda told: _count(told.costs.turns)),
        Column(head="AGAIN", cell=_again),
        Column(head="FORKS", cell=lambda told: _count(told.forks), is_extra=True),
        Column(head="TOKENS", cell=_tokens, is_extra=sort != "tokens"),
        Column(
            head="SENT",
            cell=lambda told: Cell(shown_size(told.costs.bytes_sent)),
            is_extra=True,
        ),
        Column(
            head="AS REPLAY",
            cell=lambda told: Cell(shown_size(told.costs.replay_bytes)),
            is_extra=True,
        ),
        Column(head="COST", cell=_cost),
        Column(head="EXPIRES", cell=lambda told: _expires(told, now)),
        Column(
            head="LAST",
            cell=lambda told: Cell(shown_minute(told.last_at, local=local), "dim"),
            is_extra=True,
            is_text=True,
        ),
        Column(head="JOBS", cell=_jobs, is_text=True),
    ]


def _count(number: int) -> Cell:
    return none_or(str(number) if number else "")


def _model(told: Conversation) -> Cell:
    if not told.targets:
        return none_or("")
    more = len(told.targets) - 1
    name = target_text(told.targets[0])
    return Cell(f"{name} +{more}" if more else name)


def target_text(target: str) -> str:
    """Name a model or an agent."""
    return target.partition(":")[2] or target


def _again(told: Conversation) -> Cell:
    again = told.costs.sent_again
    return Cell(str(again), "yellow") if again else none_or("")


def _tokens(told: Conversation) -> Cell:
    tokens = told.costs.usage.total_tokens
    return none_or(tokens_text(tokens) if tokens else "")


def _cost(told: Conversation) -> Cell:
    costs = told.costs
    if not costs.turns:
        return none_or("")
    text = cost_text(costs.usd, costs.unpriced)
    return Cell(text, "dim" if text == NO_PRICE else "")


def _expires(told: Conversation, now: float) -> Cell:
    if told.expires_at is None:
        return none_or("")
    left = told.expires_at - now
    if left <= 0:
        return Cell("expired", "yellow")
    return Cell(shown_span(left), "yellow" if left < SOON_S else "dim")


def _jobs(told: Conversation) -> Cell:
    """Say of the jobs what is most pressing."""
    jobs = told.jobs
    words = (
        (jobs.lost, Cell("lost", "red")),
        (jobs.unknown, Cell("not known", "yellow")),
        (jobs.unattended, Cell("nobody waits", "yellow")),
        (jobs.late, Cell("late", "yellow")),
        (jobs.open, Cell("running", "blue")),
        (jobs.unclaimed, Cell("not taken", "yellow")),
        (jobs.failed, Cell(text="failed", style="red")),
        (jobs.ended, Cell("done")),
    )
    return next((cell for number, cell in words if number), none_or(""))
