"""The index of searches: built beside the turns by anybody, and erased with threads."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from interactions_core.stores import (
    PostgresStore,
    SessionStore,
    SqliteStore,
    open_store,
)
from interactions_core.stores.sql.search import text_rows, text_search, text_tables
from interactions_core.stores.sqlite import word_index
from interactions_langgraph import InteractionsSaver
from tests.contract.searching import found, index, keys_of, say
from tests.contract.session_records import SCOPE
from tests.held_locks import held_locks
from tests.patience import PATIENCE_S
from tests.programs import ROOT

OTHER = replace(SCOPE, thread_id="another")
WORD = "swordfish"

INDEX = """
import sys
from interactions_core.stores import open_store

store = open_store(sys.argv[1])
while number := store.index_texts(10):
    print(number, flush=True)
store.close()
"""


@pytest.fixture
def store(store_url: str) -> Iterator[SqliteStore | PostgresStore]:
    opened = open_store(store_url)
    assert isinstance(opened, SqliteStore | PostgresStore)
    with closing(opened):
        yield opened


def indexing(url: str) -> subprocess.Popen[str]:
    """Begin to index in another process."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", INDEX, url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def rows_of(store: SqliteStore | PostgresStore) -> list[str]:
    """Return the keys of all rows of words, each as often as it is there."""
    with store.database.reading() as db:
        found = db.execute("SELECT key FROM said_words ORDER BY key").fetchall()
    return [row[0] for row in found]


def test_processes_that_index_at_once_leave_nothing_double_or_missing(
    store: SqliteStore | PostgresStore, store_url: str
) -> None:
    keys = [f"i{number:03}" for number in range(300)]
    for key in keys:
        say(store, key, f"{WORD} {key}")

    processes = [indexing(store_url) for _ in range(2)]
    # A turn goes on meanwhile.
    say(store, "turn", WORD)
    for process in processes:
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, errors) == (0, "")
    index(store)

    assert rows_of(store) == [*keys, "turn"]
    assert found(store, WORD) == {*keys, "turn"}
    assert found(store, "i007") == {"i007"}


def test_what_a_killed_process_has_left_is_indexed_by_the_next(
    store: SqliteStore | PostgresStore, store_url: str
) -> None:
    keys = {f"i{number:04}" for number in range(1_500)}
    for key in keys:
        say(store, key, f"{WORD} {key}")

    process = indexing(store_url)
    assert process.stdout is not None
    assert process.stdout.readline() == "10\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)

    assert process.returncode == -signal.SIGKILL
    assert 0 < len(rows_of(store)) < len(keys)
    index(store)
    assert rows_of(store) == sorted(keys)
    assert found(store, WORD) == keys


def test_words_of_a_thread_that_is_deleted_while_they_are_made_are_not_written(
    store: SqliteStore | PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(store, "a", WORD)
    say(store, "b", WORD, scope=OTHER)
    make = text_tables.list_words
    ahead = [SCOPE.thread_id]

    def delete_and_make(*steps: object) -> object:
        if ahead:
            store.delete_thread(ahead.pop())
        return make(*steps)

    monkeypatch.setattr(text_tables, "list_words", delete_and_make)
    index(store)

    assert rows_of(store) == ["b"]
    assert found(store, WORD) == {"b"}


def test_what_is_recorded_anew_while_its_words_are_made_is_indexed_anew(
    store: SqliteStore | PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(store, "a", "before")
    make = text_tables.list_words
    ahead = ["after"]

    def record_and_make(*steps: object) -> object:
        if ahead:
            say(store, "a", ahead.pop())
        return make(*steps)

    monkeypatch.setattr(text_tables, "list_words", record_and_make)
    index(store)

    assert (found(store, "before"), found(store, "after")) == (set(), {"a"})
    assert store.search("after").scanned == 0


def test_words_are_written_while_nobody_can_delete_their_thread(
    postgres_url: str,
) -> None:
    with closing(PostgresStore(postgres_url)) as store:
        say(store, "a", WORD)
        with held_locks(postgres_url, [SCOPE.thread_id]) as held:
            store.index_texts()

    assert f"{SCOPE.thread_id} shared" in held
    assert f"{SCOPE.thread_id} alone" not in held


def test_deletions_that_race_with_whoever_indexes_leave_no_words(
    store: SqliteStore | PostgresStore, store_url: str
) -> None:
    rng, done = random.Random(1), threading.Event()
    other = type(store)(store_url.removeprefix("sqlite:///"))

    def work() -> None:
        while not done.is_set():
            other.index_texts(3)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        kept: set[str] = set()
        for number in range(40):
            scope = replace(SCOPE, thread_id=f"thread {number}")
            for turn in range(3):
                say(store, f"i{number}-{turn}", WORD, scope=scope)
            if rng.random() < 0.7:
                store.delete_thread(scope.thread_id)
            else:
                kept |= {f"i{number}-{turn}" for turn in range(3)}
    finally:
        done.set()
        worker.join(PATIENCE_S)
        other.close()
    index(store)

    assert set(rows_of(store)) == kept
    assert found(store, WORD) == kept


def test_what_an_older_release_deletes_is_found_no_more_and_its_words_go(
    store: SqliteStore | PostgresStore,
) -> None:
    say(store, "a", WORD)
    say(store, "b", WORD, scope=OTHER)
    index(store)
    with store.database.writing(SCOPE.thread_id) as db:
        db.execute("DELETE FROM interactions WHERE thread_id = $1", (SCOPE.thread_id,))

    assert found(store, WORD) == {"b"}
    assert rows_of(store) == ["a", "b"]
    assert store.index_texts() == 1
    assert rows_of(store) == ["b"]
    assert found(store, WORD) == {"b"}


def test_what_the_index_has_not_is_read_the_newest_first_and_bounded(
    store: SqliteStore | PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "MOST_SCANNED", 3)
    for number in range(5):
        say(store, f"i{number}", f"red {WORD}", created_at=1_000.0 + number)

    result = store.search(WORD)

    assert keys_of(result) == {"i4", "i3", "i2"}
    assert (result.unindexed, result.scanned, result.unseen) == (5, 3, 2)

    index(store)
    result = store.search(WORD)
    assert len(keys_of(result)) == 5
    assert (result.unindexed, result.scanned, result.unseen) == (0, 0, 0)

    result = store.search(f'"red {WORD}"')
    assert keys_of(result) == {"i4", "i3", "i2"}
    assert (result.unindexed, result.scanned, result.unseen) == (0, 3, 2)


def test_no_more_is_read_than_so_many_characters(
    store: SqliteStore | PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "MOST_CHARACTERS", 1_500)
    for number in range(5):
        say(store, f"i{number}", f"{WORD} " * 100, created_at=1_000.0 + number)

    result = store.search(WORD)

    assert keys_of(result) == {"i4", "i3"}
    assert (result.scanned, result.unseen) == (2, 3)


def test_batches_are_as_long_as_what_they_index(
    store: SqliteStore | PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_tables, "BATCH_CHARACTERS", 1_000)
    for number in range(5):
        say(store, f"i{number}", f"{WORD} " * 100)

    assert [store.index_texts() for _ in range(6)] == [1, 1, 1, 1, 1, 0]


def test_a_store_that_is_only_read_is_searched_as_it_is(store_url: str) -> None:
    with closing(open_store(store_url)) as writer:
        say(writer, "a", WORD)
    with closing(open_store(store_url, read_only=True)) as reader:
        assert found(reader, WORD) == {"a"}
        assert reader.index_texts() == 0
        assert not reader.has_index()
    with closing(open_store(store_url)) as writer:
        index(writer)
        say(writer, "b", WORD)
    with closing(open_store(store_url, read_only=True)) as reader:
        assert reader.has_index()
        assert found(reader, WORD) == {"a", "b"}
        assert reader.search(WORD).unindexed == 1


def test_a_store_of_an_older_release_is_searched_as_it_is(store_url: str) -> None:
    with closing(open_store(store_url)) as writer:
        assert isinstance(writer, SqliteStore | PostgresStore)
        say(writer, "a", WORD)
        with writer.database.writing() as db:
            db.execute("DROP TABLE said_words")
            db.execute("DELETE FROM schema_versions WHERE part = 'texts'")
    with closing(open_store(store_url, read_only=True)) as reader:
        assert found(reader, WORD) == {"a"}
        assert reader.search(WORD).unindexed == 1
        assert reader.index_texts() == 0
        assert not reader.has_index()


def test_an_index_that_this_build_of_sqlite_cannot_read_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(SqliteStore(tmp_path / "s.db")) as store:
        say(store, "a", WORD)
        index(store)
        look = "CREATE VIRTUAL TABLE temp.look USING fts_none(words)"
        monkeypatch.setattr(word_index, "_LOOK", look)

        result = store.search(WORD)

        assert keys_of(result) == {"a"}
        assert (result.unindexed, result.scanned) == (1, 1)


def test_without_fts5_everything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_index, "MAKE", word_index.MAKE.replace("fts5", "fts_none"))
    with closing(SqliteStore(tmp_path / "s.db")) as store:
        say(store, "a", WORD)

        assert store.index_texts() == 0
        assert not store.has_index()
        assert found(store, WORD) == {"a"}
        assert store.search(WORD).unindexed == 1
        assert store.delete_thread(SCOPE.thread_id) == 1


def test_no_index_is_made_of_a_store_that_nobody_searches(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "s.db")) as store:
        say(store, "a", WORD)
        store.search(WORD)
    with closing(sqlite3.connect(tmp_path / "s.db")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()

    assert not [name for (name,) in tables if name.startswith("said_words_index")]


@pytest.mark.parametrize("others", [set[str](), {"o"}], ids=["alone", "shared"])
def test_of_a_deleted_thread_no_word_is_left_in_the_file(
    tmp_path: Path, others: set[str]
) -> None:
    with closing(SqliteStore(tmp_path / "s.db")) as store:
        # Several segments of the index have it, or its neighbours.
        for number in range(60):
            say(store, f"i{number}", f"{WORD}{number} common", scope=SCOPE)
            say(store, f"o{number}", f"other{number} common", scope=OTHER)
            store.index_texts()
        for key in others:
            say(store, key, WORD, scope=OTHER)
        index(store)
        before = bytes_in(tmp_path)

        store.delete_thread(SCOPE.thread_id)

        after = bytes_in(tmp_path)
        assert before.count(WORD.encode()) > 60
        assert f"{WORD}7".encode() not in after
        assert (WORD.encode() in after) is bool(others)
        assert found(store, "common") == {f"o{number}" for number in range(60)}
        assert found(store, WORD) == others
        assert_sound(store)


def test_a_thread_that_a_saver_deletes_leaves_no_word(tmp_path: Path) -> None:
    """Ours: it deletes checkpoints and sessions in one transaction of its own."""
    with InteractionsSaver(f"sqlite:///{tmp_path / 's.db'}") as saver:
        say(saver.sessions, "a", WORD)
        say(saver.sessions, "b", "other", scope=OTHER)
        index(saver.sessions)
        assert WORD.encode() in bytes_in(tmp_path)

        saver.delete_thread(SCOPE.thread_id)

        assert WORD.encode() not in bytes_in(tmp_path)
        assert found(saver.sessions, "other") == {"b"}


def test_a_process_that_dies_before_the_index_is_rewritten_leaves_it_to_the_next(
    tmp_path: Path,
) -> None:
    class Killed(BaseException):
        pass

    def die(_: object) -> None:
        raise Killed

    with closing(SqliteStore(tmp_path / "s.db")) as store:
        say(store, "a", WORD)
        say(store, "b", "other", scope=OTHER)
        index(store)
        store.database.erasers[:] = [die]
        with contextlib.suppress(Killed):
            store.delete_thread(SCOPE.thread_id)
    assert WORD.encode() in bytes_in(tmp_path)

    with closing(SqliteStore(tmp_path / "s.db")) as store:
        store.delete_thread("nobody")
        assert WORD.encode() not in bytes_in(tmp_path)
        assert found(store, "other") == {"b"}


def test_random_turns_and_deletions_leave_words_of_what_is_there_alone(
    tmp_path: Path,
) -> None:
    seed = random.randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    alive: dict[str, str] = {}
    with closing(SqliteStore(tmp_path / "s.db")) as store:
        for number in range(150):
            thread = f"t{chance.randrange(12)}"
            scope = replace(SCOPE, thread_id=thread)
            match chance.randrange(4):
                case 0:
                    store.delete_thread(thread)
                    alive = {k: t for k, t in alive.items() if t != thread}
                case 1:
                    store.index_texts(chance.randint(1, 20))
                case _:
                    say(store, f"i{number}", f"{WORD}x{number}x all", scope=scope)
                    alive[f"i{number}"] = thread
        index(store)
        assert found(store, "all") == set(alive)
        for thread in set(alive.values()) | {"nobody"}:
            store.delete_thread(thread)
            alive = {k: t for k, t in alive.items() if t != thread}
            left = bytes_in(tmp_path)
            gone = [n for n in range(150) if f"i{n}" not in alive]
            assert not [n for n in gone if f"{WORD}x{n}x".encode() in left]
            assert_sound(store)


def assert_sound(store: SqliteStore) -> None:
    """Have SQLite hold the index against what it is of."""
    with store.database.writing() as db:
        db.execute(
            "INSERT INTO said_words_index (said_words_index) VALUES ('integrity-check')"
        )


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_many_threads_of_a_process_index_each_once(
    store: SqliteStore | PostgresStore,
) -> None:
    keys = [f"i{number:03}" for number in range(120)]
    for key in keys:
        say(store, key, WORD)

    workers = [threading.Thread(target=index, args=(store,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE_S)

    assert rows_of(store) == keys


def opened_again(store: SessionStore, url: str) -> SessionStore:
    store.close()
    return open_store(url)


def test_an_index_outlives_its_process(
    store: SqliteStore | PostgresStore, store_url: str
) -> None:
    say(store, "a", WORD)
    index(store)

    again = opened_again(store, store_url)

    assert again.has_index()
    assert again.search(WORD).scanned == 0
    assert found(again, WORD) == {"a"}


def test_the_newest_with_a_word_are_found_in_a_file_without_a_sort(
    tmp_path: Path,
) -> None:
    with closing(SqliteStore(tmp_path / "state.db")) as store:
        for number in range(3):
            say(store, f"i{number}", WORD, created_at=float(number))
        index(store)
        with store.database.reading() as db:
            query = f"EXPLAIN QUERY PLAN {text_rows.find().sqlite}"
            plan = " ".join(row[3] for row in db.execute(query, (WORD, 2)).fetchall())

        newest = store.search(WORD, limit=2)

    assert "said_words_by_time" in plan
    assert "TEMP B-TREE" not in plan
    assert [hit.key for hit in newest.found] == ["i2", "i1"]
