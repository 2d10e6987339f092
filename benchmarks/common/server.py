"""An emulator in a process of its own, so that it takes no time of what is measured."""

import contextlib
import subprocess
import sys
from collections.abc import Generator


@contextlib.contextmanager
def emulator() -> Generator[str]:
    """Run an emulator, and give its URL."""
    command = [sys.executable, "-m", "interactions_emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603  our own module
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.terminate()
