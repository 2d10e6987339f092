"""Services: some pods behind one name, and how they are replaced."""

import itertools
import json
import random
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tests.deploy_day.ledger import RESUMED, VARIABLE
from tests.deploy_day.programs import Pod, Program, wait_until

COMMAND: Final = "from interactions_core.cli.entry import main; main()"
"""The console script, whichever environment it is in."""


@dataclass(frozen=True)
class Release:
    """What pods are made of.

    Attributes:
        name: For the log.
        python: The interpreter of each service.
        paths: Folders that go before what is installed.
        has_patience: Whether its watchers wait for a data base that is away.
    """

    name: str = "new"
    python: Mapping[str, str] = field(default_factory=dict[str, str])
    paths: str = ""
    has_patience: bool = True

    def python_of(self, service: str) -> str:
        return self.python.get(service, sys.executable)


@dataclass(frozen=True)
class Setting:
    """What may change from one pod to the next.

    Attributes:
        release: The version.
        key: The API key.
        account: Its account, if one is named.
        sessions: The store.
        base_url: The server.
        max_output_tokens: One option of every call.
    """

    release: Release
    key: str
    sessions: str
    base_url: str
    account: str | None = None
    max_output_tokens: int | None = None

    def options(self) -> dict[str, Any]:
        given = {
            "base_url": self.base_url,
            "api_key": self.key,
            "account": self.account,
            "max_output_tokens": self.max_output_tokens,
        }
        return {name: value for name, value in given.items() if value is not None}

    def environment(self) -> dict[str, str]:
        given = {
            "GEMINI_API_KEY": self.key,
            "GOOGLE_GEMINI_BASE_URL": self.base_url,
            "INTERACTIONS_ACCOUNT": self.account or "",
            "INTERACTIONS_SESSIONS": self.sessions,
            "PYTHONPATH": self.release.paths,
        }
        return {name: value for name, value in given.items() if value}


class Service:
    """Pods of one kind, of which a client gets any that takes questions.

    Args:
        name: For its pods.
        adapters: What they have.
        setting: What the first are made of.
        folder: Where the ledger and all errors are.
    """

    def __init__(
        self, name: str, adapters: tuple[str, ...], setting: Setting, folder: Path
    ) -> None:
        self.name = name
        self.adapters = adapters
        self.setting = setting
        self.killed: set[str] = set()
        self._folder = folder
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._pods: list[Pod] = []

    @property
    def pods(self) -> list[Pod]:
        with self._lock:
            return [*self._pods]

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        """Have some pod answer; `None` if it ended before."""
        chosen: list[Pod] = []

        def is_found() -> bool:
            chosen[:] = [pod for pod in self.pods if pod.takes_questions]
            return bool(chosen)

        wait_until(is_found, f"a pod of {self.name} is ready")
        return random.choice(chosen).ask(question)

    def change(self, **changed: Any) -> None:
        """Let pods that are started from now on be made otherwise."""
        self.setting = replace(self.setting, **changed)

    def start(self) -> Pod:
        """Start one more pod; it takes questions when it is ready."""
        name = f"{self.name}{next(self._numbers)}"
        told = {
            "pod": name,
            "adapters": self.adapters,
            "sessions": self.setting.sessions,
            "ledger": str(self._folder / "ledger"),
            "options": self.setting.options(),
        }
        python = self.setting.release.python_of(self.name)
        command = [python, "-m", "tests.deploy_day.service"]
        paths = {"PYTHONPATH": self.setting.release.paths}
        pod = Pod(command, told, self._folder, paths if all(paths.values()) else {})
        with self._lock:
            self._pods.append(pod)
        return pod

    def await_ready(self, pod: Pod) -> None:
        def is_ready() -> bool:
            assert not pod.is_over or pod.is_stopping, pod.errors.read_text()
            return pod.is_ready

        wait_until(is_ready, f"{pod.name} is ready")

    def drop(self, pod: Pod) -> None:
        """Send it no more questions."""
        with self._lock:
            self._pods.remove(pod)

    def drain(self, pod: Pod) -> None:
        """End it as a deployment does, and let it answer what it has."""
        self.drop(pod)
        status = pod.end(signal.SIGTERM)
        assert status == 0, f"{pod.name} ended with {status}: {pod.errors.read_text()}"

    def kill(self, pod: Pod) -> None:
        """End it without a word."""
        self.killed.add(pod.name)
        self.drop(pod)
        pod.end(signal.SIGKILL)

    def drain_and_kill(self, pod: Pod) -> None:
        """Tell it to end, and do not wait for it."""
        self.killed.add(pod.name)
        self.drop(pod)
        pod.send(signal.SIGTERM)
        wait_until(lambda: pod.is_stopping or pod.is_over, f"{pod.name} stops")
        pod.end(signal.SIGKILL)

    def replace_all(self) -> None:
        """Roll: new pods first, then the old ones end."""
        self.begin_roll()()

    def begin_roll(self) -> Callable[[], None]:
        """Start new pods; return what ends the old ones when those are ready."""
        olds = self.pods
        news = [self.start() for _ in olds]

        def end() -> None:
            for new in news:
                self.await_ready(new)
            for old in olds:
                self.drain(old)

        return end

    def close(self) -> None:
        for pod in self.pods:
            self.drain(pod)

    def kill_all(self) -> None:
        for pod in self.pods:
            self.kill(pod)


class Watchers:
    """A watcher of all suspended graphs, started again whenever it ends.

    Attributes:
        setting: What the next one is made of.
        ended: Those that have ended by themselves, with what they said.
        killed: Those that had no time to end.
    """

    def __init__(self, setting: Setting, folder: Path) -> None:
        self.setting = setting
        self.ended: dict[str, str] = {}
        self.killed: set[str] = set()
        self._folder = folder
        self._numbers = itertools.count()
        self._running: Program | None = None
        self._release = setting.release
        self._lock = threading.Lock()

    def change(self, **changed: Any) -> None:
        self.setting = replace(self.setting, **changed)

    def look(self) -> None:
        """Start one if none runs, as a cluster does."""
        with self._lock:
            if self._running is None:
                self._running = self._started()
            elif self._running.status is not None:
                if self._release.has_patience:
                    name = self._running.name
                    self.ended[name] = self._running.errors.read_text()
                self._running = self._started()

    def drain(self) -> None:
        """End it as a deployment does; the next look starts another."""
        with self._lock:
            if self._running is not None:
                self._running.end(signal.SIGTERM)
                self._running = None

    def kill(self) -> None:
        with self._lock:
            if self._running is not None:
                self.killed.add(self._running.name)
                self._running.end(signal.SIGKILL)
                self._running = None

    def _started(self) -> Program:
        self._release = self.setting.release
        name = f"watcher{next(self._numbers)}"
        told = {
            "pod": name,
            "sessions": self.setting.sessions,
            "ledger": str(self._folder / "ledger"),
            "options": self.setting.options(),
        }
        python = self._release.python_of("graphs")
        command = [python, "-c", COMMAND, "jobs", "watch", "--resume", RESUMED]
        more = self.setting.environment() | {VARIABLE: json.dumps(told)}
        return Program(name, command, self._folder, more, is_read=False)
