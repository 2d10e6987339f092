"""The trace in which a job was begun, as every store keeps it."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from interactions_core import PostgresStore, SessionStore, SqliteStore, open_store
from interactions_core.records.trace_contexts import TraceContext
from tests.contract.session_records import NOW, PLACE, SCOPE, make_job, make_record
from tests.previous import PREVIOUS, has_commit, unpack

DIGEST = make_job().call_digest
TRACE = TraceContext(f"00-{'a1' * 16}-{'b2' * 8}-01", "vendor=1")
OTHER = TraceContext(f"00-{'c3' * 16}-{'d4' * 8}-00")

SqlStore = SqliteStore | PostgresStore

BEFORE = """
import sys
from dataclasses import replace
from interactions_core import open_store

store = open_store(sys.argv[1])
job = store.get_job("job_1")
assert not hasattr(job, "trace"), "this is no release from before"
assert len(store.list_jobs()) == 2
assert store.take_job(job, "before", now=job.created_at, until=job.created_at + 60)
taken = replace(job, owner="before", lease_until=job.created_at + 60)
assert store.update_job(replace(taken, status="in_progress", interaction_id="v1_1"))
assert store.add_job(replace(job, key="job_before")) and store.delete_job("job_2")
store.close()
"""


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


def traces(store: SessionStore, key: str = "job_1") -> list[TraceContext | None]:
    """Return the trace of a job as each method that returns jobs has it."""
    job = store.get_job(key)
    listed = [each for each in store.list_jobs() if each.key == key]
    found = store.find_jobs(SCOPE, DIGEST)
    near = store.find_jobs(SCOPE, b"another call", PLACE)
    jobs = [job, *listed, *(each for each in (*found, *near) if each.key == key)]
    return [each.trace for each in jobs if each is not None]


def rows(store: SqlStore) -> list[tuple[str]]:
    with store.database.reading() as db:
        return db.execute("SELECT job FROM job_traces ORDER BY job").fetchall()


def test_a_job_is_given_back_with_its_trace(store: SessionStore) -> None:
    store.add_job(make_job(trace=TRACE))
    store.add_job(make_job("job_2", trace=OTHER))
    store.add_job(make_job("job_3"))

    assert traces(store) == [TRACE] * 3
    assert traces(store, "job_2") == [OTHER] * 3
    assert traces(store, "job_3") == [None] * 3


def test_a_trace_stays_when_everything_else_of_a_job_has_changed(
    store: SessionStore,
) -> None:
    """Ours: another process goes on with it, and it is consumed."""
    store.add_job(make_job(trace=TRACE))
    seen = store.get_job("job_1")
    assert seen is not None
    store.take_job(seen, "you", now=NOW + 1, until=NOW + 61)
    mine = replace(seen, owner="you", lease_until=NOW + 61)
    store.note_status(replace(mine, interaction_id="v1_1"), "queued", now=NOW + 2)
    store.move_job(replace(mine, call_digest=b"\x02" * 32, interrupts=1))
    store.renew_job("job_1", "you", now=NOW + 3, until=NOW + 63)
    done = replace(mine, status="completed", consumed_at=NOW + 4, plan={}, trace=OTHER)

    assert store.update_job(done)

    job = store.get_job("job_1")
    assert job is not None
    assert (job.status, job.consumed_at, job.trace) == ("completed", NOW + 4, TRACE)


@pytest.mark.parametrize("way", ["thread", "job", "time", "next job"])
def test_a_trace_goes_with_its_job(way: str, store_url: str) -> None:
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
        store.add_job(make_job(trace=TRACE))
        other = replace(SCOPE, thread_id="other")
        store.add_job(make_job("job_2", scope=other, forget_at=NOW * 2, trace=OTHER))

        ends[way](store)

        assert store.get_job("job_1") is None
        assert rows(store) == [("job_2",)]


def test_what_an_older_release_leaves_of_a_trace_goes_with_the_next_cleaning(
    store_url: str,
) -> None:
    with closing(open_store(store_url)) as opened:
        store = cast("SqlStore", opened)
        for number in range(3):
            key = f"job_{number}"
            store.add_job(make_job(key, forget_at=NOW * 2, trace=TRACE))
        with store.database.writing() as db:
            db.execute("DELETE FROM jobs WHERE key <> 'job_2'")

        store.clean_jobs(NOW)

        assert rows(store) == [("job_2",)]


def test_a_thread_that_is_copied_takes_no_trace_along(store: SessionStore) -> None:
    store.put(make_record())
    store.add_job(make_job(trace=TRACE))

    store.copy_thread("thread", "copy")

    assert [job.trace for job in store.list_jobs()] == [TRACE]


def test_a_store_from_before_there_were_traces_is_read_without_and_then_has_them(
    store_url: str,
) -> None:
    with closing(open_store(store_url)) as opened:
        before = cast("SqlStore", opened)
        before.add_job(make_job())
        with before.database.writing() as db:
            db.execute("DROP TABLE job_traces")
            db.execute("DELETE FROM schema_versions WHERE part = 'job_traces'")

    with closing(open_store(store_url, read_only=True)) as store:
        assert store.get_job("job_1") == make_job()
        assert store.find_jobs(SCOPE, DIGEST) == [make_job()]
        assert traces(store) == [None] * 3
    with closing(open_store(store_url)) as store:
        assert traces(store) == [None] * 3
        store.add_job(make_job("job_2", trace=TRACE))
        assert traces(store, "job_2") == [TRACE] * 3
    with closing(open_store(store_url, read_only=True)) as store:
        assert traces(store, "job_2") == [TRACE] * 3


@pytest.mark.skipif(not has_commit(PREVIOUS), reason="an archive or shallow clone")
def test_a_release_from_before_there_were_traces_works_beside_this_one(
    store_url: str, tmp_path: Path
) -> None:
    with closing(open_store(store_url)) as store:
        for key in ("job_1", "job_2"):
            store.add_job(make_job(key, forget_at=NOW * 2, trace=TRACE))

    subprocess.run(
        [sys.executable, "-c", BEFORE, store_url],
        env={**os.environ, "PYTHONPATH": unpack(PREVIOUS, tmp_path / "before")},
        check=True,
    )

    with closing(open_store(store_url)) as opened:
        store = cast("SqlStore", opened)
        found = {job.key: (job.status, job.trace) for job in store.list_jobs()}
        store.clean_jobs(NOW)
        left = rows(store)
    assert found == {
        "job_1": ("in_progress", TRACE),
        "job_before": ("intent", None),
    }
    assert left == [("job_1",)]
