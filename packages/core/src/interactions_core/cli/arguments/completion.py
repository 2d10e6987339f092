"""What a shell is told when a name is begun; never an error."""

import contextlib
import os
import re
from pathlib import Path
from typing import Final

import click

from interactions_core.cli.arguments.naming import NEWEST
from interactions_core.cli.arguments.store_finder import stores_in
from interactions_core.cli.arguments.stores import VARIABLE
from interactions_core.exceptions import InteractionsError
from interactions_core.stores import SessionStore, open_store

_MOST: Final = 50
_PLAIN: Final = re.compile(r"[\w.:@+=/-]+")
"""Names that every shell takes as they are."""


def complete_names(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Return threads, and where there are few of them interactions, that begin so."""
    found = [NEWEST] if NEWEST.startswith(begun) else []
    with contextlib.suppress(InteractionsError, OSError):
        found += _names_in(_url(context), begun)
    return [name for name in found if _PLAIN.fullmatch(name)]


def complete_interactions(
    context: click.Context, _: click.Parameter, begun: str
) -> list[str]:
    """Return interactions that begin so."""
    found = [NEWEST] if NEWEST.startswith(begun) else []
    with contextlib.suppress(InteractionsError, OSError):
        found += _keys_in(_url(context), begun)
    return [name for name in found if _PLAIN.fullmatch(name)]


def _url(context: click.Context) -> str:
    """Return the store that the command would take; "" for none."""
    named = context.params.get("sessions") or os.environ.get(VARIABLE)
    if named:
        return str(named)
    found = stores_in(Path())
    return found[0] if len(found) == 1 else ""


def _names_in(url: str, begun: str) -> list[str]:
    with _opened(url) as store:
        threads = [*store.threads_named(begun, limit=_MOST)]
        return threads or _begun(store, begun)


def _keys_in(url: str, begun: str) -> list[str]:
    with _opened(url) as store:
        return _begun(store, begun)


def _begun(store: SessionStore, begun: str) -> list[str]:
    if not begun:
        return [key for key in (store.newest_key(),) if key]
    return [k for k in store.keys_named(begun, limit=_MOST) if k.startswith(begun)]


def _opened(url: str) -> contextlib.closing[SessionStore]:
    return contextlib.closing(open_store(url, read_only=True))
