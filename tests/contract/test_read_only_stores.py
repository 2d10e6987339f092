"""Stores that are only looked at: nothing is made, changed, or asked to be writable."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore, open_store
from interactions_core.cli.jobs import jobs
from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_core.stores import SessionStore
from tests.contract.session_records import SCOPE, make_record
from tests.forks.children import in_child

T = TypeVar("T")
NOBODY = 65_534


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder that another user may enter."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


@pytest.fixture
def path(folder: Path) -> Path:
    """Make a store with a record in it, which nobody has open."""
    path = folder / "sessions.db"
    with closing(SqliteStore(path)) as store:
        store.put(make_record())
    path.chmod(0o644)
    return path


def look(path: Path) -> SessionStore:
    return open_store(f"sqlite:///{path}", read_only=True)


def as_a_guest(work: Callable[[], T]) -> T:
    """Do something as a user who may read and not write."""

    def demoted() -> T:
        if os.geteuid() == 0:
            os.setuid(NOBODY)
        return work()

    # What is imported late is out of the guest's reach.
    work()
    return in_child(demoted)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_look_needs_no_right_to_write(path: Path, folder: Path) -> None:
    path.chmod(0o444)
    folder.chmod(0o555)

    def keys() -> str | None:
        with closing(look(path)) as store:
            record = store.get(SCOPE, "v1_a")
            return record.key if record is not None else None

    assert as_a_guest(keys) == "v1_a"


def test_command_that_lists_needs_no_right_to_write(path: Path, folder: Path) -> None:
    path.chmod(0o444)
    folder.chmod(0o555)

    def listed() -> str:
        sessions = ["--sessions", f"sqlite:///{path}"]
        return CliRunner().invoke(jobs, ["list", *sessions]).output

    assert as_a_guest(listed) == "no jobs\n"


def test_look_leaves_everything_as_it_was(path: Path, folder: Path) -> None:
    before = contents(folder)

    with closing(look(path)) as store:
        assert store.get(SCOPE, "v1_a") is not None
        assert contents(folder) == before

    assert contents(folder) == before


def test_mistyped_file_is_not_made_by_a_look(folder: Path) -> None:
    with pytest.raises(StoreError, match="there is no such file"):
        look(folder / "new" / "typo.db")

    assert contents(folder) == {}


def test_nothing_can_be_written_where_only_reading_was_meant(path: Path) -> None:
    with (
        closing(look(path)) as store,
        pytest.raises(StoreError, match="opened to be read only"),
    ):
        store.put(make_record())


def test_look_sees_what_a_writer_that_came_later_has_written(path: Path) -> None:
    with closing(look(path)) as store, closing(SqliteStore(path)) as writer:
        assert store.get(SCOPE, "v1_b") is None

        writer.put(make_record(key="v1_b"))

        assert store.get(SCOPE, "v1_b") is not None


def test_writer_that_comes_in_the_middle_of_a_look_is_noticed(path: Path) -> None:
    with closing(SqliteStore(path, read_only=True)) as store:
        with (
            pytest.raises(StoreError, match="began to write"),
            store.database.reading(),
            closing(SqliteStore(path)) as writer,
        ):
            writer.put(make_record(key="v1_b"))

        assert store.get(SCOPE, "v1_b") is not None


def test_older_tables_are_named_and_not_brought_up_to_date(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE schema_versions SET version = 1 WHERE part = 'sessions'")

    with pytest.raises(
        StoreError, match="'sessions' tables have schema version 1"
    ) as caught:
        look(path)

    assert caught.value.advice.startswith("Run `interactions db migrate`, ")

    with closing(sqlite3.connect(path)) as db:
        query = "SELECT version FROM schema_versions WHERE part = 'sessions'"
        assert db.execute(query).fetchone() == (1,)


def test_a_store_that_lacks_indexes_is_read_all_the_same(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP INDEX interactions_by_key")
        db.execute("DELETE FROM schema_versions WHERE part = 'lookups'")

    with closing(SqliteStore(path, read_only=True)) as store:
        assert store.get(SCOPE, "v1_a") is not None


def test_file_of_another_program_is_named(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "other.db")) as db, db:
        db.execute("CREATE TABLE things (name TEXT)")

    with pytest.raises(StoreError, match="has no tables for its 'sessions'"):
        look(folder / "other.db")


def test_memory_and_stores_are_not_opened_to_be_read_only() -> None:
    with pytest.raises(ConfigurationError, match="the URL of a file or a database"):
        open_store("memory:", read_only=True)


def test_look_at_a_database_writes_nothing(postgres_url: str) -> None:
    refuses = "&options=-c%20default_transaction_read_only%3Don"
    with closing(open_store(postgres_url)) as writer:
        writer.put(make_record())

    with closing(open_store(f"{postgres_url}{refuses}", read_only=True)) as store:
        assert store.get(SCOPE, "v1_a") is not None
        with pytest.raises(StoreError, match="opened to be read only"):
            store.put(make_record())


def test_schema_that_is_not_there_is_not_made_by_a_look(postgres_url: str) -> None:
    with closing(open_store(postgres_url, read_only=True)) as store:
        for _ in range(2):
            with pytest.raises(StoreError, match="has no tables for its"):
                store.get(SCOPE, "v1_a")
