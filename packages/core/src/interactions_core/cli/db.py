"""`interactions db`: what is typed, and what is called."""

import time

import click

from interactions_core.cli.sessions import opened, sessions_option


@click.group()
def db() -> None:
    """Look after the database of a session store."""


@db.command()
@sessions_option
def restored(sessions: str) -> None:
    """Note that a backup was restored, before the program starts again.

    What is older than now teaches no retention from then on: it may have been deleted
    after the backup was made.
    """
    with opened(sessions) as store:
        store.mark_restored(time.time())
    click.echo("noted: what is recorded until now teaches no retention")


@db.command("forget-retention")
@sessions_option
@click.option("--owner", metavar="NAME", help="Only of this one, as `doctor` names it.")
def forget_retention(sessions: str, owner: str | None) -> None:
    """Forget how long the server was seen to keep interactions."""
    with opened(sessions) as store:
        count = store.unlearn_retention(owner)
    click.echo(f"forgotten: what was learned of {count} key(s)")
