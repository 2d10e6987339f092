"""`interactions accounts`: what is typed, and what is called."""

import click

from interactions_core.cli.arguments.clients import client
from interactions_core.cli.arguments.stores import (
    StoreName,
    account_option,
    found_option,
    named_option,
    opened,
)
from interactions_core.cli.arguments.subcommands import NearGroup
from interactions_core.cli.printing.output import echo
from interactions_core.services import account_commands


@click.group(cls=NearGroup)
def accounts() -> None:
    """Say who owns what a session store keeps, when keys change.

    A key is named by its fingerprint, as `list` shows it. Whoever may write to the
    store may link; each change is noted, with user and machine.
    """


@accounts.command("list")
@found_option
def list_(sessions: StoreName) -> None:
    """Print a line for each owner, and what is linked to it."""
    with opened(sessions.url, read_only=True) as store:
        account_commands.list_accounts(store, echo)


@accounts.command()
@named_option
@account_option
@click.argument("owner")
@click.option(
    "--name",
    metavar="NAME",
    help="Another key or account of the store than those of the environment.",
)
@click.option(
    "--leave-rows",
    is_flag=True,
    help="What is linked may have sessions of its own, which stay and count no more.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be linked.")
def link(
    sessions: StoreName,
    *,
    account: str | None,
    owner: str,
    name: str | None,
    leave_rows: bool,
    dry_run: bool,
) -> None:
    """Let the key of the environment own what OWNER owns.

    With --account the account of that name does so, too; with --name only what that
    names. What was linked to them comes along. OWNER is a key or account as `list` shows
    it, or the beginning of its last part. Nothing that is kept is rewritten. Only link
    keys that see the same interactions: keys of one project.
    """
    with opened(sessions.url) as store, client(account) as api:
        names = (
            (account_commands.named_owner(store, name),)
            if name
            else api.owner(store).claimant.names
        )
        account_commands.link_names(
            store,
            echo,
            names,
            owner,
            leave_rows=leave_rows,
            dry_run=dry_run,
        )


@accounts.command()
@named_option
@click.argument("name")
def unlink(sessions: StoreName, name: str) -> None:
    """Let NAME, a key or account, own nothing but what is its own.

    What it has recorded meanwhile stays with whom it was linked to.
    """
    with opened(sessions.url) as store:
        account_commands.unlink_name(store, echo, name)


@accounts.command()
@found_option
def log(sessions: StoreName) -> None:
    """Print every change of who owns what, oldest first."""
    with opened(sessions.url, read_only=True) as store:
        account_commands.show_links(store, echo)
