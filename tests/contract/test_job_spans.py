"""Which spans a run in the background is, whoever waits for it, and who counts it."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, format_trace_id

from interactions_core import SessionStore
from interactions_core.client.client import InteractionsClient
from interactions_core.exceptions import (
    DeadlineExceededError,
    JobCancelledError,
    JobTakenOverError,
    LostSubmitError,
)
from interactions_core.process import failpoints
from interactions_core.process.failpoints import FailPoint
from interactions_core.records.jobs.job import INTENT, Job
from interactions_core.records.turn import GraphPosition, Reply
from interactions_core.services.graph_resumer import Resumer
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.turns.context import ClientPolicy
from interactions_core.turns.pacing import Pace
from interactions_emulator import Emulator
from tests.begun_jobs import HOUR_S
from tests.conftest import Clock, on_clock
from tests.contract.asking import MODEL, WAYS, Asker, make_turn
from tests.contract.conftest import Connect
from tests.spans import Told, attributes, told

CREATE, WAIT = f"chat {MODEL}", "fetch_response"
TOKENS = "gen_ai.client.token.usage"
RUN_S = 30.0


class Left(Exception):  # noqa: N818 - what a dying process raises here
    """Ends a turn where a process would die: nothing more is written."""


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with told(monkeypatch) as found:
        yield found


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    """Serve runs that take a while, by the clock of the test."""
    with on_clock(clock, job_s=RUN_S) as running:
        yield running


@pytest.fixture
def asker(connect: Connect, kept: SessionStore) -> Asker:
    return connect("unary", store=kept)


def ask(asker: Asker, **options: object) -> Reply:
    return asker.take(make_turn(["Hello"], background=True, **options))


def suspend(asker: Asker) -> Job:
    """Begin a run for which a graph waits."""
    turn = make_turn(["Hello"], background=True)
    job = asker.store.get_job(asker.client.suspend(turn, asker.store).job_key)
    assert job is not None
    return job


def begin(asker: Asker) -> Job:
    """Begin a run for which nobody waits."""
    job = replace(suspend(asker), interrupts=0)
    assert asker.store.update_job(job)
    return job


def break_off(asker: Asker, point: FailPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin a turn that ends at a point."""

    def hook(at: object) -> None:
        if at is point:
            raise Left

    monkeypatch.setattr(failpoints, "hook", hook)
    with pytest.raises(Left):
        ask(asker)
    monkeypatch.setattr(failpoints, "hook", None)


def watcher(asker: Asker, clock: Clock, **options: Any) -> JobWatcher:
    policy = ClientPolicy(max_retries=0, retention_s=1e9, clock=clock)
    client = InteractionsClient(asker.client.connection, policy)
    return JobWatcher(
        asker.store,
        client,
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: 1.0,
        pace=Pace(),
        **options,
    )


def names(spans: Sequence[ReadableSpan]) -> list[str]:
    return [span.name for span in spans]


def context(span: ReadableSpan) -> SpanContext:
    found = span.get_span_context()
    assert found is not None
    return found


def is_child(span: ReadableSpan, of: ReadableSpan) -> bool:
    parent = span.parent
    return parent is not None and parent.span_id == context(of).span_id


def links(span: ReadableSpan) -> list[int]:
    return [link.context.span_id for link in span.links]


def counted(spans: Told) -> float:
    """Return all tokens that metrics have, of whatever kind."""
    return sum(point.sum for _, point in spans.points(TOKENS))


def with_usage(spans: Told) -> list[ReadableSpan]:
    """Return the spans that say what a run took."""
    return [
        span
        for span in spans.spans
        if any("usage." in name or "cost" in name for name in attributes(span))
    ]


def test_a_create_is_told_before_its_wait_begins(asker: Asker, spans: Told) -> None:
    """Ours: whoever is killed in the wait leaves the create's span behind."""
    reply = ask(asker)

    create, wait = spans.spans
    [job] = asker.store.list_jobs()
    assert (create.name, wait.name) == (CREATE, WAIT)
    assert create.end_time is not None
    assert wait.start_time is not None
    assert create.end_time <= wait.start_time
    assert is_child(wait, create)
    assert attributes(wait)["gen_ai.response.id"] == reply.interaction_id
    assert attributes(wait)["gen_ai.response.status"] == "completed"
    assert job.trace is not None
    assert job.trace.trace_id == format_trace_id(context(create).trace_id)
    assert int(job.trace.span_id, 16) == context(create).span_id


def test_many_looks_are_one_span(asker: Asker, spans: Told, emulator: Emulator) -> None:
    ask(asker)

    looks = sum(each["method"] == "GET" for each in emulator.requests())
    [wait] = spans.named(WAIT)
    assert looks > 3
    assert attributes(wait)["interactions.polls"] == looks


@pytest.mark.parametrize("way", WAYS)
def test_what_a_run_took_stands_on_one_span_and_is_counted_once(
    way: str, connect: Connect, spans: Told, clock: Clock, kept: SessionStore
) -> None:
    with Emulator(clock=clock, job_s=0) as emulator:
        asker = connect(way, store=kept, base_url=emulator.url)

        reply = ask(asker)

    [wait] = with_usage(spans)
    assert wait.name == WAIT
    usage = reply.usage
    assert counted(spans) == usage.total_tokens > 0
    assert attributes(wait)["interactions.usage.input_tokens"] == usage.input_tokens


def test_a_process_that_goes_on_is_in_the_trace_of_the_create(
    asker: Asker, spans: Told, connect: Connect, kept: SessionStore
) -> None:
    job = begin(asker)

    reply = ask(connect("async", store=kept))

    create, wait = spans.spans
    assert reply.interaction_id == job.interaction_id
    assert is_child(wait, create)
    assert with_usage(spans) == [wait]


def test_a_caller_with_a_span_of_its_own_keeps_it_and_links(
    asker: Asker, spans: Told
) -> None:
    begin(asker)
    tracer = spans.tracers.get_tracer("a framework")

    with tracer.start_as_current_span("around"):
        ask(asker)

    [create], [wait], [around] = map(spans.named, (CREATE, WAIT, "around"))
    assert is_child(wait, around)
    assert context(wait).trace_id != context(create).trace_id
    assert links(wait) == [context(create).span_id]


def test_a_watcher_waits_in_the_trace_and_leaves_the_counting_to_the_turn(
    asker: Asker, spans: Told, clock: Clock
) -> None:
    begin(asker)

    watcher(asker, clock).run(until_idle=True)
    reply = ask(asker)

    create, watched, wait = spans.spans
    assert names(spans.spans) == [CREATE, WAIT, WAIT]
    assert is_child(watched, create)
    assert is_child(wait, create)
    assert attributes(watched)["interactions.polls"] > 1
    assert attributes(watched)["gen_ai.response.status"] == "completed"
    # The answer lay in the ledger.
    assert attributes(wait)["interactions.polls"] == 0
    assert with_usage(spans) == [wait]
    assert counted(spans) == reply.usage.total_tokens


def test_a_watcher_that_is_told_to_stop_leaves_its_span(
    asker: Asker, spans: Told, clock: Clock
) -> None:
    begin(asker)
    watching = watcher(asker, clock)
    watching.step()

    watching.close()

    [watched] = spans.named(WAIT)
    assert attributes(watched)["interactions.left"] is True


def test_a_graph_is_resumed_in_a_trace_of_its_own_with_a_link(
    asker: Asker, spans: Told, clock: Clock
) -> None:
    suspend(asker)
    answers: list[Reply] = []

    def resume(job: Job) -> bool:
        assert job.interrupts
        answers.append(ask(asker))
        return True

    watcher(asker, clock, resume=resume).run(until_idle=True)

    [create], [resumed] = spans.named(CREATE), spans.named("resume_graph")
    watched, wait = spans.named(WAIT)
    assert resumed.parent is None
    assert context(resumed).trace_id != context(create).trace_id
    assert links(resumed) == links(wait) == [context(create).span_id]
    assert is_child(watched, create)
    assert is_child(wait, resumed)
    assert attributes(resumed)["interactions.resumed"] is True
    assert counted(spans) == answers[0].usage.total_tokens


def test_a_suspended_call_that_is_made_again_begins_a_trace_with_a_link(
    asker: Asker, spans: Told, clock: Clock
) -> None:
    suspend(asker)
    clock.sleep(2 * RUN_S)

    found = asker.client.suspend(make_turn(["Hello"], background=True), asker.store)

    create, wait = spans.spans
    assert found.reply is not None
    assert wait.parent is None
    assert links(wait) == [context(create).span_id]
    assert counted(spans) == found.reply.usage.total_tokens


def test_a_graph_that_fails_when_it_is_resumed_says_only_how(
    asker: Asker, spans: Told, clock: Clock
) -> None:
    job = suspend(asker)

    def resume(_: Job) -> bool:
        message = "what the user said"
        raise LookupError(message)

    Resumer(asker.store, resume, clock=clock)(job)

    [resumed] = spans.named("resume_graph")
    assert attributes(resumed)["error.type"] == "LookupError"
    assert "what the user said" not in resumed.to_json()


def test_a_provider_that_fails_later_costs_no_graph(
    asker: Asker,
    spans: Told,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    job, resumed = suspend(asker), list[str]()

    def fail(*_: object, **__: object) -> trace.Tracer:
        message = "what the user said"
        raise OSError(message)

    def resume(each: Job) -> bool:
        resumed.append(each.key)
        return True

    monkeypatch.setattr(spans.tracers, "get_tracer", fail)
    Resumer(asker.store, resume, clock=clock)(job)

    assert resumed == [job.key]
    assert "a span could not be written: OSError" in caplog.text
    assert "what the user said" not in caplog.text


def test_a_reply_that_was_refused_is_counted_no_second_time(
    asker: Asker, spans: Told
) -> None:
    """Ours: the next equal call is given the answer that is paid for."""
    turn = make_turn(["Hello"], background=True)

    def refuse(_: Reply) -> None:
        raise Left

    with contextlib.suppress(Left):
        asker.client.turn(turn, asker.store, refuse)
    asker.client.turn(turn, asker.store)

    [(_, entry)] = asker.store.ledger()
    assert counted(spans) == entry.usage.total_tokens
    assert len(with_usage(spans)) == 1


@pytest.mark.parametrize("point", [FailPoint.LOOKED, FailPoint.ENDED, FailPoint.KEPT])
def test_a_turn_that_broke_off_leaves_the_counting_to_the_next(
    asker: Asker, spans: Told, point: FailPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(asker, point, monkeypatch)
    [job] = asker.store.list_jobs()
    asker.store.renew_job(job.key, job.owner, now=0.0, until=0.0)

    reply = ask(asker)

    first, last = spans.named(WAIT)
    assert attributes(first)["error.type"].endswith("Left")
    assert with_usage(spans) == [last]
    assert counted(spans) == reply.usage.total_tokens


def test_ends_other_than_an_answer_are_seen(asker: Asker, spans: Told) -> None:
    """API: a run that failed was read well; by the conventions that is no error."""
    job = begin(asker)
    asker.client.cancel(job.interaction_id)

    with pytest.raises(JobCancelledError):
        ask(asker)

    [wait] = spans.named(WAIT)
    told_of = attributes(wait)
    assert told_of["gen_ai.response.status"] == "cancelled"
    assert told_of["interactions.outcome"] == "JobCancelledError"


def test_a_run_that_took_too_long_is_an_error_of_the_wait(
    asker: Asker, spans: Told
) -> None:
    with pytest.raises(DeadlineExceededError):
        ask(asker, deadline_s=RUN_S / 3)

    [wait] = spans.named(WAIT)
    assert attributes(wait)["error.type"] == "DeadlineExceededError"
    assert wait.status.status_code is trace.StatusCode.ERROR


def test_a_lost_create_is_linked_by_whoever_hears_of_it_later(
    asker: Asker, spans: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(asker, FailPoint.INTENDED, monkeypatch)
    [job] = asker.store.list_jobs()
    # As a process leaves it that was killed there.
    asker.store.update_job(replace(job, status=INTENT))

    with pytest.raises(LostSubmitError):
        ask(asker)

    first, second = spans.named(CREATE)
    assert attributes(second)["error.type"] == "LostSubmitError"
    assert links(second) == [context(first).span_id]


def test_a_turn_whose_job_is_taken_from_it_names_that(
    connect: Connect,
    spans: Told,
    clock: Clock,
    kept: SessionStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def take(_: object) -> None:
        for job in kept.list_jobs():
            if job.owner != "elsewhere":
                until = clock() + HOUR_S
                kept.take_job(job, "elsewhere", now=clock(), until=until)

    with on_clock(clock, job_s=HOUR_S) as emulator:
        asker = connect("unary", store=kept, base_url=emulator.url)
        monkeypatch.setattr(
            failpoints, "hook", lambda at: at is FailPoint.LOOKED and take(at)
        )
        with pytest.raises(JobTakenOverError):
            ask(asker)

    [wait] = spans.named(WAIT)
    assert attributes(wait)["error.type"] == "JobTakenOverError"
    assert with_usage(spans) == []


def test_a_watcher_whose_job_is_taken_from_it_names_that(
    asker: Asker, spans: Told, clock: Clock
) -> None:
    job = begin(asker)
    watching = watcher(asker, clock)
    watching.step()
    held = asker.store.get_job(job.key)
    assert held is not None
    until = clock() + HOUR_S
    assert asker.store.take_job(held, "elsewhere", now=clock(), until=until)
    clock.sleep(2 * RUN_S)

    watching.step()

    [watched] = spans.named(WAIT)
    assert attributes(watched)["error.type"] == "JobTakenOverError"


def test_a_call_that_waits_for_the_job_of_another_one_is_one_span(
    asker: Asker, spans: Told, clock: Clock
) -> None:
    """Ours: a second run of the same task waits until the first one is done with it."""
    place = GraphPosition("", "checkpoint", "task", 0)
    turn = make_turn(["Hello"], background=True, place=place)
    key = asker.client.suspend(turn, asker.store).job_key
    job = asker.store.get_job(key)
    assert job is not None
    now = clock()
    assert asker.store.take_job(job, "elsewhere/1/ab", now=now, until=now + RUN_S)

    reply = asker.take(turn)

    [create], [wait] = spans.named(CREATE), spans.named(WAIT)
    assert reply.interaction_id == job.interaction_id
    assert links(wait) == [context(create).span_id]
    assert wait.end_time is not None
    assert counted(spans) == reply.usage.total_tokens


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the process is forked")
def test_a_forked_child_ends_no_span_of_a_graph_that_is_resumed(
    asker: Asker, spans: Told, clock: Clock
) -> None:
    job = suspend(asker)

    def resume(_: Job) -> bool:
        child = os.fork()
        if child == 0:
            raise SystemExit
        _, status = os.waitpid(child, 0)
        return not status

    def resumed_by_the_child() -> int:
        try:
            Resumer(asker.store, resume, clock=clock)(job)
        except SystemExit:
            # What the child has in memory is its own.
            os._exit(len(spans.named("resume_graph")))
        return len(spans.named("resume_graph"))

    assert resumed_by_the_child() == 1
    [resumed] = spans.named("resume_graph")
    assert attributes(resumed)["interactions.resumed"] is True
