"""What the last looks at runs came to, as every store keeps it."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import cast

import pytest

from interactions_core import PostgresStore, SessionStore, SqliteStore, open_store
from interactions_core.records.conversations import ConversationFilter
from interactions_core.records.jobs.job_looks import Look
from tests.contract.session_records import NOW, PLACE, SCOPE, make_job

DIGEST = make_job().call_digest
FAILED = Look(NOW + 1, NOW + 2, "404")

SqlStore = SqliteStore | PostgresStore


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


def looks(store: SessionStore, key: str = "job_1") -> list[Look | None]:
    """Return the look of a job as each method that returns jobs has it."""
    job = store.get_job(key)
    listed = [each for each in store.list_jobs() if each.key == key]
    found = store.find_jobs(SCOPE, DIGEST)
    near = store.find_jobs(SCOPE, b"another call", PLACE)
    jobs = [job, *listed, *(each for each in (*found, *near) if each.key == key)]
    return [each.look for each in jobs if each is not None]


def rows(store: SqlStore) -> list[tuple[str]]:
    with store.database.reading() as db:
        return db.execute("SELECT job FROM job_looks ORDER BY job").fetchall()


def test_what_looks_came_to_is_written_by_whoever_holds_the_job(
    store: SessionStore,
) -> None:
    store.add_job(make_job())
    assert looks(store) == [None] * 3

    store.renew_job("job_1", "me", now=NOW + 2, until=NOW + 62, look=FAILED)
    assert looks(store) == [FAILED] * 3

    store.renew_job("job_1", "you", now=NOW + 3, until=NOW + 63, look=Look(NOW + 3))
    store.update_job(replace(make_job(owner="you"), look=Look(NOW + 3)))
    assert looks(store) == [FAILED] * 3

    store.update_job(
        make_job(status="queued", interaction_id="v1_1", look=Look(NOW + 4))
    )
    assert looks(store) == [Look(NOW + 4)] * 3


def test_it_stays_where_nobody_has_looked_since(store: SessionStore) -> None:
    store.add_job(make_job(look=FAILED))
    seen = store.get_job("job_1")
    assert seen is not None

    store.renew_job("job_1", "me", now=NOW + 2, until=0.0)
    store.update_job(make_job(lease_until=0.0))
    left = store.get_job("job_1")
    assert left is not None
    store.take_job(left, "you", now=NOW + 3, until=NOW + 63)

    assert looks(store) == [FAILED] * 3


@pytest.mark.parametrize("way", ["thread", "job", "time", "next job"])
def test_it_goes_with_its_job(way: str, store_url: str) -> None:
    ends: dict[str, Callable[[SessionStore], object]] = {
        "thread": lambda store: store.delete_thread("thread"),
        "job": lambda store: store.delete_job("job_1"),
        "time": lambda store: store.clean_jobs(NOW + 9_001),
        "next job": lambda store: store.add_job(
            make_job("job_3", created_at=NOW + 9_001, forget_at=NOW * 2)
        ),
    }
    with closing(open_store(store_url)) as opened:
        store = cast("SqlStore", opened)
        store.add_job(make_job(look=FAILED))
        other = replace(SCOPE, thread_id="other")
        store.add_job(make_job("job_2", scope=other, forget_at=NOW * 2, look=FAILED))

        ends[way](store)

        assert store.get_job("job_1") is None
        assert rows(store) == [("job_2",)]


def test_what_an_older_release_leaves_goes_with_the_next_cleaning(
    store_url: str,
) -> None:
    with closing(open_store(store_url)) as opened:
        store = cast("SqlStore", opened)
        for number in range(3):
            store.add_job(make_job(f"job_{number}", forget_at=NOW * 2, look=FAILED))
        with store.database.writing() as db:
            db.execute("DELETE FROM jobs WHERE key <> 'job_2'")

        store.clean_jobs(NOW)

        assert rows(store) == [("job_2",)]


def test_a_store_from_before_is_read_without_and_then_has_them(store_url: str) -> None:
    with closing(open_store(store_url)) as opened:
        before = cast("SqlStore", opened)
        before.add_job(make_job())
        with before.database.writing() as db:
            db.execute("DROP TABLE job_looks")
            db.execute("DELETE FROM schema_versions WHERE part = 'job_looks'")

    with closing(open_store(store_url, read_only=True)) as store:
        assert store.get_job("job_1") == make_job()
        assert looks(store) == [None] * 3
        assert len(store.list_conversations().found) == 1
    with closing(open_store(store_url)) as store:
        store.add_job(make_job("job_2", look=FAILED))
        assert looks(store, "job_2") == [FAILED] * 3


def test_a_conversation_counts_the_jobs_that_something_is_wrong_with(
    store: SessionStore,
) -> None:
    """A live lease hides none of them."""
    held = {"interaction_id": "v1_1", "status": "in_progress", "lease_until": NOW * 2}
    store.add_job(make_job("fine", **held, look=Look(NOW + 99)))
    store.add_job(make_job("unknown", **held, look=FAILED))
    store.add_job(make_job("late", **held, deadline_at=NOW + 99))
    store.add_job(
        make_job("taken", **{**held, "status": "completed"}, handed_on_at=NOW)
    )
    store.add_job(make_job("waits", **{**held, "status": "completed"}))
    store.add_job(make_job("failed", **{**held, "status": "failed"}))

    [told] = store.list_conversations(ConversationFilter(now=NOW + 100)).found

    jobs = told.jobs
    assert (jobs.open, jobs.unattended, jobs.ended) == (3, 0, 3)
    assert (jobs.unknown, jobs.late, jobs.unclaimed) == (1, 1, 1)
