"""A setting that changes while a run is out for a node: nothing is paid for twice."""

import asyncio
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, RetryPolicy, interrupt

from interactions_core import SessionStore, SqliteStore
from interactions_core.exceptions import (
    ChangedCallError,
    LostSubmitError,
    RequestError,
)
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from interactions_langgraph.errors import ChatChangedCallError
from tests.conftest import Clock
from tests.enterprise import PLATFORM
from tests.langgraph.nodes import AT, LONG_S, NOTHING, Bench, ask, run_of, said
from tests.programs import ROOT

Make = Callable[..., ChatInteractions]


@pytest.fixture
def store(tmp_path: Any) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "state.db")
    yield store
    store.close()


@pytest.fixture
def saver(store: SessionStore) -> InteractionsSaver:
    return InteractionsSaver(store)


@pytest.fixture
def bench(
    make_model: Make, emulator: Emulator, clock: Clock, saver: InteractionsSaver
) -> Bench:
    return Bench(make_model, emulator, clock, saver)


def tools(words: str) -> list[Any]:
    schema = {
        "type": "object",
        "title": f"title {words}",
        "properties": {"title": {"type": "string", "description": words}},
    }
    return [{"name": "search", "description": words, "parameters": schema}]


def schema(words: str) -> Any:
    return {
        "title": "Report",
        "type": "object",
        "properties": {"text": {"type": "string", "description": words}},
    }


SMALL = [
    pytest.param({}, {}, "", id="nothing"),
    pytest.param({}, {"max_output_tokens": 4_000}, "max_output_tokens", id="limit"),
    pytest.param({"temperature": 0.5}, {"temperature": 0.0}, "temperature", id="zero"),
    pytest.param(PLATFORM, {"labels": {"team": "a"}}, "labels", id="labels"),
    pytest.param({}, {"service_tier": "flex"}, "service_tier", id="tier"),
    pytest.param(
        {"tools": tools("Looks.")},
        {"tools": tools("Searches.")},
        "titles and descriptions in tools",
        id="description",
    ),
    pytest.param(
        {"response_format": schema("All of it.")},
        {"response_format": schema("Whole.")},
        "titles and descriptions in response_format",
        id="format",
    ),
]


@pytest.mark.parametrize(("before", "after", "named"), SMALL)
def test_a_run_whose_call_has_changed_in_little_is_gone_on_with(
    before: Any,
    after: Any,
    named: str,
    bench: Bench,
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = bench.leave(bench.graph(ask(bench.model(**before), "be brief")))
    after = {**(before if before is PLATFORM else {}), **after}

    with caplog.at_level(logging.WARNING, "interactions_core"):
        app = bench.graph(ask(bench.model(**after), "be brief"))
        reply = app.invoke(None, AT)["messages"][-1]

    assert run_of(reply) == job.interaction_id
    assert bench.counts == (1, 0)
    told = re.findall(r"has changed in (.*) since it was begun; going", caplog.text)
    assert told == ([named] if named else [])


WIDE = [
    pytest.param({}, "be long", "system_instruction", id="system"),
    pytest.param({"model": "gemini-3.8-flash"}, "be brief", "model", id="model"),
    pytest.param({"tools": tools("Looks.")}, "be brief", "tools", id="tools"),
    pytest.param(
        {"response_format": schema("Whole.")},
        "be brief",
        "response_format",
        id="format",
    ),
    pytest.param(
        {"response_modalities": ["text"]},
        "be brief",
        "response_modalities",
        id="modalities",
    ),
]


@pytest.mark.parametrize(("after", "system", "named"), WIDE)
def test_a_run_whose_call_has_changed_in_more_is_cancelled_for_another(
    after: Any,
    system: str,
    named: str,
    bench: Bench,
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = bench.leave(bench.graph(ask(bench.model(), "be brief")))

    app = bench.graph(ask(bench.model(**after), system))
    reply = app.invoke(None, AT)["messages"][-1]

    assert run_of(reply) != job.interaction_id
    assert bench.cancelled == [job.interaction_id]
    posts = [r["path"] for r in bench.emulator.requests() if r["method"] == "POST"]
    assert [path.endswith("/cancel") for path in posts] == [False, True, False]
    statuses = [each.status for each in bench.jobs]
    assert statuses == ["cancelled", "completed"]
    assert f"has changed in {named} since" in caplog.text


@pytest.mark.parametrize(
    ("after", "system", "named"),
    [pytest.param({"seed": 7}, "be brief", "seed", id="generation"), *WIDE],
)
def test_a_run_whose_call_has_changed_is_left_and_named_where_that_is_asked_for(
    after: Any,
    system: str,
    named: str,
    bench: Bench,
) -> None:
    job = bench.leave(bench.graph(ask(bench.model(), "be brief")))
    app = bench.graph(ask(bench.model(**{"on_changed_call": "raise"} | after), system))

    with pytest.raises(ChangedCallError, match=job.interaction_id) as told:
        app.invoke(None, AT)

    assert isinstance(told.value, ChatChangedCallError)
    assert told.value.changed == (named,)
    assert (told.value.job_key, told.value.interaction_id) == (
        job.key,
        job.interaction_id,
    )
    assert bench.counts == (1, 0)
    taken_back = bench.graph(ask(bench.model(on_changed_call="raise"), "be brief"))
    reply = taken_back.invoke(None, AT)["messages"][-1]
    assert run_of(reply) == job.interaction_id


def test_a_small_change_is_begun_anew_where_that_is_asked_for(bench: Bench) -> None:
    job = bench.leave(bench.graph(ask(bench.model(), "be brief")))

    model = bench.model(on_changed_call="resubmit", seed=7)
    bench.graph(ask(model, "be brief")).invoke(None, AT)

    assert (len(bench.bodies), bench.cancelled) == (2, [job.interaction_id])


def test_a_run_that_was_over_is_not_cancelled_and_found_when_the_change_is_undone(
    bench: Bench,
) -> None:
    job = bench.leave(bench.graph(ask(bench.model(), "be brief")))
    bench.emulator.advance(LONG_S)

    # The first look finds that it is over.
    bench.emulator.fault(on="get", nth=2, do={"status": 401})
    bench.fail(bench.graph(ask(bench.model(), "be long")), None)
    app = bench.graph(ask(bench.model(), "be brief"))
    reply = app.invoke(None, AT)["messages"][-1]

    assert run_of(reply) == job.interaction_id
    assert bench.counts == (2, 0)


def test_a_run_that_cannot_be_cancelled_keeps_its_job(bench: Bench) -> None:
    bench.leave(bench.graph(ask(bench.model(), "be brief")))
    bench.emulator.fault(on="cancel", do={"status": 503})

    bench.graph(ask(bench.model(), "be long")).invoke(None, AT)

    first, second = bench.jobs
    assert (first.status, first.consumed_at, first.lease_until) == (
        "in_progress",
        0.0,
        0.0,
    )
    assert second.status == "completed"


SYSTEMS = ["one", "two", "three", "four"]


def assert_answered(replies: dict[str, Any], bench: Bench) -> None:
    """Fail where a run answers another system text than its own."""
    for system, reply in replies.items():
        assert bench.bodies[run_of(reply)]["system_instruction"] == system


def asking(
    bench: Bench, model: ChatInteractions, order: list[str], *, leaves: str = ""
) -> tuple[Any, dict[str, Any]]:
    """Make a graph that asks under each text; it fails where it leaves a run."""
    replies: dict[str, Any] = {}

    def node(_: MessagesState) -> Any:
        for system in order:
            if system == leaves:
                bench.break_looks()
            replies[system] = model.invoke(said(system))
        return NOTHING

    return bench.graph(node), replies


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("limit", [None, 4_000])
def test_four_system_texts_over_one_list_are_four_questions(
    number: int,
    limit: int | None,
    bench: Bench,
) -> None:
    """Ours: the run on its way is found; what was handed on is asked again if changed."""
    left = SYSTEMS[number - 1]
    job = bench.fail(asking(bench, bench.model(), SYSTEMS, leaves=left)[0])

    app, replies = asking(bench, bench.model(max_output_tokens=limit), SYSTEMS)
    app.invoke(None, AT)

    assert run_of(replies[left]) == job.interaction_id
    assert_answered(replies, bench)
    again = number - 1 if limit else 0
    assert bench.counts == (4 + again, 0)


def test_four_questions_at_once_find_their_runs_in_any_order(bench: Bench) -> None:
    replies: dict[str, Any] = {}

    def at_once(model: ChatInteractions, order: list[str]) -> Any:
        async def node(_: MessagesState) -> Any:
            calls = (model.ainvoke(said(system)) for system in order)
            found = await asyncio.gather(*calls, return_exceptions=True)
            replies.update(zip(order, found, strict=True))
            if any(isinstance(each, Exception) for each in found):
                raise ConnectionError
            return NOTHING

        return bench.graph(node)

    bench.break_looks(4)
    with pytest.raises(ConnectionError):
        asyncio.run(at_once(bench.model(), SYSTEMS).ainvoke(NOTHING, AT))
    changed = bench.model(max_output_tokens=4_000, on_changed_call="adopt")
    asyncio.run(at_once(changed, SYSTEMS[::-1]).ainvoke(None, AT))

    assert_answered(replies, bench)
    assert bench.counts == (4, 0)


@pytest.mark.parametrize("policy", ["adopt", "raise"])
def test_a_question_beside_others_of_its_list_is_no_change_of_theirs(
    policy: str, bench: Bench
) -> None:
    """Ours: which of several became which, nobody can tell; none is cancelled."""
    bench.fail(asking(bench, bench.model(), ["one", "two"], leaves="two")[0])

    model = bench.model(on_changed_call=policy)
    app, replies = asking(bench, model, ["three", "four"])
    app.invoke(None, AT)

    assert_answered(replies, bench)
    assert bench.counts == (4, 0)


def test_equal_questions_are_counted(bench: Bench) -> None:
    """Ours: the second call is not given what the first one had."""
    job = bench.leave(bench.graph(ask(bench.model(), "one")))

    app = bench.graph(ask(bench.model(seed=7), "one", "one"))
    first, second = app.invoke(None, AT)["messages"]

    assert run_of(first) == job.interaction_id
    assert run_of(second) != job.interaction_id
    assert bench.counts == (2, 0)


def test_a_run_of_an_earlier_count_is_not_taken_for_a_later_call(bench: Bench) -> None:
    first, second = bench.model(), bench.model(seed=7)

    def node(_: MessagesState) -> Any:
        return {"messages": [m.invoke(said("one")) for m in (first, second)]}

    job = bench.leave(bench.graph(node))
    replies = bench.graph(node).invoke(None, AT)["messages"]

    ids = [run_of(reply) for reply in replies]
    assert ids[0] == job.interaction_id
    assert ids[1] != job.interaction_id
    assert bench.counts == (2, 0)


def test_an_equal_call_wins_over_a_changed_one(bench: Bench) -> None:
    """Ours: two runs are out for one question; who asks equally finds its own."""
    low, high = bench.model(seed=1), bench.model(seed=2)

    def node(order: list[ChatInteractions]) -> Any:
        async def run(_: MessagesState) -> Any:
            calls = (model.ainvoke(said("one")) for model in order)
            found = await asyncio.gather(*calls, return_exceptions=True)
            if any(isinstance(each, Exception) for each in found):
                raise ConnectionError
            return {"messages": found}

        return bench.graph(run)

    bench.break_looks(2)
    with pytest.raises(ConnectionError):
        asyncio.run(node([low, high]).ainvoke(NOTHING, AT))
    state = asyncio.run(node([high, low]).ainvoke(None, AT))

    asked = [bench.bodies[run_of(message)] for message in state["messages"]]
    assert [body["generation_config"]["seed"] for body in asked] == [2, 1]
    assert bench.counts == (2, 0)


def test_an_answer_that_was_handed_on_is_no_answer_to_a_changed_call(
    bench: Bench,
) -> None:
    """Ours: who asks otherwise after an answer may do so because of it."""
    attempts: list[Any] = []

    def node(_: MessagesState) -> Any:
        model = bench.model(max_output_tokens=100 * (len(attempts) + 1))
        attempts.append(model.invoke(said("one")))
        if len(attempts) == 1:
            raise ConnectionError
        return {"messages": attempts[-1]}

    policy = RetryPolicy(initial_interval=0.001, jitter=False)
    bench.graph(node, retry_policy=policy).invoke(NOTHING, AT)

    ids = {run_of(each) for each in attempts}
    assert len(ids) == len(bench.bodies) == 2


def test_a_retry_that_asks_otherwise_goes_on_with_the_run_of_the_first_attempt(
    bench: Bench,
) -> None:
    attempts: list[int] = []

    def node(_: MessagesState) -> Any:
        attempts.append(len(attempts))
        model = bench.model(max_output_tokens=100 * len(attempts))
        try:
            return {"messages": model.invoke(said("one"))}
        except RequestError as error:
            raise ConnectionError from error

    bench.break_looks()
    policy = RetryPolicy(initial_interval=0.001, jitter=False)
    bench.graph(node, retry_policy=policy).invoke(NOTHING, AT)

    assert len(attempts) == 2
    assert bench.counts == (1, 0)


def two_nodes(model: ChatInteractions, saver: Any) -> Any:
    built = StateGraph(MessagesState)
    built.add_node("a", ask(model, "one")).add_node("b", ask(model, "one"))
    built.add_edge(START, "a").add_edge(START, "b")
    return built.compile(checkpointer=saver)


def test_two_nodes_that_ask_the_same_keep_their_runs(bench: Bench) -> None:
    bench.break_looks(2)
    model, changed = bench.model(), bench.model(seed=7)
    before = two_nodes(model, bench.saver)
    with pytest.raises(RequestError):
        before.invoke(NOTHING, AT)
    bench.emulator.clear_faults()
    runs = len(bench.jobs)

    app = two_nodes(changed, bench.saver)
    state = app.invoke(None, AT)

    ids = {run_of(m) for m in state["messages"]}
    assert len(ids) == 2
    assert runs <= len(bench.bodies) == 2
    assert bench.cancelled == []


def test_a_loop_asks_anew_each_time(bench: Bench) -> None:
    """LangGraph: each pass through a loop is a task of its own."""
    seeds = iter(range(9))

    def node(_: MessagesState) -> Any:
        seed = next(seeds)
        if seed == 1:
            bench.break_looks()
        return {"messages": bench.model(seed=seed).invoke(said("one"))}

    built = StateGraph(MessagesState).add_node("ask", node).add_edge(START, "ask")
    built.add_conditional_edges(
        "ask", lambda state: "ask" if len(state["messages"]) < 3 else "__end__"
    )
    app = built.compile(checkpointer=bench.saver)
    bench.fail(app)
    state = app.invoke(None, AT)

    ids = {run_of(m) for m in state["messages"]}
    assert len(ids) == len(bench.bodies) == 3


def test_a_later_question_of_the_thread_is_no_change_of_an_earlier_one(
    bench: Bench,
) -> None:
    bench.leave(bench.graph(ask(bench.model(), "one")))

    bench.graph(ask(bench.model(seed=7), "one")).invoke(
        {"messages": [("user", "x")]}, AT
    )

    assert bench.counts == (2, 0)


@pytest.mark.parametrize("policy", ["adopt", "raise", "resubmit"])
def test_a_changed_call_of_which_nobody_knows_whether_it_runs_is_told(
    policy: str, bench: Bench
) -> None:
    bench.emulator.fault(on="create", do={"close": "after"})
    with pytest.raises(LostSubmitError):
        bench.graph(ask(bench.model(), "one")).invoke(NOTHING, AT)
    [job] = bench.jobs
    bench.saver.sessions.take_job(job, "another process", now=job.updated_at, until=0.0)
    bench.saver.sessions.update_job(
        replace(job, owner="another process", status="intent", lease_until=0.0)
    )

    model = bench.model(seed=7, on_changed_call=policy)
    with pytest.raises(LostSubmitError, match=job.key):
        bench.graph(ask(model, "one")).invoke(None, AT)

    assert len(bench.bodies) == 1


def test_a_job_from_before_questions_were_written_down_is_left_as_before(
    bench: Bench, store: SqliteStore
) -> None:
    bench.leave(bench.graph(ask(bench.model(), "one")))
    with store.database.writing() as db:
        db.execute("DELETE FROM questions")

    bench.graph(ask(bench.model(seed=7), "one")).invoke(None, AT)

    assert bench.counts == (2, 0)


# Suspended graphs


def researching(bench: Bench, **options: Any) -> Any:
    model = bench.model(background="suspend", **options)

    def node(_: MessagesState) -> Any:
        reply = model.invoke(said("one"))
        verdict = interrupt({"type": "approval", "of": run_of(reply)})
        return {"messages": [reply, HumanMessage(f"verdict: {verdict}")]}

    return bench.graph(node)


def answered(app: Any, state: Any, words: str) -> Any:
    [waiting] = state["__interrupt__"]
    return app.invoke(Command(resume={waiting.id: words}), AT)


@pytest.mark.parametrize("when", ["while it runs", "before the approval"])
def test_a_suspended_graph_goes_on_with_its_run_after_a_change(
    when: str, bench: Bench
) -> None:
    """Ours: whoever approves a report is not given another one."""
    before = researching(bench)
    after = researching(bench, max_output_tokens=4_000)

    state = before.invoke(NOTHING, AT)
    bench.emulator.advance(LONG_S + 1)
    state = answered(before if when == "before the approval" else after, state, "done")
    [approval] = state["__interrupt__"]
    assert approval.value["type"] == "approval"
    state = answered(after, state, "yes")

    [reply, verdict] = state["messages"]
    assert (run_of(reply), verdict.text) == (approval.value["of"], "verdict: yes")
    assert bench.counts == (1, 0)


def test_an_approval_is_not_answered_for_the_run_that_took_another_ones_place(
    bench: Bench,
) -> None:
    before = researching(bench)
    after = researching(bench, on_changed_call="resubmit", seed=7)

    state = before.invoke(NOTHING, AT)
    state = answered(after, state, "too early")
    [waiting] = state["__interrupt__"]
    assert waiting.value["type"] == "interactions.job"
    bench.emulator.advance(LONG_S + 1)
    state = answered(after, state, "done")
    [approval] = state["__interrupt__"]
    assert approval.value["type"] == "approval"
    state = answered(after, state, "yes")

    assert state["messages"][-1].text == "verdict: yes"
    assert len(bench.bodies) == 2
    assert len(bench.cancelled) == 1


# A process that is killed


@pytest.mark.parametrize(
    ("system", "options", "begun"),
    [
        pytest.param("be brief", {"max_output_tokens": 4_000}, 1, id="limit"),
        pytest.param("be brief", {"service_tier": "flex"}, 1, id="tier"),
        pytest.param("be long", {}, 2, id="system"),
        pytest.param("be long", {"on_changed_call": "raise"}, 1, id="system, told"),
    ],
)
def test_a_killed_process_is_followed_by_one_with_other_settings(
    system: str, options: Any, begun: int, bench: Bench, store_url: str
) -> None:
    program = [sys.executable, "-m", "tests.langgraph.killed_in_node"]
    done = subprocess.run(
        [*program, bench.emulator.url, store_url],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr

    with InteractionsSaver(store_url) as saver:
        bench.saver = saver
        [job] = bench.jobs
        app = bench.graph(ask(bench.model(**options), system))
        if "on_changed_call" in options:
            with pytest.raises(ChangedCallError, match=job.interaction_id):
                app.invoke(None, AT)
        else:
            app.invoke(None, AT)

    assert bench.counts == (begun, begun - 1)
