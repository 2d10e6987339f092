"""`interactions explain`: what is typed, and what is called."""

import json

import click

from interactions_core.cli.explanation_text import Layout, explanation_lines
from interactions_core.cli.output import color_option, colour, width
from interactions_core.cli.sessions import opened, sessions_option
from interactions_core.exceptions import UnknownInteractionError
from interactions_core.explaining.as_json import as_json as written
from interactions_core.explaining.explain import explain as explain_in
from interactions_core.stores import SessionStore

_NEWEST = "last"
_LEAST = 6
"""Characters of the end of an id that suffice."""
_AGAIN = {"expired", "foreign"}


@click.command()
@sessions_option
@click.argument("interaction", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, or null.")
@click.option("--hide-content", is_flag=True, help="Tell sizes in place of texts.")
@click.option("--long", is_flag=True, help="Write ids whole.")
@click.option("--local", is_flag=True, help="Write times of this machine, not UTC.")
@color_option
def explain(
    sessions: str,
    interaction: str,
    *,
    as_json: bool,
    hide_content: bool,
    long: bool,
    local: bool,
    color: str,
) -> None:
    """Say why a request was sent as it was, and where everything was sent again.

    INTERACTION is an id, its beginning, or its last 6 characters; `last` is the newest.
    Without one, the newest is meant that was sent again in full.
    """
    with opened(sessions, read_only=True) as store:
        name = _named(store, interaction)
        if not name:
            click.echo("null" if as_json else "nothing was sent again")
            return
        told = explain_in(store, name)
    if as_json:
        found = written(told, hide_content=hide_content)
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    layout = Layout(columns=width(), long=long, local=local, hide_content=hide_content)
    lines = explanation_lines(told, layout)
    click.echo("\n".join(lines), color=colour(color))


def _named(store: SessionStore, name: str) -> str:
    """Find the interaction that is meant; "" where nothing was sent again.

    Raises:
        UnknownInteractionError: There is none, or more than one.
    """
    if name and store.locate(name):
        return name
    if not name:
        return _sent_again(store)
    keys, is_end = [entry.key for _, entry in store.ledger()], len(name) >= _LEAST
    found = (
        keys[-1:]
        if name == _NEWEST
        else [k for k in keys if k.startswith(name) or (is_end and k.endswith(name))]
    )
    if len(set(found)) != 1:
        raise UnknownInteractionError(name, len(set(found)))
    return found[0]


def _sent_again(store: SessionStore) -> str:
    """Return the newest that was sent in full though its conversation had begun."""
    for scope, entry in reversed(store.ledger()):
        if entry.reason in _AGAIN:
            return entry.key
        outline = store.find_outline(scope, entry.key)
        if entry.reason == "root" and outline is not None and outline.nearest:
            return entry.key
    return ""
