"""The history of a job, as every store keeps it."""

import random
import sqlite3
import sys
from collections.abc import Callable
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
from interactions_core.records.jobs.job import ENDED, INTENT, LOST, RUNNING, Job
from interactions_core.records.jobs.job_events import JobEvent, events_between
from interactions_core.stores.sql.cleaning import BATCH
from tests.contract.session_records import (
    NOW,
    SCOPE,
    make_entry,
    make_job,
    make_record,
)

OWNERS = ("host:boot/1/a", "host:boot/2/b", "host:boot/3/c+watcher")


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


def words(store: SessionStore, key: str = "job_1") -> list[tuple[str, str]]:
    return [(each.what, each.owner) for each in store.job_events(key)]


def test_the_history_of_a_job_says_who_held_it_when(store: SessionStore) -> None:
    mine = make_job(owner="me", lease_until=NOW + 60, created_at=NOW)
    store.add_job(mine)
    mine = replace(mine, status="in_progress", interaction_id="v1_1")
    store.update_job(replace(mine, updated_at=NOW + 1))
    store.renew_job("job_1", "me", now=NOW + 30, until=NOW + 90)
    seen = store.get_job("job_1")
    assert seen is not None
    store.take_job(seen, "you", now=NOW + 95, until=NOW + 155)
    store.note_status(mine, "completed", now=NOW + 99)
    over = replace(mine, owner="you", status="completed", lease_until=NOW + 155)
    done = replace(over, lease_until=0.0, handed_on_at=NOW + 100)
    store.update_job(replace(done, updated_at=NOW + 100))
    store.take_job(
        replace(done, updated_at=NOW + 100), "later", now=NOW + 200, until=NOW + 260
    )
    consumed = replace(done, owner="later", consumed_at=NOW + 201)
    store.update_job(replace(consumed, updated_at=NOW + 201))

    assert store.job_events("job_1") == [
        JobEvent(NOW, "intent", "me"),
        JobEvent(NOW + 1, "submitted", "me"),
        JobEvent(NOW + 30, "last seen", "me"),
        JobEvent(NOW + 95, "acquired", "you"),
        JobEvent(NOW + 99, "ended", "you"),
        JobEvent(NOW + 100, "handed on", "you"),
        JobEvent(NOW + 100, "released", "you"),
        JobEvent(NOW + 200, "acquired", "later"),
        JobEvent(NOW + 201, "released", "later"),
    ]


def test_what_changes_nothing_leaves_no_word(store: SessionStore) -> None:
    store.add_job(make_job(owner="me", status="in_progress", interaction_id="v1_1"))
    before = store.job_events("job_1")

    assert not store.renew_job("job_1", "you", now=NOW, until=0.0)
    assert not store.update_job(make_job(owner="you", status="completed"))
    assert not store.take_job(make_job(owner="you"), "you", now=NOW, until=NOW + 1)
    named = make_job(interaction_id="v1_2")
    assert not store.note_status(named, "completed", now=NOW)
    assert store.renew_job("job_1", "me", now=NOW, until=NOW + 99)

    assert store.job_events("job_1") == before
    assert store.job_events("job_2") == []


def test_an_answer_and_the_history_of_its_job_are_written_together(
    store: SessionStore,
) -> None:
    job = make_job(status="completed", interaction_id="v1_a")
    store.add_job(job)
    done = replace(job, consumed_at=NOW + 1, lease_until=0.0, updated_at=NOW + 1)

    store.put(make_record(), make_entry(), job=done)

    assert words(store)[-2:] == [("handed on", "me"), ("released", "me")]


def test_a_create_that_is_sent_again_begins_a_history_anew(
    store: SessionStore,
) -> None:
    job = make_job(status="completed", interaction_id="v1_1")
    store.add_job(job)

    store.update_job(replace(job, status=INTENT, interaction_id=""))
    store.update_job(replace(job, status="in_progress", interaction_id="v1_2"))

    told = [what for what, _ in words(store)]
    assert told == ["submitted", "ended", "intent", "submitted"]


def test_histories_of_many_jobs_are_read_at_once(store: SessionStore) -> None:
    for number in range(3):
        store.add_job(make_job(f"job_{number}"))

    found = store.list_job_events(["job_0", "job_2", "none"])

    assert {key: len(events) for key, events in found.items()} == {
        "job_0": 1,
        "job_2": 1,
    }
    assert store.list_job_events([]) == {}


@pytest.mark.parametrize("way", ["thread", "job", "time"])
def test_a_history_goes_with_its_job(way: str, store: SessionStore) -> None:
    store.add_job(make_job())
    other = replace(SCOPE, thread_id="other")
    store.add_job(make_job("job_2", scope=other, forget_at=NOW * 2))
    if way == "thread":
        store.delete_thread("thread")
    elif way == "job":
        store.delete_job("job_1")
    else:
        store.clean_jobs(NOW + 9_001)

    assert words(store) == []
    assert words(store, "job_2") == [("intent", "me")]


def test_what_an_older_release_leaves_of_a_job_goes_with_the_next_cleaning(
    store_url: str,
) -> None:
    with closing(open_store(store_url)) as opened:
        store = cast("SqliteStore | PostgresStore", opened)
        for number in range(BATCH + 1):
            store.add_job(make_job(f"job_{number}", forget_at=NOW * 2))
        with store.database.writing() as db:
            db.execute("DELETE FROM jobs WHERE key <> 'job_7'")

        assert store.clean_jobs(NOW) == 0

        with store.database.reading() as db:
            left = db.execute("SELECT DISTINCT job FROM job_events").fetchall()
    assert left == [("job_7",)]


def test_a_thread_that_is_copied_takes_no_history_along(store: SessionStore) -> None:
    store.put(make_record())
    store.add_job(make_job())

    store.copy_thread("thread", "copy")
    store.delete_thread("thread")

    assert words(store) == []


def change(
    rng: random.Random, job: Job, now: float
) -> Callable[[SessionStore], object]:
    """Choose what somebody does with a job as he has seen it."""
    running = [word for word in RUNNING if word != "submitted"]
    mine = replace(job, updated_at=now, interaction_id=job.interaction_id or "v1_1")
    by_owner = [
        replace(mine, status=rng.choice(running)),
        replace(mine, status=rng.choice(ENDED), lease_until=rng.choice([0.0, now])),
        replace(mine, handed_on_at=now, lease_until=0.0),
        replace(mine, status=INTENT, interaction_id=""),
        replace(mine, status=LOST, lease_until=0.0, interaction_id=""),
        replace(mine, consumed_at=now, lease_until=0.0),
        replace(mine, owner=rng.choice(OWNERS), lease_until=now + 60),
    ]
    updated, told = rng.choice(by_owner), rng.choice([*running, *ENDED])
    owner, until = rng.choice(OWNERS), rng.choice([0.0, now + 60])
    holder = rng.choice([job.owner, owner])
    return rng.choice(
        [
            lambda store: store.take_job(job, owner, now=now, until=until),
            lambda store: store.renew_job(job.key, holder, now=now, until=until),
            lambda store: store.update_job(updated),
            lambda store: store.update_job(updated),
            lambda store: store.note_status(mine, told, now=now),
            lambda store: store.move_job(replace(mine, interrupts=1)),
        ]
    )


def check_told(events: list[JobEvent]) -> None:
    """Hold a history against what may follow what."""
    holder, is_over = events[0].owner, False
    assert events[0].what == "intent"
    for each in events:
        if each.what == "acquired":
            assert each.owner not in {"", holder}
            holder = each.owner
        elif each.what == "released":
            assert each.owner == holder != ""
            holder = ""
        else:
            assert each.owner == holder
        if each.what in {"intent", "ended"}:
            assert not (is_over and each.what == "ended")
            is_over = each.what == "ended"


def test_three_stores_tell_one_history(tmp_path: Path, postgres_url: str) -> None:
    seed = random.randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    rng = random.Random(seed)
    urls = (f"sqlite:///{tmp_path / 'jobs.db'}", postgres_url)
    stores: list[SessionStore] = [MemoryStore(), *map(open_store, urls)]
    for number in range(40):
        key = f"job_{number}"
        first = make_job(key, owner=OWNERS[0], created_at=NOW, forget_at=NOW * 2)
        for store in stores:
            store.add_job(first)
        seen = [first]
        for step in range(12):
            # Some act on what they saw long ago.
            act = change(rng, rng.choice(seen[-3:]), NOW + step)
            assert len({bool(act(store)) for store in stores}) == 1
            found = stores[0].get_job(key)
            assert found is not None
            seen.append(found)

        told = [store.job_events(key) for store in stores]

        assert told[0] == told[1] == told[2]
        check_told(told[0])
    for store in stores:
        store.close()


def test_a_status_that_nobody_knows_ends_a_run_until_it_goes_on() -> None:
    """Ours: a word that a newer service says is the end, unless a later one says not."""
    before = make_job(status="in_progress", interaction_id="v1_1")
    ended = replace(before, status="hibernating")

    told = [*events_between(before, ended, NOW), *events_between(ended, before, NOW)]

    assert [each.what for each in told] == ["ended"]


def test_a_store_from_before_there_were_histories_is_read_as_it_is(
    store_url: str,
) -> None:
    with closing(open_store(store_url)) as opened:
        before = cast("SqliteStore | PostgresStore", opened)
        before.add_job(make_job())
        with before.database.writing() as db:
            db.execute("DROP TABLE job_events")
            db.execute("DELETE FROM schema_versions WHERE part = 'job_events'")

    with closing(open_store(store_url, read_only=True)) as store:
        assert store.get_job("job_1") == make_job()
        assert words(store) == []
    with closing(open_store(store_url)) as store:
        assert words(store) == []
        store.renew_job("job_1", "me", now=NOW, until=0.0)
        assert words(store) == [("released", "me")]


def test_a_history_has_no_word_of_what_was_said(tmp_path: Path) -> None:
    """Ours: neither content nor names of threads and tenants; docs/jobs.md says so."""
    with closing(SqliteStore(tmp_path / "jobs.db")) as store:
        store.add_job(make_job(result={"steps": [{"text": "secret"}]}))
    with closing(sqlite3.connect(tmp_path / "jobs.db")) as db:
        rows: list[tuple[Any, ...]] = db.execute("SELECT * FROM job_events").fetchall()

    assert rows == [("job_1", 1, NOW, "intent", "me")]
