"""`interactions jobs` and `interactions webhook serve`, as they are typed."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.jobs import jobs
from interactions_core.cli.root import interactions
from interactions_core.cli.webhook import webhook
from interactions_core.exceptions import UnknownJobError
from interactions_emulator import Emulator
from tests.begun_jobs import begin_job
from tests.patience import PATIENCE_S

GRAPH = '''
"""A graph whose one call suspends it."""

from langgraph.graph import START, MessagesState, StateGraph

from interactions_langgraph import ChatInteractions, InteractionsSaver

model = ChatInteractions(model="gemini-3.5-flash", background="suspend")


def ask(state):
    return {"messages": [model.invoke(state["messages"])]}


built = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
app = built.compile(checkpointer=InteractionsSaver("sqlite:///state.db"))
at = {"configurable": {"thread_id": "1"}}
'''
RUN = "from graph import app, at; app.invoke({'messages': 'TPUs?'}, at)"
LAST = "from graph import app, at; print(app.get_state(at).values['messages'][-1].type)"

NOTHING_OPEN = r"watching the jobs of \S+: 0 open jobs, 0 that nobody waits for\n"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(job_s=1.0) as running:
        yield running


@pytest.fixture
def environment(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    """Say where the API and the store are, and go to a folder of its own."""
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def job(environment: Path, emulator: Emulator) -> str:
    """Submit a job and return its key."""
    with closing(SqliteStore(environment / "state.db")) as store:
        return begin_job(store, emulator)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(jobs, arguments)


def python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def typed(*arguments: str) -> list[str]:
    """Return what runs a command of this package without the root of all commands."""
    group = {"jobs": jobs, "webhook": webhook}[arguments[0]]
    where = f"from {group.callback.__module__} import {group.name}; {group.name}()"
    return [sys.executable, "-c", where, *arguments[1:]]


def test_the_commands_are_offered_to_the_root() -> None:
    offered = entry_points(group="interactions_core.commands")

    assert offered["jobs"].load() is jobs
    assert offered["webhook"].load() is webhook


def test_a_job_is_listed_shown_and_cancelled(job: str, emulator: Emulator) -> None:
    listed = run("list").stdout
    shown = run("show", job[:12]).stdout
    cancelled = run("cancel", job)
    again = run("cancel", job)

    assert f"{job[:12]}  in progress, suspended  (no thread) " in listed
    assert f"job:         {job}" in shown
    assert (cancelled.exit_code, again.exit_code) == (0, 1)
    assert "cancelled v1_" in cancelled.stdout
    assert emulator.requests()[-1]["path"].endswith("/cancel")


@pytest.mark.usefixtures("job")
def test_lists_are_narrowed_to_a_thread() -> None:
    other = run("list", "--thread", "other").stdout

    assert other == "no job matches; 1 without the filter\n"
    assert run("clean").stdout == "0 jobs forgotten\n"


@pytest.mark.usefixtures("job")
def test_an_unknown_job_is_an_error_that_names_it() -> None:
    error = run("show", "nothing").exception

    assert isinstance(error, UnknownJobError)
    assert "'nothing'" in str(error)


@pytest.mark.usefixtures("environment")
def test_a_store_that_is_not_there_is_not_made() -> None:
    done = run("list")

    assert done.exit_code == 2
    assert f"there is no session store at {Path('state.db').absolute()}" in done.stderr
    assert not Path("state.db").exists()


WATCH = ("jobs", "watch")
SERVE = ("webhook", "serve", "--audience", "https://example.org", "--port", "0")


@pytest.mark.parametrize("command", [WATCH, SERVE], ids=["watch", "serve"])
@pytest.mark.usefixtures("environment")
def test_a_mistyped_store_is_refused_by_whoever_waits_for_jobs(
    command: tuple[str, ...],
) -> None:
    SqliteStore("state.db").close()

    done = subprocess.run(
        typed(*command, "--sessions", "sqlite:///sate.db"),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(
        f"Error: there is no session store at {Path('sate.db').absolute()}: name the "
        "one that your program uses, or give --create where it may come up later\n"
    )
    assert not Path("sate.db").exists()


@pytest.mark.parametrize("filled", [True, False], ids=["another's", "empty"])
@pytest.mark.usefixtures("environment")
def test_a_file_of_another_program_is_left_as_it_is(filled: bool) -> None:  # noqa: FBT001
    other = Path("other.db")
    with closing(sqlite3.connect(other)) as connection:
        if filled:
            connection.execute("CREATE TABLE orders (id INTEGER)")
    other.touch()
    before = other.read_bytes()

    done = run("watch", "--until-idle", "--sessions", "sqlite:///other.db")

    assert done.exit_code == 2
    assert f"the file {other.absolute()} is no session store: name the" in done.stderr
    assert other.read_bytes() == before


@pytest.mark.parametrize(
    ("part", "tables"),
    [
        ("forms", ["forms"]),
        ("budgets", ["budgets", "reservations"]),
        ("charges", ["charges", "unanswered"]),
        ("losses", ["lost_chains", "retention_tries", "restores"]),
        ("questions", ["questions"]),
        ("outlines", ["outlines"]),
        ("setups", ["setups"]),
        ("texts", ["said_words"]),
        ("jobs", ["jobs"]),
        ("job_events", ["job_events"]),
        ("job_traces", ["job_traces"]),
        ("job_looks", ["job_looks"]),
        ("deletions", ["deleted_threads", "erasures"]),
        ("accounts", ["account_names", "account_events", "account_anchors"]),
    ],
)
@pytest.mark.usefixtures("environment")
def test_a_store_from_before_a_part_of_it_is_watched(
    part: str, tables: list[str]
) -> None:
    SqliteStore("old.db").close()
    with closing(sqlite3.connect("old.db")) as connection:
        connection.execute("DELETE FROM schema_versions WHERE part = ?", (part,))
        for table in tables:
            connection.execute(f"DROP TABLE {table}")
        connection.commit()

    done = run("watch", "--until-idle", "--sessions", "sqlite:///old.db")

    assert done.exit_code == 0
    assert re.fullmatch(NOTHING_OPEN, done.output)


@pytest.mark.usefixtures("environment")
def test_the_first_watcher_of_a_deployment_makes_the_store() -> None:
    watched = run("watch", "--create", "--until-idle")

    assert watched.exit_code == 0
    assert re.fullmatch(NOTHING_OPEN, watched.output)
    assert run("list").stdout == "no jobs\n"


def test_a_graph_that_makes_its_store_itself_is_watched_without_more(
    environment: Path,
) -> None:
    pytest.importorskip("interactions_langgraph")
    (environment / "graph.py").write_text(GRAPH)

    python(*typed(*WATCH, "--resume", "graph:app", "--until-idle")[1:])

    assert Path("state.db").exists()


def test_the_watcher_collects_what_nobody_waits_for(job: str) -> None:
    watched = run("watch", "--until-idle")

    begun, taken, over = watched.stdout.splitlines()
    assert begun.endswith(": 1 open job, 1 that nobody waits for")
    assert taken.startswith(f"{job}: watched from here on")
    assert re.fullmatch(rf"{job}: completed \(v1_\w+\)", over)


def test_a_graph_is_resumed_by_a_watcher_in_a_process_of_its_own(
    environment: Path,
) -> None:
    pytest.importorskip("interactions_langgraph")
    (environment / "graph.py").write_text(GRAPH)
    python("-c", RUN)

    done = subprocess.run(
        typed("jobs", "watch", "--resume", "graph:app", "--until-idle"),
        check=True,
        capture_output=True,
        text=True,
    )

    assert "resumed thread 1" in done.stdout
    assert python("-c", LAST) == "ai\n"


@pytest.mark.usefixtures("environment")
def test_a_watcher_ends_with_a_signal_and_without_a_word() -> None:
    watching = subprocess.Popen(
        typed(*WATCH, "--create"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not Path("state.db").exists():
        assert watching.poll() is None
    os.kill(watching.pid, signal.SIGTERM)

    said, warned = watching.communicate(timeout=PATIENCE_S)

    # Before the handler is in place, the signal ends it as it ends any program.
    assert (watching.returncode, said, warned) in [
        (0, b"", b""),
        (-signal.SIGTERM, b"", b""),
    ]


@pytest.mark.usefixtures("environment")
def test_a_watcher_without_a_key_is_an_error_before_it_watches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    SqliteStore("state.db").secret()
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    done = CliRunner().invoke(
        interactions, ["jobs", "watch", "--until-idle", "--health-port", "0"]
    )

    assert (done.exit_code, done.stdout) == (1, "")
    assert "Set GEMINI_API_KEY or GOOGLE_API_KEY" in done.stderr


@pytest.mark.parametrize("name", ["nosuch", "no.such:app", "sys:version"])
@pytest.mark.usefixtures("environment")
def test_a_graph_that_is_not_there_is_an_error_of_the_command_line(name: str) -> None:
    SqliteStore("state.db").secret()

    done = run("watch", "--until-idle", "--resume", name)

    assert (done.exit_code, done.stdout) == (2, "")
    assert repr(name) in done.stderr


@pytest.mark.usefixtures("environment")
def test_a_watcher_of_a_store_of_a_newer_release_ends_with_one() -> None:
    """Its 3 says that a graph was left to others."""
    SqliteStore("state.db").secret()
    with closing(sqlite3.connect("state.db")) as db:
        db.execute("UPDATE schema_versions SET version = 99 WHERE part = 'sessions'")
        db.execute("UPDATE schema_contracts SET version = 99, needs = 99")
        db.commit()

    done = CliRunner().invoke(interactions, ["jobs", "watch", "--until-idle"])

    assert (done.exit_code, done.stdout) == (1, "")


@pytest.mark.usefixtures("environment")
def test_a_receiver_is_served_and_refuses_what_is_not_signed() -> None:
    serving = subprocess.Popen(
        typed(*SERVE, "--create"),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert serving.stdout is not None
    url = serving.stdout.readline().split()[-1]

    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url, b"{}", timeout=PATIENCE_S)  # noqa: S310  our own

    serving.send_signal(signal.SIGTERM)
    serving.communicate(timeout=PATIENCE_S)


@pytest.mark.usefixtures("environment")
def test_a_receiver_that_believes_nobody_is_not_served() -> None:
    done = CliRunner().invoke(webhook, ["serve", "--create"])

    assert done.exit_code == 2
    assert "a receiver needs `secrets`" in done.stderr


@pytest.mark.usefixtures("environment")
def test_an_address_that_cannot_be_listened_at_is_an_error_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        asked = ["serve", "--create", "--audience", "a", "--port", port]
        done = CliRunner().invoke(webhook, asked)

    assert done.exit_code == 1
    assert f"cannot listen at 127.0.0.1:{port}: Address already in use" in done.output


@pytest.mark.usefixtures("environment")
def test_a_port_that_there_is_not_is_an_error_of_the_command_line() -> None:
    done = CliRunner().invoke(webhook, ["serve", "--audience", "a", "--port", "70000"])

    assert done.exit_code == 2
    assert "65535" in done.output


def test_command_without_a_store_is_told_both_ways_to_name_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("INTERACTIONS_SESSIONS", raising=False)

    result = CliRunner().invoke(jobs, ["list"])

    assert result.exit_code == 2
    assert "give --sessions" in result.output
    assert "INTERACTIONS_SESSIONS" in result.output
