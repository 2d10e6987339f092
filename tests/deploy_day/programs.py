"""Processes of the day, and how they are waited for."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

from tests.patience import PATIENCE_S
from tests.programs import ROOT

LOOK_S: Final = 0.05
"""Between two looks at what is waited for."""


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Wait for a condition, for as long as tests have patience."""
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up, f"waited in vain until {what}"
        time.sleep(LOOK_S)


class Program:
    """A process with an environment of its own, whose errors go to a file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        more: Mapping[str, str],
        *,
        is_read: bool = True,
    ) -> None:
        self.name = name
        self.errors = folder / f"{name}.err"
        # What is installed for it, or given as `PYTHONPATH`; keys come from nowhere else.
        left_out = ("API_KEY", "PYTHONPATH", "GOOGLE_GEMINI_BASE_URL")
        kept = {k: v for k, v in os.environ.items() if not k.endswith(left_out)}
        with self.errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [*command],
                cwd=ROOT,
                env=kept | more,
                stdin=subprocess.PIPE,
                # What nobody reads would fill its pipe and stop it.
                stdout=subprocess.PIPE if is_read else errors,
                stderr=errors,
                text=True,
            )

    @property
    def status(self) -> int | None:
        """What it ended with; `None` while it runs."""
        return self._process.poll()

    def read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def read_all(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.read()

    def write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def end(self, how: signal.Signals) -> int:
        """End it and return its status."""
        self._process.send_signal(how)
        return self.wait()

    def send(self, how: signal.Signals) -> None:
        self._process.send_signal(how)

    def wait(self) -> int:
        return self._process.wait(PATIENCE_S)


class Pod(Program):
    """A process of `service`, and the questions that it has."""

    def __init__(
        self,
        command: Sequence[str],
        settings: Mapping[str, Any],
        folder: Path,
        more: Mapping[str, str],
    ) -> None:
        name = settings["pod"]
        super().__init__(name, [*command, json.dumps(settings)], folder, more)
        self._lock = threading.Lock()
        self._waiting: dict[str, Future[Any]] = {}
        self.is_ready = False
        self.is_stopping = False
        self.is_over = False
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def takes_questions(self) -> bool:
        return self.is_ready and not self.is_stopping and not self.is_over

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what it says, or nothing if it ended before."""
        answer: Future[Any] = Future()
        with self._lock:
            if self.is_over:
                return None
            self._waiting[question["call"]] = answer
        # If it has ended, that is heard in a moment.
        with contextlib.suppress(OSError, ValueError):
            self.write(json.dumps(question))
        return answer.result(PATIENCE_S)

    def _listen(self) -> None:
        while line := self.read():
            if not line.endswith("\n"):
                break
            self._hear(json.loads(line))
        with self._lock:
            self.is_over = True
            left, self._waiting = [*self._waiting.values()], {}
        for answer in left:
            answer.set_result(None)

    def _hear(self, said: dict[str, Any]) -> None:
        if "ready" in said:
            self.is_ready = True
        elif "stopping" in said:
            self.is_stopping = True
        else:
            with self._lock:
                answer = self._waiting.pop(said["call"])
            answer.set_result(said)
