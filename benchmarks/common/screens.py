"""How long a command takes, as a process, until a screen is full or a page there.

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
from urllib.parse import urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

LINES: Final = 40
"""Lines of a screen."""

_CODE: Final = "from interactions_core.cli.entry import main; main()"


def first_screen(arguments: Sequence[str], url: str) -> tuple[float, float]:
    """Time a command until it has printed a screen, or all, Python's start included.

    Args:
        arguments: The command, without the program's name.
        url: The session store.

    Returns:
        Seconds by the clock, and those of a processor that the command itself took.
    """
    began = perf_counter()
    process = _started(arguments, url)
    assert process.stdout is not None
    with process.stdout as said:
        lines = [*islice(said, LINES)]
        taken = perf_counter() - began
    status, used = _ended(process, is_over=len(lines) < LINES)
    assert lines or not status, f"{arguments} printed nothing, and ended with {status}"
    return taken, used


def first_answer(arguments: Sequence[str], url: str) -> tuple[float, float]:
    """Time a command that serves a page, until that has the newest conversations.

    Args:
        arguments: As `first_screen` takes them.
        url: As above.

    Returns:
        As `first_screen` does.
    """
    began = perf_counter()
    process = _started(arguments, url)
    assert process.stdout is not None
    with process.stdout as said:
        page = said.readline().decode().strip()
        browser = build_opener(ProxyHandler({}), HTTPCookieProcessor())
        for address in (page, urljoin(page, "/api/threads?newest=1")):
            with browser.open(address) as answer:
                assert answer.read(), f"{address} is empty"
        taken = perf_counter() - began
    return taken, _ended(process, is_over=False)[1]


def _started(arguments: Sequence[str], url: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "COLUMNS": "100", "INTERACTIONS_SESSIONS": url}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = _compiled().name
    return subprocess.Popen(  # noqa: S603  our own command
        [sys.executable, "-c", _CODE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


def _ended(process: subprocess.Popen[bytes], *, is_over: bool) -> tuple[int, float]:
    """End a command that is not over; return its status, and its time of a processor."""
    # Not by the object, which would ask for its status and leave nothing to wait for.
    if not is_over:
        os.kill(process.pid, signal.SIGKILL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime


@cache
def _compiled() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()
