"""`interactions jobs watch` on a terminal, which it gives back as it was."""

import os
import select
import signal
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
import pytest

from interactions_core import SqliteStore
from interactions_core.cli.jobs import jobs
from interactions_core.cli.jobs.live_table import live_lines
from interactions_core.cli.printing.job_words import ToldJob
from interactions_core.cli.printing.output import columns_of
from interactions_core.process.owners import process_id
from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job_events import JobEvent
from interactions_emulator import Emulator
from tests.begun_jobs import begin_job
from tests.commands import argv
from tests.contract.session_records import NOW, make_job
from tests.core.test_command_output import HOSTILE, is_harmless
from tests.patience import PATIENCE_S

fcntl = pytest.importorskip("fcntl", reason="a terminal is one of POSIX")
termios = pytest.importorskip("termios", reason="a terminal is one of POSIX")

HIDDEN, SEEN = b"\x1b[?25l", b"\x1b[?25h"
HOUR_S = 3_600.0


class Terminal:
    """A terminal in which a command runs, and all that it was written."""

    def __init__(self, arguments: tuple[str, ...], rows: int, columns: int) -> None:
        self._ours, self._theirs = os.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, size)
        self.before = termios.tcgetattr(self._theirs)
        self.said = b""
        names = {"COLUMNS", "LINES", "NO_COLOR"}
        env = {name: each for name, each in os.environ.items() if name not in names}
        self.process = subprocess.Popen(
            argv(jobs, *arguments),
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env={**env, "TERM": "xterm-256color"},
        )

    def wait_for(self, text: bytes) -> None:
        """Read until something was written that was not before."""
        seen = len(self.said)
        while text not in self.said[seen:]:
            ready, _, _ = select.select([self._ours], [], [], PATIENCE_S)
            assert ready, self.said
            self.said += os.read(self._ours, 65_536)

    def end(self, how: signal.Signals) -> int:
        """Send a signal, read what is left, and return the exit status."""
        self.process.send_signal(how)
        status = self.process.wait(PATIENCE_S)
        while select.select([self._ours], [], [], 0)[0]:
            self.said += os.read(self._ours, 65_536)
        assert termios.tcgetattr(self._theirs) == self.before
        return status

    def close(self) -> None:
        """End the command whatever it does, and the terminal."""
        self.process.kill()
        self.process.wait(PATIENCE_S)
        os.close(self._ours)
        os.close(self._theirs)


@contextmanager
def watching(*arguments: str, rows: int = 24, columns: int = 100) -> Iterator[Terminal]:
    """Watch on a terminal for as long as the block."""
    with closing(Terminal(("watch", *arguments), rows, columns)) as terminal:
        yield terminal


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(job_s=HOUR_S) as running:
        yield running


@pytest.fixture
def key(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Begin a run in a folder of its own and return its job."""
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.chdir(tmp_path)
    with closing(SqliteStore("state.db")) as store:
        return begin_job(store, emulator)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_open_jobs_are_shown_and_the_terminal_is_given_back(
    how: signal.Signals, key: str
) -> None:
    with watching() as terminal:
        terminal.wait_for(b"in progress, watched")
        terminal.wait_for(b"1 open: 1 waited for.")
        assert key[:12].encode() in terminal.said
        assert f"{terminal.process.pid} alive".encode() in terminal.said

        assert terminal.end(how) == 0

    assert HIDDEN in terminal.said
    assert terminal.said.rindex(SEEN) > terminal.said.rindex(HIDDEN)


def test_what_a_watcher_says_stays_above_the_table(
    key: str, emulator: Emulator
) -> None:
    with watching() as terminal:
        terminal.wait_for(b"in progress, watched")
        emulator.advance(HOUR_S)
        terminal.wait_for(f"{key}: completed (v1_".encode())
        terminal.wait_for(b"no open jobs")

        assert terminal.end(signal.SIGTERM) == 0


@pytest.mark.usefixtures("key")
def test_a_terminal_is_given_back_where_the_time_to_end_is_over(
    emulator: Emulator,
) -> None:
    """A second signal ends the wait at once, and no thread is waited for."""
    emulator.fault(on="get", do={"delay_s": 30.0})
    with watching() as terminal:
        terminal.wait_for(b"in progress, watched")
        while not any(row["method"] == "GET" for row in emulator.requests()):
            assert terminal.process.poll() is None
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end(signal.SIGTERM) == 3

    assert terminal.said.rindex(SEEN) > terminal.said.rindex(HIDDEN)


@pytest.mark.usefixtures("key")
def test_lines_are_all_that_is_printed_where_nobody_looks(emulator: Emulator) -> None:
    emulator.advance(HOUR_S)

    done = subprocess.run(
        argv(jobs, "watch", "--until-idle"),
        check=True,
        capture_output=True,
        text=True,
    )

    assert "\x1b" not in done.stdout
    begun, taken, over = done.stdout.splitlines()
    assert begun.endswith(": 1 open job, 1 that nobody waits for")
    assert ": watched from here on" in taken
    assert ": completed (v1_" in over


def told(**changes: object) -> ToldJob:
    usual = {"status": "in_progress", "interaction_id": "v1_1", "lease_until": NOW * 2}
    job = make_job("job_c7e95cbe0", owner=process_id(), **usual | changes)
    events = [JobEvent(NOW, "intent", "me"), JobEvent(NOW + 60, "acquired", job.owner)]
    return ToldJob(job=job, events=events, now=NOW + 120)


def test_the_table_says_who_waits_and_since_when() -> None:
    pid = process_id().split("/")[1]
    free = told(lease_until=0.0)

    lines = [click.unstyle(line) for line in live_lines([told(), free], 100)]

    assert lines[0].split() == [
        *("JOB", "STATUS", "THREAD", "WAITS", "SINCE", "TOOK", "DEADLINE"),
    ]
    assert lines[1].split() == [
        *("job_c7e95cbe", "in", "progress", "thread", pid, "alive"),
        *("1", "min", "2", "min", "in", "63", "min"),
    ]
    assert lines[2].split()[1:7] == [
        "in",
        "progress,",
        "nobody",
        "waits",
        "thread",
        "nobody",
    ]
    assert lines[-1].startswith("2 open: 1 waited for, 1 that nobody waits for")


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_and_errors_do_nothing_to_a_terminal(name: str) -> None:
    # What is refused as a name may come as the server's word.
    kept = name.encode("utf-8", "replace").decode()
    job = told(scope=Scope("gemini|host|print", kept, kept), status=name)

    lines = [click.unstyle(line) for line in live_lines([job], 80, name)]

    assert all(map(is_harmless, lines))
    assert max(map(columns_of, lines[:2])) <= 80
