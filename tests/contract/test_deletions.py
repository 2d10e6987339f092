"""What every store remembers of deleted threads, and what turns do about it."""

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from interactions_core.exceptions import JobCancelledError
from interactions_core.process import failpoints
from interactions_core.process.failpoints import DeletionFailPoint, FailPoint
from interactions_core.records.erasures import Erasure
from interactions_core.records.jobs.job import Job
from interactions_core.stores import (
    SessionStore,
)
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import WAYS, Chat
from tests.contract.conftest import Connect
from tests.contract.session_records import SCOPE, make_entry, make_record

OTHER = replace(SCOPE, thread_id="other")
JOB_S = 1.0
"""How long the server works on a run."""


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    """Run a server whose runs go on until the clock is moved."""
    with Emulator(clock=clock, job_s=JOB_S) as running:
        yield running


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


def job(key: str, **changes: object) -> Job:
    usual = Job(
        key=key,
        scope=SCOPE,
        call_digest=b"\x01" * 32,
        target="agent:deep-research",
        created_at=5_000.0,
        deadline_at=9_000.0,
        forget_at=1e12,
    )
    return replace(usual, **changes)


def erasure(name: str, at: float = 1_000.25, *, is_running: bool = False) -> Erasure:
    return Erasure(SCOPE.credential, name, is_running, at)


@pytest.mark.parametrize("thread", ["thread", "", "odd \x00"])
def test_each_deletion_of_a_thread_has_a_mark_of_its_own(
    thread: str, store: SessionStore
) -> None:
    marks = [store.deletion_mark(thread)]
    for _ in range(2):
        store.delete_thread(thread)
        marks.append(store.deletion_mark(thread))

    assert marks[0] == b""
    assert len({*marks}) == 3
    assert store.deletion_mark("another") == b""


def test_what_began_before_the_deletion_is_not_kept_but_listed(
    store: SessionStore,
) -> None:
    began = store.deletion_mark(SCOPE.thread_id)
    store.delete_thread(SCOPE.thread_id)

    assert not store.put(make_record("v1_late"), make_entry("v1_late"), began=began)
    assert not store.put(make_record("local:1", stored=False), began=began)
    assert not store.add_job(job("job_1"), began=began)

    assert store.get(SCOPE, "v1_late") is None
    assert store.ledger() == []
    assert store.list_jobs() == []
    assert store.list_erasures() == [erasure("v1_late")]


def test_what_begins_after_the_deletion_is_kept(store: SessionStore) -> None:
    store.delete_thread(SCOPE.thread_id)
    began = store.deletion_mark(SCOPE.thread_id)

    assert store.put(make_record(), make_entry(), began=began)
    assert store.add_job(job("job_1"), began=began)
    assert store.put(make_record(scope=OTHER), began=b"")

    assert len(store.ledger()) == len(store.list_jobs()) == 1
    assert store.list_erasures() == []


def test_a_local_deletion_leaves_the_server_alone(store: SessionStore) -> None:
    store.put(make_record())
    store.delete_thread(SCOPE.thread_id)

    assert store.list_erasures() == []


def test_a_remote_deletion_lists_what_no_other_thread_needs(
    store: SessionStore,
) -> None:
    store.put(make_record("v1_root"))
    store.put(make_record("v1_shared", parent_id="v1_root", created_at=2_000.0))
    store.put(make_record("v1_own", parent_id="v1_shared", created_at=3_000.0))
    store.put(make_record("v1_newest", parent_id="v1_own", created_at=4_000.0))
    store.put(make_record("local:1", stored=False))
    store.put(make_record("v1_child", parent_id="v1_shared", scope=OTHER))
    store.add_job(job("job_1", status="in_progress", interaction_id="v1_running"))
    store.add_job(job("job_2", status="completed", interaction_id="v1_own"))
    store.add_job(job("job_3", status="failed", interaction_id="v1_failed"))
    store.add_job(job("job_4"))

    assert store.delete_thread(SCOPE.thread_id, remote=True) == 5

    assert store.list_erasures() == [
        erasure("v1_failed", 5_000.0),
        erasure("v1_running", 5_000.0, is_running=True),
        erasure("v1_newest", 4_000.0),
        erasure("v1_own", 3_000.0),
    ]


def test_what_is_gone_is_struck_off_once(store: SessionStore) -> None:
    store.put(make_record("v1_a"))
    store.put(make_record("v1_b", created_at=2_000.0))
    store.delete_thread(SCOPE.thread_id, remote=True)

    assert store.drop_erasure(erasure("v1_a"))
    assert not store.drop_erasure(erasure("v1_a"))
    assert not store.drop_erasure(Erasure("another credential", "v1_b"))
    assert store.list_erasures() == [erasure("v1_b", 2_000.0)]


def test_a_run_that_is_listed_twice_is_cancelled_all_the_same(
    store: SessionStore,
) -> None:
    store.delete_thread(SCOPE.thread_id)

    assert store.note_late(SCOPE, "v1_a", b"", created_at=1_000.25)
    assert store.note_late(SCOPE, "v1_a", b"", is_running=True)
    assert store.note_late(SCOPE, "v1_a", b"")

    assert store.list_erasures() == [erasure("v1_a", is_running=True)]


def test_nothing_is_kept_that_races_with_a_deletion(store: SessionStore) -> None:
    """Ours: a put is before the deletion, which takes it along, or late."""
    rng = random.Random(1)
    for number in range(15):
        scope = replace(SCOPE, thread_id=f"thread {number}")
        began = store.deletion_mark(scope.thread_id)
        start = threading.Barrier(3)

        def delete(
            thread: str = scope.thread_id, at: threading.Barrier = start
        ) -> None:
            at.wait()
            store.delete_thread(thread, remote=True)

        def keep(
            name: str,
            record: object = make_record(scope=scope),
            began: bytes = began,
            at: threading.Barrier = start,
        ) -> None:
            at.wait()
            store.put(replace(record, key=name), began=began)

        calls: list[Callable[[], None]] = [
            delete,
            lambda n=number: keep(f"v1_{n}a"),
            lambda n=number: keep(f"v1_{n}b"),
        ]
        rng.shuffle(calls)
        threads = [threading.Thread(target=call) for call in calls]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

        assert store.held_by(scope.thread_id) == []
        listed = {each.interaction_id for each in store.list_erasures()}
        assert {f"v1_{number}a", f"v1_{number}b"} <= listed


def delete_at(
    point: FailPoint | DeletionFailPoint,
    store: SessionStore,
    monkeypatch: pytest.MonkeyPatch,
    then: Callable[[object], None] = lambda _: None,
) -> None:
    """Delete the thread of turns without one when a point is first reached.

    `then` is told of every point, after the deletion where that falls on it.
    """
    ahead = [point]

    def delete(at: object) -> None:
        if at in ahead:
            ahead.clear()
            store.delete_thread("", remote=True)
        then(at)

    monkeypatch.setattr(failpoints, "hook", delete)


def listed(store: SessionStore) -> list[str]:
    return [each.interaction_id for each in store.list_erasures()]


@pytest.mark.parametrize("way", WAYS)
def test_a_turn_that_the_deletion_overtakes_records_nothing(
    way: str,
    store: SessionStore,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chat = Chat(connect(way, store=store))
    first = chat.say("My name is Ada.")

    delete_at(DeletionFailPoint.ANSWERED, store, monkeypatch)
    overtaken = chat.say("What is my name?")

    assert overtaken.status == "completed"
    assert overtaken.anchor is None
    assert store.held_by("") == []
    assert store.ledger() == []
    assert {*listed(store)} == {overtaken.interaction_id, first.interaction_id}
    assert chat.say("And now?").reason == "root"
    assert len(store.held_by("")) == 1


def test_an_overtaken_turn_without_a_copy_on_the_server_lists_nothing(
    store: SessionStore, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete_at(DeletionFailPoint.ANSWERED, store, monkeypatch)

    connect("unary", store=store).ask("Hi", store=False)

    assert store.ledger() == []
    assert listed(store) == []


def test_a_turn_of_a_run_that_is_late_records_nothing(
    store: SessionStore, connect: Connect
) -> None:
    """Ours: a graph whose checkpoints were deleted may ask again and again."""
    store.delete_thread("")

    reply = connect("unary", store=store).ask("Hi", is_late=lambda: True)

    assert store.held_by("") == []
    assert listed(store) == [reply.interaction_id]


@pytest.mark.parametrize("way", ["unary", "async stream"])
@pytest.mark.parametrize("point", list(FailPoint))
def test_a_background_turn_that_the_deletion_overtakes_leaves_only_its_id(  # noqa: PLR0917
    point: FailPoint,
    way: str,
    store: SessionStore,
    emulator: Emulator,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asker = connect(way, store=store)

    def let_run_end(at: object) -> None:
        # Whoever listens moves no clock, and would hear nothing for half a lease.
        if at is FailPoint.LOOKED:
            emulator.advance(JOB_S)

    delete_at(point, store, monkeypatch, let_run_end)

    with contextlib.suppress(JobCancelledError):
        asker.ask("Hi", background=True)

    assert store.list_jobs() == []
    assert store.held_by("") == []
    assert store.ledger() == []
    made = [
        row["interaction"] for row in emulator.requests() if row["method"] == "POST"
    ]
    assert listed(store) == [name for name in dict.fromkeys(made) if name]
    assert len(made) >= (point is not FailPoint.PLANNED)
