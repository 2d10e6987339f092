"""Files that are named for a command.

One that cannot be what it is named for is an error of what was typed, with exit status
2, before anything is done: it is not there, is no file, is another kind of file, or lies
where none can be made.
"""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

import click

from interactions_core.cli.printing.output import shown, shown_error
from interactions_core.exceptions import ConfigurationError


def check_place(path: Path) -> Path:
    """Return a path at which a file can be made.

    Raises:
        click.UsageError: It is an option, there is no such folder, or nothing may be
            written there.
    """
    if str(path).startswith("--"):
        name = shown(str(path))
        msg = f"{name} stands where a file is named; write ./{name} if it is one"
        raise click.UsageError(msg)
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        msg = f"there is no folder {shown(str(folder))}"
        raise click.UsageError(msg)
    if not os.access(folder, os.W_OK):
        msg = f"nothing may be written in {shown(str(folder))}"
        raise click.UsageError(msg)
    return path


def new_place(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """Read an option that names what is to be written."""
    return None if path is None else check_place(path)


@contextlib.contextmanager
def typed_wrong() -> Generator[None]:
    """Tell that what was given, or what a file holds, cannot be what it is for."""
    try:
        yield
    except ConfigurationError as error:
        raise click.UsageError(shown_error(error)) from error
