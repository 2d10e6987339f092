"""`interactions usage`: what is typed, and what is printed."""

import math
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, cast

import click
from click.core import ParameterSource

from interactions_core.cli.arguments.files import typed_wrong
from interactions_core.cli.arguments.filters import tenant_option
from interactions_core.cli.arguments.pricing import reprice_option
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.arguments.times import read_time
from interactions_core.cli.arguments.unknown_names import say_unmatched
from interactions_core.cli.printing.output import (
    color_option,
    colour,
    is_cut,
    json_option,
    json_text,
    width,
    write,
)
from interactions_core.cli.usage.budgets_text import budget_lines, budgets_json
from interactions_core.cli.usage.usage_text import (
    unclaimed_line,
    usage_json,
    usage_lines,
)
from interactions_core.explaining.uncounted import uncounted_costs
from interactions_core.prices.changes import coming_changes
from interactions_core.prices.current import VARIABLE, current_prices, prices_of
from interactions_core.process.owners import is_dead
from interactions_core.records.costs import GROUPS, CostBy, CostReport
from interactions_core.records.jobs.job import Job
from interactions_core.records.spending.budget_standings import Standing, standings
from interactions_core.stores import SessionStore

_APART: Final = {"thread": "session_thread", "reason": "reason_again"}
"""Threads of two tenants are two, whatever they are called; and a root that sent
everything again is not the first turn of a thread."""

_SAME: Final = {"tenant": "session"}
"""What the column is called, and what a model calls it."""

_OF_TURNS: Final = ("by", "since", "until", "tenant", "thread", "reprice", "prices")


@click.command()
@found_option
@click.option(
    "--by",
    type=click.Choice([*_SAME, *(g for g in GROUPS if g not in _APART.values())]),
    default="model",
    show_default=True,
    help="What turns are grouped by; days are those of UTC.",
)
@click.option(
    "--since",
    callback=read_time,
    metavar="TIME",
    help="Only turns since then: 7d, 24h, 2026-11-21.",
)
@click.option(
    "--until", callback=read_time, metavar="TIME", help="Only turns before then."
)
@tenant_option("Only turns")
@click.option("--thread", metavar="ID", help="Only turns of this thread.")
@reprice_option
@click.option(
    "--prices",
    metavar="FILE",
    help=f"Price everything anew with this file of your own; or {VARIABLE}.",
)
@click.option(
    "--budgets",
    is_flag=True,
    help="In place of turns, say how the budgets stand that are kept in the store.",
)
@json_option
@color_option
def usage(
    sessions: StoreName,
    *,
    by: str,
    since: float | None,
    until: float | None,
    tenant: str | None,
    thread: str | None,
    reprice: bool,
    prices: str | None,
    budgets: bool,
    as_json: bool,
    color: str,
) -> None:
    """Say what turns took and cost, what was sent, and what sending all would have been.

    FRESH and CACHED are input. AS REPLAY is what a client without sessions would have
    sent, AVOIDED the part of it that was not. SENT AGAIN is the cost of the turns that
    sent earlier answers again. What nobody knows the price of is in no sum, and is said
    below the table.
    """
    if budgets:
        _check_alone(click.get_current_context())
        with opened(sessions.url, read_only=True) as store:
            stands = _standings(store, time.time())
        _say_budgets(stands, color, as_json=as_json)
        return
    anew = None
    if reprice or prices or VARIABLE in os.environ:
        with typed_wrong():
            anew = prices_of(prices)
    with opened(sessions.url, read_only=True) as store:
        found = store.cost(
            # click has checked the word.
            cast("CostBy", (_APART | _SAME).get(by, by)),
            session_id=tenant,
            thread_id=thread,
            since=since,
            until=until,
            prices=anew if reprice or prices else None,
        )
        unclaimed = _unclaimed(store, tenant, thread, since, until)
        now = current_prices if anew is None else lambda: anew
        uncounted = uncounted_costs(store, unclaimed, now)
        if not found.rows:
            say_unmatched(store, thread=thread, tenant=tenant)
    if as_json:
        click.echo(json_text(usage_json(found, since, until, uncounted)))
        return
    if not found.rows:
        click.echo(_nothing(since, until, filtered=bool(tenant or thread)))
        if uncounted.turns:
            click.echo(unclaimed_line(uncounted))
        return
    notes = _coming(found, prices)
    lines = usage_lines(
        found,
        width(),
        notes,
        now=now,
        uncounted=uncounted,
        is_cut=is_cut(),
    )
    write(lines, color=colour(color))


def _unclaimed(
    store: SessionStore,
    tenant: str | None,
    thread: str | None,
    since: float | None,
    until: float | None,
) -> list[Job]:
    """Return the runs that have ended and whose answers nobody has had."""
    return [
        job
        for job in store.list_jobs(thread_id=thread)
        if job.is_unclaimed
        and tenant in {None, job.scope.session_id}
        and (since or 0.0) <= job.updated_at < (until or math.inf)
    ]


def _check_alone(context: click.Context) -> None:
    """Refuse what would have no effect."""
    for name in _OF_TURNS:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            msg = f"--{name} is about turns, and --budgets is not"
            raise click.UsageError(msg)


def _standings(store: SessionStore, now: float) -> list[Standing]:
    """Say how budgets stand, without what the next call gives back."""
    held = [
        each
        for each in store.list_reservations()
        if each.lease_until > now and not is_dead(each.holder)
    ]
    budgets = store.list_budgets()
    asked = store.list_askers() if budgets else []
    # Who has asked before may be about to ask today for the first time.
    today = [(scope, now) for scope in {scope for scope, _ in asked}]
    return standings(budgets, held, [*asked, *today])


def _say_budgets(found: Sequence[Standing], color: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json_text(budgets_json(found, time.time())))
        return
    if not found:
        click.echo("no budgets")
        return
    lines = budget_lines(found, width(), is_cut=is_cut())
    click.echo("\n".join(lines), color=colour(color))


def _coming(found: CostReport, prices: str | None) -> list[str]:
    if found.by != "model":
        return []
    return coming_changes(prices_of(prices), found.rows, time.time())


def _nothing(since: float | None, until: float | None, *, filtered: bool) -> str:
    said = "no turn matches" if filtered else "no turns"
    for word, at in (("since", since), ("until", until)):
        if at is not None:
            said += f" {word} {datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
    return said
