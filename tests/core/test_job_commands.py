"""The `jobs` commands, and the watcher, on the emulator."""

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interactions_core import SqliteStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import (
    ConfigurationError,
    InteractionsError,
    JobCancelledError,
    LostSubmitError,
    RequestError,
    UnknownJobError,
)
from interactions_core.explaining.job_advice import advice_of
from interactions_core.process.owners import is_dead, is_watcher, process_id
from interactions_core.process.owners import watcher_id as watcher_of
from interactions_core.records.jobs.job import Job
from interactions_core.records.jobs.job_looks import Look
from interactions_core.records.jobs.job_standing import trouble_of
from interactions_core.records.turn import Turn
from interactions_core.services.graph_resumer import Resumer
from interactions_core.services.job_commands import (
    cancel_job,
    clean_jobs,
    find_job,
)
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.services.resume_loader import load_resume
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy
from interactions_core.turns.pacing import Pace
from interactions_emulator import Emulator
from tests.conftest import EPOCH_S, Clock, on_clock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "jobs.db")
    yield store
    store.close()


@pytest.fixture
def client(emulator: Emulator, clock: Clock) -> Iterator[InteractionsClient]:
    client = InteractionsClient(
        Connection(api_key="k", base_url=emulator.url),
        ClientPolicy(max_retries=0, retention_s=1e6, clock=clock),
        sleep=clock.sleep,
    )
    yield client
    client.close()


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with on_clock(clock, job_s=60.0) as running:
        yield running


def turn(text: str = "Hi", **fields: Any) -> Turn:
    usual = Turn(
        transcript=Transcript.of([user_input([text_part(text)])]),
        target=("model", "gemini-3.5-flash"),
        background=True,
    )
    return replace(usual, **fields)


@pytest.fixture
def watcher(
    store: SqliteStore, client: InteractionsClient, clock: Clock
) -> Callable[..., JobWatcher]:
    def make(**options: Any) -> JobWatcher:
        usual: dict[str, Any] = {
            "write": lambda _: None,
            "clock": clock,
            "sleep": clock.sleep,
            "pace": Pace(1e6),
        }
        return JobWatcher(store, client, **usual | options)

    return make


def test_a_job_is_found_by_the_beginning_of_its_name(
    store: SqliteStore, client: InteractionsClient
) -> None:
    found = client.suspend(turn(thread_id="7"), store)

    assert find_job(store, found.job_key[:10]).interaction_id == found.interaction_id
    assert find_job(store, found.interaction_id[:9]).key == found.job_key
    with pytest.raises(UnknownJobError, match="no job"):
        find_job(store, "nothing")


def test_a_cancelled_job_is_an_error_for_who_waits_and_begun_anew_then(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    found = client.suspend(turn(), store)
    said: list[str] = []

    assert cancel_job(store, client, said.append, found.job_key, now=clock.now)
    assert not cancel_job(store, client, said.append, found.job_key, now=clock.now)

    assert said[0] == f"{found.job_key}: cancelled {found.interaction_id}"
    assert "nothing to cancel" in said[1]
    assert any(row["path"].endswith("/cancel") for row in emulator.requests())
    with pytest.raises(JobCancelledError):
        client.turn(turn(), store)
    assert client.turn(turn(), store).status == "completed"


@pytest.mark.parametrize("policy", ["raise", "resubmit"])
def test_of_a_create_without_an_answer_the_advice_is_what_the_next_call_does(
    policy: str, store: SqliteStore, emulator: Emulator, clock: Clock
) -> None:
    """Ours: a process has died between the intent and the answer to its create."""
    rules = ClientPolicy(max_retries=0, retention_s=1e6, clock=clock, resubmits=policy == "resubmit")  # fmt: skip
    client = InteractionsClient(Connection(api_key="k", base_url=emulator.url), rules, sleep=clock.sleep)  # fmt: skip
    client.suspend(turn(), store)
    with store.database.writing() as db:
        db.execute("UPDATE jobs SET status = 'intent', interaction_id = '', lease_until = 0")  # fmt: skip

    def advice() -> list[str]:
        return [advice_of(job, clock.now) for job in store.list_jobs()]

    [said] = advice()
    assert said == (
        "the next call raises LostSubmitError, or begins anew with "
        "on_lost_submit='resubmit'"
    )
    if policy == "raise":
        with pytest.raises(LostSubmitError):
            client.turn(turn(), store)
        assert advice() == ["the next call begins anew"]
    assert client.turn(turn(), store).status == "completed"
    client.close()


MISSING: dict[str, Any] = {"status": 404}


def test_a_job_whose_run_the_server_does_not_know_can_be_given_up(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    """Ours: matching.md, section 9: before a run is called gone, cancel is tried."""
    found = client.suspend(turn(), store)
    emulator.fault(on="cancel", do=MISSING)
    emulator.fault(on="get", times=2, do=MISSING)
    clock.sleep(61)
    said: list[str] = []

    assert cancel_job(store, client, said.append, found.job_key, now=clock.now)

    [gone] = store.list_jobs()
    assert gone.status == "gone"
    assert advice_of(replace(gone, interrupts=0), clock.now) == (
        "the next call looks for it once more; if it is not there, it raises "
        "LostSubmitError, or begins anew with on_lost_submit='resubmit'"
    )
    assert said[0] == (
        f"{found.job_key}: the server does not know {found.interaction_id}; noted as "
        "gone"
    )
    assert "looks for it once more" in said[1]
    with pytest.raises(LostSubmitError, match=found.interaction_id):
        client.turn(turn(), store)
    creates = [r for r in emulator.requests() if r["path"].endswith("/interactions")]
    assert len(creates) == 1


def test_a_run_that_was_given_up_and_is_there_again_is_not_paid_twice(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    found = client.suspend(turn(), store)
    emulator.fault(on="cancel", do=MISSING)
    clock.sleep(61)
    cancel_job(store, client, lambda _: None, found.job_key, now=clock.now)

    reply = client.turn(turn(), store)

    assert (reply.key, reply.status) == (found.interaction_id, "completed")
    assert len([*store.ledger()]) == 1


@pytest.mark.parametrize(
    ("status", "waits_s", "other", "said"),
    [
        pytest.param(404, 1, False, "is too new to be given up", id="seconds old"),
        pytest.param(404, 61, True, "not this key's", id="of another owner"),
        pytest.param(503, 61, False, "goes on, and the job is kept", id="an outage"),
    ],
)
def test_a_job_that_cannot_be_cancelled_is_named_and_kept(  # noqa: PLR0917
    status: int,
    waits_s: float,
    other: bool,  # noqa: FBT001
    said: str,
    store: SqliteStore,
    client: InteractionsClient,
    clock: Clock,
    emulator: Emulator,
) -> None:
    """A 404 under one credential marks nothing dead for another."""
    found = client.suspend(turn(), store)
    before = [(job.key, job.status) for job in store.list_jobs()]
    emulator.fault(on="cancel", do={"status": status})
    clock.sleep(waits_s)
    second = InteractionsClient(
        Connection(api_key="another" if other else "k", base_url=emulator.url),
        ClientPolicy(max_retries=0, retention_s=1e6, clock=clock),
    )

    with pytest.raises(RequestError) as caught:
        cancel_job(store, second, print, found.job_key, now=clock.now)

    run = f"the run {found.interaction_id} of {found.job_key}"
    assert run in str(caught.value)
    assert said in str(caught.value)
    assert [(job.key, job.status) for job in store.list_jobs()] == before
    second.close()


def test_the_watcher_says_what_it_watches_and_each_change(
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
) -> None:
    found = client.suspend(turn(thread_id="7"), store)
    emulator.fault(on="get", times=3, do=MISSING)
    said: list[str] = []

    watcher(write=said.append).run(until_idle=True)

    key, run = found.job_key, found.interaction_id
    begun, *lines = said
    assert begun.startswith("watching the jobs of gemini|127.0.0.1")
    assert begun.endswith(": 1 open job, 1 that nobody waits for")
    assert lines == [
        f"{key}: watched from here on of 7, in_progress ({run})",
        (
            f"{key}: the server does not know it (404), and it is looked at until its "
            f"deadline ({run}); interactions jobs cancel {key} gives it up"
        ),
        f"{key}: the server answers again ({run})",
        f"{key}: completed ({run})",
    ]


def test_a_watcher_without_a_job_says_that_it_has_none(
    watcher: Callable[..., JobWatcher],
) -> None:
    said: list[str] = []

    watcher(write=said.append).run(until_idle=True)

    [begun] = said
    assert begun.endswith(": 0 open jobs, 0 that nobody waits for")


def test_what_the_looks_came_to_is_told_while_a_watcher_waits(
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
    clock: Clock,
) -> None:
    client.suspend(turn(), store)
    emulator.fault(on="get", nth=2, times=8, do=MISSING)
    seen: list[tuple[str, Look | None]] = []

    def sleep(seconds: float) -> None:
        [job] = store.list_jobs()
        seen.append((trouble_of(job, clock.now), job.look))
        clock.sleep(seconds)

    watcher(sleep=sleep).run(until_idle=True)

    troubles = [trouble for trouble, _ in seen]
    assert troubles[0] == ""
    assert "unknown" in troubles
    failing = [look for _, look in seen if look and look.failing_since]
    assert {look.failure for look in failing} == {"404"}
    assert len({look.failing_since for look in failing}) == 1
    [job] = store.list_jobs()
    assert job.look is not None
    assert (job.look.failure, job.look.answered_at) == ("", clock.now)


def test_jobs_are_forgotten_when_their_time_is_over(
    store: SqliteStore, client: InteractionsClient, clock: Clock
) -> None:
    client.turn(turn(), store)
    said: list[str] = []

    clean_jobs(store, said.append, now=clock.now)
    clean_jobs(store, said.append, now=clock.now + 8 * 86_400)

    assert said == ["0 jobs forgotten", "1 job forgotten"]


def test_the_watcher_keeps_the_results_of_jobs_that_nobody_waits_for(
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
) -> None:
    found = [client.suspend(turn(f"Question {n}"), store) for n in range(5)]

    watcher().run(until_idle=True)
    reads = len(emulator.requests())
    replies = [client.turn(turn(f"Question {n}"), store) for n in range(5)]

    assert [one.interaction_id for one in replies] == [f.interaction_id for f in found]
    assert len(emulator.requests()) == reads


@pytest.mark.parametrize("waits", [True, False])
def test_a_result_that_the_watcher_kept_calls_functions_by_their_own_names(
    store: SqliteStore,
    client: InteractionsClient,
    emulator: Emulator,
    watcher: Callable[..., JobWatcher],
    *,
    waits: bool,
) -> None:
    name = f"mcp_{'read_a_file_' * 6}now"
    tool = {"type": "function", "name": name, "parameters": {"type": "object"}}
    chosen = {"generation_config": {"tool_choice": "any"}}
    asked = turn(settings={"tools": [tool], **chosen})
    refusal = "Invalid function name. It has a maximum length of 64."
    emulator.fault(on="create", do={"status": 400, "message": refusal})
    client.suspend(asked, store)
    watcher().run(until_idle=True)
    assert name not in str(store.list_jobs()[0].result)

    reply = client.turn(asked, store) if waits else client.suspend(asked, store).reply

    assert reply is not None
    names = [step["name"] for step in reply.steps if step["type"] == "function_call"]
    assert names == [name]


def test_a_job_has_one_watcher(
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
) -> None:
    client.suspend(turn(), store)
    first, second = watcher(), watcher()

    first.step()
    before = len(emulator.requests())

    assert second.step() is None
    assert len(emulator.requests()) == before
    first.release()
    assert second.step() is None
    [job] = store.list_jobs()
    assert job.lease_until == 0.0


@pytest.mark.parametrize("do", [{"status": 503}, {"status": 429}, {"close": "before"}])
def test_a_look_of_the_watcher_that_fails_is_not_a_job_that_failed(
    do: Any,
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
) -> None:
    client.suspend(turn(), store)
    emulator.fault(on="get", times=3, do=do)

    watcher().run(until_idle=True)

    assert [job.status for job in store.list_jobs()] == ["completed"]


def test_the_watcher_cancels_what_takes_too_long(
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
) -> None:
    emulator.fault(on="create", do={"stall": True})
    client.suspend(turn(), store)

    watcher().run(until_idle=True)

    assert [job.status for job in store.list_jobs()] == ["cancelled"]
    assert emulator.requests()[-1]["path"].endswith("/cancel")


def test_the_watcher_waits_for_a_run_that_is_unknown_for_a_while(
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
    clock: Clock,
) -> None:
    client.suspend(turn(), store)
    emulator.fault(on="get", times=19, do={"status": 404})
    begun = clock.now

    watcher().run(until_idle=True)

    assert [job.status for job in store.list_jobs()] == ["completed"]
    assert clock.now - begun > 1_200


@pytest.mark.parametrize(
    "refusals",
    [
        pytest.param([], id="that was there"),
        pytest.param([404], id="that is not there"),
        pytest.param([503, 503], id="of which nothing is known"),
    ],
)
def test_the_watcher_cancels_a_run_that_is_unknown_until_its_deadline(
    refusals: list[int],
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
) -> None:
    emulator.fault(on="create", do={"stall": True})
    client.suspend(turn(), store)
    emulator.fault(on="get", times=999, do={"status": 404})
    for nth, refusal in enumerate(refusals, 1):
        emulator.fault(on="cancel", nth=nth, do={"status": refusal})

    watcher().run(until_idle=True)

    cancels = [r for r in emulator.requests() if r["path"].endswith("/cancel")]
    gone = refusals == [404]
    assert [row["status"] for row in cancels] == [*refusals, *([] if gone else [200])]
    assert [job.status for job in store.list_jobs()] == [
        "gone" if gone else "cancelled"
    ]


@pytest.mark.parametrize("error", [InteractionsError("no"), KeyError("no")], ids=type)
def test_a_graph_that_fails_does_not_stop_the_watcher(
    error: Exception,
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
) -> None:
    asked: list[str] = []

    def resume(job: Job) -> bool:
        asked.append(job.key)
        raise error

    for n in range(2):
        client.suspend(turn(f"Question {n}"), store)

    watcher(resume=resume).run(until_idle=True)

    assert len(set(asked)) == 2


def test_a_graph_is_resumed_by_one_process_at_a_time(
    store: SqliteStore, client: InteractionsClient, clock: Clock, emulator: Emulator
) -> None:
    found = client.suspend(turn(), store)
    emulator.advance(61)
    inner: list[bool] = []

    def resume(_: Job) -> bool:
        [seen] = store.list_jobs(waiting=True)
        inner.append(Resumer(store, resume, clock=clock)(seen))
        client.turn(turn(), store)
        return True

    job = store.get_job(found.job_key)
    assert job is not None
    resumed = Resumer(store, resume, clock=clock)(job)

    assert (resumed, inner) == (True, [False])
    assert store.list_jobs(waiting=True) == []


def test_a_graph_that_fails_is_resumed_again_later_and_less_and_less_often(
    store: SqliteStore, client: InteractionsClient, clock: Clock
) -> None:
    found = client.suspend(turn(), store)
    job = store.get_job(found.job_key)
    assert job is not None
    store.note_status(job, "completed", now=clock.now)
    tried: list[float] = []

    def resume(_: Job) -> bool:
        tried.append(clock.now - EPOCH_S)
        return False

    resumer = Resumer(store, resume, clock=clock)
    for _ in range(60):
        resumer.sweep()
        clock.advance(5)

    assert tried == [0, 30, 90, 210]


def test_a_call_goes_on_with_a_job_that_is_only_watched(
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
) -> None:
    client.suspend(turn(), store)
    watching = watcher()
    watching.step()
    [watched] = store.list_jobs()

    again = client.suspend(turn(), store)
    reply = client.turn(turn(), store)
    watching.run(until_idle=True)

    assert is_watcher(watched.owner)
    assert again.interaction_id == reply.interaction_id == watched.interaction_id
    creates = [row for row in emulator.requests() if row["method"] == "POST"]
    assert len(creates) == 1


def test_the_watcher_waits_as_long_as_the_service_asks(
    store: SqliteStore,
    client: InteractionsClient,
    watcher: Callable[..., JobWatcher],
    emulator: Emulator,
    clock: Clock,
) -> None:
    client.suspend(turn(), store)
    before = clock.now
    emulator.fault(on="get", times=3, do={"status": 429, "retry_after": 50})

    watcher().run(until_idle=True)

    assert clock.now - before >= 150
    assert [job.status for job in store.list_jobs()] == ["completed"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_colon", "package.module:attribute"),
        ("tests.core.nowhere:app", "cannot be imported"),
        ("tests.core.test_job_commands:nothing", "cannot be imported"),
        ("sys:version", "no installed adapter"),
    ],
)
def test_what_cannot_be_resumed_is_an_error_that_says_why(name: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load_resume(name)


def test_looks_are_spread_over_time() -> None:
    pace = Pace(20)

    at = sorted(pace.next_at(100.0, 100.0 + n / 50) for n in range(100))

    assert at[0] == 100.0
    assert min(b - a for a, b in itertools.pairwise(at)) >= 0.05 - 1e-9
    assert at[-1] == pytest.approx(100 + 99 / 17)


def test_looks_that_are_late_do_not_come_all_at_once() -> None:
    pace = Pace(20)

    waits = [pace.wait_s(100.0) for _ in range(40)]

    assert waits[:20] == [0.0] * 20
    assert waits[20:] == pytest.approx([1.1 + n / 20 for n in range(20)])
    assert pace.wait_s(101.2) == 0.0


def test_a_clock_that_was_set_back_holds_up_nothing() -> None:
    pace = Pace(20)
    pace.next_at(1_000.0, 1_000.0)
    pace.wait_s(1_000.0)

    assert pace.next_at(500.0, 500.0) == 500.0
    assert pace.wait_s(500.0) < 0.1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="forking warns there")
@pytest.mark.skipif(not hasattr(os, "waitid"), reason="Linux only")
@pytest.mark.parametrize("is_reaped", [True, False])
def test_a_process_that_has_ended_is_known_to_be_dead(*, is_reaped: bool) -> None:
    """Linux: a child stays a zombie for as long as its parent does not ask for it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, process_id().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        owner = pipe.read()
    options = 0 if is_reaped else os.WNOWAIT
    os.waitid(os.P_PID, child, os.WEXITED | options)

    assert is_dead(owner)
    assert not is_dead(process_id())
    assert not is_dead(owner.replace(owner.split("/")[0], "another machine"))
    assert not is_dead("")
    assert is_dead(f"{owner}+name")
    assert not is_dead(watcher_of("name"))
    if not is_reaped:
        os.waitpid(child, 0)
