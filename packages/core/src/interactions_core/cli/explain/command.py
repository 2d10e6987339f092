"""`interactions explain`: what is typed, and what is called."""

import click

from interactions_core.cli.arguments.completion import complete_names
from interactions_core.cli.arguments.filters import tenant_option
from interactions_core.cli.arguments.naming import (
    interactions_named,
    named,
    unanswered,
)
from interactions_core.cli.arguments.pricing import prices_anew, reprice_option
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.arguments.unknown_names import say_unmatched
from interactions_core.cli.explain.explanation_text import Layout, explanation_lines
from interactions_core.cli.printing.output import (
    color_option,
    colour,
    json_text,
    local_option,
    long_option,
    width,
    write,
)
from interactions_core.counted import counted
from interactions_core.explaining.as_json import as_json as written
from interactions_core.explaining.explain import explain as explain_in
from interactions_core.explaining.turn_facts import is_sent_again
from interactions_core.prices.missing import reasons_in, why_no_price
from interactions_core.stores import SessionStore


@click.command()
@found_option
@click.argument("interaction", required=False, shell_complete=complete_names)
@tenant_option("Only turns")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, or null.")
@click.option("--hide-content", is_flag=True, help="Tell sizes in place of texts.")
@reprice_option
@long_option
@local_option
@color_option
def explain(
    sessions: StoreName,
    interaction: str | None,
    *,
    tenant: str | None,
    as_json: bool,
    hide_content: bool,
    reprice: bool,
    long: bool,
    local: bool,
    color: str,
) -> None:
    """Say why a request was sent as it was, and where everything was sent again.

    INTERACTION is an id, its beginning, or its last 6 characters; `last` is the newest.
    Of a thread, or a conversation as `sessions list` names it, the newest turn is meant
    that was sent again in full, or the newest. Without a name, that of the store.
    """
    if interaction is not None and not interaction.strip():
        msg = "an empty name names no interaction; without one, the newest is meant"
        raise click.UsageError(msg)
    anew = prices_anew(reprice=reprice)
    with opened(sessions.url, read_only=True) as store:
        name = (
            _turn_named(store, interaction, tenant)
            if interaction
            else store.newest_key(sent_again=True, session_id=tenant)
        )
        if not name:
            say_unmatched(store, tenant=tenant)
            where = "" if tenant is None else " of all tenants"
            _say_nothing(store.count_without_outline(), where, as_json=as_json)
            return
        told = explain_in(store, name, session_id=tenant, anew=anew)
    if as_json:
        found = written(told, hide_content=hide_content)
        click.echo(json_text(found))
        return
    layout = Layout(columns=width(), long=long, local=local, hide_content=hide_content)
    entries = [told.entry] if told.entry is not None and told.usd is None else []
    no_price = why_no_price(reasons_in(entries))
    write(explanation_lines(told, layout, no_price), color=colour(color))


def _turn_named(store: SessionStore, name: str, tenant: str | None) -> str:
    """Return the turn that is meant by its id, or by its conversation.

    Raises:
        click.ClickException: There is none, or more than one.
    """
    keys = interactions_named(store, name, tenant)
    if len(keys) == 1:
        return keys[0]
    found = named(store, name, tenant)
    turns = store.records(found.conversation.id)
    again = (turn.record.key for turn in reversed(turns) if is_sent_again(turn))
    key = found.key or next(again, found.conversation.last)
    if not key:
        raise unanswered(found.conversation.id, name)
    return key


def _say_nothing(unknown: int, where: str, *, as_json: bool) -> None:
    """Say that nothing was sent again, as far as the store knows."""
    said = "nothing was sent again"
    if unknown:
        said += (
            f" as far as is known; of {counted(unknown, 'turn')}{where} that sent everything "
            "nobody can tell, since a version recorded them that wrote no outlines"
        )
    click.echo("null" if as_json else said)
    if as_json and unknown:
        click.echo(said, err=True)
