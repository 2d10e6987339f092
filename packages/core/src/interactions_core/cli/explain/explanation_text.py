"""What `interactions explain` prints. Pure."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import click

from interactions_core.cli.printing.figures import NO_PRICE, usd_text
from interactions_core.cli.printing.names import id_text
from interactions_core.cli.printing.output import (
    clipped,
    shown,
    shown_id,
    shown_size,
    shown_steps,
    shown_time,
    wrapped,
)
from interactions_core.explaining.explanation import Difference, Explanation, Side
from interactions_core.explaining.setup_words import setup_sentences
from interactions_core.explaining.words import (
    CONTINUED,
    IN_LIST,
    READ_AS_INPUT,
    change_of,
)

_LABEL: Final = 12
_SECOND: Final = 32
_GAP: Final = " " * 6
_BEFORE: Final = 24
"""Characters that are shown before the first one that differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How an explanation is written.

    Attributes:
        columns: How wide a line may be.
        long: Whether ids are written whole.
        local: Whether times are those of this machine.
        hide_content: Whether sizes are told in place of texts.
    """

    columns: int
    long: bool = False
    local: bool = False
    hide_content: bool = False


def explanation_lines(
    told: Explanation, layout: Layout, no_price: str = ""
) -> Iterator[str]:
    """Write an explanation as lines of a terminal, with colours.

    Args:
        told: The explanation.
        layout: How it is written.
        no_price: Why the turn has no price.
    """
    yield _head(told, layout)
    yield ""
    yield from _wrapped(told.sentence, layout)
    if told.difference is not None:
        yield ""
        yield from _difference_lines(told, told.difference, layout)
    elif told.nearest:
        yield ""
        yield f"no step differs from {_compared(told, told.nearest, layout)}"
    yield from _setup_lines(told, layout)
    yield ""
    yield from _amount_lines(told, layout)
    if no_price:
        yield from _no_price_lines(no_price, layout)
    if told.left_out:
        names = ", ".join(map(shown, told.left_out))
        yield f"{'left out':<{_LABEL}}{names}, which the API does not know"
    if told.difference is not None and told.same > 1:
        yield ""
        paid = f": {usd_text(told.same_usd)}" if told.same_usd is not None else ""
        where = "" if told.scope.thread_id else " without a thread"
        yield f"the same in {told.same} of {told.among} turns{where}{paid}"
    if told.advice:
        yield ""
        yield from _wrapped(f"to avoid it, {told.advice}", layout)


def _head(told: Explanation, layout: Layout) -> str:
    where = shown(id_text(told.conversation, told.label, long=layout.long))
    number = f", turn {told.turn} of {told.turns}" if told.turn else ""
    target = shown(told.record.target.partition(":")[2])
    key = shown(shown_id(told.record.key, long=layout.long))
    parts = [
        click.style(key, bold=True),
        f"{where}{number}",
        click.style(shown_time(told.record.created_at, local=layout.local), dim=True),
        target,
    ]
    return "   ".join(part for part in parts if part)


def _difference_lines(
    told: Explanation, found: Difference, layout: Layout
) -> Iterator[str]:
    compared = _compared(told, found.compared_with, layout)
    label = "first step that differs"
    yield (
        f"{label:<28}step {found.step} of {found.of}, {shown(found.now.kind)}; "
        f"compared with {compared}"
    )
    yield from _wrapped(change_of(found), layout)
    then, now = _pair(found, hide_content=layout.hide_content)
    if then is not None:
        yield click.style(clipped(f"  - {shown(then)}", layout.columns), fg="red")
    yield click.style(clipped(f"  + {shown(now)}", layout.columns), fg="green")


def _compared(told: Explanation, key: str, layout: Layout) -> str:
    turn = f"turn {told.nearest_turn}, " if told.nearest_turn else ""
    return f"{turn}{shown(shown_id(key, long=layout.long))}"


def _setup_lines(told: Explanation, layout: Layout) -> Iterator[str]:
    """Write what changed that stands before the list; nothing where nothing did."""
    sentences = setup_sentences(told.setup, hide_content=layout.hide_content)
    if sentences:
        yield ""
    for sentence in sentences:
        yield from _wrapped(sentence, layout)


def _pair(found: Difference, *, hide_content: bool) -> tuple[str | None, str]:
    """Write both sides from a little before the place where they part."""
    then, now = found.then, found.now
    if then is None or then.text is None or now.text is None or hide_content:
        return None if then is None else _bare(then), _bare(now)
    one, other = " ".join(then.text.split()), " ".join(now.text.split())
    pairs = zip(one, other, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), 0)
    start = same - _BEFORE if same > 2 * _BEFORE else 0
    mark = "…" if start else ""
    return f"{mark}{one[start:]}", f"{mark}{other[start:]}"


def _bare(side: Side) -> str:
    return f"{side.kind}, {shown_size(side.size)}, mark {side.mark[:12]}"


def _amount_lines(told: Explanation, layout: Layout) -> Iterator[str]:
    sent = f"{shown_size(told.sent.bytes)}, {shown_steps(told.sent.steps)}"
    line = f"{'sent':<{_LABEL}}{sent}"
    if told.chained is not None:
        chained = told.chained
        amount = f"{shown_size(chained.bytes)}, {shown_steps(chained.steps)}"
        line = f"{line:<{_SECOND}}chained it would have been {amount}"
    yield line
    if told.difference is not None and (counts := _counts(told)):
        yield f"{'':<{_LABEL}}{counts}"
    if told.entry is None:
        return
    usage = told.entry.usage
    fresh = usage.input_tokens - usage.cached_tokens
    yield (
        f"{'tokens':<{_LABEL}}{fresh:,} fresh, {usage.cached_tokens:,} cached, "
        f"{usage.thought_tokens:,} thought, {usage.output_tokens:,} output"
    )
    if told.usd is not None:
        yield from _cost_lines(told, told.usd, layout)
    if told.chained is None and told.record.parent_id and usage.input_tokens:
        yield ""
        yield from _wrapped(READ_AS_INPUT, layout)


def _counts(told: Explanation) -> str:
    """Say how the steps that were sent and those of the list go together."""
    sent, listed = told.sent.steps, told.listed
    if listed is None or sent == listed:
        return ""
    if sent > listed:
        return IN_LIST.format(listed=listed, kept=sent - listed)
    return CONTINUED.format(listed=listed) if told.record.parent_id else ""


def _no_price_lines(why: str, layout: Layout) -> Iterator[str]:
    """Write why there is no price beside the label, and go on below it."""
    first, *others = wrapped(
        shown(f"{NO_PRICE}: {why}"), max(20, layout.columns - _LABEL)
    )
    yield f"{'cost':<{_LABEL}}{first}"
    yield from (f"{'':<{_LABEL}}{line}" for line in others)


def _cost_lines(told: Explanation, usd: Decimal, layout: Layout) -> Iterator[str]:
    """Write a cost with the prices it was made with, below where there is no room."""
    line = f"{'cost':<{_LABEL}}{usd_text(usd)}"
    if told.chained_usd is not None:
        line = f"{line:<{_SECOND}}chained, about {usd_text(told.chained_usd)}"
    prices = f"prices: {shown('; '.join(told.prices))}" if told.prices else ""
    whole = f"{line:<{_SECOND}}{_GAP}{prices}" if prices else line
    if len(whole) <= layout.columns:
        yield whole
    else:
        yield line
        yield f"{'':<{_LABEL}}{prices}"


def _wrapped(text: str, layout: Layout) -> list[str]:
    return textwrap.wrap(
        shown(text), layout.columns, break_long_words=False, break_on_hyphens=False
    )
