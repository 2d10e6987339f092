"""Which store a command that only looks takes where none is named."""

import json
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.root import interactions
from tests.core.looking import fill


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INTERACTIONS_SESSIONS", raising=False)
    return tmp_path


def make(name: str) -> bytes:
    store = SqliteStore(name)
    store.secret()
    store.close()
    return Path(name).read_bytes()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(interactions, ["usage", *arguments])


def test_the_only_store_of_a_folder_is_taken_and_named(folder: Path) -> None:
    before = make("state.db")
    Path("notes.db").write_text("no database")
    Path("empty.sqlite").touch()
    Path("folder.db").mkdir()
    with sqlite3.connect("another.sqlite3") as other:
        other.execute("CREATE TABLE interactions (a)")
    other.close()

    done = run()

    assert (done.exit_code, done.stdout) == (0, "no turns\n")
    assert done.stderr == "session store: sqlite:///state.db\n"
    assert Path("state.db").read_bytes() == before
    made = {path.name for path in folder.iterdir()}
    assert made == {
        "state.db",
        "notes.db",
        "empty.sqlite",
        "folder.db",
        "another.sqlite3",
    }


def test_json_is_all_that_is_printed_of_it() -> None:
    make("state.db")

    assert run("--json").stderr == ""


def test_several_stores_are_named_and_none_is_taken() -> None:
    make("b.sqlite")
    make("a\x1b[31m.db")

    done = run()

    assert done.exit_code == 2
    assert "a\\x1b[31m.db, sqlite:///b.sqlite" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_folder_without_one_says_how_to_name_it() -> None:
    done = run()

    assert done.exit_code == 2
    assert "give --sessions" in done.stderr
    assert "none of the files here is one" in done.stderr


def test_what_is_named_is_taken_and_not_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make("a.db")
    make("b.db")

    assert run("--sessions", "sqlite:///a.db").stderr == ""
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///b.db")
    assert run().stderr == ""


@pytest.mark.parametrize(
    "command",
    [
        "accounts list",
        "accounts log",
        "db check",
        "db copy copy.db",
        "db plan",
        "db restored --show",
        "erase --list",
        "erase --pending --dry-run",
        "explain",
        "export --to steps",
        "jobs list",
        "usage",
    ],
)
def test_every_command_that_only_looks_takes_it(command: str) -> None:
    before = make("state.db")

    done = CliRunner().invoke(interactions, command.split())

    assert done.exit_code == 0, done.output
    assert done.stderr.startswith("session store: sqlite:///state.db\n")
    assert Path("state.db").read_bytes() == before


def test_a_watcher_takes_it_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    make("state.db")
    monkeypatch.setenv("GEMINI_API_KEY", "k")

    done = CliRunner().invoke(interactions, ["jobs", "watch", "--until-idle"])

    assert (done.exit_code, done.stderr) == (0, "session store: sqlite:///state.db\n")


def test_doctor_looks_at_it_and_at_none_where_there_are_several() -> None:
    make("state.db")

    one = CliRunner().invoke(interactions, ["doctor", "--offline"])
    make("other.db")
    two = CliRunner().invoke(interactions, ["doctor", "--offline"])

    assert one.stderr == "session store: sqlite:///state.db\n"
    assert "sqlite:///state.db, schema" in one.stdout
    assert (two.stderr, "schema" in two.stdout) == ("", False)


@pytest.mark.parametrize("url", ["state.db", "mysql://x", "sqlite:state.db"])
@pytest.mark.parametrize("command", [("usage",), ("jobs", "clean"), ("sessions", "list")])  # fmt: skip
def test_a_url_of_no_store_is_what_was_typed_wrong(
    command: tuple[str, ...], url: str
) -> None:
    done = CliRunner().invoke(interactions, [*command, "--sessions", url])

    assert done.exit_code == 2
    assert "no session store for " in done.stderr
    assert "use 'memory:', 'memory:NAME'" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "accounts link a",
        "accounts unlink a",
        "db forget-retention",
        "db migrate",
        "db migrate --create",
        "db restored",
        "doctor --offline --clear-forms",
        "erase --pending",
        "jobs clean",
        "jobs watch --create",
    ],
)
def test_what_cannot_be_undone_wants_its_store_named(command: str) -> None:
    before = make("state.db")

    done = CliRunner().invoke(interactions, command.split())

    assert Path("state.db").read_bytes() == before
    assert done.exit_code == 2
    assert "give --sessions" in done.stderr


def test_what_cannot_be_undone_says_which_stores_are_here() -> None:
    make("state.db")

    done = CliRunner().invoke(interactions, ["db", "migrate"])

    assert done.stderr.endswith("it is to change; here: sqlite:///state.db\n")


def test_a_row_that_is_broken_is_named_and_the_others_are_exported(
    folder: Path,
) -> None:
    store = SqliteStore(folder / "state.db")
    fill(store)
    store.close()
    with closing(sqlite3.connect(folder / "state.db")) as db, db:
        broken = "v1_trip-kyoto-001"
        db.execute("UPDATE interactions SET sent = '{no' WHERE key = ?", (broken,))

    for command in (
        ("sessions", "show", "trip-kyoto"),
        ("sessions", "tree", "trip-kyoto"),
        ("replay", "--dry-run", broken),
        ("explain", broken),
        ("sessions", "diff", broken, "last"),
    ):
        done = CliRunner().invoke(interactions, command)
        assert done.exit_code == 3, command
        assert f"what is kept of the interaction {broken} is broken" in done.stderr
    whole = CliRunner().invoke(interactions, ["export", "--to", "steps"])
    assert whole.exit_code == 0
    lines = [json.loads(line) for line in whole.stdout.splitlines()]
    lost = {line["thread"]: line["not_carried"] for line in lines}
    assert len(lines) == 5
    assert "content" in {loss["kind"] for loss in lost["trip-kyoto"]}
    assert "content" not in {loss["kind"] for loss in lost["contract-review"]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("erase", "give --pending or --list"),
        ("erase --pending --list", "give --pending or --list"),
        ("export", "Missing option '--to'"),
        ("export --to steps --resume", "--resume goes with -o FILE"),
        ("replay last", "give --dry-run"),
        ("usage --budgets --by day", "--by is about turns"),
        ("sessions show --all-threads", "--all-threads needs --html FILE"),
        ("explain ''", "an empty name names no interaction"),
        ("jobs show", "Missing argument 'JOB'"),
        ("accounts link", "Missing argument 'OWNER'"),
        ("db copy", "Missing argument 'FILE'"),
        ("doctor --tier free", "--tier goes with --live"),
        ("jobs watch --resume graph", "'graph' names no graph"),
        ("webhook serve", "a receiver needs `secrets`"),
    ],
)
def test_what_was_typed_wrong_is_told_before_a_store_is_asked_for(
    line: str, said: str
) -> None:
    done = CliRunner().invoke(interactions, shlex.split(line))

    assert done.exit_code == 2
    assert said in done.stderr
    assert "session store" not in done.stderr


@pytest.mark.parametrize(
    "line", ["sessions list", "jobs clean", "db check", "db migrate", "jobs cancel x"]
)
@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("postgresql://u:hunter2@h:port/db", 2, "the PostgreSQL URL cannot be read"),
        ("memory:a", 2, "ends with its process; name a file or a database"),
        ("sqlite:///saver.sqlite", 3, "this is a file of LangGraph's SqliteSaver"),
        ("sqlite:///typo.db", 2, "name the one that your program uses"),
    ],
)
def test_what_is_no_store_is_told_with_what_to_do(
    line: str, url: str, status: int, said: str
) -> None:
    make("state.db")
    with closing(sqlite3.connect("saver.sqlite")) as saver:
        saver.execute("CREATE TABLE checkpoints (thread_id TEXT)")
        saver.execute("CREATE TABLE writes (thread_id TEXT)")

    done = CliRunner().invoke(interactions, [*line.split(), "--sessions", url])

    assert done.exit_code == status
    assert said in done.stderr
    assert "hunter2" not in done.output


def test_a_file_that_is_not_there_leads_to_those_beside_it(folder: Path) -> None:
    make("state.db")

    done = run("--sessions", "sqlite:///sate.db")

    beside = f"beside it: sqlite:///{folder}/state.db"
    assert done.stderr.endswith(f"name the one that your program uses; {beside}\n")
