"""Where the console script begins. Imports nothing that may not be installed."""

import errno
import importlib.util
import os
import sys
from collections.abc import Callable

from interactions_core.extras import install_command

_NEEDED = ("click", "packaging", "rich")


def main() -> None:
    """Run the command line, or say which extra it needs."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(
            f"interactions: {' and '.join(missing)} not installed; the command line "
            f"needs the extra `cli` of interactions-core: {install_command('cli')}"
        )
    try:
        # Not at the top: a base installation has no click.
        from interactions_core.cli.root import interactions  # noqa: PLC0415

        _print(lambda: interactions(prog_name="interactions"))
    except OSError as error:
        sys.exit(_refused(error))
    except KeyboardInterrupt:
        # click says the same, once it is there.
        sys.exit("Aborted!")


def _print(command: Callable[[], object]) -> None:
    """Run a command until all that it printed is written."""
    try:
        command()
    finally:
        sys.stdout.flush()


def _refused(error: OSError) -> str | int:
    """Say what could not be written or read; nothing where nobody reads any more."""
    # What is still to be written fails again when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        return 1
    where = f": {error.filename!r}" if error.filename else ""
    return f"Error: {error.strerror or error}{where}"
