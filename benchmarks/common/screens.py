"""How long a command takes, as a process, until a screen is full."""

import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from time import perf_counter
from typing import Final

LINES: Final = 40
"""Lines of a screen."""

_CODE: Final = "from interactions_core.cli.entry import main; main()"


def first_screen_s(arguments: Sequence[str], url: str) -> float:
    """Time a command until it has printed a screen, Python's start included.

    Args:
        arguments: The command, without the program's name.
        url: The session store.

    Returns:
        Seconds.
    """
    environment = {**os.environ, "COLUMNS": "100", "INTERACTIONS_SESSIONS": url}
    began = perf_counter()
    with subprocess.Popen(  # noqa: S603  our own command
        [sys.executable, "-c", _CODE, *arguments],
        stdout=subprocess.PIPE,
        env=environment,
    ) as process:
        assert process.stdout is not None
        lines = [*islice(process.stdout, LINES)]
        taken = perf_counter() - began
        process.kill()
    assert lines, f"{arguments} printed nothing"
    return taken
