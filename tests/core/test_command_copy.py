"""`interactions db copy` on real files, while others write them."""

import os
import random
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.db import db
from interactions_core.cli.root import interactions
from interactions_core.exceptions import StoreError, StoreSchemaError
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.outlines import Sketch
from interactions_core.stores.sqlite.copying import copy_file
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from tests.contract.session_records import make_entry, make_record
from tests.core.looking import NOW, Thread, model
from tests.docs.random_store import DAY_S, fill

SAID = "xyzzy-plugh-4711"


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "state.db")


@pytest.fixture(params=[1, 2, 3])
def records(
    request: pytest.FixtureRequest, store: SqliteStore
) -> list[InteractionRecord]:
    """Fill the store, by this seed."""
    assert len(store.secret()) == 32
    return fill(store, random.Random(request.param), said=SAID)


def run(folder: Path, *arguments: str) -> Result:
    sessions = ("--sessions", f"sqlite:///{folder / 'state.db'}")
    copied = ("copy", str(folder / "copy.db"))
    return CliRunner().invoke(db, [*copied, *arguments, *sessions])


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return len(connection.execute(f"SELECT 1 FROM {table}").fetchall())  # noqa: S608


def test_a_copy_has_all_that_the_store_has(
    tmp_path: Path, store: SqliteStore, records: list[InteractionRecord]
) -> None:
    done = run(tmp_path)

    copy = SqliteStore(tmp_path / "copy.db")
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith(f"copied to {tmp_path / 'copy.db'}\n")
    assert copy.secret() == store.secret()
    assert copy.ledger() == store.ledger()
    assert copy.list_jobs() == store.list_jobs()
    for each in records:
        assert copy.get(each.scope, each.key) == store.get(each.scope, each.key)


def test_a_copy_is_one_file_for_its_owner_alone(
    tmp_path: Path, store: SqliteStore
) -> None:
    before = os.umask(0)
    try:
        run(tmp_path)
    finally:
        os.umask(before)
    store.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "state.db"]
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_a_copy_replaces_nothing(tmp_path: Path, store: SqliteStore) -> None:
    assert store.ledger() == []
    (tmp_path / "copy.db").write_text("precious")

    done = run(tmp_path)

    assert done.exit_code == 2
    assert "already; name another file" in done.stderr
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_nothing_is_left_of_a_copy_that_was_given_up(
    tmp_path: Path, store: SqliteStore, records: list[InteractionRecord]
) -> None:
    def give_up(_: int, __: int) -> None:
        raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())

    with pytest.raises(KeyboardInterrupt):
        copy_file(store.database.path, tmp_path / "copy.db", give_up)

    assert len(records) == len(store.ledger())
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("is_open", [True, False])
def test_a_copy_is_one_state_of_a_store_that_is_written_meanwhile(
    tmp_path: Path, store: SqliteStore, *, is_open: bool
) -> None:
    """More than a step of pages; each of them sees a turn more in the store."""
    fill(store, random.Random(1), turns=120, said=SAID * 3_000)
    if not is_open:
        store.close()
    seen: list[tuple[int, int]] = []

    def write(done: int, pages: int) -> None:
        seen.append((done, pages))
        assert len(seen) < 100, "it begins anew with every write"
        key = f"v1_more_{len(seen)}"
        writer.put(make_record(key), make_entry(key))

    writer = SqliteStore(store.database.path)
    if not is_open:
        writer.close()
    copy_file(store.database.path, tmp_path / "copy.db", write)

    path = tmp_path / "copy.db"
    assert len(seen) > 2
    with closing(sqlite3.connect(path)) as connection:
        [(said,)] = connection.execute("PRAGMA integrity_check").fetchall()
    assert said == "ok"
    # A closed store is taken up again where somebody begins to write it.
    assert (count(path, "ledger") == 120) is is_open
    assert count(path, "ledger") < len(writer.ledger())


def test_a_copy_for_readers_has_no_word_of_what_was_said_and_no_secret(
    tmp_path: Path, store: SqliteStore, records: list[InteractionRecord]
) -> None:
    done = run(tmp_path, "--without-content")

    kept = (tmp_path / "copy.db").read_bytes()
    hashes = [record.request_digest for record in records]
    hashes += [record.form.marks[0].hex().encode() for record in records]
    assert done.stdout.endswith(", without what was said and without the secret\n")
    assert SAID.encode() in (tmp_path / "state.db-wal").read_bytes()
    assert [
        each for each in (SAID.encode(), store.secret(), *hashes) if each in kept
    ] == []


def test_a_copy_for_readers_answers_what_the_store_does(
    tmp_path: Path, store: SqliteStore, records: list[InteractionRecord]
) -> None:
    run(tmp_path, "--without-content")

    copy = SqliteStore(tmp_path / "copy.db", read_only=True)
    assert copy.ledger() == store.ledger()
    assert copy.list_unanswered() == store.list_unanswered()
    assert copy.list_owners() == store.list_owners()
    for job in store.list_jobs():
        assert copy.job_events(job.key) == store.job_events(job.key)
    assert [replace(job, call_digest=b"") for job in store.list_jobs()] == (
        copy.list_jobs()
    )
    for each in records:
        found, whole = copy.get(each.scope, each.key), store.get(each.scope, each.key)
        assert found is not None
        assert whole is not None
        assert found == replace(
            whole,
            request_digest=b"",
            context_digest=b"",
            call_digest=b"",
            form=found.form,
            held=(),
            sent=(),
            local_results=(),
            owed=0,
        )
        assert copy.find(each.scope, [each.request_digest]) == {}


def test_a_copy_for_readers_is_looked_into_as_far_as_it_goes(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "state.db")
    thread = Thread(store, "said")
    for number in range(2):
        steps = [user_input([text_part(f"It is {number} o'clock.")])]
        sketch = Sketch(steps=steps, seeks=True)
        sent = [step.wire for step in steps]
        thread.turn("root", NOW + number, sent=sent, held=[model("So?")], sketch=sketch)
    run(tmp_path, "--without-content")

    def look(*command: str) -> Result:
        where = f"sqlite:///{tmp_path / 'copy.db'}"
        return CliRunner().invoke(interactions, [*command, "--sessions", where])

    explained = look("explain", "v1_said-002")
    compared = look("sessions", "diff", "v1_said-001", "v1_said-002")
    exported = look("export", "--to", "openai", "--thread", "said")
    assert "root: everything was sent" in explained.stdout
    assert "user_input, 75 B, mark " in compared.stdout
    assert (explained.exit_code, compared.exit_code) == (0, 0)
    assert exported.exit_code == 3
    assert "a copy without content. Export it from the store itself" in exported.stderr


def test_what_this_release_does_not_know_is_left_out(
    tmp_path: Path, store: SqliteStore
) -> None:
    assert store.ledger() == []
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection, connection:
        connection.execute("CREATE TABLE later (said TEXT)")
        connection.execute("INSERT INTO later VALUES (?)", (SAID,))
        connection.execute(
            f"ALTER TABLE retention ADD COLUMN said TEXT NOT NULL DEFAULT '{SAID}'"
        )
    store.learn_retention("ours", DAY_S)

    done = run(tmp_path, "--without-content")

    assert done.exit_code == 0, done.output
    assert count(tmp_path / "copy.db", "retention") == 1
    assert SAID.encode() not in (tmp_path / "copy.db").read_bytes()


def test_a_store_of_an_older_release_is_copied_as_it_is(
    tmp_path: Path, store: SqliteStore, records: list[InteractionRecord]
) -> None:
    store.close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection, connection:
        connection.execute("DROP TABLE outlines")
        connection.execute("DELETE FROM schema_versions WHERE part = 'outlines'")

    whole = run(tmp_path)
    (tmp_path / "copy.db").rename(tmp_path / "whole.db")
    readers = run(tmp_path, "--without-content")

    assert (whole.exit_code, readers.exit_code) == (0, 0)
    assert count(tmp_path / "copy.db", "ledger") == len(records)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        count(tmp_path / "whole.db", "outlines")


def test_a_store_that_takes_a_newer_release_is_copied_whole_only(
    tmp_path: Path, store: SqliteStore
) -> None:
    assert store.ledger() == []
    store.close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection, connection:
        connection.execute(
            "UPDATE schema_versions SET version = 9 WHERE part = 'sessions'"
        )

    refused = run(tmp_path, "--without-content")
    copied = run(tmp_path)

    assert isinstance(refused.exception, StoreSchemaError)
    assert copied.exit_code == 0, copied.output


def test_a_folder_that_is_not_there_is_not_made(
    tmp_path: Path, store: SqliteStore
) -> None:
    with pytest.raises(StoreError, match="no file can be made there"):
        copy_file(store.database.path, tmp_path / "missing" / "copy.db", print)

    assert not (tmp_path / "missing").exists()


def test_a_server_is_copied_by_its_own_programs(
    tmp_path: Path, postgres_url: str
) -> None:
    arguments = ["copy", str(tmp_path / "copy.db"), "--sessions", postgres_url]

    done = CliRunner().invoke(db, arguments)

    assert "pg_dump" in str(done.exception)
    assert [*tmp_path.iterdir()] == []
