"""How long a command takes, as a process, until a screen is full.

Modules are read as those of an installed package are, compiled, whatever the environment
says of it: whoever wants them compiled anew takes another quarter of a second.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import islice
from time import perf_counter
from typing import Final

LINES: Final = 40
"""Lines of a screen."""

_CODE: Final = "from interactions_core.cli.entry import main; main()"


def first_screen(arguments: Sequence[str], url: str) -> tuple[float, float]:
    """Time a command until it has printed a screen, Python's start included.

    Args:
        arguments: The command, without the program's name.
        url: The session store.

    Returns:
        Seconds by the clock, and those of a processor that the command itself took.
    """
    environment = {**os.environ, "COLUMNS": "100", "INTERACTIONS_SESSIONS": url}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = _compiled().name
    began = perf_counter()
    process = subprocess.Popen(  # noqa: S603  our own command
        [sys.executable, "-c", _CODE, *arguments],
        stdout=subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    with process.stdout as said:
        lines = [*islice(said, LINES)]
        taken = perf_counter() - began
    # Not by the object, which would ask for its status and leave nothing to wait for.
    os.kill(process.pid, signal.SIGKILL)
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = -signal.SIGKILL
    assert lines, f"{arguments} printed nothing"
    return taken, used.ru_utime + used.ru_stime


@cache
def _compiled() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()
