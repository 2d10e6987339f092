"""Plays it: a migration to this release and to the next, and a rollback, under load.

python -m tests.versions.conductor [--store sqlite] [--processes 8] [--rows 1000000]
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, Final

from interactions_emulator import Emulator
from tests.contract.next_release import another
from tests.patience import PATIENCE_S
from tests.postgres import fresh_schema, running_server
from tests.previous import PREVIOUS, unpack
from tests.programs import ROOT

COMMAND: Final = "from interactions_core.cli.entry import main; main()"
TURNS: Final = 2
"""Turns that each process takes in each phase, at least."""


class Worker:
    """A process, and what it has said."""

    def __init__(self, command: list[str], paths: str, folder: Path, name: str) -> None:
        self.name = name
        self.told: list[dict[str, Any]] = []
        self._stop = folder / f"stop {name}"
        self.errors = folder / f"{name}.err"
        environment = {**os.environ, "PYTHONPATH": paths}
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [*command, name, str(self._stop), *(["next"] if name[0] == "n" else [])],
                cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=[self.process.stdout])
        self._reader.start()

    def _read(self, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                self.told.append(json.loads(line))

    @property
    def turns(self) -> list[dict[str, Any]]:
        return [each for each in self.told if "turn_s" in each]

    def await_turns(self, number: int) -> None:
        """Wait until it has taken so many more."""
        wanted = len(self.turns) + number
        give_up = time.monotonic() + PATIENCE_S
        while len(self.turns) < wanted:
            assert self.process.poll() is None, self.errors.read_text()
            assert time.monotonic() < give_up, f"{self.name} stands still"
            time.sleep(0.01)

    def join(self) -> None:
        """Wait until all that it said is read."""
        self._reader.join(PATIENCE_S)

    def end(self) -> None:
        self._stop.touch()
        status = self.process.wait(PATIENCE_S)
        self.join()
        assert status == 0, f"{self.name}: {self.errors.read_text()}"
        assert self.errors.read_text() == ""


class Play:
    """One store, its processes, and the server that all of them ask."""

    def __init__(self, sessions: str, server: Emulator, folder: Path) -> None:
        self._sessions = sessions
        self._server = server
        self._folder = folder
        self._paths = unpack(PREVIOUS, folder / "previous")
        self._number = 0
        self.running: list[Worker] = []
        self.ended: list[Worker] = []
        self.longest: dict[str, dict[str, float]] = {}

    def start(self, release: str, number: int) -> list[Worker]:
        """Start processes of `previous`, `this` or the `next` release."""
        paths = self._paths if release == "previous" else ""
        command = [sys.executable, "-m", "tests.versions.worker"]
        command += [self._sessions, self._server.url]
        started: list[Worker] = []
        for _ in range(number):
            self._number += 1
            name = f"{release[0]}{self._number}"
            started.append(Worker(command, paths, self._folder, name))
        self.running += started
        for worker in started:
            worker.await_turns(1)
            where = worker.told[0]["ready"]
            assert (str(self._folder) in where) == (release == "previous"), where
        return started

    def end(self, workers: list[Worker]) -> None:
        for worker in workers:
            worker.end()
            self.running.remove(worker)
            self.ended.append(worker)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Note how long turns and writes took meanwhile, at most."""
        before = {worker.name: len(worker.turns) for worker in self.running}
        yield
        for worker in self.running:
            worker.await_turns(TURNS)
        turns = [
            turn
            for worker in self.running
            # The first one imports what takes longer than all others.
            for turn in worker.turns[max(1, before.get(worker.name, 0)) :]
        ]
        self.longest[name] = {
            "write_s": round(max(turn["write_s"] for turn in turns), 3),
            "turn_s": round(max(turn["turn_s"] for turn in turns), 3),
            "turns": len(turns),
        }

    def fill(self, rows: int) -> None:
        """Make rows beside those of the processes, by the release before."""
        command = [sys.executable, "-m", "tests.versions.filling"]
        self._run([*command, self._sessions, str(rows)], self._paths)

    def migrate_to_this(self) -> str:
        command = [sys.executable, "-c", COMMAND, "db", "migrate"]
        return self._run([*command, "--sessions", self._sessions])

    def migrate_to_next(self, batch: int) -> str:
        """Migrate, be killed in the middle of the rows, and migrate again."""
        command = [sys.executable, "-m", "tests.versions.migrating"]
        command += [self._sessions, str(batch)]
        killed = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert killed.stdout is not None
        for line in killed.stdout:
            if line.endswith("rows done\n"):
                break
        killed.send_signal(signal.SIGKILL)
        assert killed.wait(PATIENCE_S) == -signal.SIGKILL, "it was over too soon"
        killed.stdout.close()
        return self._run(command)

    def _run(self, command: list[str], paths: str = "") -> str:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        return done.stdout

    def close(self) -> None:
        """End what a failure has left."""
        for worker in self.running:
            worker.process.kill()
            worker.process.wait(PATIENCE_S)
            worker.join()


def play(
    sessions: str, folder: Path, *, processes: int, rows: int, batch: int
) -> dict[str, Any]:
    """Play it on an empty store, and hold that nothing failed, was lost or paid twice.

    Args:
        sessions: The URL of the store.
        folder: Where files of the play go.
        processes: How many there are at a time, of two releases.
        rows: How many rows there are from the beginning.
        batch: Rows that the next release changes at a time.

    Returns:
        Figures: the longest turn and write of each phase, and how many turns there were.
    """
    half = processes // 2
    with Emulator() as server, closing(Play(sessions, server, folder)) as it:
        olds = it.start("previous", half)
        it.fill(rows)
        with it.phase("the release before alone"):
            pass
        with it.phase("migration to this release"):
            it.migrate_to_this()
        with it.phase("both releases"):
            news = it.start("this", processes - half)
        with it.phase("both, the older ones started again"):
            it.end(olds)
            olds = it.start("previous", half)
        with it.phase("this release alone"):
            it.end(olds)
        began = time.monotonic()
        with it.phase("migration to the next release"):
            said = it.migrate_to_next(batch)
        took = time.monotonic() - began
        with it.phase("this release and the next"):
            nexts = it.start("next", half)
        with it.phase("rolled back, this release started again"):
            it.end([*news, *nexts])
            it.start("this", half)
        it.end([*it.running])
        turns = [turn for worker in it.ended for turn in worker.turns]
        creates = server.stats()["creates"]
    recorded, entries, changed = counts(sessions)
    assert creates == len(turns), f"{creates} creates for {len(turns)} turns"
    assert entries == len(turns), f"{entries} entries for {len(turns)} turns"
    assert recorded == len(turns) + rows, f"{recorded} records of {len(turns)} + {rows}"
    assert changed in ({1}, {1, None}), f"changed {changed} times"
    assert said.endswith("up to date\n")
    return {"turns": len(turns), "migration_s": round(took, 1), "longest": it.longest}


def counts(sessions: str) -> tuple[int, int, set[int | None]]:
    """Return how many records and entries there are, and how often rows were changed."""
    with closing(another(sessions)) as store, store.database.reading() as db:
        [(records,)] = db.execute("SELECT count(*) FROM interactions").fetchall()
        [(entries,)] = db.execute("SELECT count(*) FROM ledger").fetchall()
        found = db.execute("SELECT DISTINCT label FROM interactions").fetchall()
    return records, entries, {label for (label,) in found}


def main() -> None:
    """Play it at length, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--store", choices=["postgresql", "sqlite"], default="postgresql"
    )
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = {
            "processes": options.processes,
            "rows": options.rows,
            "batch": options.batch,
        }
        if options.store == "sqlite":
            found = play(f"sqlite:///{folder / 'store.db'}", folder, **sizes)
        else:
            with running_server() as server, fresh_schema(server.url) as url:
                found = play(url, folder, **sizes)
    print(json.dumps(found, indent=1))  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
