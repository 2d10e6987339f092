"""`interactions sessions show`: what is typed, and what is called."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import click
from click.core import ParameterSource

from interactions_core.cli.arguments.completion import complete_names
from interactions_core.cli.arguments.filters import tenant_option
from interactions_core.cli.arguments.naming import NEWEST, Named, named
from interactions_core.cli.arguments.piped_names import each_named
from interactions_core.cli.arguments.pricing import prices_anew, reprice_option
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.arguments.unknown_names import say_unmatched
from interactions_core.cli.printing.output import (
    color_option,
    colour,
    json_option,
    json_text,
    local_option,
    width,
    write,
)
from interactions_core.cli.sessions.page_file import (
    all_threads_option,
    html_option,
    write_page,
)
from interactions_core.cli.sessions.price_text import price_lines
from interactions_core.cli.sessions.session_json import SCHEMA, session_json
from interactions_core.cli.sessions.show_text import (
    ONLY_LENGTHS,
    ShowLayout,
    head_lines,
    is_redacted,
    turn_lines,
)
from interactions_core.cli.sessions.tree_layout import path_to
from interactions_core.cli.sessions.turn_json import content_json, turn_json
from interactions_core.explaining.repricing import read_turns
from interactions_core.explaining.setup_history import SetupHistory
from interactions_core.explaining.setup_words import setup_json, setup_note
from interactions_core.records.charges import Pricing
from interactions_core.records.conversations import (
    Content,
    Conversation,
    ConversationFilter,
    ConversationId,
    Recorded,
)
from interactions_core.stores import SessionStore

_PAGE: Final = 50
"""Turns whose content is read at once, so that the first are shown at once."""

_Function = TypeVar("_Function", bound=Callable[..., object])


def name_options(function: _Function) -> _Function:
    """Add what names a conversation, and how it is written."""
    for option in (
        color_option,
        local_option,
        json_option,
        reprice_option,
        click.option(
            "--hide-content", is_flag=True, help="Tell lengths in place of texts."
        ),
        tenant_option("Only those"),
        click.argument("name", default=NEWEST, shell_complete=complete_names),
        found_option,
    ):
        function = option(function)
    return function


def pages_of_content(
    store: SessionStore, turns: Sequence[Recorded]
) -> Iterator[tuple[Sequence[Recorded], dict[str, Content]]]:
    """Yield turns with what was said in them, some at a time."""
    for start in range(0, len(turns), _PAGE):
        part = turns[start : start + _PAGE]
        scope = part[0].record.scope
        yield part, store.contents(scope, [each.record.key for each in part])


def unanswered(
    store: SessionStore, told: ConversationId, columns: int
) -> Iterator[str]:
    """Write what there is of a conversation in which nothing was answered yet."""
    # Few have no answer, and nothing else here is about jobs.
    from interactions_core.cli.sessions.unanswered import (  # noqa: PLC0415
        jobs_of,
        unanswered_lines,
    )

    return unanswered_lines(told, jobs_of(store, told), columns)


@click.command()
@name_options
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Show every turn; with --html and no NAME, every conversation.",
)
@click.option(
    "--steps", is_flag=True, help="Write steps whole, with thoughts and what we added."
)
@click.option("--long", is_flag=True, help="Write the ids of turns.")
@html_option
@all_threads_option
def show(
    sessions: StoreName,
    name: str,
    *,
    tenant: str | None,
    everything: bool,
    steps: bool,
    hide_content: bool,
    reprice: bool,
    as_json: bool,
    long: bool,
    local: bool,
    color: str,
    html: Path | None,
    all_threads: bool,
) -> None:
    """Print what was said in a conversation, up to its newest answer.

    NAME is a thread, or the id of an interaction, its beginning, or its last 6
    characters: then the turns that lead to that one are shown. `last` is the newest
    conversation, and `-` reads names from standard input, one a line: --json prints an
    object a line then, and the exit status is 1 after all if nothing goes by one.
    """
    layout = ShowLayout(
        columns=width(), local=local, long=long, hide_content=hide_content, steps=steps
    )
    if all_threads and html is None:
        msg = "--all-threads needs --html FILE; `sessions list` prints all threads"
        raise click.UsageError(msg)
    if reprice and html is not None:
        msg = "--reprice is not for a page, which shows what was written"
        raise click.UsageError(msg)
    anew = prices_anew(reprice=reprice)
    earlier = list[str]()
    with opened(sessions.url, read_only=True) as store:

        def tell(each: str) -> None:
            found = named(store, each, tenant)
            if as_json:
                told = _json(store, found, layout, anew, everything=everything)
                click.echo(json_text(told))
            else:
                lines = _lines(store, found, layout, anew, everything=everything)
                write(("",) if earlier else ())
                write(lines, color=colour(color))
            earlier.append(each)

        if html is None:
            all_right = each_named(name, tell)
        else:
            wanted = None if all_threads or _is_all(everything) else name
            chosen, all_right = _conversations(store, wanted, tenant)
            # A page of none says that there is none, which is not what was asked.
            if chosen or all_right:
                write_page(
                    html,
                    store,
                    sessions.url,
                    chosen,
                    tenant=tenant,
                    hide_content=hide_content,
                )
    if not all_right:
        raise click.exceptions.Exit(1)


def _is_all(everything: bool) -> bool:  # noqa: FBT001
    """Tell whether all conversations are meant: a page has all turns anyway."""
    source = click.get_current_context().get_parameter_source("name")
    return everything and source is not ParameterSource.COMMANDLINE


def _conversations(
    store: SessionStore, name: str | None, tenant: str | None
) -> tuple[Sequence[Conversation], bool]:
    """Return what is meant, all for `None`, and whether all names were right."""
    if name is None:
        say_unmatched(store, tenant=tenant)
        return store.list_conversations(
            ConversationFilter(session_id=tenant, now=time.time())
        ).found, True
    found: list[Conversation] = []

    def note(each: str) -> None:
        found.append(named(store, each, tenant).conversation)

    all_right = each_named(name, note)
    return found, all_right


def _lines(
    store: SessionStore,
    found: Named,
    layout: ShowLayout,
    anew: Pricing | None,
    *,
    everything: bool,
) -> Iterator[str]:
    told, turns = read_turns(store, found.conversation, anew)
    chosen, path = _chosen(turns, found, everything=everything)
    yield from head_lines(
        told,
        len(chosen),
        len(turns),
        now=time.time(),
        path=path if turns else "",
        columns=layout.columns,
    )
    yield ""
    if not turns:
        yield from unanswered(store, told.id, layout.columns)
    known = {each.record.key: each for each in turns}
    numbers = {key: at for at, key in enumerate(known, 1)}
    history = SetupHistory(store, told.id.scope, turns)
    redacted = False
    for part, contents in pages_of_content(store, chosen):
        redacted |= is_redacted(contents)
        changes = history.changes(part)
        for turn in part:
            key, base = turn.record.key, known.get(turn.record.base_key)
            content = contents.get(key)
            changed = setup_note(changes.get(key), hide_content=layout.hide_content)
            yield from turn_lines(
                turn, numbers[key], content, layout, base=base, changed=changed
            )
    if redacted:
        yield from ("", click.style(ONLY_LENGTHS, dim=True))
    if below := price_lines(turns, layout.columns, anew):
        yield from ("", *below)


def _json(
    store: SessionStore,
    found: Named,
    layout: ShowLayout,
    anew: Pricing | None,
    *,
    everything: bool,
) -> dict[str, object]:
    told, turns = read_turns(store, found.conversation, anew)
    chosen, _ = _chosen(turns, found, everything=everything)
    known = {turn.record.key: turn for turn in turns}
    hidden = layout.hide_content
    history = SetupHistory(store, told.id.scope, turns)
    return {
        "schema": SCHEMA,
        "session": session_json(told),
        "head": told.last or None,
        "turns": [
            turn_json(turn)
            | {"setup": setup_json(changes.get(turn.record.key), hide_content=hidden)}
            | content_json(
                contents.get(turn.record.key),
                turn,
                known.get(turn.record.base_key),
                hide_content=hidden,
            )
            for part, contents in pages_of_content(store, chosen)
            for changes in (history.changes(part),)
            for turn in part
        ],
    }


def _chosen(
    turns: Sequence[Recorded], found: Named, *, everything: bool
) -> tuple[Sequence[Recorded], str]:
    """Return the turns that are meant, and what they are."""
    if everything:
        return turns, ""
    if found.key:
        return path_to(turns, found.key), "path to this answer"
    return path_to(turns, found.conversation.last), "path to the newest answer"
