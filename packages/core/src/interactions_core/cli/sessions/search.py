"""Which conversations a text is found in."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import click

from interactions_core.counted import counted
from interactions_core.exceptions import StoreError
from interactions_core.records.conversations import ConversationFilter
from interactions_core.records.inspection.searches import SearchResult
from interactions_core.records.interactions import Scope
from interactions_core.services.index_keeper import index_all
from interactions_core.stores import SessionStore, open_store

_MOST: Final = 1_000
"""Hits that are looked for, by name and by what was said."""


def search_indexed(
    store: SessionStore, url: str, where: ConversationFilter, text: str
) -> tuple[ConversationFilter, SearchResult]:
    """Search, and once more with all of it indexed where some was not.

    Args:
        store: What is searched, open to be read.
        url: Where it is.
        where: What else is asked.
        text: What is looked for.

    Returns:
        As `searched` does.
    """
    found = searched(store, where, text)
    if not found[1].unindexed:
        return found
    index_store(url)
    return searched(store, where, text)


def index_store(url: str) -> None:
    """Index what is not indexed yet, as far as somebody may write here.

    A store that lacks something is not upgraded for it, and one that nobody may write
    to is searched as it is.
    """
    try:
        store = open_store(url, auto_migrate=False)
        try:
            _index(store)
        finally:
            store.close()
    except StoreError as error:
        click.echo(f"the index was not brought up to date: {error}", err=True)


def searched(
    store: SessionStore, where: ConversationFilter, text: str
) -> tuple[ConversationFilter, SearchResult]:
    """Return a filter that lets pass where a text is found, and what was found."""
    found = store.search(
        text, session_id=where.session_id, thread_id=where.thread_id, limit=_MOST
    )
    keys = [hit.key for hit in found.found if hit.key]
    scopes = {hit.scope for hit in found.found if not hit.key}
    names = sorted({*_names(store, scopes)})
    return replace(where, keys=keys, names=names), found


def search_notes(found: SearchResult) -> Iterator[str]:
    """Say what was not looked at."""
    if found.how == "names":
        yield "what was said is not kept in this store: names were looked at"
    if found.unseen:
        older = counted(found.unseen, "interaction")
        yield f"{older} that may match, older ones, were not looked at"
    if found.more:
        yield (
            f"more than {_MOST:,} interactions match, and threads are listed of the "
            f"newest {_MOST:,} only: add words, --tenant or --thread to see others"
        )


def _index(store: SessionStore) -> None:
    looks = sys.stderr.isatty()

    def tell(done: int, total: int) -> None:
        if looks:
            shown = f"\rindexed {done:,} of {counted(max(done, total), 'interaction')}"
            click.echo(shown, nl=False, err=True)

    if index_all(store, tell) and looks:
        click.echo(err=True)


def _names(store: SessionStore, scopes: Iterable[Scope]) -> Iterator[str]:
    """Name the conversations of scopes; one without threads may have many."""
    for scope in scopes:
        if scope.thread_id:
            yield scope.thread_id
            continue
        where = ConversationFilter(session_id=scope.session_id)
        for told in store.list_conversations(where, count_known=False).found:
            if told.id.scope == scope:
                yield told.id.name
