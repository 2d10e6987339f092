"""`interactions db`: what is typed, and what is called."""

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from interactions_core.cli.arguments.stores import (
    StoreName,
    named_option,
    opened,
    opened_database,
)
from interactions_core.cli.arguments.subcommands import NearGroup
from interactions_core.cli.db.copying import copy
from interactions_core.cli.db.schema import check, migrate, plan
from interactions_core.cli.printing.output import echo
from interactions_core.counted import counted
from interactions_core.records.erased import VARIABLE as ERASED
from interactions_core.services import account_commands, erased_commands


@click.group(cls=NearGroup)
def db() -> None:
    """Look after the database of a session store."""


db.add_command(copy)
db.add_command(check)
db.add_command(plan)
db.add_command(migrate)


@db.command()
@named_option
@click.option(
    "--erased",
    "erased",
    envvar=ERASED,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"The list of deletions, which are done again; or {ERASED}.",
)
@click.option(
    "--store",
    "name",
    metavar="NAME",
    help="With --erased: the lines of this store, where the backup is older than it.",
)
@click.option("--dry-run", is_flag=True, help="Note nothing; say what would be erased.")
@click.option("--show", is_flag=True, help="Only say when a restore was noted.")
def restored(
    sessions: StoreName,
    *,
    erased: Path | None,
    name: str | None,
    dry_run: bool,
    show: bool,
) -> None:
    """Note that a backup was restored, before the program starts again.

    What is older than now teaches no retention from then on: it may have been deleted
    after the backup was made.

    With --erased the threads are deleted again that the backup brought back, with their
    checkpoints, and what they had on the server is listed for `erase --pending`. Doing
    it twice does no harm. The exit status is 1 if lines of the list could not be read, or
    none is of this store.
    """
    if show:
        with opened_database(sessions.url, read_only=True) as store:
            click.echo(_said(store.restored_at()))
        return
    with opened_database(sessions.url, read_only=dry_run) as store:
        if not dry_run:
            store.mark_restored(time.time())
            click.echo("noted: what is recorded until now teaches no retention")
        if erased is None:
            click.echo("no list of deletions is named: nothing is erased again")
        elif not erased_commands.erase_again(
            store, erased, echo, name=name, dry_run=dry_run
        ):
            raise click.exceptions.Exit(1)


def _said(restored_at: float | None) -> str:
    if restored_at is None:
        return "no restore was noted"
    return f"restored {datetime.fromtimestamp(restored_at, UTC):%Y-%m-%d %H:%M:%S} UTC"


@db.command("forget-retention")
@named_option
@click.option("--owner", metavar="NAME", help="Only of this one, as `doctor` names it.")
def forget_retention(sessions: StoreName, owner: str | None) -> None:
    """Forget how long the server was seen to keep interactions.

    The exit status is 1 if nobody goes by the name of --owner.
    """
    with opened(sessions.url) as store:
        if owner is None:
            count = store.unlearn_retention()
            click.echo(f"forgotten: what was learned of {counted(count, 'key')}")
        else:
            account_commands.forget_retention(store, echo, owner)
