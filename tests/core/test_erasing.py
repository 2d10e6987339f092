"""What deleted threads have left on the server is asked for until it is gone."""

from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.erase import erase
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import NotFoundError
from interactions_core.protocol.retries import FRESH_AGE_S
from interactions_core.records.turn import Turn
from interactions_core.services.eraser import Eraser
from interactions_core.services.job_watcher import ERASE_S, ERASED_AT_ONCE, JobWatcher
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.conftest import Clock


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with Emulator(clock=clock) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with_file = SqliteStore(tmp_path / "state.db")
    yield with_file
    with_file.close()


@pytest.fixture
def client(emulator: Emulator, clock: Clock) -> Iterator[InteractionsClient]:
    made = connect(emulator, clock)
    yield made
    made.close()


def connect(emulator: Emulator, clock: Clock, key: str = "k") -> InteractionsClient:
    policy = ClientPolicy(max_retries=0, retention_s=1e9, clock=clock)
    connection = Connection(api_key=key, base_url=emulator.url, timeout_s=60.0)
    return InteractionsClient(connection, policy, sleep=clock.sleep)


def leave(
    store: SqliteStore,
    client: InteractionsClient,
    *texts: str,
    background: bool = False,
) -> list[str]:
    """Answer turns and delete their thread here; return what the server still has."""
    for text in texts:
        turn = Turn(
            transcript=Transcript.of([user_input([text_part(text)])]),
            target=("model", "gemini-3.5-flash"),
            thread_id="t",
            background=background,
        )
        if background:
            client.suspend(turn, store)
        else:
            client.turn(turn, store)
    store.delete_thread("t", remote=True)
    return [each.interaction_id for each in store.list_erasures()]


def is_on_server(client: InteractionsClient, name: str) -> bool:
    try:
        client.get(name)
    except NotFoundError:
        return False
    return True


def sent(emulator: Emulator, name: str) -> list[str]:
    return [
        f"{row['method']} {row['path'].rpartition(name)[2]}".strip()
        for row in emulator.requests()
        if name in row["path"]
    ]


def test_what_is_listed_is_deleted_and_struck_off(
    store: SqliteStore, client: InteractionsClient, clock: Clock
) -> None:
    names = leave(store, client, "One.", "Two.")

    report = Eraser(store, client, clock=clock).erase()

    assert (list(report.deleted), report.failed) == (names, {})
    assert not any(is_on_server(client, name) for name in names)
    assert store.list_erasures() == []


def test_a_run_is_cancelled_before_it_is_deleted(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    [name] = leave(store, client, "Hi", background=True)

    Eraser(store, client, clock=clock).erase()

    assert sent(emulator, name) == ["POST /cancel", "DELETE"]
    assert store.list_erasures() == []


def test_a_run_that_is_over_by_now_is_deleted(
    store: SqliteStore, client: InteractionsClient, clock: Clock
) -> None:
    [name] = leave(store, client, "Hi", background=True)
    clock.advance(3_600.0)

    report = Eraser(store, client, clock=clock).erase()

    assert report.deleted == (name,)


def test_a_run_that_cannot_be_cancelled_now_stays_listed(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    """API: a run that is deleted goes on, and nobody could stop it any more."""
    [name] = leave(store, client, "Hi", background=True)
    emulator.fault(on="cancel", do={"status": 500})

    report = Eraser(store, client, clock=clock).erase()

    assert "500" in report.failed[name]
    assert sent(emulator, name) == ["POST /cancel"]
    assert len(store.list_erasures()) == 1


def test_what_the_server_refuses_stays_listed_and_the_rest_is_deleted(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    first, second = leave(store, client, "One.", "Two.")
    emulator.fault(on="delete", do={"status": 500})

    report = Eraser(store, client, clock=clock).erase()

    assert report.deleted == (second,)
    assert list(report.failed) == [first]
    assert Eraser(store, client, clock=clock).erase().deleted == (first,)


def test_a_server_that_is_busy_is_not_asked_again_and_again(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    names = leave(store, client, "One.", "Two.")
    emulator.fault(on="delete", times=9, do={"status": 429})

    report = Eraser(store, client, clock=clock).erase()

    assert list(report.failed) == names
    assert "not tried after" in report.failed[names[1]]
    assert [row["method"] for row in emulator.requests()].count("DELETE") == 1


def test_what_the_server_does_not_know_yet_stays_listed(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    """API: a new interaction may be unknown for some seconds, and exist."""
    emulator.fault(on="create", do={"hide_s": 20.0})
    [name] = leave(store, client, "Hi")

    report = Eraser(store, client, clock=clock).erase()

    assert "younger than a minute" in report.failed[name]
    clock.advance(30.0)
    assert Eraser(store, client, clock=clock).erase().deleted == (name,)


def test_what_was_deleted_by_others_is_struck_off(
    store: SqliteStore, client: InteractionsClient, clock: Clock
) -> None:
    [name] = leave(store, client, "Hi")
    client.delete(name)
    clock.advance(FRESH_AGE_S)

    assert Eraser(store, client, clock=clock).erase().deleted == (name,)
    assert store.list_erasures() == []


def test_another_credential_is_reported_and_not_tried(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    """Ours: a 404 under one key says nothing of what another one has."""
    [name] = leave(store, client, "Hi")
    clock.advance(FRESH_AGE_S)
    other = connect(emulator, clock, "another")

    report = Eraser(store, other, clock=clock).erase()

    other.close()
    assert "another API key" in report.failed[name]
    assert is_on_server(client, name)
    assert len(store.list_erasures()) == 1


def test_without_a_key_everything_stays_listed(
    store: SqliteStore,
    client: InteractionsClient,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [name] = leave(store, client, "Hi")
    for variable in ("GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    keyless = InteractionsClient(
        Connection(), ClientPolicy(max_retries=0, retention_s=1.0, clock=clock)
    )

    report = Eraser(store, keyless, clock=clock).erase()

    assert "GEMINI_API_KEY" in report.failed[name]
    assert len(store.list_erasures()) == 1


def test_a_watcher_deletes_what_is_listed(
    store: SqliteStore, client: InteractionsClient, clock: Clock
) -> None:
    texts = [f"Number {n}." for n in range(ERASED_AT_ONCE + 2)]
    names = leave(store, client, *texts)
    lines: list[str] = []
    watcher = JobWatcher(
        store, client, write=lines.append, clock=clock, sleep=clock.sleep
    )

    watcher.run(until_idle=True)

    assert lines[1:] == [f"{name}: deleted" for name in names]
    assert store.list_erasures() == []


def test_a_watcher_tries_again_later_and_says_so(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    [name] = leave(store, client, "Hi")
    emulator.fault(on="delete", do={"status": 503})
    lines: list[str] = []
    watcher = JobWatcher(
        store, client, write=lines.append, clock=clock, sleep=clock.sleep
    )

    watcher.step()
    clock.advance(ERASE_S[0] / 2)
    watcher.step()
    clock.advance(ERASE_S[0])
    watcher.step()

    watcher.close()
    assert [line.partition(": HTTP")[0] for line in lines[1:]] == [
        f"{name}: not deleted yet",
        f"{name}: deleted",
    ]


# The command.


@pytest.fixture
def environment(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, store: SqliteStore
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", store.url)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(erase, arguments)


def test_the_command_is_offered_to_the_root() -> None:
    offered = entry_points(group="interactions_core.commands")

    assert offered["erase"].load() is erase


@pytest.mark.usefixtures("environment")
def test_the_command_deletes_what_is_pending(
    store: SqliteStore, client: InteractionsClient
) -> None:
    names = leave(store, client, "One.", "Two.")

    shown = run("--pending", "--dry-run")
    done = run("--pending")
    again = run("--pending")

    assert [line.split()[0] for line in shown.stdout.splitlines()] == names
    assert done.stdout.splitlines() == [f"{name}: deleted" for name in names]
    assert again.stdout == "nothing is left to be deleted\n"
    assert (shown.exit_code, done.exit_code, again.exit_code) == (0, 0, 0)


@pytest.mark.usefixtures("environment")
def test_the_command_fails_as_long_as_something_is_left(
    store: SqliteStore, client: InteractionsClient, emulator: Emulator
) -> None:
    [name] = leave(store, client, "Hi")
    emulator.fault(on="delete", do={"status": 503})

    failed = run("--pending")
    done = run("--pending")

    assert failed.exit_code == 1
    assert failed.stdout.startswith(f"{name}: not deleted yet: ")
    assert (done.exit_code, done.stdout) == (0, f"{name}: deleted\n")


@pytest.mark.usefixtures("environment")
def test_a_store_that_nothing_was_written_to_has_no_deletions_to_list(
    tmp_path: Path,
) -> None:
    SqliteStore(tmp_path / "new.db").close()

    done = CliRunner().invoke(
        erase, ["--list", "--sessions", f"sqlite:///{tmp_path}/new.db"]
    )

    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "no deletions are known\n"


def test_the_command_has_to_be_told_what_to_erase() -> None:
    assert run().exit_code == 2
