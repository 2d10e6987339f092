"""What every session store does for background jobs."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from interactions_core import (
    MemoryStore,
    PostgresStore,
    SessionStore,
    SqliteStore,
    open_store,
)
from interactions_core.records.questions import Question
from interactions_core.stores.sql import cleaning
from interactions_core.stores.sql.cleaning import BATCH
from interactions_core.stores.sql.jobs import job_rows
from tests.contract.session_records import (
    NOW,
    PLACE,
    SCOPE,
    make_entry,
    make_job,
    make_record,
)

Open = Callable[..., SessionStore]


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def open_one(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    opened: list[SessionStore] = []

    def open_one(**options: Any) -> SessionStore:
        if request.param == "memory":
            store: SessionStore = MemoryStore(**options)
        elif request.param == "sqlite":
            store = SqliteStore(tmp_path / "jobs.db", **options)
        else:
            store = PostgresStore(request.getfixturevalue("postgres_url"), **options)
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_one: Open) -> SessionStore:
    return open_one()


def test_a_job_comes_back_as_it_was_kept(store: SessionStore) -> None:
    kept = make_job(result={"id": "v1_1", "steps": [{"text": "\ud800"}]}, interrupts=2)

    store.add_job(kept)

    assert store.get_job("job_1") == kept
    assert store.find_jobs(SCOPE, kept.call_digest) == [kept]
    assert store.get_job("job_2") is None


def test_an_answer_is_recorded_with_what_its_job_is_from_then_on(
    store: SessionStore,
) -> None:
    job = make_job(result={"id": "v1_a"})
    store.add_job(job)
    done = replace(job, handed_on_at=NOW + 1, lease_until=0.0, updated_at=NOW + 1)

    assert store.put(make_record(), make_entry(), job=done)

    assert store.get_job("job_1") == done
    assert store.get(SCOPE, "v1_a") is not None
    assert len(store.ledger()) == 1


def test_an_answer_that_another_process_has_recorded_is_not_counted_again(
    store: SessionStore,
) -> None:
    store.add_job(make_job())
    store.put(make_record(status="completed"), make_entry())
    done = make_job(consumed_at=NOW)

    assert store.put(make_record(status="failed"), make_entry(), job=done)

    record = store.get(SCOPE, "v1_a")
    assert record is not None
    assert record.status == "completed"
    assert len(store.ledger()) == 1
    assert store.get_job("job_1") == done


def test_an_answer_is_recorded_where_somebody_else_has_taken_its_job(
    store: SessionStore,
) -> None:
    taken = make_job(owner="somebody else")
    store.add_job(taken)

    assert store.put(make_record(), make_entry(), job=make_job(consumed_at=NOW))

    assert store.get_job("job_1") == taken
    assert store.get(SCOPE, "v1_a") is not None


def test_jobs_of_another_scope_or_call_and_consumed_ones_are_not_found(
    store: SessionStore,
) -> None:
    store.add_job(make_job("job_1", scope=replace(SCOPE, thread_id="other")))
    store.add_job(make_job("job_2", call_digest=b"\x02" * 32))
    store.add_job(make_job("job_3", consumed_at=NOW))

    assert store.find_jobs(SCOPE, b"\x01" * 32) == []
    assert len(store.list_jobs()) == 3


def test_one_of_two_takes_a_lease(store: SessionStore) -> None:
    seen = make_job(lease_until=NOW - 1)
    store.add_job(seen)

    first = store.take_job(seen, "a", now=NOW, until=NOW + 60)
    second = store.take_job(seen, "b", now=NOW, until=NOW + 60)

    assert (first, second) == (True, False)
    held = store.get_job(seen.key)
    assert held is not None
    assert (held.owner, held.lease_until) == ("a", NOW + 60)


def test_a_lease_that_was_renewed_since_is_not_taken(store: SessionStore) -> None:
    seen = make_job()
    store.add_job(seen)
    store.renew_job(seen.key, "me", now=NOW, until=NOW + 120)

    assert not store.take_job(seen, "b", now=NOW + 100, until=NOW + 160)


def test_only_the_owner_renews_and_changes_a_job(store: SessionStore) -> None:
    store.add_job(make_job())

    assert not store.renew_job("job_1", "you", now=NOW, until=NOW + 99)
    assert not store.update_job(make_job(owner="you", status="completed"))
    assert store.update_job(make_job(status="completed", place=None))
    changed = store.get_job("job_1")
    assert changed is not None
    assert (changed.status, changed.place) == ("completed", None)


def test_news_names_the_run_of_a_lost_submit_once(store: SessionStore) -> None:
    lost = make_job(status="lost")
    store.add_job(lost)
    named = replace(lost, interaction_id="v1_1")

    assert store.note_status(named, "completed", now=NOW + 5)
    assert not store.note_status(named, "completed", now=NOW + 6)
    assert not store.note_status(
        replace(lost, interaction_id="v1_2"), "failed", now=NOW
    )
    known = store.get_job(lost.key)
    assert known is not None
    assert (known.interaction_id, known.status) == ("v1_1", "completed")
    assert known.updated_at == NOW + 5


@pytest.mark.parametrize(
    ("before", "news", "after", "kept"),
    [
        pytest.param("", "completed", "lost", "completed", id="a lost submit"),
        pytest.param("v1_1", "failed", "in_progress", "failed", id="an older look"),
        pytest.param("v1_1", "failed", "submitted", "failed", id="a late answer"),
        pytest.param("v1_1", "failed", "completed", "completed", id="a later end"),
    ],
)
def test_what_a_delivery_has_told_outlives_what_the_owner_knew_before(
    before: str, news: str, after: str, kept: str, store: SessionStore
) -> None:
    mine = make_job(interaction_id=before)
    store.add_job(mine)
    store.note_status(replace(mine, interaction_id="v1_1"), news, now=NOW)

    assert store.update_job(replace(mine, status=after, lease_until=0.0))

    found = store.get_job(mine.key)
    assert found is not None
    assert (found.status, found.interaction_id) == (kept, "v1_1")
    assert found.lease_until == 0.0


def test_a_create_that_is_sent_again_forgets_the_run_before(
    store: SessionStore,
) -> None:
    mine = make_job(interaction_id="v1_1", status="completed")
    store.add_job(mine)

    store.update_job(replace(mine, status="intent", interaction_id=""))

    found = store.get_job(mine.key)
    assert found is not None
    assert (found.status, found.interaction_id) == ("intent", "")


def test_jobs_are_listed_without_their_content(store: SessionStore) -> None:
    store.add_job(make_job("job_1", status="in_progress", interaction_id="v1_1"))
    store.add_job(make_job("job_2", status="completed", result={"id": "v1_2"}))

    assert [one.key for one in store.list_jobs(statuses=["in_progress"])] == ["job_1"]
    assert [one.key for one in store.list_jobs(interaction_id="v1_1")] == ["job_1"]
    assert store.list_jobs(thread_id="other") == []
    assert [(one.plan, one.result) for one in store.list_jobs()] == [({}, {})] * 2


def test_jobs_that_a_graph_waits_for_are_listed(store: SessionStore) -> None:
    store.add_job(make_job("job_1"))
    store.add_job(make_job("job_2", interrupts=1))
    store.add_job(make_job("job_3", interrupts=1, handed_on_at=NOW))
    store.add_job(make_job("job_4", interrupts=1, consumed_at=NOW))

    assert [one.key for one in store.list_jobs(waiting=True)] == ["job_2"]


def test_jobs_whose_time_is_over_go_with_the_next_one(store: SessionStore) -> None:
    store.add_job(make_job("job_1"))
    store.add_job(make_job("job_2", created_at=NOW + 2_000, forget_at=NOW + 9_000))

    assert [one.key for one in store.list_jobs()] == ["job_2"]
    assert store.clean_jobs(NOW + 9_001) == 1
    assert store.list_jobs() == []


def test_another_process_writes_between_two_batches_of_cleaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite: a file has one lock, so that whoever cleans much lets others through."""
    store, other = (SqliteStore(tmp_path / "jobs.db") for _ in range(2))
    with store.database.writing() as db:
        over = [make_job(f"over {number}") for number in range(3 * BATCH - 1)]
        db.executemany(job_rows.ADD, [job_rows.job_row(job, "full") for job in over])
    pauses: list[float] = []

    def write(pause_s: float) -> None:
        pauses.append(pause_s)
        assert other.add_job(
            make_job(f"{len(pauses)}", created_at=0.0, forget_at=NOW * 2)
        )

    monkeypatch.setattr(cleaning.time, "sleep", write)

    cleaned = store.clean_jobs(NOW + 9_001)

    assert (cleaned, len(pauses)) == (3 * BATCH - 1, 2)
    assert {job.key for job in store.list_jobs()} == {"1", "2"}
    store.close()
    other.close()


def test_beginning_a_job_forgets_no_more_than_one_batch(open_one: Open) -> None:
    store = open_one()
    for number in range(BATCH + 1):
        store.add_job(make_job(f"over {number}", created_at=0.0))

    store.add_job(make_job("new", created_at=NOW + 9_001, forget_at=NOW * 2))

    bound = 1 if store.blocking else 0
    assert len(store.list_jobs()) == 1 + bound


def test_deleting_a_thread_deletes_its_jobs(store: SessionStore) -> None:
    store.add_job(make_job("job_1"))
    store.add_job(make_job("job_2", scope=replace(SCOPE, thread_id="other")))

    store.delete_thread("thread")

    assert [one.key for one in store.list_jobs()] == ["job_2"]
    assert store.delete_job("job_2")
    assert not store.delete_job("job_2")


def test_a_store_without_content_keeps_none_of_a_job(open_one: Open) -> None:
    store = open_one(mirror="signatures")

    store.add_job(make_job(result={"id": "v1_1", "steps": [{"text": "secret"}]}))

    kept = store.get_job("job_1")
    assert kept is not None
    assert (kept.plan, kept.result) == ({"reason": "root"}, {})


def test_a_file_from_before_there_were_jobs_gets_the_table(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    SqliteStore(path).close()
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE jobs")
        db.execute("DELETE FROM schema_versions WHERE part = 'jobs'")
    db.close()

    store = SqliteStore(path)
    store.add_job(make_job())

    assert len(store.list_jobs()) == 1


ASKED = Question(
    run="1.0 1",
    digest=b"\x03" * 32,
    number=1,
    list_digest=b"\x04" * 32,
    list_number=2,
    fixed=b"\x05" * 32,
    marks={"model": "aa", "titles and descriptions in tools": "bb"},
)


def test_a_question_comes_back_with_its_job(store: SessionStore) -> None:
    kept = make_job(question=ASKED)

    store.add_job(kept)

    assert store.get_job("job_1") == kept
    assert store.find_jobs(SCOPE, kept.call_digest) == [kept]


def test_jobs_of_a_task_are_found_whichever_call_they_are_of(
    store: SessionStore,
) -> None:
    here, elsewhere = make_job("job_1", question=ASKED), replace(PLACE, task_id="other")
    store.add_job(here)
    store.add_job(make_job("job_2", question=ASKED, place=elsewhere))
    store.add_job(make_job("job_3", question=ASKED, consumed_at=NOW))
    store.add_job(make_job("job_4", call_digest=b"\x02" * 32))
    other = replace(SCOPE, session_id="other")
    store.add_job(make_job("job_5", question=ASKED, scope=other))

    place = replace(PLACE, occurrence=9)
    found = store.find_jobs(SCOPE, b"\x02" * 32, place)

    assert [one.key for one in found] == ["job_1", "job_4"]
    assert store.find_jobs(SCOPE, b"\x06" * 32, place) == [here]


def test_only_the_owner_gives_a_job_to_another_call(store: SessionStore) -> None:
    before = make_job(question=ASKED, status="in_progress", interrupts=1)
    store.add_job(before)
    moved = replace(
        before,
        call_digest=b"\x02" * 32,
        place=replace(PLACE, checkpoint_id="later"),
        question=replace(ASKED, run="2.0 1", number=0),
        interrupts=0,
        status="not written",
    )

    assert not store.move_job(replace(moved, owner="you"))
    assert store.get_job("job_1") == before
    assert store.move_job(moved)
    assert store.get_job("job_1") == replace(moved, status="in_progress")
    assert store.find_jobs(SCOPE, b"\x06" * 32, PLACE) == []
    [found] = store.find_jobs(SCOPE, b"\x06" * 32, moved.place)
    assert found.question == moved.question


def test_a_job_without_a_question_gets_that_of_the_call_that_goes_on_with_it(
    store: SessionStore,
) -> None:
    store.add_job(make_job())

    assert store.move_job(make_job(question=ASKED))

    assert [one.question for one in store.find_jobs(SCOPE, b"", PLACE)] == [ASKED]


@pytest.mark.parametrize("way", ["thread", "job", "time", "older release"])
def test_questions_go_with_their_jobs(way: str, store_url: str) -> None:
    with closing(open_store(store_url)) as opened:
        # Both kinds keep their tables in a database.
        store = cast("SqliteStore | PostgresStore", opened)
        store.add_job(make_job(question=ASKED))
        if way == "thread":
            store.delete_thread("thread")
        elif way == "job":
            store.delete_job("job_1")
        elif way == "older release":
            with store.database.writing() as db:
                db.execute("DELETE FROM jobs")
            store.add_job(make_job("job_2", place=None, forget_at=NOW + 1))
        store.clean_jobs(NOW + 9_000)

        with store.database.reading() as db:
            assert db.execute("SELECT * FROM questions").fetchall() == []


def test_a_database_from_before_questions_were_written_down_gets_the_table(
    store_url: str,
) -> None:
    """Ours: a part of its own, so that the versions of all others stay."""
    with closing(open_store(store_url)) as opened:
        before = cast("SqliteStore | PostgresStore", opened)
        before.add_job(make_job("job_1", question=ASKED))
        with before.database.writing() as db:
            db.execute("DROP TABLE questions")
            db.execute("DELETE FROM schema_versions WHERE part = 'questions'")

    with closing(open_store(store_url)) as store:
        assert store.find_jobs(SCOPE, b"\x01" * 32, PLACE) == [make_job("job_1")]
        store.add_job(make_job("job_2", question=ASKED))
        found = store.find_jobs(SCOPE, b"\x06" * 32, PLACE)
        assert [one.key for one in found] == ["job_2"]
