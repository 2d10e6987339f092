"""Background jobs that outlive their process: found again, never shared."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import RetryPolicy

from interactions_core import SessionStore, SqliteStore
from interactions_core.exceptions import (
    DeadlineExceededError,
    InterruptedStreamError,
    InvalidRequestError,
    JobCancelledError,
    JobFailedError,
    JobTakenOverError,
    LostSubmitError,
    NotFoundError,
    RequestError,
    UnknownStatusError,
)
from interactions_core.process import failpoints
from interactions_core.process.failpoints import DeletionFailPoint, FailPoint
from interactions_core.records.jobs.job import Job, state_of
from interactions_core.records.jobs.job_standing import trouble_of
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.adapters.drivers import OPTIONS, ask_once
from tests.conftest import Clock
from tests.dead_processes import die_at
from tests.waiting import go_by, wait_by

Make = Callable[..., ChatInteractions]
LeaveBehind = Callable[..., Job]
STALLED = [{"reply": {"text": "Done.", "wait_s": 60}}]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "sessions.db")
    yield store
    store.close()


@pytest.fixture
def make(
    make_model: Make, emulator: Emulator, clock: Clock, store: SessionStore
) -> Make:
    """Make models in the background that pass the time without waiting."""

    def pause(seconds: float) -> None:
        clock.sleep(seconds)
        emulator.advance(seconds)

    def make(**options: Any) -> ChatInteractions:
        model = make_model(**{"background": True, "sessions": store} | options)
        wait_by(model, pause)
        return model

    return make


def creates(emulator: Emulator) -> int:
    return len(
        [
            row
            for row in emulator.requests()
            if row["method"] == "POST" and row["path"].endswith("/interactions")
        ]
    )


@pytest.fixture
def leave_behind(
    emulator: Emulator, clock: Clock, store: SessionStore, tmp_path: Path
) -> LeaveBehind:
    """Begin a run in a process that is killed as soon as the ledger knows of it."""

    def leave(
        *said: str,
        tools: Sequence[Any] = (),
        point: FailPoint = FailPoint.SUBMITTED,
        **options: Any,
    ) -> Job:
        place = {"sessions": tmp_path / "sessions.db", "base_url": emulator.url}
        roles = itertools.cycle(("user", "assistant"))
        messages = [
            {"role": r, "content": s} for r, s in zip(roles, said, strict=False)
        ]
        chosen = {"background": True} | place | options
        die_at(point, ask_once, "langgraph", chosen, messages, clock.now, tools)
        return store.list_jobs()[-1]

    return leave


@pytest.mark.parametrize("way", ["turn", "suspend"])
def test_one_failed_look_after_the_deadline_costs_no_answer(
    way: str,
    *,
    make: Make,
    leave_behind: LeaveBehind,
    store: SessionStore,
    emulator: Emulator,
    clock: Clock,
) -> None:
    """Ours: a look that fails is not a job that failed."""
    emulator.script(STALLED)
    job = leave_behind("TPUs?")
    clock.sleep(7_200)
    emulator.advance(7_200)
    emulator.fault(on="get", nth=1, do={"status": 503})
    turn = make()._turn([HumanMessage("TPUs?")], {})

    with pytest.raises(RequestError, match="its job is kept"):
        getattr(make()._ready().sync, way)(turn, store)
    reply = make().invoke("TPUs?")

    assert reply.response_metadata["interaction_id"] == job.interaction_id
    assert creates(emulator) == 1


def test_an_answer_to_a_create_that_was_given_up_elsewhere_names_the_run(
    make: Make,
    store: SessionStore,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ours: a process that sleeps during its create loses its lease, not its run."""

    def give_up(point: FailPoint) -> None:
        if point is FailPoint.ANSWERED:
            [job] = store.list_jobs()
            store.take_job(job, "another process", now=job.updated_at, until=0.0)
            store.update_job(
                replace(job, owner="another process", status="lost", lease_until=0.0)
            )

    monkeypatch.setattr(failpoints, "hook", give_up)
    with pytest.raises(JobTakenOverError, match="asking again here waits for it"):
        make().invoke("TPUs?")
    monkeypatch.setattr(failpoints, "hook", None)
    reply = make().invoke("TPUs?")

    [job] = store.list_jobs()
    assert reply.response_metadata["interaction_id"] == job.interaction_id
    assert creates(emulator) == 1


CALL = {"name": "add", "arguments": {"x": "abc " * 60}}


def test_a_stream_that_broke_within_a_call_leaves_the_answer_to_the_next_try(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"calls": [CALL], "arguments_chars": 40}}])
    emulator.fault(on="create", do={"truncate_after_events": 9})
    emulator.fault(on="get", nth=1, do={"status": 503})
    tool = {"name": "add", "description": "Adds.", "parameters": {"type": "object"}}
    model = make().bind_tools([tool])

    with pytest.raises(InterruptedStreamError, match="ask again"):
        list(model.stream("Add"))
    reply = model.invoke("Add")

    [job] = store.list_jobs()
    assert reply.response_metadata["interaction_id"] == job.interaction_id
    assert creates(emulator) == 1


def test_the_run_is_recorded_with_the_plan_that_began_it(
    make: Make, leave_behind: LeaveBehind, store: SessionStore, emulator: Emulator
) -> None:
    first = make().invoke("One")
    emulator.script(STALLED)
    leave_behind("One", first.text, "Two")

    reply = make().invoke([HumanMessage("One"), first, HumanMessage("Two")])
    third = make().invoke(
        [HumanMessage("One"), first, HumanMessage("Two"), reply, HumanMessage("3")]
    )

    metadata = reply.response_metadata
    assert (
        metadata["previous_interaction_id"] == first.response_metadata["interaction_id"]
    )
    assert metadata["plan_reason"] == "continue"
    assert third.response_metadata["plan_reason"] == "continue"
    assert len(store.ledger()) == 3


def test_functions_are_called_and_answered_in_the_background(
    make: Make, leave_behind: LeaveBehind, store: SessionStore, emulator: Emulator
) -> None:
    calls = [{"name": "weather", "arguments": {"place": "Paris"}}]
    emulator.script(
        [
            {"when": {"last_step": "user_input"}, "reply": {"calls": calls}},
            {"when": {"last_step": "function_result"}, "reply": {"text": "Sunny."}},
        ]
    )

    def weather(place: str) -> str:
        """Tell the weather."""
        return f"sunny in {place}"

    asked = HumanMessage("Paris?")
    bound: Any = make().bind_tools([weather])
    found = leave_behind("Paris?", tools=bound.kwargs["tools"])
    called: Any = make().bind_tools([weather]).invoke([asked])
    [call] = called.tool_calls
    result = ToolMessage(weather(**call["args"]), tool_call_id=call["id"])
    reply = make().bind_tools([weather]).invoke([asked, called, result])

    assert called.response_metadata["interaction_id"] == found.interaction_id
    assert reply.text == "Sunny."
    assert reply.response_metadata["previous_interaction_id"] == found.interaction_id
    statuses = [job.status for job in store.list_jobs()]
    assert statuses == ["requires_action", "completed"]
    assert creates(emulator) == 2


@pytest.mark.parametrize("background", [True, False])
def test_a_message_names_the_job_that_it_answers(
    make: Make, store: SessionStore, *, background: bool
) -> None:
    message = make(background=background).invoke([HumanMessage("Hi")])

    named = {job.key for job in store.list_jobs()}
    assert {message.response_metadata.get("job")} == (named or {None})
    assert bool(named) is background


def test_an_identical_call_beside_a_live_one_is_a_job_of_its_own(
    make: Make, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 0}}])
    model = make()

    async def both() -> list[str]:
        async with model:
            replies = await asyncio.gather(*(model.ainvoke("Hi") for _ in range(2)))
        return [one.response_metadata["interaction_id"] for one in replies]

    assert len(set(asyncio.run(both()))) == 2
    assert creates(emulator) == 2


def test_a_job_of_another_session_is_not_found(
    make: Make, leave_behind: LeaveBehind, emulator: Emulator
) -> None:
    leave_behind("Hi", session_id="a")

    make(session_id="b").invoke("Hi")

    assert creates(emulator) == 2


@pytest.mark.parametrize(
    ("do", "error"),
    [({"status": 401}, RequestError), ({"status": 400}, InvalidRequestError)],
)
def test_a_run_that_cannot_be_read_is_kept_for_the_next_call(
    do: Any, error: type[Exception], make: Make, emulator: Emulator
) -> None:
    emulator.script(STALLED)
    emulator.fault(on="get", do=do)
    model = make()

    with pytest.raises(error):
        model.invoke("TPUs?")
    reply = model.invoke("TPUs?")

    assert reply.text == "Done."
    assert creates(emulator) == 1


def test_a_run_that_is_refused_while_it_is_new_is_waited_for(
    make: Make, emulator: Emulator
) -> None:
    emulator.script(STALLED)
    for nth, status in enumerate([404, 403, 404, 404, 403], 1):
        emulator.fault(on="get", nth=nth, do={"status": status})

    assert make().invoke("TPUs?").text == "Done."


MISSING: Any = {"status": 404}


def cancels(emulator: Emulator) -> int:
    return sum(row["path"].endswith("/cancel") for row in emulator.requests())


def lose_until_its_deadline(
    make: Make, store: SessionStore, emulator: Emulator, **options: Any
) -> Job:
    """Wait for a run that answers 404, and cannot be cancelled, until its deadline."""
    emulator.script(STALLED)
    emulator.fault(on="get", times=999, do=MISSING)
    emulator.fault(on="cancel", times=9, do=MISSING)
    with pytest.raises(NotFoundError, match="nor to be cancelled"):
        make(deadline_s=600.0, **options).invoke("Hi")
    [listed] = store.list_jobs()
    assert listed.status == "gone"
    return listed


def test_a_run_that_is_unknown_for_long_and_comes_back_is_waited_for(
    make: Make, leave_behind: LeaveBehind, emulator: Emulator, clock: Clock
) -> None:
    """Ours: matching.md, section 9; the service has done that to runs that went on."""
    job = leave_behind("Hi")
    emulator.fault(on="get", times=19, do=MISSING)
    begun = clock.now

    reply = make().invoke("Hi")

    assert reply.response_metadata["interaction_id"] == job.interaction_id
    assert clock.now - begun > 1_200
    assert (creates(emulator), cancels(emulator)) == (1, 0)


def test_others_see_that_the_server_does_not_know_what_a_process_waits_for(
    make: Make,
    leave_behind: LeaveBehind,
    store: SessionStore,
    emulator: Emulator,
    clock: Clock,
) -> None:
    """The process lives and renews its lease, which says nothing of the run."""
    model = make()
    leave_behind("Hi")
    emulator.fault(on="get", nth=2, times=9, do=MISSING)
    seen: list[tuple[str, str, float]] = []

    def look(seconds: float) -> None:
        [job] = store.list_jobs()
        since = job.look.failing_since if job.look else 0.0
        seen.append((state_of(job, clock.now), trouble_of(job, clock.now), since))
        clock.sleep(seconds)
        emulator.advance(seconds)

    wait_by(model, look)

    model.invoke("Hi")

    assert {state for state, _, _ in seen} == {"running"}
    unknown = {since for _, trouble, since in seen if trouble == "unknown"}
    assert len(unknown) == 1
    [job] = store.list_jobs()
    assert job.look is not None
    assert (job.look.failure, job.look.failing_since) == ("", 0.0)
    assert job.look.answered_at > max(unknown)


def test_who_waits_for_a_run_that_is_given_up_elsewhere_stops_with_the_next_look(
    make: Make,
    leave_behind: LeaveBehind,
    store: SessionStore,
    emulator: Emulator,
    clock: Clock,
) -> None:
    model = make()
    job = leave_behind("Hi")

    def give_up(seconds: float) -> None:
        store.note_status(job, "gone", now=clock.now)
        clock.sleep(seconds)
        emulator.advance(seconds)

    wait_by(model, give_up)
    emulator.fault(on="get", times=2, do=MISSING)
    begun = clock.now

    with pytest.raises(NotFoundError, match="given up with `interactions jobs cancel`"):
        model.invoke("Hi")

    assert clock.now - begun < 10
    reply = make().invoke("Hi")
    assert reply.response_metadata["interaction_id"] == job.interaction_id
    assert creates(emulator) == 1


def test_looks_at_a_run_that_is_unknown_are_further_and_further_apart(
    make: Make, leave_behind: LeaveBehind, emulator: Emulator, clock: Clock
) -> None:
    job = leave_behind("Hi")
    emulator.fault(on="get", times=999, do=MISSING)

    with pytest.raises(NotFoundError):
        make(deadline_s=86_400.0).invoke("Hi")

    looks = [row for row in emulator.requests() if row["method"] == "GET"]
    assert clock.now - job.created_at >= 86_400
    assert len(looks) < 86_400 / 200


def test_a_run_that_stays_unknown_is_cancelled_before_it_counts_as_gone(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    job = lose_until_its_deadline(make, store, emulator)

    assert (creates(emulator), cancels(emulator)) == (1, 1)
    assert store.get_job(job.key).consumed_at == 0.0


def test_a_run_that_could_be_cancelled_was_there(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"stall": True})
    emulator.fault(on="get", times=999, do=MISSING)

    with pytest.raises(DeadlineExceededError):
        make(deadline_s=600.0).invoke("Hi")

    [job] = store.list_jobs()
    assert (job.status, cancels(emulator)) == ("cancelled", 1)


def test_a_run_of_which_nothing_is_known_is_kept(
    make: Make, emulator: Emulator
) -> None:
    emulator.script(STALLED)
    emulator.fault(on="get", times=999, do=MISSING)
    emulator.fault(on="cancel", do={"status": 503})
    with pytest.raises(NotFoundError, match="its job is kept"):
        make(deadline_s=600.0).invoke("Hi")
    emulator.clear_faults()

    assert make(deadline_s=600.0).invoke("Hi").text == "Done."
    assert creates(emulator) == 1


def test_a_run_that_is_gone_is_not_begun_anew_without_a_word(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    gone = lose_until_its_deadline(make, store, emulator)

    with pytest.raises(LostSubmitError, match=gone.interaction_id) as told:
        make().invoke("Hi")

    assert told.value.job_key == gone.key
    assert told.value.interaction_id == gone.interaction_id
    assert creates(emulator) == 1
    emulator.clear_faults()
    assert make().invoke("Hi").text
    assert creates(emulator) == 2


def test_a_run_that_is_gone_is_begun_anew_where_that_is_asked_for(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    """Anew means with all its time, too."""
    gone = lose_until_its_deadline(make, store, emulator)
    emulator.clear_faults()
    emulator.fault(on="get", match={"id": gone.interaction_id}, times=9, do=MISSING)

    reply = make(on_lost_submit="resubmit", deadline_s=600.0).invoke("Hi")

    [old, new] = store.list_jobs()
    assert (old.status, new.status) == ("gone", "completed")
    assert new.interaction_id == reply.response_metadata["interaction_id"]
    assert creates(emulator) == 2


def test_a_create_that_was_lost_long_ago_is_begun_anew_with_all_its_time(
    make: Make, leave_behind: LeaveBehind, emulator: Emulator, clock: Clock
) -> None:
    emulator.script(STALLED)
    lost = leave_behind("Hi", point=FailPoint.ANSWERED)
    clock.advance(9_000)

    reply = make(on_lost_submit="resubmit", deadline_s=600.0).invoke("Hi")

    assert (lost.status, lost.interaction_id) == ("intent", "")
    assert reply.text == "Done."


def test_a_run_that_was_gone_and_is_there_again_is_not_paid_twice(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    gone = lose_until_its_deadline(make, store, emulator)
    emulator.clear_faults()

    reply = make(on_lost_submit="resubmit").invoke("Hi")

    assert reply.response_metadata["interaction_id"] == gone.interaction_id
    assert creates(emulator) == 1


def test_a_run_that_is_gone_and_cannot_be_looked_at_is_kept(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    gone = lose_until_its_deadline(make, store, emulator)
    emulator.clear_faults()
    emulator.fault(on="get", do={"status": 503})

    with pytest.raises(RequestError, match="its job is kept"):
        make().invoke("Hi")

    reply = make().invoke("Hi")
    assert reply.response_metadata["interaction_id"] == gone.interaction_id


def test_a_run_that_is_unknown_because_its_job_was_deleted_ends_at_once(
    make: Make,
    leave_behind: LeaveBehind,
    store: SessionStore,
    emulator: Emulator,
    clock: Clock,
) -> None:
    model = make()
    job = leave_behind("Hi")

    def delete(seconds: float) -> None:
        store.delete_job(job.key)
        clock.sleep(seconds)

    wait_by(model, delete)
    emulator.fault(on="get", times=999, do=MISSING)
    begun = clock.now

    with pytest.raises(JobCancelledError, match="was deleted"):
        model.invoke("Hi")

    assert clock.now - begun < 10
    assert creates(emulator) == 1


def test_a_failed_run_is_an_error_once_and_a_new_run_then(
    make: Make, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"status": "failed"}, "times": 1}])
    model = make()

    with pytest.raises(JobFailedError):
        model.invoke("Hi")

    assert model.invoke("Hi").text
    assert creates(emulator) == 2


def test_an_unknown_status_keeps_the_job(
    make: Make, emulator: Emulator, patch_status: Any
) -> None:
    model = make()

    with patch_status("paused"), pytest.raises(UnknownStatusError, match="paused"):
        model.invoke("Hi")

    assert model.invoke("Hi").text
    assert creates(emulator) == 1


@pytest.fixture
def patch_status(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the server report a status of a later version, for a while."""
    import contextlib  # noqa: PLC0415

    from interactions_core.client import wire  # noqa: PLC0415

    read = wire.parsed_interaction

    @contextlib.contextmanager
    def patched(status: str) -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(
                wire,
                "parsed_interaction",
                lambda text, *way, **how: {
                    **read(text, *way, **how),
                    "status": status,
                },
            )
            yield

    return patched


def test_a_lost_create_is_told_and_visible_and_then_asked_anew(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"close": "after"})
    model = make()

    with pytest.raises(LostSubmitError) as caught:
        model.invoke("Hi")

    lost = store.get_job(caught.value.job_key)
    assert lost is not None
    assert lost.status == "lost"
    assert model.invoke("Hi").text
    assert creates(emulator) == 2


def test_a_refused_create_leaves_no_job(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 400, "message": "no"})

    with pytest.raises(InvalidRequestError):
        make().invoke("Hi")

    assert store.list_jobs() == []


def test_a_memory_store_warns_that_jobs_are_lost_with_it(
    make: Make, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    model = make(sessions=f"memory:{tmp_path}")

    with caplog.at_level(logging.WARNING, "interactions_core"):
        model.invoke("One")
        model.invoke("Two")

    [said] = [r.getMessage() for r in caplog.records if "background" in r.getMessage()]
    assert "are lost with this process" in said


@pytest.mark.parametrize("way", ["invoke", "ainvoke", "stream"])
def test_a_deleted_thread_cancels_the_run_that_is_waited_for(
    way: str, make: Make, store: SessionStore, emulator: Emulator, clock: Clock
) -> None:
    emulator.fault(on="create", do={"stall": True, "truncate_after_events": 1})
    model = make()
    turn = replace(model._turn([HumanMessage("Hi")], {}), thread_id="1")
    drivers = model._ready()

    def delete(seconds: float) -> None:
        clock.sleep(seconds)
        if len(clock.slept) == 3:
            store.delete_thread("1")

    async def adelete(seconds: float) -> None:
        delete(seconds)

    drivers.sync.sleep, drivers.awaited.sleep = delete, adelete

    async def ask() -> None:
        async with model:
            await drivers.awaited.turn(turn, store)

    ways = {
        "invoke": lambda: drivers.sync.turn(turn, store),
        "stream": lambda: list(drivers.sync.stream(turn, store)),
        "ainvoke": lambda: asyncio.run(ask()),
    }
    with pytest.raises(JobCancelledError, match="deleted"):
        ways[way]()

    assert emulator.requests()[-1]["path"].endswith("/cancel")


def test_a_cancelled_call_is_in_the_ledger(
    make: Make, store: SessionStore, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"stall": True})
    model = make()

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    wait_by(model, interrupt)
    with pytest.raises(KeyboardInterrupt):
        model.invoke("Hi")

    [job] = store.list_jobs()
    assert (job.status, bool(job.consumed_at)) == ("cancelled", True)


@pytest.mark.parametrize("after", [3, 6, 9])
def test_a_stream_that_breaks_off_is_resumed_where_it_was(
    after: int, make: Make, emulator: Emulator
) -> None:
    """API: it can be resumed after an event with an id, which the first ones lack."""
    text = "One two three four five six seven eight nine ten eleven twelve. " * 6
    emulator.script([{"reply": {"text": text, "wait_s": 0}}])
    whole = "".join(c.text for c in make().stream("Hi"))
    emulator.fault(on="create", do={"truncate_after_events": after})

    pieces = [chunk.text for chunk in make().stream("Hi")]

    assert "".join(pieces) == whole == text
    assert creates(emulator) == 2
    resumed = "last_event_id=" in emulator.requests()[-1]["path"]
    assert resumed == (after > 3)


def test_what_a_turn_without_background_pays_is_nothing(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[FailPoint | DeletionFailPoint] = []
    monkeypatch.setattr(failpoints, "hook", reached.append)

    make(background=False).invoke("Hi")
    assert reached == [DeletionFailPoint.ANSWERED]

    make().invoke("Hi")
    of_job = [each for each in reached if isinstance(each, FailPoint)]
    assert of_job == sorted(of_job)
    assert {*of_job, FailPoint.LOOKED} == {*FailPoint}


# In graphs


def graph(node: Any, saver: Any, **options: Any) -> Any:
    built = StateGraph(MessagesState).add_node("ask", node, **options)
    return built.add_edge(START, "ask").compile(checkpointer=saver)


def asking(model: ChatInteractions, *questions: str) -> Any:
    def ask(_: MessagesState) -> Any:
        return {"messages": [model.invoke(question) for question in questions]}

    return ask


@pytest.fixture
def saver(store: SqliteStore) -> InteractionsSaver:
    return InteractionsSaver(store)


AT: Any = {"configurable": {"thread_id": "1"}}


def test_two_equal_calls_of_a_node_are_two_jobs_and_found_by_its_second_run(
    make: Make, saver: InteractionsSaver, emulator: Emulator
) -> None:
    model, runs = make(), []

    def ask(_: MessagesState) -> Any:
        replies = [model.invoke("Hi"), model.invoke("Hi")]
        runs.append([one.response_metadata["interaction_id"] for one in replies])
        if len(runs) == 1:
            raise ConnectionError
        return {"messages": replies}

    app = graph(ask, saver)
    with pytest.raises(ConnectionError):
        app.invoke({"messages": [HumanMessage("go")]}, AT)
    app.invoke(None, AT)

    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 2
    assert creates(emulator) == 2


def test_a_retry_of_a_node_finds_the_jobs_of_the_first_attempt(
    make: Make, saver: InteractionsSaver, emulator: Emulator
) -> None:
    model, attempts = make(), []

    def ask(_: MessagesState) -> Any:
        reply = model.invoke("Hi")
        attempts.append(reply)
        if len(attempts) < 3:
            raise ConnectionError
        return {"messages": [reply]}

    policy = RetryPolicy(initial_interval=0.001, jitter=False)
    graph(ask, saver, retry_policy=policy).invoke({"messages": []}, AT)

    assert len(attempts) == 3
    assert creates(emulator) == 1


def test_the_same_question_in_a_later_run_is_a_new_job(
    make: Make, saver: InteractionsSaver, emulator: Emulator
) -> None:
    app = graph(asking(make(), "Hi"), saver)

    app.invoke({"messages": []}, AT)
    app.invoke({"messages": []}, AT)

    assert creates(emulator) == 2


def test_time_travel_asks_again(
    make: Make, saver: InteractionsSaver, emulator: Emulator
) -> None:
    app = graph(asking(make(), "Hi"), saver)
    app.invoke({"messages": []}, AT)
    before = next(s for s in app.get_state_history(AT) if s.next == ("ask",))

    app.invoke(None, before.config)

    assert creates(emulator) == 2


def ask_in_graph(path: Path, url: str, now: float, durability: Any) -> None:
    """Ask as a process does that has nothing of the test's but what is stored."""
    with InteractionsSaver(path) as saver:
        model = ChatInteractions(background=True, base_url=url, **OPTIONS)
        go_by(model, lambda: now)
        app = graph(asking(model, "TPUs?"), saver)
        app.invoke({"messages": []}, AT, durability=durability)


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_a_question_that_is_sent_again_finds_the_run_of_the_dead_process(
    durability: Any,
    *,
    make: Make,
    saver: InteractionsSaver,
    emulator: Emulator,
    clock: Clock,
    tmp_path: Path,
) -> None:
    emulator.script(STALLED)
    asked = (tmp_path / "sessions.db", emulator.url, clock.now, durability)
    die_at(FailPoint.SUBMITTED, ask_in_graph, *asked)

    app = graph(asking(make(), "TPUs?"), saver)
    app.invoke({"messages": []}, AT, durability=durability)

    assert creates(emulator) == 1


def test_equal_calls_of_parallel_tasks_are_jobs_of_their_own(
    make: Make, saver: InteractionsSaver, emulator: Emulator
) -> None:
    model = make()
    built = StateGraph(MessagesState)
    for name in ("a", "b", "c"):
        inner = StateGraph(MessagesState).add_node("ask", asking(model, "Hi"))
        built.add_node(name, inner.add_edge(START, "ask").compile())
        built.add_edge(START, name)

    state = built.compile(checkpointer=saver).invoke({"messages": []}, AT)

    ids = {m.response_metadata["interaction_id"] for m in state["messages"]}
    assert len(ids) == 3
    assert creates(emulator) == 3


def test_another_checkpointer_does_as_well(make: Make, emulator: Emulator) -> None:
    model, runs = make(), []

    def ask(_: MessagesState) -> Any:
        runs.append(model.invoke("Hi"))
        if len(runs) == 1:
            raise ConnectionError
        return {"messages": runs[-1]}

    app = graph(ask, InMemorySaver())
    with pytest.raises(ConnectionError):
        app.invoke({"messages": []}, AT)
    app.invoke(None, AT)

    assert creates(emulator) == 1


def test_deleting_a_thread_remotely_cancels_what_runs_for_it(
    make: Make, store: SqliteStore, emulator: Emulator
) -> None:
    from interactions_core.client.connection import Connection  # noqa: PLC0415

    emulator.fault(on="create", do={"stall": True})
    connection = Connection(api_key="k", base_url=emulator.url)
    saver = InteractionsSaver(store, connection=connection)
    model = make()
    turn = replace(model._turn([HumanMessage("Hi")], {}), thread_id="1")
    found = model._ready().sync.suspend(turn, store)

    saver.delete_thread("1", remote=True)

    paths = [row["path"] for row in emulator.requests()]
    assert any(p.endswith(f"{found.interaction_id}/cancel") for p in paths)
    assert store.list_jobs() == []
