"""Commands of this package as processes that run until a test ends them."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from tests.patience import PATIENCE_S


def argv(group: click.Group, *arguments: str) -> list[str]:
    """Return what runs a command without the root of all commands."""
    assert group.callback is not None
    where = f"from {group.callback.__module__} import {group.name}; {group.name}()"
    return [sys.executable, "-c", where, *arguments]


class Running:
    """A process, what it prints, and how it ends."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.said: list[str] = []
        self._lines = queue.SimpleQueue[str]()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, text: str) -> str:
        """Return the next line that holds a text."""
        while text not in (line := self._lines.get(timeout=PATIENCE_S)):
            assert line, f"it ended without {text!r}: {self.said}"
        return line

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; return the exit status."""
        self.tell(how)
        return self.status()

    def tell(self, how: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(how)

    def status(self) -> int:
        """Wait for the end; return the exit status."""
        status = self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return status

    def kill(self) -> None:
        """End it whatever it does."""
        self._process.kill()
        self.status()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.said.append(line)
                self._lines.put(line)
        self._lines.put("")


@contextmanager
def running(group: click.Group, *arguments: str) -> Iterator[Running]:
    """Run a command for as long as the block, at most."""
    process = Running(argv(group, *arguments))
    try:
        yield process
    finally:
        process.kill()
