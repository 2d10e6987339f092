"""The `accounts` commands as functions: they take a store, and say what they did.

Nothing here parses arguments or opens stores; that is the command line's part.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from interactions_core.counted import counted
from interactions_core.exceptions import ConfigurationError
from interactions_core.stores.protocols.sessions import SessionStore

Write = Callable[[str], object]
"""Prints one line."""

_SHORTEST: Final = 4
"""So many characters of a fingerprint are not typed by accident."""


def list_accounts(store: SessionStore, write: Write) -> None:
    """Print a line for each owner, and one for all that is linked to it."""
    owners = store.list_owners()
    for owner in owners:
        last = f", last {_when(owner.last_at)}" if owner.last_at else ""
        write(
            f"{owner.name}  {counted(owner.interactions, 'interaction')}, "
            f"{counted(owner.open_jobs, 'open job')}{last}"
        )
        for name in owner.linked:
            write(f"  {name}")
    if not owners:
        write("nothing is kept for anybody")


def link_names(
    store: SessionStore,
    write: Write,
    names: Sequence[str],
    owner: str,
    *,
    leave_rows: bool = False,
    dry_run: bool = False,
) -> None:
    """Let keys and accounts own from now on what another one owns.

    Args:
        store: The store.
        write: Prints a line for each of them, and for what comes along.
        names: The keys and accounts.
        owner: Whose rows they shall own, or enough of it to tell it.
        leave_rows: Whether one may have rows of its own, which are found no more.
        dry_run: Only say what would be linked.

    Raises:
        ConfigurationError: Nobody, or more than one, goes by that name; or they cannot
            be linked.
    """
    found = named_owner(store, owner)
    before = {each.name: each for each in store.list_owners()}
    changed = store.link(names, found, leave_rows=leave_rows, dry_run=dry_run)
    owner = store.links_of([found]).get(found, found)
    verb = "would own" if dry_run else "owns"
    for name in dict.fromkeys([*names, *changed]):
        said = f"{name} {verb} what {owner} owns"
        left = before[name].interactions if name in before and name != owner else 0
        if left and name in changed:
            said += f"; its own {counted(left, 'interaction')} count no more"
        write(said if name in changed else f"{said} already")


def unlink_name(store: SessionStore, write: Write, name: str) -> None:
    """Let a key or account own nothing but what is its own.

    Raises:
        ConfigurationError: Nobody, or more than one, goes by that name.
    """
    found = named_owner(store, name)
    if store.unlink(found):
        write(f"{found} owns what is its own")
    else:
        write(f"{found} was linked to nothing")


def show_links(store: SessionStore, write: Write) -> None:
    """Print a line for each change of who owns what, oldest first."""
    # Releases before this one have noted that owners own what is their own.
    events = [each for each in store.list_link_events() if each.name != each.owner]
    for each in events:
        to = "to" if each.action == "link" else "from"
        write(
            f"{_when(each.at)}  {each.actor}  {each.action} {each.name} "
            f"{to} {each.owner}"
        )
    if not events:
        write("nothing was ever linked")


def forget_retention(store: SessionStore, write: Write, owner: str) -> None:
    """Forget how long the server was seen to keep the interactions of an owner.

    Args:
        store: The store.
        write: Prints a line.
        owner: As it stands in the rows, or enough of it to tell it.

    Raises:
        ConfigurationError: Nobody, or more than one, goes by that name.
    """
    # It may have been learned of somebody who has no rows any more.
    name, count = owner, store.unlearn_retention(owner)
    if not count:
        name = named_owner(store, owner)
        name = store.links_of([name]).get(name, name)
        count = store.unlearn_retention(name)
    if count:
        write(f"forgotten: what was learned of {name}")
    else:
        write(f"nothing was learned of {name}")


def named_owner(store: SessionStore, name: str) -> str:
    """Find a key or account by all of its name, by the account, or by its beginning.

    Raises:
        ConfigurationError: Nobody, or more than one, goes by that name.
    """
    owners = store.list_owners()
    known = sorted({each for one in owners for each in (one.name, *one.linked)})
    if name in known:
        return name
    found = [each for each in known if each.endswith(f"|account:{name}")] or [
        each
        for each in known
        if len(name) >= _SHORTEST and each.split("|")[-1].startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    said = f"several: {', '.join(found)}" if found else "nobody in this store"
    msg = f"{name!r} names {said}; see `interactions accounts list`"
    raise ConfigurationError(msg)


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(" ", "seconds")
