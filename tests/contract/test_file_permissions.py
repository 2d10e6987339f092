"""Who may read the files that hold conversations: their owner, whatever the umask."""

import logging
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core import SqliteStore
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.contract.session_records import make_record

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o277], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "state.db"


def keep_sessions(path: Path) -> SqliteStore:
    store = SqliteStore(path)
    store.put(make_record())
    return store


def keep_checkpoints(path: Path) -> InteractionsSaver:
    saver = InteractionsSaver(f"sqlite:///{path}")
    graph = StateGraph(MessagesState).add_node("end", lambda _: {})
    app = graph.add_edge(START, "end").compile(saver)
    app.invoke({"messages": [HumanMessage("Hi")]}, {"configurable": {"thread_id": "1"}})
    return saver


Keep = Callable[[Path], SqliteStore | InteractionsSaver]


def modes(folder: Path) -> dict[str, str]:
    """Return the permissions of everything below a folder."""
    found = {path.name: path.stat().st_mode for path in folder.rglob("*")}
    return {name: oct(stat.S_IMODE(mode)) for name, mode in found.items()}


@pytest.mark.parametrize("keep", [keep_sessions, keep_checkpoints])
@pytest.mark.usefixtures("umask")
def test_files_and_folders_that_are_made_are_their_owners_alone(
    keep: Keep, path: Path, tmp_path: Path
) -> None:
    store = keep(path)
    found = modes(tmp_path)
    store.close()

    assert found == {
        "new": "0o700",
        "folder": "0o700",
        "state.db": "0o600",
        "state.db-wal": "0o600",
        "state.db-shm": "0o600",
    }


@pytest.mark.usefixtures("umask")
def test_the_state_file_of_the_emulator_is_its_owners_alone(tmp_path: Path) -> None:
    with Emulator(state=tmp_path / "state.db"):
        found = modes(tmp_path)

    assert found == {
        "state.db": "0o600",
        "state.db-wal": "0o600",
        "state.db-shm": "0o600",
    }


def existing(path: Path) -> Path:
    """Make a database that everybody may read, as others make them."""
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o755)
    sqlite3.connect(path).close()
    path.touch()
    path.chmod(0o644)
    return path


@pytest.mark.parametrize("keep", [keep_sessions, keep_checkpoints])
def test_files_that_exist_are_left_alone_and_named_once(
    keep: Keep, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    existing(path)

    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            keep(path).close()

    named = [r.getMessage() for r in caplog.records if str(path) in r.getMessage()]
    assert len(named) == 1
    assert "0644" in named[0]
    assert modes(path.parent.parent) == {"folder": "0o755", "state.db": "0o644"}


def test_a_state_file_that_exists_is_left_alone_and_named(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    existing(path)

    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with Emulator(state=path):
                pass

    named = [r.getMessage() for r in caplog.records if str(path) in r.getMessage()]
    assert len(named) == 1
    assert modes(path.parent)["state.db"] == "0o644"


def test_a_file_that_only_its_owner_reads_is_not_named(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        keep_sessions(path).close()

    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


def test_a_link_to_a_file_that_is_not_there_makes_a_private_one(tmp_path: Path) -> None:
    link, target = tmp_path / "state.db", tmp_path / "real.db"
    link.symlink_to(target)

    keep_sessions(link).close()

    assert modes(tmp_path)["real.db"] == "0o600"
