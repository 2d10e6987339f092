"""`interactions db copy`: what is typed, and what is called."""

from pathlib import Path

import click

from interactions_core.cli.arguments.files import check_place
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened_unchanged,
)
from interactions_core.cli.printing.output import shown
from interactions_core.services import copy_commands


def _new_file(_: click.Context, __: click.Parameter, path: Path) -> Path:
    """Refuse what would be replaced."""
    if path.exists():
        msg = f"there is {shown(str(path))} already; name another file"
        raise click.UsageError(msg)
    return check_place(path)


@click.command()
@found_option
@click.argument("file", type=click.Path(path_type=Path), callback=_new_file)
@click.option(
    "--without-content",
    is_flag=True,
    help="For readers: leave out what was said, its hashes, and the secret.",
)
def copy(sessions: StoreName, file: Path, *, without_content: bool) -> None:
    """Copy the store to FILE, while programs use it.

    FILE must not be there yet, is one state of the store, and is its owner's alone. A
    copy is beyond the reach of deletions that come later.

    With --without-content the copy is for reading: it has the ledger, the jobs and what
    is known of each interaction, with the names of threads and sessions, and nothing
    that was said. A program that went on with it would send everything again.
    """
    with opened_unchanged(sessions.url) as store:
        copy_commands.copy_store(
            store, file, click.echo, without_content=without_content
        )
