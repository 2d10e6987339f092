"""Where the console script begins. Imports nothing that may not be installed."""

import importlib.util
import sys

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
    # Not at the top: a base installation has no click.
    from interactions_core.cli.root import interactions  # noqa: PLC0415

    interactions(prog_name="interactions")
