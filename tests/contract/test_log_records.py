"""Log records of real turns: ids in fields, and no word of a message in any of them."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interactions_core import InteractionsError, MemoryStore, SqliteStore
from interactions_core.records.jobs.job import Job
from interactions_core.services.graph_resumer import Resumer
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.transcript.replies import visible_reply
from interactions_emulator import Emulator
from tests.canaries import API_KEY, leaks
from tests.conftest import Clock
from tests.contract.asking import MODEL, Asker, said
from tests.contract.conftest import Connect
from tests.log_records import JsonLines

WORDS = ("Quagmire", "Ozymandias")
ASKED, AGAIN = (said(f"Tell {word} nothing.") for word in WORDS)
WHERE = {"session_id": "acme", "thread_id": "t-1"}


@pytest.fixture
def lines() -> Iterator[JsonLines]:
    root, handler = logging.getLogger(), JsonLines()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(before)
    root.removeHandler(handler)


def no_content(lines: JsonLines) -> bool:
    """Tell whether no record holds a word of a message or a key."""
    text = "\n".join(lines.lines)
    return not leaks({"log": text}) and not [word for word in WORDS if word in text]


def second_turn(asker: Asker, **options: Any) -> str:
    """Ask twice; return the id of the first answer."""
    where = {**WHERE, **options}
    first = asker.ask(ASKED, **where)
    with suppress(InteractionsError):
        asker.ask(ASKED, *visible_reply(first.steps), AGAIN, **where)
    return first.interaction_id


@pytest.fixture
def asker(request: pytest.FixtureRequest, connect: Connect) -> Asker:
    return connect(request.param, api_key=API_KEY)


BOTH = pytest.mark.parametrize("asker", ["unary", "async stream"], indirect=True)


@BOTH
def test_an_answer_says_what_it_is_and_why_it_was_sent_so(
    asker: Asker, lines: JsonLines
) -> None:
    root = second_turn(asker)

    told = lines.of("answered")
    assert [(each["reason"], each["status"]) for each in told] == [
        ("root", "completed"),
        ("continue", "completed"),
    ]
    assert told[0] == {
        "level": "DEBUG",
        "text": f"interaction {root} was answered: root",
        "event": "answered",
        "id": root,
        "thread": "t-1",
        "session": "acme",
        "target": f"model:{MODEL}",
        "reason": "root",
        "status": "completed",
    }
    assert no_content(lines)


FAULTS: dict[str, tuple[dict[str, object], str, dict[str, object]]] = {
    "retry": ({"status": 503}, "create_failed", {"http_status": 503}),
    "expired": ({"expire": True}, "replayed", {"reason": "expired"}),
    "rerooted": ({"reroot": True}, "replayed", {"reason": "rerooted"}),
    "cut off": ({"close": "before"}, "create_failed", {"error": "NetworkError"}),
}


@BOTH
@pytest.mark.parametrize("kind", FAULTS)
def test_what_was_worked_around_is_a_record_with_ids(
    kind: str, asker: Asker, emulator: Emulator, lines: JsonLines
) -> None:
    """The API repeats what it was sent; no record repeats the API."""
    fault, event, fields = FAULTS[kind]
    if "status" in fault:
        fault = {**fault, "message": f"Not now: {WORDS[0]}, {WORDS[1]}, {API_KEY}"}
    emulator.fault(on="create", nth=2, do=fault)

    root = second_turn(asker)

    [told, *_] = lines.of(event)
    assert fields.items() <= told.items()
    assert (told["thread"], told["session"]) == ("t-1", "acme")
    assert event != "replayed" or told["id"] == root
    assert no_content(lines)


@BOTH
def test_a_refusal_that_repeats_what_it_was_sent_is_in_no_record(
    asker: Asker, emulator: Emulator, lines: JsonLines
) -> None:
    message = f"Invalid value: {WORDS[1]} {API_KEY}"
    emulator.fault(on="create", nth=2, times=9, do={"status": 400, "message": message})

    second_turn(asker)

    assert lines.of("answered")
    assert no_content(lines)


@pytest.mark.parametrize("way", ["unary", "async stream"])
def test_an_answer_that_cannot_be_recorded_has_its_place_in_the_code(
    way: str, connect: Connect, tmp_path: Path, lines: JsonLines
) -> None:
    store = SqliteStore(tmp_path / "sessions.db")
    store.secret()
    with store.database.reading() as db:
        db.execute("PRAGMA query_only = ON")
    asker = connect(way, api_key=API_KEY, store=store)

    reply = asker.ask(ASKED, **WHERE)
    asker.close()
    store.close()

    [told] = lines.of("answer_not_recorded")
    assert told["id"] == reply.interaction_id
    assert (told["level"], told["error"]) == ("ERROR", "StoreError")
    assert "in record_turn" in told["text"]
    assert no_content(lines)


def test_a_job_is_named_in_each_record_of_its_wait(
    connect: Connect, emulator: Emulator, clock: Clock, lines: JsonLines
) -> None:
    message = f"Not now: {WORDS[0]} {API_KEY}"
    emulator.script([{"reply": {"text": "Found.", "wait_s": 1}}])
    emulator.fault(on="get", times=2, do={"status": 503, "message": message})
    store = MemoryStore()

    def pause(seconds: float) -> None:
        clock.sleep(seconds)
        emulator.advance(seconds)

    asker = connect("unary", api_key=API_KEY, store=store, sleep=pause)
    reply = asker.ask(ASKED, background=True, **WHERE)

    [told] = lines.of("answered")
    assert told["id"] == reply.interaction_id
    assert store.get_job(told["job"]) is not None
    assert no_content(lines)


def _left_job(connect: Connect, emulator: Emulator, store: MemoryStore) -> Job:
    """Begin a run for which nobody waits."""
    emulator.script([{"reply": {"text": "Found.", "wait_s": 1}}])
    emulator.fault(on="get", do={"status": 400, "message": "no"})
    with suppress(InteractionsError):
        connect("unary", api_key=API_KEY, store=store).ask(
            ASKED, background=True, **WHERE
        )
    [job] = store.list_jobs()
    return job


def test_a_watcher_that_prints_nowhere_logs_each_job_that_is_over(
    connect: Connect, emulator: Emulator, clock: Clock, lines: JsonLines
) -> None:
    store = MemoryStore()
    job = _left_job(connect, emulator, store)
    message = f"Not now: {WORDS[0]} {API_KEY}"
    emulator.fault(on="get", do={"status": 503, "message": message})
    client = connect("unary", api_key=API_KEY, store=store).client

    def pause(seconds: float) -> None:
        clock.sleep(seconds)
        emulator.advance(seconds)

    watcher = JobWatcher(store, client, clock=clock, sleep=pause, jitter=lambda: 1.0)
    watcher.run(until_idle=True)

    [over] = lines.of("job_over")
    [unread] = lines.of("run_unreadable")
    for told in (over, unread):
        assert (told["job"], told["id"]) == (job.key, job.interaction_id)
        assert (told["thread"], told["session"]) == ("t-1", "acme")
    assert unread["http_status"] == 503
    assert over["status"] == "completed"
    assert no_content(lines)


def test_a_graph_that_fails_is_logged_by_class_and_place(
    connect: Connect, emulator: Emulator, clock: Clock, lines: JsonLines
) -> None:
    store = MemoryStore()
    job = _left_job(connect, emulator, store)

    def fail(_: Job) -> bool:
        message = f"{WORDS[0]} {API_KEY}"
        raise LookupError(message)

    clock.advance(3_600)
    Resumer(store, fail, clock=clock)(replace(job, interrupts=1))

    [told] = lines.of("graph_failed")
    assert (told["job"], told["thread"]) == (job.key, "t-1")
    assert told["error"] == "LookupError"
    assert "in fail" in told["text"]
    assert no_content(lines)
