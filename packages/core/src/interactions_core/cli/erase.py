"""`interactions erase`: what is typed, and what is called."""

import click

from interactions_core.cli.arguments.clients import client
from interactions_core.cli.arguments.stores import (
    StoreName,
    account_option,
    named_option,
    opened,
    opened_database,
)
from interactions_core.cli.printing.output import echo
from interactions_core.services import erase_commands, erased_commands


@click.command()
@named_option
@account_option
@click.option(
    "--pending", is_flag=True, help="What deleted threads have left on the server."
)
@click.option(
    "--list",
    "as_list",
    is_flag=True,
    help="Print what the store knows of deletions, for `db restored --erased`.",
)
@click.option("--dry-run", is_flag=True, help="Only print what would be deleted.")
def erase(
    sessions: StoreName,
    *,
    account: str | None,
    pending: bool,
    as_list: bool,
    dry_run: bool,
) -> None:
    """Delete on the server what deleted threads have left there.

    Prints a line for each interaction. The exit status is 1 if the server may still
    have any of them; they stay listed, and are tried again by the next call.

    With --list nothing is deleted: each deletion of the last 30 days is a line of JSON,
    with a keyed hash of the thread's id, and so is what is still to be deleted.
    """
    if pending == as_list:
        msg = "give --pending or --list"
        raise click.UsageError(msg)
    if as_list:
        with opened_database(sessions.url, read_only=True) as store:
            number = erased_commands.list_deletions(store, click.echo)
        if not number:
            click.echo("no deletions are known", err=True)
        return
    with opened(sessions.url, read_only=dry_run) as store:
        if dry_run:
            erase_commands.list_erasures(store, echo)
            return
        with client(account) as api:
            if not erase_commands.erase_pending(store, api, echo):
                raise click.exceptions.Exit(1)
