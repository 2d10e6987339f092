"""What commands have in common that look into a session store."""

import contextlib
import functools
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final, cast

import click

from interactions_core.cli.arguments.files import typed_wrong
from interactions_core.cli.arguments.store_finder import stores_in
from interactions_core.cli.printing.output import shown, shown_error
from interactions_core.exceptions import (
    ConfigurationError,
    MissingPackageError,
    StoreError,
)
from interactions_core.records.accounts import VARIABLE as ACCOUNT
from interactions_core.stores import SessionStore, open_store
from interactions_core.stores.opening import check_url, file_url
from interactions_core.stores.sql.schema.foreign import ANOTHER
from interactions_core.stores.sql.schema.refusing import NOT_OURS
from interactions_core.stores.sql.store import SqlStore

_SQLITE: Final = "sqlite:///"
_MEMORY: Final = "memory:"

VARIABLE: Final = "INTERACTIONS_SESSIONS"


class StoreName:
    """The store that a command is to take; looked for when it is needed.

    So whatever else was typed wrong is told first.

    Args:
        look: Looks for it, and says which it is where nobody has named one.
    """

    def __init__(self, look: Callable[[], str]) -> None:
        self._look = look

    @functools.cached_property
    def url(self) -> str:
        """Its URL; "" for none, where a command does without.

        Raises:
            click.UsageError: There is none, or there are several.
        """
        return self._look()


_Look = Callable[[click.Context, str | None], str]


def _store_name(
    look: _Look,
) -> Callable[[click.Context, click.Parameter, str | None], StoreName | str]:
    """Make what reads the option."""

    def read(
        context: click.Context, _: click.Parameter, url: str | None
    ) -> StoreName | str:
        if context.resilient_parsing:
            return url or ""
        return StoreName(lambda: look(context, url))

    return read


def _named(context: click.Context, url: str | None) -> str:
    """Take no store that was not named, but where a command only looks this time."""
    if url or any(map(context.params.get, _LOOKS)):
        return _found(context, url)
    here = stores_in(Path())
    if not here:
        raise click.UsageError(_UNNAMED)
    msg = (
        "no session store is named, and this command takes none by itself: give "
        f"--sessions with what it is to change; here: {', '.join(map(shown, here))}"
    )
    raise click.UsageError(msg)


def _found(context: click.Context, url: str | None) -> str:
    """Take the only store of the folder where none is named, and say which."""
    if url:
        return _checked(url)
    if context.params.get("create"):
        msg = f"{_UNNAMED}; with --create none is looked for"
        raise click.UsageError(msg)
    found = stores_in(Path())
    if not found:
        msg = f"{_UNNAMED}; none of the files here is one"
        raise click.UsageError(msg)
    if len(found) > 1:
        here = ", ".join(shown(each) for each in found)
        msg = f"several files here are session stores; give --sessions with one: {here}"
        raise click.UsageError(msg)
    return _said(context, found[0])


def _found_if_any(context: click.Context, url: str | None) -> str:
    """Take it where there is one, and none where none or several are there."""
    if url or context.params.get("clear_forms"):
        return url or ""
    found = stores_in(Path())
    return _said(context, found[0]) if len(found) == 1 else ""


def _said(context: click.Context, url: str) -> str:
    if not any(map(context.params.get, ("as_json", "as_jsonl"))):
        click.echo(f"session store: {shown(url)}", err=True)
    return url


def _checked(url: str) -> str:
    """Refuse what names no store that there is, as what is typed wrong."""
    with typed_wrong():
        check_url(url)
    return url


_UNNAMED: Final = (
    "no session store is named: give --sessions, e.g. --sessions "
    f"sqlite:///state.db, or set {VARIABLE}"
)

_LOOKS: Final = ("dry_run", "as_list", "show")
"""Options with which a command changes nothing."""

named_option = click.option(
    "--sessions",
    envvar=VARIABLE,
    callback=_store_name(_named),
    metavar="URL",
    help=f"The session store, e.g. sqlite:///state.db; or {VARIABLE}.",
)
"""For commands that destroy or change for good what somebody may miss."""

found_option = click.option(
    "--sessions",
    envvar=VARIABLE,
    callback=_store_name(_found),
    metavar="URL",
    help=f"The session store, e.g. sqlite:///state.db; or {VARIABLE}; or the only one "
    "in this folder.",
)
"""For all other commands: what they do to the wrong store does it no harm."""

examined_option = click.option(
    "--sessions",
    envvar=VARIABLE,
    callback=_store_name(_found_if_any),
    metavar="URL",
    help=f"The session store to look at, e.g. sqlite:///state.db; or {VARIABLE}; or the "
    "only one in this folder.",
)
"""For a command that has things to say without a store, too."""

account_option = click.option(
    "--account",
    envvar=ACCOUNT,
    metavar="NAME",
    help=f"Whose the sessions are, whatever the key is; or {ACCOUNT}.",
)

create_option = click.option(
    "--create",
    is_flag=True,
    help="Make the file of the session store if it is not there yet.",
)

CREATE_HINT: Final = (
    ": name the one that your program uses, or give --create where it may come up later"
)
"""For commands that take `create_option`."""

resume_option = click.option(
    "--resume",
    metavar="MODULE:GRAPH",
    help="The compiled graph whose threads are resumed, or a function that returns it.",
)

app_dir_option = click.option(
    "--app-dir",
    default=".",
    show_default=True,
    type=click.Path(file_okay=False),
    help="Where the module of the graph is imported from.",
)


@contextlib.contextmanager
def opened(
    url: str,
    *,
    must_exist: bool = True,
    hint: str = "",
    read_only: bool = False,
    open_: Callable[[str], SessionStore] = open_store,
) -> Generator[SessionStore]:
    """Open a store for one command.

    Args:
        url: As `open_store` takes it.
        must_exist: Whether a file that is not there is an error. Else it is made.
        hint: What that error says to do.
        read_only: Whether the command only looks, and needs no right to write.
        open_: What opens a store that is written to.

    Raises:
        click.UsageError: The URL cannot be read, there is no such file, it is no
            session store, or it ends with its process.
        InteractionsError: The store cannot be opened.
    """
    _check_outlives(url)
    if must_exist and url.startswith(_SQLITE):
        _check_file(url, hint)
    with _url_typed_wrong():
        store = open_store(url, read_only=True) if read_only else open_(url)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def opened_database(url: str, *, read_only: bool = False) -> Generator[SqlStore]:
    """Open a store for one command that has to do with its database.

    Raises:
        click.UsageError: As `opened`.
        InteractionsError: The store cannot be opened.
    """
    with opened(url, read_only=read_only) as store:
        # Both kinds are.
        yield cast("SqlStore", store)


@contextlib.contextmanager
def opened_unchanged(
    url: str, *, must_exist: bool = True, hint: str = ""
) -> Generator[SqlStore]:
    """Open a store for one command that makes and upgrades no tables by itself.

    Raises:
        click.UsageError: It ends with its process, or there is no such file.
        InteractionsError: The store cannot be opened.
    """
    _check_outlives(url)
    if must_exist and url.startswith(_SQLITE):
        _check_file(url, hint)
    with _url_typed_wrong():
        store = cast("SqlStore", open_store(url, auto_migrate=False))
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def _url_typed_wrong() -> Generator[None]:
    """Tell that a URL cannot be read; what is not installed is no fault of it."""
    try:
        yield
    except MissingPackageError:
        raise
    except ConfigurationError as error:
        raise click.UsageError(shown_error(error)) from error


def _check_outlives(url: str) -> None:
    """Refuse a store of which nothing but its own process knows."""
    if url.startswith(_MEMORY):
        msg = f"{url} ends with its process; name a file or a database"
        raise click.UsageError(msg)


def _check_file(url: str, hint: str) -> None:
    """Refuse a file that is not there, and one that somebody else has filled."""
    path = Path(url.removeprefix(_SQLITE)).expanduser().absolute()
    if not path.exists():
        msg = f"there is no session store at {path}{hint or _others_beside(path)}"
        raise click.UsageError(msg)
    if path.is_dir():
        msg = (
            f"{path} is a folder; name a file in it, e.g. {file_url(path / 'state.db')}"
        )
        raise click.UsageError(msg)
    try:
        open_store(url, read_only=True).close()
    except StoreError as error:
        # An older one is brought up to date, and all else is said when it is opened.
        if error.advice == NOT_OURS:
            msg = f"the file {path} is no session store{hint or _others_beside(path)}"
            raise click.UsageError(msg) from error
        if error.advice.startswith(ANOTHER):
            raise


def _others_beside(path: Path) -> str:
    """Say which stores there are in the folder of a file that is none."""
    found = stores_in(path.parent) if path.parent.is_dir() else []
    beside = f"; beside it: {', '.join(map(shown, found))}" if found else ""
    return f": name the one that your program uses{beside}"
