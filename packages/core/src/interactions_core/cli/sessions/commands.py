"""`interactions sessions`: what is typed, and what is called."""

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, get_args

import click

from interactions_core.cli.arguments.completion import complete_names
from interactions_core.cli.arguments.filters import tenant_option
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.arguments.subcommands import DeferredGroup
from interactions_core.cli.arguments.times import read_span, read_time
from interactions_core.cli.arguments.unknown_names import say_unmatched
from interactions_core.cli.printing.output import (
    color_option,
    colour,
    is_cut,
    json_option,
    json_text,
    jsonl_option,
    local_option,
    long_option,
    width,
    wrapped,
    write,
)
from interactions_core.cli.sessions.list_text import (
    nothing_text,
    session_lines,
    sum_lines,
)
from interactions_core.cli.sessions.search import (
    search_indexed,
    search_notes,
    searched,
)
from interactions_core.cli.sessions.session_json import list_json, session_json
from interactions_core.records.charges import PICO
from interactions_core.records.conversations import (
    Conversation,
    ConversationFilter,
    ConversationList,
    Sort,
)
from interactions_core.records.costs import Costs
from interactions_core.records.interactions import Reason
from interactions_core.stores import SessionStore

_SHOWN: Final = 20
_PAGE: Final = 200


def _picousd(_: click.Context, __: click.Parameter, said: str | None) -> int | None:
    """Read an amount in USD."""
    if said is None:
        return None
    try:
        return int(Decimal(said.removeprefix("$")) * PICO)
    except (ArithmeticError, ValueError) as error:
        msg = f"{said!r} is no amount in USD, e.g. 0.50"
        raise click.BadParameter(msg) from error


_PLACES: Final = {
    "diff": "interactions_core.cli.sessions.diff:diff",
    "show": "interactions_core.cli.sessions.show:show",
    "tree": "interactions_core.cli.sessions.tree:tree",
}


@click.group(cls=DeferredGroup, places=_PLACES)
def sessions() -> None:
    """Look into conversations: what they took, what was said, how they branch.

    Only the session store is read; no server is asked, and nothing is written.
    """


@sessions.command("list")
@found_option
@tenant_option("Only those")
@click.option(
    "--thread",
    metavar="ID",
    shell_complete=complete_names,
    help="Only those of this thread.",
)
@click.option(
    "--since",
    callback=read_time,
    metavar="TIME",
    help="Only those with a turn or job since then: 7d, 24h, 2026-11-21.",
)
@click.option(
    "--until",
    callback=read_time,
    metavar="TIME",
    help="Only those with a turn or job before then.",
)
@click.option("--model", metavar="TEXT", help="Only models or agents with this in it.")
@click.option(
    "--reason",
    type=click.Choice(get_args(Reason)),
    help="Only those with a turn that was sent for this reason.",
)
@click.option(
    "--expiring",
    is_flag=False,
    flag_value="7d",
    callback=read_span,
    metavar="[SPAN]",
    help="Only those that the server lets go within 7d, or another span.",
)
@click.option(
    "--cost-over",
    callback=_picousd,
    metavar="USD",
    help="Only those that cost more.",
)
@click.option(
    "-q",
    "--query",
    metavar="TEXT",
    help="Only those in which this was said, or is a name.",
)
@click.option(
    "--no-index", is_flag=True, help="Search what is indexed, and write nothing."
)
@click.option(
    "--sort",
    type=click.Choice(get_args(Sort)),
    default="last",
    show_default=True,
    help="The newest first, or those first that come to most.",
)
@click.option(
    "-n",
    "--number",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"How many at most; {_SHOWN}, and with --json and --jsonl all.",
)
@json_option
@jsonl_option
@long_option
@local_option
@color_option
def list_(
    sessions: StoreName,
    *,
    tenant: str | None,
    thread: str | None,
    since: float | None,
    until: float | None,
    model: str | None,
    reason: str | None,
    expiring: float | None,
    cost_over: int | None,
    query: str | None,
    no_index: bool,
    sort: Sort,
    number: int | None,
    as_json: bool,
    as_jsonl: bool,
    long: bool,
    local: bool,
    color: str,
) -> None:
    """List conversations with what they took and cost; no content.

    MODEL is the model or agent with most turns; +1 is one more. AGAIN counts turns that
    sent earlier answers again, FORKS those that went on from an answer that others had
    gone on from. SENT is what was sent, AS REPLAY what a client without sessions would
    have sent. EXPIRES says when the server lets the newest answer go, LAST when it was
    recorded, JOBS what is most pressing of the runs in the background.

    COST is as it was written with each turn: priced anew are one conversation by
    `sessions show --reprice`, and all by `usage --by thread --reprice`.
    """
    now = time.time()
    where = ConversationFilter(
        session_id=tenant,
        thread_id=thread,
        since=since,
        until=until,
        model=model,
        reason=reason,
        expires_before=None if expiring is None else now + expiring,
        now=now,
        cost_over=cost_over,
    )
    is_filtered = where != ConversationFilter(now=now) or query is not None
    with opened(sessions.url, read_only=True) as store:
        if query is not None:
            where = _narrowed(
                store, where, query, index_at="" if no_index else sessions.url
            )
        if as_jsonl:
            for told in _each(store, where, sort, number):
                click.echo(json_text(session_json(told)))
            return
        if as_json:
            found = store.list_conversations(where, sort=sort, limit=number)
            _echo_json(store, found, now)
            return
        shown = number or _SHOWN
        found = store.list_conversations(where, sort=sort, limit=shown)
        if not found.found:
            say_unmatched(store, thread=thread, tenant=tenant, model=model)
        no_price = _no_price(store, found.total, thread, tenant)
    if not found.found:
        click.echo(nothing_text(found.known))
        return
    lines = session_lines(
        found.found,
        now=now,
        width=width(),
        is_cut=is_cut(),
        sort=sort,
        long=long,
        local=local,
    )
    below = sum_lines(found, filtered=is_filtered, no_price=no_price)
    sums = (piece for line in below for piece in wrapped(line, width()))
    write([*lines, "", *sums], color=colour(color))


def _no_price(
    store: SessionStore, total: Costs, thread: str | None, tenant: str | None
) -> str:
    """Say why turns have no price, where the ledger says it of just these turns."""
    if not total.unpriced:
        return ""
    # Most have a price, and nothing else here is about what has none.
    from interactions_core.prices.missing import no_price_text  # noqa: PLC0415

    told = store.cost(thread_id=thread, session_id=tenant)
    is_same = told.total.unpriced == total.unpriced
    return no_price_text(total.unpriced, told.unknown if is_same else None)


def _narrowed(
    store: SessionStore, where: ConversationFilter, query: str, *, index_at: str
) -> ConversationFilter:
    """Let only conversations through in which this was said; say what was not read.

    What is not indexed is, where the store may be opened to be written.
    """
    # What cannot be read is not opened to be written.
    store.check_contracts()
    narrower, result = (
        search_indexed(store, index_at, where, query)
        if index_at
        else searched(store, where, query)
    )
    for note in search_notes(result):
        click.echo(note, err=True)
    return narrower


def _each(
    store: SessionStore, where: ConversationFilter, sort: Sort, number: int | None
) -> Iterator[Conversation]:
    """Yield conversations, a page at a time, so that the first come at once."""
    after, left = None, number
    while True:
        size = _PAGE if left is None else min(_PAGE, left)
        part = store.list_conversations(
            where, after=after, limit=size, sort=sort, count_known=False
        )
        yield from part.found
        after = part.after
        left = None if left is None else left - len(part.found)
        if after is None or left == 0:
            return


def _echo_json(store: SessionStore, found: ConversationList, now: float) -> None:
    prices = store.cost().prices
    listed = [session_json(told) for told in found.found]
    told = list_json(found, listed, now, prices[-1] if prices else "")
    click.echo(json_text(told))
