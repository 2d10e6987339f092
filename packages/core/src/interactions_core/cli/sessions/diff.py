"""`interactions sessions diff`: what is typed, and what is called."""

import click

from interactions_core.cli.arguments.completion import complete_interactions
from interactions_core.cli.arguments.naming import find_record
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.printing.output import (
    color_option,
    colour,
    json_option,
    json_text,
    local_option,
    long_option,
    width,
    write,
)
from interactions_core.cli.sessions.diff_text import (
    Compared,
    DiffLayout,
    Input,
    diff_json,
    diff_lines,
)
from interactions_core.explaining.inputs import input_of
from interactions_core.explaining.setup_history import setup_between
from interactions_core.stores import SessionStore


@click.command()
@found_option
@click.argument("then", shell_complete=complete_interactions)
@click.argument("now", shell_complete=complete_interactions)
@click.option("--steps", is_flag=True, help="Write steps whole.")
@click.option("--hide-content", is_flag=True, help="Tell sizes in place of texts.")
@json_option
@long_option
@local_option
@color_option
def diff(
    sessions: StoreName,
    then: str,
    now: str,
    *,
    steps: bool,
    hide_content: bool,
    as_json: bool,
    long: bool,
    local: bool,
    color: str,
) -> None:
    """Print where what was asked in the turn NOW differs from what was in THEN.

    Both are interactions, by their ids, the beginning or the last 6 characters; `last`
    is the newest. Their whole lists are compared, not only what was sent, and what
    stands before them: instruction, tools and options. Where the store has no content,
    sizes and marks are told.
    """
    layout = DiffLayout(
        columns=width(), local=local, long=long, hide_content=hide_content, steps=steps
    )
    with opened(sessions.url, read_only=True) as store:
        one, other = _input(store, then), _input(store, now)
        setup = setup_between(store, one.record, other.record)
    compared = Compared(one, other, setup)
    if as_json:
        click.echo(json_text(diff_json(compared, hide_content=hide_content)))
        return
    write(diff_lines(compared, layout), color=colour(color))


def _input(store: SessionStore, name: str) -> Input:
    record = find_record(store, name)
    return Input(record, input_of(store, record.scope, record.key))
