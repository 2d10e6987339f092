"""`interactions sessions tree`: what is typed, and what is called."""

from collections.abc import Sequence
from dataclasses import replace

import click

from interactions_core.cli.arguments.naming import named
from interactions_core.cli.arguments.piped_names import each_named
from interactions_core.cli.arguments.pricing import prices_anew
from interactions_core.cli.arguments.stores import (
    StoreName,
    opened,
)
from interactions_core.cli.printing.output import (
    colour,
    is_cut,
    is_plain,
    joined,
    json_text,
    width,
    write,
)
from interactions_core.cli.sessions.price_text import price_lines
from interactions_core.cli.sessions.session_json import SCHEMA, session_json
from interactions_core.cli.sessions.show import (
    name_options,
    pages_of_content,
    unanswered,
)
from interactions_core.cli.sessions.tree_layout import TreeRow, children_of, tree_rows
from interactions_core.cli.sessions.tree_text import (
    ASCII,
    BOXES,
    TreeLayout,
    tree_head,
    tree_legend,
    tree_lines,
)
from interactions_core.cli.sessions.turn_json import turn_json
from interactions_core.explaining.repricing import read_turns
from interactions_core.explaining.turn_facts import said_by_user
from interactions_core.records.conversations import Conversation, Recorded
from interactions_core.stores import SessionStore

_SHOWN = 300
"""Characters of what was said that are kept for a line."""


@click.command()
@name_options
@click.option("--all", "everything", is_flag=True, help="A line for every turn.")
def tree(
    sessions: StoreName,
    name: str,
    *,
    tenant: str | None,
    everything: bool,
    hide_content: bool,
    reprice: bool,
    as_json: bool,
    local: bool,
    color: str,
) -> None:
    """Print how the turns of a conversation branch, and what each line cost.

    A branch is printed at the turn that it leaves, the oldest first; the line that goes
    on comes last. NAME is as for `show`.
    """
    layout = TreeLayout(
        columns=width(),
        is_cut=is_cut(),
        glyphs=ASCII if is_plain() else BOXES,
        local=local,
    )
    anew = prices_anew(reprice=reprice)
    earlier = list[str]()
    with opened(sessions.url, read_only=True) as store:

        def draw(each: str) -> None:
            found = named(store, each, tenant).conversation
            told, turns = read_turns(store, found, anew)
            if as_json:
                click.echo(json_text(tree_json(told, turns)))
                return
            rows = tree_rows(turns, all_turns=everything)
            said = {} if hide_content else _said(store, rows)
            lines = tree_lines(rows, said, replace(layout, newest=told.last))
            marks = tree_legend(layout.glyphs, all_turns=everything)
            below = [
                *joined(marks, layout.columns),
                *price_lines(turns, layout.columns, anew),
            ]
            if not turns:
                below = unanswered(store, told.id, layout.columns)
            head = joined(tree_head(told), layout.columns)
            before = [""] if earlier else []
            write([*before, *head, *lines, "", *below], color=colour(color))
            earlier.append(each)

        all_right = each_named(name, draw)
    if not all_right:
        raise click.exceptions.Exit(1)


def tree_json(told: Conversation, turns: Sequence[Recorded]) -> dict[str, object]:
    """Write a tree as one JSON object; each turn says where it hangs."""
    branches = {
        turn.record.key: row.branch for row in tree_rows(turns) for turn in row.turns
    }
    later = children_of(turns)
    return {
        "schema": SCHEMA,
        "session": session_json(told),
        "nodes": [
            turn_json(turn)
            | {
                "children": [each.record.key for each in later[turn.record.key]],
                "branch": branches[turn.record.key],
                "head": turn.record.key == told.last,
            }
            for turn in turns
        ],
    }


def _said(store: SessionStore, rows: Sequence[TreeRow]) -> dict[str, str]:
    """Read what was said in the turns that have a line of their own."""
    alone = [row.turns[0] for row in rows if len(row.turns) == 1]
    said: dict[str, str] = {}
    for _, contents in pages_of_content(store, alone):
        said |= {
            key: said_by_user(content)[:_SHOWN] for key, content in contents.items()
        }
    return said
