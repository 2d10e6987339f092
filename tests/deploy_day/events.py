"""What happens on the day. Each event is over when all clients were answered since."""

import logging
import random
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.deploy_day.clients import Client
from tests.deploy_day.databases import Pair
from tests.deploy_day.ledger import read
from tests.deploy_day.programs import Program, wait_until
from tests.deploy_day.server import Server
from tests.deploy_day.services import COMMAND, Release, Service, Watchers

logger: Final = logging.getLogger("deploy_day")

ACCOUNT: Final = "acme"
_OWNER: Final = re.compile(r"gemini\|\S+")


@dataclass
class Stage:
    """All that events may reach for."""

    rng: random.Random
    folder: Path
    server: Server
    databases: Pair
    services: Mapping[str, Service]
    watchers: Watchers
    clients: Sequence[Client]
    keys: list[str]
    """Those that were not used yet."""
    releases: Sequence[Release]
    """The one before, if it is known, and the newest."""

    @property
    def graphs(self) -> Service:
        return self.services["graphs"]

    def change(self, **changed: Any) -> None:
        """Let every process that is started from now on be made otherwise."""
        for each in (*self.services.values(), self.watchers):
            each.change(**changed)

    def roll(self) -> None:
        """Replace all processes."""
        ends = [service.begin_roll() for service in self.services.values()]
        self.watchers.drain()
        for end in ends:
            end()

    def await_answers(self) -> None:
        """Wait until every client was answered once more, but for suspended graphs.

        Those take a watcher's time, and are waited for at the end of the day.
        """
        others = [client for client in self.clients if client.kind != "suspend"]
        before = {client.name: client.answered for client in others}

        def are_answered() -> bool:
            for client in self.clients:
                assert client.error is None, repr(client.error)
            return all(c.answered > before[c.name] for c in others)

        wait_until(are_answered, "all clients are answered")


def restart_database(stage: Stage) -> None:
    stage.databases.restart(signal.SIGINT)


def crash_database(stage: Stage) -> None:
    stage.databases.restart(signal.SIGQUIT)


def fail_over(stage: Stage) -> None:
    stage.databases.follow()
    stage.await_answers()
    stage.databases.fail_over()


def deploy_anew(stage: Stage) -> None:
    stage.roll()


def kill_pod(stage: Stage) -> None:
    service = stage.rng.choice([*stage.services.values()])
    service.kill(stage.rng.choice(service.pods))
    service.await_ready(service.start())


def drain_and_kill_pod(stage: Stage) -> None:
    service = stage.rng.choice([*stage.services.values()])
    service.drain_and_kill(stage.rng.choice(service.pods))
    service.await_ready(service.start())


def kill_watcher(stage: Stage) -> None:
    stage.watchers.kill()


def change_release(stage: Stage) -> None:
    """Deploy the other release to one service; with graphs goes their watcher.

    So the next day of a service is a rollback, and in between both releases run.
    """
    service = stage.rng.choice([*stage.services.values()])
    [release] = [r for r in stage.releases if r != service.setting.release] or [
        service.setting.release
    ]
    logger.info("%s gets %s", service.name, release.name)
    service.change(release=release)
    if service is stage.graphs:
        stage.watchers.change(release=release)
        stage.watchers.drain()
    service.replace_all()


def rotate_key(stage: Stage) -> None:
    """Under a named account the next key is just used; else it is linked first."""
    setting, key = stage.graphs.setting, stage.keys.pop(0)
    if setting.account is None:
        environment = setting.environment() | {"GEMINI_API_KEY": key}
        command = (setting.release.python_of("graphs"), "-c", COMMAND, "accounts")
        said = _said(stage, [*command, "list"], environment)
        [owner, *_] = _OWNER.findall(said)
        _said(stage, [*command, "link", owner], environment)
    stage.change(key=key)
    stage.roll()


def change_setting(stage: Stage) -> None:
    """Change `max_output_tokens` while a run of a graph goes on.

    Its pod is killed, so that the call is made again by one with the new setting.
    """
    service = stage.graphs
    while not _kill_midway(stage):
        service.await_ready(service.start())
    stage.change(max_output_tokens=stage.rng.randrange(1_000, 9_000))
    others = service.begin_roll()
    service.await_ready(service.start())
    others()
    stage.watchers.drain()


def _kill_midway(stage: Stage) -> bool:
    """Kill a pod that waits for a run; say whether it had not been answered yet."""
    found: list[tuple[str, str]] = []

    def is_found() -> bool:
        living = [pod.name for pod in stage.graphs.pods]
        found[:] = [
            (pod, call)
            for pod, call in _open_jobs(stage.folder / "ledger")
            if pod in living and stage.server.has_begun(call)
        ]
        return bool(found)

    wait_until(is_found, "a run of a graph goes on")
    holder, _ = found[0]
    for pod in stage.graphs.pods:
        if pod.name == holder:
            stage.graphs.kill(pod)
    return found[0] in _open_jobs(stage.folder / "ledger")


def _open_jobs(ledger: Path) -> list[tuple[str, str]]:
    """Return who has asked which job of a graph that is not answered yet."""
    asked: dict[str, str] = {}
    for row in read(ledger):
        if "-langgraphjob" in row["call"]:
            if row["what"] == "asked":
                asked[row["call"]] = row["pod"]
            elif row["what"] == "answered":
                asked.pop(row["call"], None)
    return [(pod, call) for call, pod in asked.items()]


def _said(stage: Stage, command: list[str], environment: Mapping[str, str]) -> str:
    program = Program("accounts", command, stage.folder, environment)
    said = program.read_all()
    assert program.wait() == 0, program.errors.read_text()
    return said


Event = Callable[[Stage], None]

SHORT: Final[tuple[Event, ...]] = (
    restart_database,
    fail_over,
    kill_pod,
    drain_and_kill_pod,
    kill_watcher,
    change_release,
    rotate_key,
    change_release,
    change_setting,
)
"""What every day has, in some order."""

EVENTS: Final[tuple[Event, ...]] = (*SHORT, crash_database, deploy_anew)
