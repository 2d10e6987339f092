"""What a session store in a SQLite file survives, and what it refuses."""

import contextlib
import gc
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from interactions_core.exceptions import (
    ConfigurationError,
    StoreError,
    StoreSchemaError,
)
from interactions_core.records.mirror import Mirror
from interactions_core.stores import (
    SqliteStore,
)
from interactions_core.stores.opening import open_store
from interactions_core.stores.sql.interactions.held_rows import HELD_BY
from tests.contract.session_records import (
    SCOPE,
    make_entry,
    make_record,
)
from tests.forks.children import in_child
from tests.patience import PATIENCE_S


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "sessions.db"


@pytest.fixture
def opened(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def every_byte(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def everything(path: Path) -> tuple[int, str]:
    """Count the records of a file and check it, as a fresh connection sees it."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        count = db.execute("SELECT count(*) FROM interactions").fetchone()[0]
        return count, db.execute("PRAGMA integrity_check").fetchone()[0]


def test_a_store_that_nobody_uses_any_more_closes_its_file(path: Path) -> None:
    """Ours: Python 3.13 warns of connections that are dropped while open."""
    store = SqliteStore(path)
    store.put(make_record())

    del store
    gc.collect()

    assert SqliteStore(path).get(SCOPE, "v1_a") is not None


def test_two_stores_on_one_file_agree_on_its_secret(path: Path) -> None:
    first, second = SqliteStore(path), SqliteStore(path)

    assert first.secret() == second.secret()
    first.close()
    assert SqliteStore(path).secret() == second.secret()


def test_reading_the_secret_does_not_wait_for_a_writer(path: Path) -> None:
    """Ours: every turn asks for it, and must not queue behind other processes."""
    store, other = SqliteStore(path), SqliteStore(path)
    secret = store.secret()

    with other.database.writing():
        assert store.secret() == secret


@pytest.mark.parametrize("mirror", ["full", "signatures"])
def test_not_one_byte_of_a_deleted_thread_stays(path: Path, mirror: Mirror) -> None:
    store = SqliteStore(path, mirror=mirror)
    secret = "xyzzy plugh " * 400
    held = ({"type": "model_output", "content": [{"type": "text", "text": secret}]},)
    doomed = replace(SCOPE, thread_id="thread of xyzzy")
    for number in range(20):
        entry = make_entry(f"xyzzy{number}")
        record = make_record(f"xyzzy{number}", scope=doomed, held=held, sent=held)
        store.put(replace(record, context="xyzzy"), entry)
        store.put(make_record(f"kept{number}"), make_entry())

    store.delete_thread("thread of xyzzy")

    assert b"xyzzy" not in every_byte(path.parent)
    assert len(store.ledger()) == 20


def test_a_thread_is_deleted_although_another_process_reads(path: Path) -> None:
    store = SqliteStore(path)
    store.put(make_record())
    with contextlib.closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM interactions").fetchall()

        deleted = store.delete_thread(SCOPE.thread_id)

    assert deleted == 1
    assert store.get(SCOPE, "v1_a") is None


def test_a_failed_commit_is_undone_and_later_writes_are_kept(
    path: Path, opened: SqliteStore
) -> None:
    """SQLite: a COMMIT may fail and leave its transaction open."""
    with opened.database.reading() as db:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("CREATE TABLE p (x PRIMARY KEY)")
        db.execute("CREATE TABLE q (x REFERENCES p (x) DEFERRABLE INITIALLY DEFERRED)")

    with (
        pytest.raises(StoreError, match="FOREIGN KEY"),
        opened.database.writing() as db,
    ):
        db.execute("INSERT INTO q VALUES (1)")
    opened.put(make_record())

    assert everything(path) == (1, "ok")


def test_a_put_that_fails_keeps_neither_record_nor_entry(
    path: Path, opened: SqliteStore
) -> None:
    with opened.database.reading() as db:
        db.execute("PRAGMA max_page_count = 40")
    held = (
        {"type": "model_output", "content": [{"type": "text", "text": "x" * 10**6}]},
    )

    with pytest.raises(StoreError, match="full"):
        opened.put(make_record(held=held), make_entry())

    assert everything(path) == (0, "ok")
    assert opened.ledger() == []
    opened.put(make_record(), make_entry())
    assert opened.get(SCOPE, "v1_a") is not None


# Several processes.

WRITER = """
import sys
sys.path.insert(0, {folder!r})
from interactions_core.stores import SqliteStore
from session_records import make_entry, make_record
store = SqliteStore({path!r})
print("open", flush=True)
sys.stdin.readline()
for number in range({count}):
    key = "{name}-" + str(number)
    store.put(make_record(key), make_entry(key))
    if {tell}:
        print(key, flush=True)
"""


def start_writer(path: Path, name: str, count: int, *, tell: bool = False):  # noqa: ANN201
    code = WRITER.format(
        folder=str(Path(__file__).parent),
        path=str(path),
        name=name,
        count=count,
        tell=tell,
    )
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_processes_that_open_and_write_one_file_at_once_lose_nothing(
    path: Path,
) -> None:
    writers = [start_writer(path, f"w{n}", 60) for n in range(4)]

    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    errors = [writer.communicate(timeout=PATIENCE_S)[1] for writer in writers]

    assert errors == [""] * 4
    assert everything(path) == (240, "ok")
    assert len(SqliteStore(path).ledger()) == 240


def test_a_killed_writer_leaves_a_file_with_all_that_it_reported(path: Path) -> None:
    writer = start_writer(path, "w", 100_000, tell=True)
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdin.write("go\n")
    writer.stdin.flush()
    reported = [writer.stdout.readline().strip() for _ in range(50)][1:]

    writer.kill()
    writer.communicate(timeout=PATIENCE_S)

    store = SqliteStore(path)
    assert all(store.get(SCOPE, key) for key in reported)
    assert everything(path)[1] == "ok"
    assert len(store.ledger()) == everything(path)[0]
    store.put(make_record("after"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_loses_nothing_when_its_parent_closes_the_file(
    path: Path,
) -> None:
    """SQLite: a connection carried across a fork shares locks that are not there."""
    store = SqliteStore(path)
    store.put(make_record("parent"))
    opened, closed = os.pipe(), os.pipe()

    def child() -> None:
        store.put(make_record("child, before"))
        os.write(opened[1], b"x")
        os.read(closed[0], 1)
        for number in range(20):
            store.put(make_record(f"child, after {number}"))

    closer = threading.Thread(
        target=lambda: (os.read(opened[0], 1), store.close(), os.write(closed[1], b"x"))
    )
    closer.start()
    in_child(child)
    closer.join(PATIENCE_S)

    assert everything(path) == (22, "ok")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_while_other_threads_write_leaves_the_child_able_to_write(
    path: Path,
) -> None:
    store = SqliteStore(path)
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            store.put(make_record(f"thread-{number}"))

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        try:
            for n in range(5):
                in_child(lambda n=n: store.put(make_record(f"child-{n}")))
        finally:
            done.set()
    for writer in writers:
        writer.result()

    assert all(store.get(SCOPE, f"child-{n}") for n in range(5))
    assert everything(path)[1] == "ok"


# What can be wrong with a file.


def test_a_file_that_is_no_database_is_refused_and_not_touched(path: Path) -> None:
    path.parent.mkdir()
    content = b"these are my notes, not a database\n" * 200
    path.write_bytes(content)

    with pytest.raises(StoreError, match="not a readable SQLite database"):
        SqliteStore(path)

    assert every_byte(path.parent) == content


def test_a_damaged_file_is_refused_and_not_touched(path: Path) -> None:
    store = SqliteStore(path)
    for number in range(200):
        store.put(make_record(str(number)))
    store.close()
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = os.urandom(len(damaged) - 4096)
    path.write_bytes(damaged)

    with pytest.raises(StoreError, match="not a readable SQLite database"):
        SqliteStore(path)

    assert path.read_bytes() == damaged


def test_a_newer_schema_is_refused_and_not_touched(path: Path) -> None:
    SqliteStore(path).close()
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE schema_versions SET version = 99 WHERE part = 'sessions'")
    content = path.read_bytes()

    with pytest.raises(StoreSchemaError, match=r"99.*Upgrade") as refused:
        SqliteStore(path)

    assert (refused.value.found, refused.value.supported) == (99, 2)
    assert path.read_bytes() == content


def test_a_path_that_cannot_be_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StoreError, match="Check"):
        SqliteStore(tmp_path / "file/below.db")


@pytest.mark.parametrize("read_only", [False, True])
def test_a_folder_is_called_one(tmp_path: Path, *, read_only: bool) -> None:
    with pytest.raises(StoreError, match=r": this is a folder\. Name a file in it"):
        SqliteStore(tmp_path, read_only=read_only).list_jobs()

    assert [*tmp_path.iterdir()] == []


def test_a_read_only_file_is_read_but_not_written(
    path: Path, opened: SqliteStore
) -> None:
    """`query_only` is refused like a file without permission, also for root."""
    opened.put(make_record())
    with opened.database.reading() as db:
        db.execute("PRAGMA query_only = ON")

    assert opened.get(SCOPE, "v1_a") is not None
    with pytest.raises(StoreError, match="cannot be opened for writing"):
        opened.put(make_record("v1_b"))

    assert everything(path) == (1, "ok")


@pytest.mark.parametrize("gone", [True, False], ids=["removed", "replaced"])
def test_a_file_that_went_away_is_noticed_before_anything_is_written(
    path: Path, opened: SqliteStore, *, gone: bool
) -> None:
    """SQLite itself goes on writing into a file that nobody can find any more."""
    opened.put(make_record("before"))
    for file in path.parent.iterdir():
        file.unlink()
    if not gone:
        other = SqliteStore(path)
        other.put(make_record("of another file"))

    with pytest.raises(StoreError, match="removed or replaced"):
        opened.put(make_record("lost"))
    opened.put(make_record("after"))

    assert opened.get(SCOPE, "before") is None
    assert everything(path) == (1 if gone else 2, "ok")


def test_a_lock_that_somebody_keeps_is_explained(
    path: Path, opened: SqliteStore
) -> None:
    with opened.database.reading() as db:
        db.execute("PRAGMA busy_timeout = 0")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match="another process held the write lock"):
            opened.put(make_record())

    opened.put(make_record())


def test_what_other_threads_rest_on_is_looked_up_in_an_index(tmp_path: Path) -> None:
    """Ours: a look-up by the owner alone reads all that a large store has of it."""
    store = SqliteStore(tmp_path / "sessions.db")

    with store.database.reading() as db:
        plan = db.execute(f"EXPLAIN QUERY PLAN {HELD_BY}", ("thread",)).fetchall()
    store.close()

    steps = [row[3] for row in plan if row[3].startswith("SEARCH other")]
    assert len(steps) == 2
    assert all(step.endswith("=? AND credential=?)") for step in steps)


def test_what_a_database_takes_in_its_url_names_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="the URL of a file has no parameters"):
        open_store(f"sqlite:///{tmp_path}/s.db?auto_migrate=false")

    assert [*tmp_path.iterdir()] == []
