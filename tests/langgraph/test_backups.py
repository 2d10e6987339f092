"""What a restored backup brings back, and what it does not spoil."""

import contextlib
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner, Result
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.cli.root import interactions
from interactions_core.client.connection import Connection
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.conftest import Clock
from tests.langgraph.conftest import MakeModel
from tests.postgres import drop, find_binaries

DAY_S = 86_400.0


def open_saver(url: str, emulator: Emulator) -> InteractionsSaver:
    connection = Connection(base_url=emulator.url, api_key="k")
    return InteractionsSaver(url, connection=connection)


def build(saver: InteractionsSaver, model: Any) -> Any:
    def chat(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node(chat).add_edge(START, "chat")
    return graph.compile(checkpointer=saver)


def ask(graph: Any, thread: str, text: str) -> str:
    done = graph.invoke({"messages": text}, {"configurable": {"thread_id": thread}})
    return done["messages"][-1].response_metadata["plan_reason"]


def copy(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as before,
        contextlib.closing(sqlite3.connect(target)) as after,
    ):
        before.backup(after)


@pytest.mark.parametrize("erased", [("1",), ("1", "2")], ids=len)
def test_threads_that_a_restore_brings_back_teach_nothing_and_can_be_deleted_again(
    erased: tuple[str, ...],
    tmp_path: Path,
    emulator: Emulator,
    make_model: MakeModel,
    clock: Clock,
) -> None:
    file, backup = tmp_path / "state.db", tmp_path / "backup.db"
    with open_saver(f"sqlite:///{file}", emulator) as saver:
        graph = build(saver, make_model(sessions=None))
        for thread in "123":
            ask(graph, thread, "My name is Ada.")
        copy(file, backup)
        for thread in erased:
            saver.delete_thread(thread, remote=True)
    restored = ["db", "restored", "--sessions", f"sqlite:///{backup}"]
    assert CliRunner().invoke(interactions, restored).exit_code == 0
    clock.advance(2 * DAY_S)

    with open_saver(f"sqlite:///{backup}", emulator) as saver:
        graph = build(saver, make_model(sessions=None))
        reasons = [ask(graph, thread, "What is my name?") for thread in (*erased, "3")]
        for thread in erased:
            saver.delete_thread(thread, remote=True)

        assert reasons == [*["expired"] * len(erased), "continue"]
        left = {each.config["configurable"]["thread_id"] for each in saver.list(None)}
        assert left == set("123") - {*erased}


# With a list of deletions.


class Service:
    """A service over a store of any kind, and whoever takes and restores its backups."""

    def __init__(
        self, url: str, emulator: Emulator, make_model: MakeModel, folder: Path
    ) -> None:
        self.url, self._emulator, self._make_model = url, emulator, make_model
        self._folder = folder

    @contextlib.contextmanager
    def running(self) -> Iterator[tuple[InteractionsSaver, Any]]:
        with open_saver(self.url, self._emulator) as saver:
            yield saver, build(saver, self._make_model(sessions=None))

    def back_up(self, name: str) -> Path:
        target = self._folder / name
        if self.url.startswith("sqlite"):
            copy(Path(self.url.removeprefix("sqlite:///")), target)
        else:
            schema, place = self._place()
            run_program(
                "pg_dump", f"--schema={schema}", "-Fc", f"--file={target}", place
            )
        return target

    def restore(self, backup: Path) -> None:
        """Put a backup in the place of the store, as nobody uses it."""
        if self.url.startswith("sqlite"):
            file = self.url.removeprefix("sqlite:///")
            for end in ("-wal", "-shm"):
                Path(file + end).unlink(missing_ok=True)
            copy(backup, Path(file))
        else:
            schema, place = self._place()
            drop(place, schema)
            run_program("pg_restore", f"--dbname={place}", str(backup))

    def _place(self) -> tuple[str, str]:
        place, _, options = self.url.partition("?")
        return parse_qs(options)["schema"][0], place

    def threads(self) -> set[str]:
        """Name the threads of which there is anything, checkpoints or sessions."""
        with self.running() as (saver, _):
            kept = {
                each.config["configurable"]["thread_id"] for each in saver.list(None)
            }
            return kept | {*saver.sessions.list_threads()}


def run_program(name: str, *arguments: str) -> None:
    folder = find_binaries()
    assert folder is not None
    subprocess.run([folder / name, *arguments], check=True, capture_output=True)


def db_restored(service: Service, *arguments: str) -> Result:
    told = ["db", "restored", "--sessions", service.url, *arguments]
    return CliRunner().invoke(interactions, told)


@pytest.fixture
def service(
    store_url: str,
    emulator: Emulator,
    make_model: MakeModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Service:
    monkeypatch.setenv("INTERACTIONS_ERASED", str(tmp_path / "erased.jsonl"))
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    return Service(store_url, emulator, make_model, tmp_path)


def test_what_was_erased_after_the_backup_is_erased_again_after_its_restore(
    service: Service, emulator: Emulator
) -> None:
    with service.running() as (saver, graph):
        for thread in "123":
            ask(graph, thread, "My name is Ada.")
    backup = service.back_up("backup")
    with service.running() as (saver, graph):
        ask(graph, "1", "I live in Paris.")
        # The server is away, so that only the store knows of what is left there.
        emulator.fault(on="delete", times=9, do={"status": 503})
        saver.delete_thread("1", remote=True)
        saver.delete_thread("2")
        ask(graph, "2", "My name is Grace.")
        emulator.clear_faults()
    service.restore(backup)

    before = service.threads()
    done = db_restored(service)
    pending = CliRunner().invoke(
        interactions, ["erase", "--pending", "--sessions", service.url]
    )

    assert before == set("123")
    assert done.exit_code == 0, done.output
    *erased, last = done.output.splitlines()[1:]
    assert erased == ["thread '1': erased again", "thread '2': erased again"]
    assert last.startswith("2 threads erased again, 2 interactions listed to be ")
    assert service.threads() == {"3"}
    assert (pending.exit_code, pending.output.count(": deleted\n")) == (0, 2)
    with service.running() as (_, graph):
        assert ask(graph, "3", "What is my name?") == "continue"


def test_a_thread_that_was_begun_anew_before_the_backup_is_kept(
    service: Service,
) -> None:
    with service.running() as (saver, graph):
        ask(graph, "1", "My name is Ada.")
        saver.delete_thread("1", remote=True)
        ask(graph, "1", "My name is Grace.")
    service.restore(service.back_up("backup"))

    done = db_restored(service)

    assert done.exit_code == 0, done.output
    assert done.output.endswith("\n0 threads erased again\n")
    with service.running() as (_, graph):
        assert ask(graph, "1", "What is my name?") == "continue"


def test_a_list_that_is_applied_twice_erases_nothing_that_came_after(
    service: Service,
) -> None:
    with service.running() as (saver, graph):
        ask(graph, "1", "My name is Ada.")
        backup = service.back_up("backup")
        saver.delete_thread("1")
    service.restore(backup)
    first = db_restored(service, "--dry-run")
    db_restored(service)
    with service.running() as (_, graph):
        ask(graph, "1", "My name is Grace.")

    again = db_restored(service)

    assert first.output == "thread '1': to be erased\n"
    assert again.output.endswith("\n0 threads erased again\n")
    assert service.threads() == {"1"}


def test_what_a_store_knows_of_deletions_can_be_taken_out_before_a_restore(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a store that was run without a list, and can still be read."""
    monkeypatch.delenv("INTERACTIONS_ERASED")
    with service.running() as (saver, graph):
        for thread in "12":
            ask(graph, thread, "My name is Ada.")
    backup = service.back_up("backup")
    with service.running() as (saver, _):
        saver.delete_thread("1")
    told = ["erase", "--list", "--sessions", service.url]
    listed = tmp_path / "listed.jsonl"
    listed.write_text(CliRunner().invoke(interactions, told).output)
    service.restore(backup)

    done = db_restored(service, "--erased", str(listed))

    assert done.exit_code == 0, done.output
    assert '"thread"' not in listed.read_text()
    assert service.threads() == {"2"}


def test_a_backup_from_before_the_first_deletion_needs_its_name_said(
    service: Service,
) -> None:
    """A store that holds checkpoints alone has its secret from its first deletion."""
    graph = StateGraph(MessagesState).add_node("a", lambda _: {}).add_edge(START, "a")
    thread: Any = {"configurable": {"thread_id": "1"}}
    with service.running() as (saver, _):
        graph.compile(checkpointer=saver).invoke({"messages": "Ada"}, thread)
        backup = service.back_up("backup")
        saver.delete_thread("1")
    service.restore(backup)

    refused = db_restored(service)
    name = refused.output.partition("other stores (")[2].partition(")")[0]
    done = db_restored(service, "--store", name)

    assert refused.exit_code == 1
    assert done.exit_code == 0, done.output
    assert service.threads() == set()


def test_lines_that_cannot_be_read_are_named_and_the_others_applied(
    service: Service, tmp_path: Path
) -> None:
    with service.running() as (saver, graph):
        ask(graph, "1", "My name is Ada.")
        backup = service.back_up("backup")
        (tmp_path / "erased.jsonl").write_text('{"at": 1.0, "sto\n')
        saver.delete_thread("1")
    service.restore(backup)

    done = db_restored(service)

    assert done.exit_code == 1
    assert (
        "erased.jsonl, line 1: no deletion, perhaps cut off; not applied" in done.output
    )
    assert service.threads() == set()
