"""Play a day of deployments, and say what it came to. Run as a program.

    python -m tests.deploy_day.conductor [--rounds 3] [--pods 2] SEED

Prints a line for each event as it begins, then one object of JSON, and fails where an
answer was lost, paid for twice outside a declared window, or asked in a wrong context.
"""

import argparse
import json
import logging
import random
import shutil
import signal
import string
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

from tests.deploy_day.checker import Day, Findings, check
from tests.deploy_day.clients import Client
from tests.deploy_day.databases import running_pair
from tests.deploy_day.events import ACCOUNT, EVENTS, SHORT, Event, Stage
from tests.deploy_day.ledger import read
from tests.deploy_day.server import running_emulator
from tests.deploy_day.services import Release, Service, Setting, Watchers
from tests.previous import PREVIOUS, has_commit, unpack

logger: Final = logging.getLogger("deploy_day")

KEYS: Final = ("january", "february", "march", "april", "may", "june", "july")

Part: TypeAlias = tuple[str, str, tuple[str, ...]]
"""A service: its name, its interpreter, its adapters."""

KINDS: Final = {"langgraph": ("chat", "chat", "job", "suspend")}
OTHERS: Final = ("chat", "job")
"""The clients of each adapter."""

LOOK_S: Final = 0.2
COLLECT_S: Final = 5.0
"""How often watchers are looked after, and the server's log, which costs more."""


def main() -> int:
    """Play, print, and say by the status whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=0, help="of all events, not a few"
    )
    parser.add_argument("--pods", type=int, default=1, help="of each service")
    parser.add_argument("--clients", type=int, default=1, help="times as many")
    parser.add_argument(
        "--service",
        type=_service,
        action="append",
        metavar="NAME=PYTHON=ADAPTER,ADAPTER",
        help="where each is installed; here, if not said",
    )
    parser.add_argument(
        "--previous",
        action="append",
        metavar="NAME=PYTHON",
        help="where the release before is installed; its sources, if not said",
    )
    parser.add_argument("--emulator", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--keep", type=Path, help="where logs and ledger are left")
    parser.add_argument("seed", type=int, nargs="?")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.randrange(10**6)
    # So that nothing that was started outlives it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logger.info("seed %d", options.seed)
    with tempfile.TemporaryDirectory(prefix="deploy-day-") as name:
        folder = Path(name)
        try:
            told, found = play(folder, options)
        finally:
            if options.keep:
                _keep(folder, options.keep)
    sys.stdout.write(f"{json.dumps(told)}\n")
    for fault in found.faults:
        logger.error("%s", fault)
    return bool(found.faults)


def _keep(folder: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file():
            shutil.copy(path, target)


def play(folder: Path, options: argparse.Namespace) -> tuple[dict[str, Any], Findings]:
    """Let everything happen once a round; return figures and findings."""
    rng = random.Random(options.seed)
    with ExitStack() as stack:
        stage = _set_up(stack, folder, rng, options)
        began = time.monotonic()
        for client in stage.clients:
            client.start()
        with _looked_after(stage):
            stage.await_answers()
            for event in _program(rng, options.rounds):
                logger.info("%s", event.__name__)
                event(stage)
                stage.await_answers()
            logger.info("the day is over")
            for client in stage.clients:
                client.stop()
            for client in stage.clients:
                client.join()
        lasted_s = time.monotonic() - began
        stage.watchers.drain()
        for service in stage.services.values():
            service.close()
        day = _day_of(stage)
        found = check(day)
        # One of this release waits for a data base that is away.
        for name, said in stage.watchers.ended.items():
            found.faults.append(f"{name} has ended by itself: {said}")
        return _figures(stage, day, found, lasted_s), found


def _program(rng: random.Random, rounds: int) -> Iterator[Event]:
    """Yield what happens: each event once a round, in an order of its own."""
    for _ in range(rounds):
        yield from rng.sample(EVENTS, len(EVENTS))
    if not rounds:
        yield from rng.sample(SHORT, len(SHORT))


def _set_up(
    stack: ExitStack, folder: Path, rng: random.Random, options: argparse.Namespace
) -> Stage:
    databases = stack.enter_context(running_pair())
    server = stack.enter_context(running_emulator(folder, KEYS, options.emulator))
    keys, parts = [*KEYS], options.service or _installed_here()
    releases = _releases(parts, options.previous, folder)
    setting = Setting(
        release=releases[0],
        key=keys.pop(0),
        sessions=databases.url,
        base_url=server.url,
        account=rng.choice([None, ACCOUNT]),
    )
    services = {
        name: Service(name, adapters, setting, folder) for name, _, adapters in parts
    }
    watchers = Watchers(setting, folder)
    stack.callback(watchers.kill)
    for service in services.values():
        stack.callback(service.kill_all)
        for _ in range(options.pods):
            service.start()
    for service in services.values():
        for pod in service.pods:
            service.await_ready(pod)
    clients = [*_clients(services, watchers, rng, options.clients)]
    return Stage(
        rng, folder, server, databases, services, watchers, clients, keys, releases
    )


def _releases(
    parts: Sequence[Part], previous: Sequence[str] | None, folder: Path
) -> list[Release]:
    """Return the release before, if it is to be had, and the newest."""
    pythons = {name: python for name, python, _ in parts}
    newest = Release("the newest release", pythons)
    if previous:
        before = dict(each.split("=", 1) for each in previous)
        return [Release("the release before", before, has_patience=False), newest]
    if not has_commit(PREVIOUS):
        logger.warning("no history here: one release only")
        return [newest]
    paths = unpack(PREVIOUS, folder / "previous")
    return [Release("the release before", pythons, paths, has_patience=False), newest]


def _installed_here() -> list[Part]:
    """Have two services of what this environment has."""
    hand = "crewai" if find_spec("interactions_crewai") else "autogen"
    parts = {"graphs": "langgraph", "hand": hand}
    return [(name, sys.executable, (adapter,)) for name, adapter in parts.items()]


def _clients(
    services: Mapping[str, Service],
    watchers: Watchers,
    rng: random.Random,
    times: int,
) -> Iterator[Client]:
    def kills() -> int:
        return len(watchers.killed)

    for service in services.values():
        for adapter in service.adapters:
            kinds = KINDS.get(adapter, OTHERS) * times
            for letter, kind in zip(string.ascii_lowercase, kinds, strict=False):
                name = f"{adapter}{kind}{letter}"
                own = random.Random(rng.random())
                yield Client(name, service, adapter, kind, own, kills)


def _service(given: str) -> Part:
    name, python, adapters = given.split("=")
    return name, python, tuple(adapters.split(","))


@contextmanager
def _looked_after(stage: Stage) -> Iterator[None]:
    """Start watchers again that have ended, and keep the server's log."""
    enough = threading.Event()

    def look() -> None:
        collected_at = time.monotonic()
        while not enough.wait(LOOK_S):
            stage.watchers.look()
            if time.monotonic() > collected_at + COLLECT_S:
                stage.server.collect()
                collected_at = time.monotonic()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def _day_of(stage: Stage) -> Day:
    killed = {*stage.watchers.killed}
    promised: dict[str, str | None] = {}
    for service in stage.services.values():
        killed |= service.killed
    for client in stage.clients:
        promised |= client.promised
    rows = read(stage.folder / "ledger")
    return Day(rows, stage.server.creates(), killed, promised)


def _figures(
    stage: Stage, day: Day, found: Findings, lasted_s: float
) -> dict[str, Any]:
    errors = "".join(path.read_text() for path in stage.folder.glob("*.err"))
    return {
        "account": stage.graphs.setting.account,
        "releases": len(stage.releases),
        "adapters": [s.adapters for s in stage.services.values()],
        "seconds": round(lasted_s),
        "questions": {client.name: client.answered for client in stage.clients},
        "calls": len({row["call"] for row in day.rows if row["what"] == "asked"}),
        "creates": len(day.creates),
        "windows": found.windows,
        "failed attempts": sum(row["what"] == "failed" for row in day.rows),
        "killed": len(day.killed),
        "graphs gone on with for a dead watcher": sum(c.nudges for c in stage.clients),
        "changed calls adopted": errors.count("going on with"),
        "not recorded": errors.count("was answered but not recorded"),
        "faults": len(found.faults),
    }


if __name__ == "__main__":
    sys.exit(main())
