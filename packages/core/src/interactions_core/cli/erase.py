"""`interactions erase`: what is typed, and what is called."""

import click

from interactions_core.cli.sessions import (
    account_option,
    client,
    opened,
    sessions_option,
)
from interactions_core.services import erase_commands


@click.command()
@sessions_option
@account_option
@click.option(
    "--pending",
    is_flag=True,
    required=True,
    help="What deleted threads have left on the server.",
)
@click.option("--dry-run", is_flag=True, help="Only print what would be deleted.")
def erase(sessions: str, *, account: str | None, pending: bool, dry_run: bool) -> None:
    """Delete on the server what deleted threads have left there.

    Prints a line for each interaction. The exit status is 1 if the server may still
    have any of them; they stay listed, and are tried again by the next call.
    """
    del pending
    with opened(sessions, read_only=dry_run) as store:
        if dry_run:
            erase_commands.list_erasures(store, click.echo)
            return
        with client(account) as api:
            if not erase_commands.erase_pending(store, api, click.echo):
                raise click.exceptions.Exit(1)
