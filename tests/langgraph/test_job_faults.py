"""What goes wrong while a run is waited for: the result, or an error and the job."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interactions_core import SqliteStore
from interactions_core.client import wire
from interactions_core.exceptions import (
    DeadlineExceededError,
    JobFailedError,
    NotFoundError,
    UnknownStatusError,
)
from interactions_core.records.jobs.job import Job
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock, on_clock
from tests.waiting import wait_by

Make = Callable[..., ChatInteractions]
Ask = Callable[..., str]
WAYS = ["invoke", "ainvoke", "stream", "astream"]
RETENTION_S = 5_000.0


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    """Go by the clock of the test: real time beside it would count on one side."""
    with on_clock(clock, retention_s=RETENTION_S) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "sessions.db")
    yield store
    store.close()


@pytest.fixture(params=WAYS)
def ask(
    request: pytest.FixtureRequest,
    make_model: Make,
    emulator: Emulator,
    clock: Clock,
    store: SqliteStore,
) -> Ask:
    """Ask in the background, in one of four ways; pauses pass at once.

    The stream of a new run breaks off at its beginning, so that it is looked at.
    """
    way: str = request.param

    async def awaited(model: ChatInteractions) -> str:
        async with model:
            if way == "ainvoke":
                return (await model.ainvoke("TPUs?")).text
            return "".join([chunk.text async for chunk in model.astream("TPUs?")])

    def ask(**options: Any) -> str:
        model = make_model(background=True, sessions=store, **options)
        wait_by(model, clock.sleep)
        emulator.fault(on="create", match={"stream": True}, do=BROKEN)
        if way in {"ainvoke", "astream"}:
            return asyncio.run(awaited(model))
        if way == "invoke":
            return model.invoke("TPUs?").text
        return "".join(chunk.text for chunk in model.stream("TPUs?"))

    return ask


BROKEN = {"truncate_after_events": 1}


def creates(emulator: Emulator) -> int:
    return sum(
        row["method"] == "POST" and row["path"].endswith("/interactions")
        for row in emulator.requests()
    )


def only_job(store: SqliteStore) -> Job:
    [job] = store.list_jobs()
    return job


def test_looks_come_at_growing_distances(
    ask: Ask, emulator: Emulator, clock: Clock
) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 60}}])

    assert ask(poll=(1.0, 10.0)) == "Done."

    assert 0.75 <= clock.slept[0] <= 1.0
    assert 7.5 <= clock.slept[-2] <= 10.0
    assert sum(clock.slept) >= 60
    assert len(clock.slept) < 20


def test_a_storm_of_429_is_waited_out_for_as_long_as_the_service_asks(
    ask: Ask, emulator: Emulator, clock: Clock, store: SqliteStore
) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 60}}])
    storm = {"status": 429, "retry_after": 18}
    emulator.fault(on="get", times=20, do=storm)

    assert ask() == "Done."

    assert sum(seconds >= 18 for seconds in clock.slept) >= 19
    assert creates(emulator) == 1
    assert only_job(store).status == "completed"


@pytest.mark.parametrize(
    "do",
    [
        {"status": 500},
        {"status": 503},
        {"status": 504, "shape": "front_end"},
        {"status": 503, "shape": "array"},
        {"close": "before"},
        {"close": "after"},
    ],
    ids=["500", "503", "504 of the front end", "503 as a list", "no answer", "dropped"],
)
def test_looks_that_fail_are_passed_over(
    do: Any, ask: Ask, emulator: Emulator, store: SqliteStore
) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 60}}])
    emulator.fault(on="get", times=15, do=do)

    assert ask() == "Done."

    assert creates(emulator) == 1
    assert only_job(store).status == "completed"


def test_looks_that_fail_by_chance_are_passed_over(
    ask: Ask, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 60}}])
    every: list[Any] = [{"status": 429}, {"status": 503}, {"close": "after"}]
    for seed, do in enumerate(every):
        emulator.fault(on="get", probability=0.4, seed=seed, do=do)

    assert ask() == "Done."

    assert creates(emulator) == 1


def test_a_create_that_is_refused_for_a_while_is_sent_again(
    ask: Ask, emulator: Emulator, store: SqliteStore
) -> None:
    """Ours: matching.md, section 8; after 429 and 503 no run was begun."""
    emulator.script([{"reply": {"text": "Done.", "wait_s": 0}}])
    emulator.fault(on="create", times=2, do={"status": 429, "retry_after": 3})
    emulator.fault(on="create", nth=3, do={"status": 503})

    assert ask() == "Done."

    assert creates(emulator) == 4
    assert len(store.list_jobs()) == 1


def test_a_run_that_never_ends_is_cancelled_in_time(
    ask: Ask, emulator: Emulator, store: SqliteStore
) -> None:
    emulator.fault(on="create", do={"stall": True})

    with pytest.raises(DeadlineExceededError, match="not done after 300 s") as caught:
        ask(deadline_s=300.0)

    job = only_job(store)
    assert job.interaction_id == caught.value.interaction_id
    assert job.status == "cancelled"
    assert emulator.requests()[-1]["path"].endswith(f"{job.interaction_id}/cancel")


def test_a_run_of_an_hour_is_waited_for(
    ask: Ask, emulator: Emulator, clock: Clock, store: SqliteStore
) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 3_600}}])
    begun = clock.now

    assert ask(poll=(1.0, 120.0)) == "Done."

    assert clock.now - begun >= 3_600
    looks = [row for row in emulator.requests() if row["method"] == "GET"]
    assert len(looks) < 60
    assert only_job(store).status == "completed"


def test_a_run_that_has_expired_is_an_error_that_names_it(
    ask: Ask, emulator: Emulator, clock: Clock, store: SqliteStore
) -> None:
    emulator.fault(on="create", do={"stall": True})

    with pytest.raises(NotFoundError) as caught:
        ask(poll=(1.0, 300.0), deadline_s=9_000.0)

    job = only_job(store)
    assert job.interaction_id in str(caught.value)
    assert job.status == "gone"
    assert clock.now - job.created_at >= RETENTION_S


def test_a_status_of_a_later_version_is_looked_at_again_until_it_is_known(
    ask: Ask, emulator: Emulator, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours: whatever the word means, the answer that comes after it is paid for."""
    emulator.script([{"reply": {"text": "Done.", "wait_s": 9}}])
    read, seen = wire.parsed_interaction, list[str]()

    def later(*came: Any, **how: Any) -> Any:
        found = read(*came, **how)
        seen.append(str(found.get("status")))
        return {**found, "status": "paused"} if len(seen) < 4 else found

    monkeypatch.setattr(wire, "parsed_interaction", later)

    assert ask() == "Done."

    assert len(seen) >= 4
    assert (creates(emulator), only_job(store).status) == (1, "completed")


def test_a_run_of_unknown_status_is_cancelled_at_its_deadline(
    ask: Ask, emulator: Emulator, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.fault(on="create", do={"stall": True})
    read = wire.parsed_interaction

    def later(*came: Any, **how: Any) -> Any:
        found = read(*came, **how)
        return found | ({"status": "paused"} if found["status"] != "cancelled" else {})

    monkeypatch.setattr(wire, "parsed_interaction", later)

    with pytest.raises(DeadlineExceededError):
        ask(deadline_s=300.0)

    job = only_job(store)
    assert (job.status, bool(job.consumed_at)) == ("cancelled", True)


def test_a_status_of_a_later_version_is_an_error_and_the_job_is_kept(
    ask: Ask, emulator: Emulator, store: SqliteStore
) -> None:
    emulator.script([{"reply": {"text": "Done.", "status": "paused", "wait_s": 9}}])

    with pytest.raises(UnknownStatusError, match="'paused'"):
        ask()
    with pytest.raises(UnknownStatusError, match="'paused'"):
        ask()

    job = only_job(store)
    assert (job.status, job.consumed_at) == ("paused", 0.0)
    assert creates(emulator) == 1


@pytest.mark.parametrize("status", ["failed", "budget_exceeded"])
def test_a_run_that_fails_is_an_error_with_the_services_own_words(
    status: str, ask: Ask, emulator: Emulator, store: SqliteStore
) -> None:
    errors = [{"code": "api_error", "message": "It broke."}]
    reply = {"status": status, "errors": errors, "wait_s": 30}
    emulator.script([{"reply": reply}])

    with pytest.raises(JobFailedError, match="It broke") as caught:
        ask()

    job = only_job(store)
    assert (job.interaction_id, job.status) == (caught.value.interaction_id, status)


@pytest.fixture
def hurrying(emulator: Emulator) -> Iterator[None]:
    """Let the server's clock run by a minute every few milliseconds."""
    over = threading.Event()

    def hurry() -> None:
        while not over.wait(0.02):
            emulator.advance(60)

    thread = threading.Thread(target=hurry)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.usefixtures("hurrying")
@pytest.mark.parametrize("way", ["stream", "astream"])
def test_a_stream_that_is_cut_after_ten_minutes_goes_on_where_it_was(
    way: str, make_model: Make, emulator: Emulator, store: SqliteStore
) -> None:
    """API: forum, 143098."""
    text = "One two three four five six seven eight nine ten. " * 8
    emulator.script([{"reply": {"text": text, "wait_s": 1_500}}])
    model = make_model(background=True, sessions=store, poll=(0.01, 0.05))

    async def listen() -> list[str]:
        async with model:
            return [chunk.text async for chunk in model.astream("TPUs?")]

    if way == "stream":
        pieces = [chunk.text for chunk in model.stream("TPUs?")]
    else:
        pieces = asyncio.run(listen())

    resumed = [row for row in emulator.requests() if "stream=true" in row["path"]]
    assert "".join(pieces) == text
    assert len([piece for piece in pieces if piece]) > 3
    assert len(resumed) >= 2
    assert creates(emulator) == 1
