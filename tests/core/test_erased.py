"""The list of deletions that is kept outside the database."""

import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interactions_core import SqliteStore
from interactions_core.exceptions import StoreError
from interactions_core.process import failpoints
from interactions_core.process.failpoints import DeletionFailPoint
from interactions_core.records.erased import (
    DeletedThread,
    ErasedLine,
    outstanding,
    read_line,
    write_line,
)
from interactions_core.records.erasures import LATE_S, Erasure
from tests.contract.session_records import SCOPE, make_record

THREAD = SCOPE.thread_id
OWNER = "gemini|host|print"


class DiedError(BaseException):
    """The process ends here."""


@pytest.fixture
def erased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "erased.jsonl"
    monkeypatch.setenv("INTERACTIONS_ERASED", str(path))
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(tmp_path / "state.db")) as opened:
        opened.put(make_record())
        yield opened


def lines_of(path: Path) -> list[ErasedLine]:
    return [read_line(text) for text in path.read_text().splitlines() if text]


def deletion(thread: str, mark: str, at: float = 100.0) -> ErasedLine:
    return ErasedLine("store", at, thread_id=thread, mark=mark.encode())


def remembered(thread: str, mark: str, at: float = 100.0) -> DeletedThread:
    return DeletedThread(thread.encode(), mark.encode(), at)


@pytest.mark.parametrize(
    "line",
    [
        ErasedLine("a", 1.5, thread_id="1", mark=b"\x01", checkpoints=True),
        ErasedLine("a", 1.5, thread_id="", mark=b"\x01"),
        ErasedLine("a", 1.5, thread_id="\ud83d\n", mark=b"\x01"),
        ErasedLine("a", 1.5, digest=b"\x02" * 16, mark=b"\x01"),
        ErasedLine("a", 1.5, erasures=(Erasure(OWNER, "v1_a", True, 2.25),)),  # noqa: FBT003
    ],
    ids=["of a saver", "no name", "odd name", "by its hash", "on the server"],
)
def test_a_line_says_what_it_was_written_for(line: ErasedLine) -> None:
    text = write_line(line)

    assert read_line(text) == line
    assert text.isascii()
    assert "\n" not in text


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "{}", '{"at": 1, "store": 2}', '{"at": 1, "sto']
)
def test_a_line_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no line of a list of deletions"):
        read_line(text)


@pytest.mark.parametrize(
    ("known", "left"),
    [
        pytest.param([], ["a", "b", "c"], id="from before all of them"),
        pytest.param([remembered("1", "a")], ["b", "c"], id="after the first"),
        pytest.param([remembered("1", "b")], ["c"], id="after the second"),
        pytest.param([remembered("1", "c")], [], id="after all"),
        pytest.param([remembered("2", "x")], ["a", "b", "c"], id="of another thread"),
        pytest.param([remembered("1", "x", 99)], ["a", "b", "c"], id="unlisted, older"),
        pytest.param([remembered("1", "x", 101)], [], id="unlisted, newer"),
        pytest.param([remembered("2", "x", 100 + LATE_S)], ["a", "b", "c"], id="late"),
        pytest.param([remembered("2", "x", 101 + LATE_S)], [], id="forgotten"),
    ],
)
def test_only_what_the_backup_does_not_know_of_is_erased_again(
    known: list[DeletedThread], left: list[str]
) -> None:
    """A thread that was begun anew under its id is not deleted for the old one."""
    lines = [deletion("1", mark) for mark in "abc"]

    found = outstanding(lines, known, digest_of=str.encode)

    assert [line.mark.decode() for line in found] == left


def test_what_late_runs_have_left_on_the_server_is_always_listed_again() -> None:
    late = ErasedLine("store", 1.0, erasures=(Erasure(OWNER, "v1_late"),))

    found = outstanding([late], [remembered("2", "x", 1e9)], digest_of=str.encode)

    assert found == [late]


def test_a_deletion_is_noted_with_what_it_leaves_on_the_server(
    store: SqliteStore, erased: Path
) -> None:
    store.delete_thread(THREAD, remote=True)
    store.delete_thread("another")

    first, second = lines_of(erased)
    assert first.thread_id == THREAD
    assert [each.interaction_id for each in first.erasures] == ["v1_a"]
    assert (second.thread_id, second.erasures) == ("another", ())
    assert [first.mark, second.mark] == [each.mark for each in store.list_deletions()]
    assert first.store == second.store


def test_the_list_is_its_owners_alone(store: SqliteStore, erased: Path) -> None:
    store.delete_thread(THREAD)

    assert stat.S_IMODE(erased.stat().st_mode) == 0o600


def test_neither_content_nor_a_secret_is_noted(
    store: SqliteStore, erased: Path
) -> None:
    store.delete_thread(THREAD, remote=True)

    text = erased.read_text()

    assert store.secret().hex() not in text
    assert {*json.loads(text)} == {
        *("at", "store", "thread", "deletion", "checkpoints", "on_server")
    }


def test_a_deletion_is_noted_before_it_is_committed(
    store: SqliteStore, erased: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours: what is listed and not deleted costs an erasure that was asked for."""

    def die(point: object) -> None:
        if point is DeletionFailPoint.LISTED:
            raise DiedError

    monkeypatch.setattr(failpoints, "hook", die)
    with pytest.raises(DiedError):
        store.delete_thread(THREAD)

    assert [line.thread_id for line in lines_of(erased)] == [THREAD]
    assert store.get(SCOPE, "v1_a") is not None


@pytest.mark.parametrize("name", ["missing/erased.jsonl", ""], ids=["gone", "folder"])
def test_what_cannot_be_noted_is_not_deleted(
    name: str, store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERACTIONS_ERASED", str(tmp_path / name))

    with pytest.raises(StoreError, match="the deletion cannot be noted there") as told:
        store.delete_thread(THREAD)

    assert "Nothing was deleted" in str(told.value)
    assert store.get(SCOPE, "v1_a") is not None
    assert store.list_deletions() == []


def test_what_a_late_turn_leaves_is_noted_too(store: SqliteStore, erased: Path) -> None:
    began = store.deletion_mark(THREAD)
    store.delete_thread(THREAD)

    store.put(make_record("v1_late"), began=began)

    assert [e.interaction_id for e in lines_of(erased)[-1].erasures] == ["v1_late"]


def test_a_late_turn_goes_on_where_it_cannot_be_noted(
    store: SqliteStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    began = store.deletion_mark(THREAD)
    store.delete_thread(THREAD)
    monkeypatch.setenv("INTERACTIONS_ERASED", str(tmp_path))

    store.put(make_record("v1_late"), began=began)

    assert [each.interaction_id for each in store.list_erasures()] == ["v1_late"]
    assert caplog.messages[0].startswith("v1_late is listed here alone: ")


def test_a_line_that_was_cut_off_spoils_no_other(
    store: SqliteStore, erased: Path
) -> None:
    erased.write_text('{"at": 1.0, "sto')

    store.delete_thread(THREAD)

    cut, whole = erased.read_text().splitlines()
    assert cut == '{"at": 1.0, "sto'
    assert read_line(whole).thread_id == THREAD


def test_a_list_that_somebody_deleted_is_begun_anew(
    store: SqliteStore, erased: Path
) -> None:
    store.delete_thread("a")
    erased.unlink()

    store.delete_thread("b")

    assert [line.thread_id for line in lines_of(erased)] == ["b"]


def test_stores_that_share_a_list_are_told_apart(
    store: SqliteStore, erased: Path, tmp_path: Path
) -> None:
    with closing(SqliteStore(tmp_path / "other.db")) as other:
        other.delete_thread(THREAD)
    store.secret()
    copy = tmp_path / "copy.db"
    with (
        closing(sqlite3.connect(copy)) as to,
        closing(sqlite3.connect(tmp_path / "state.db")) as source,
    ):
        source.backup(to)
    store.delete_thread(THREAD)
    with closing(SqliteStore(copy)) as restored:
        restored.delete_thread(THREAD)

    names = [line.store for line in lines_of(erased)]

    assert names[0] != names[1] == names[2]
