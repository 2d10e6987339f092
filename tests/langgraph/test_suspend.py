"""`background="suspend"`: the graph is interrupted, and the process may exit."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.load import dumpd
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableBinding
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, interrupt

from interactions_core import SqliteStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import ConfigurationError, DeadlineExceededError
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.turns.context import ClientPolicy
from interactions_core.turns.pacing import Pace
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from interactions_langgraph.resuming import resume_of
from tests.conftest import Clock, on_clock
from tests.langgraph.agents import OtherProvider, get_weather

AT: Any = {"configurable": {"thread_id": "1"}}
ASKED: Any = {"messages": [HumanMessage("TPUs?", id="asked")]}
Make = Callable[..., ChatInteractions]


@pytest.fixture
def saver(tmp_path: Path) -> Iterator[InteractionsSaver]:
    store = SqliteStore(tmp_path / "state.db")
    yield InteractionsSaver(store)
    store.close()


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with on_clock(clock) as running:
        yield running


@pytest.fixture
def model(
    make_model: Make, saver: InteractionsSaver, emulator: Emulator
) -> ChatInteractions:
    emulator.script([{"reply": {"text": "A report.", "wait_s": 60}}])
    return make_model(background="suspend", sessions=saver.sessions)


@pytest.fixture
def watch(
    saver: InteractionsSaver, emulator: Emulator, clock: Clock
) -> Callable[..., list[str]]:
    """Run a watcher until it has nothing to do; return what it printed."""

    def watch(app: Any) -> list[str]:
        said: list[str] = []
        policy = ClientPolicy(max_retries=0, retention_s=1e6, clock=clock)
        client = InteractionsClient(
            Connection(api_key="k", base_url=emulator.url), policy
        )
        JobWatcher(
            saver.sessions,
            client,
            resume=resume_of(app),
            write=said.append,
            clock=clock,
            sleep=clock.sleep,
            pace=Pace(1e6),
        ).run(until_idle=True)
        client.close()
        return said

    return watch


def research(model: ChatInteractions, way: str, *, approve: bool = False) -> Any:
    """Build a graph with a suspended call, and perhaps an approval after it."""

    def finish(reply: Any) -> Any:
        messages = [reply]
        if approve:
            verdict = interrupt({"type": "approval", "of": reply.text})
            messages.append(HumanMessage(f"verdict: {verdict}"))
        return {"messages": messages}

    def ask(state: MessagesState) -> Any:
        return finish(model.invoke(state["messages"]))

    async def aask(state: MessagesState) -> Any:
        return finish(await model.ainvoke(state["messages"]))

    def stream(state: MessagesState) -> Any:
        chunks = [*model.stream(state["messages"])]
        reply = sum(chunks[1:], chunks[0])
        return finish(reply)

    nodes = {"invoke": ask, "ainvoke": aask, "stream": stream}
    built = StateGraph(MessagesState).add_node("ask", nodes[way])
    return built.add_edge(START, "ask")


def run(app: Any, way: str, given: Any) -> Any:
    if way == "ainvoke":
        return asyncio.run(app.ainvoke(given, AT))
    return app.invoke(given, AT)


def creates(emulator: Emulator) -> int:
    return sum(
        row["method"] == "POST" and row["path"].endswith("/interactions")
        for row in emulator.requests()
    )


WAYS = ["invoke", "ainvoke", "stream"]


@pytest.mark.parametrize(("way", "early"), [*product(WAYS, [0, 1, 2])])
def test_an_approval_after_a_suspended_call_is_never_answered_for_the_job(
    way: str,
    early: int,
    model: ChatInteractions,
    saver: InteractionsSaver,
    emulator: Emulator,
) -> None:
    """Ours: matching.md, section 10."""
    app = research(model, way, approve=True).compile(checkpointer=saver)

    state = run(app, way, ASKED)
    for n in range(early):
        [waiting] = state["__interrupt__"]
        assert waiting.value["type"] == "interactions.job"
        state = run(app, way, Command(resume={waiting.id: f"too early {n}"}))
    emulator.advance(61)
    [waiting] = state["__interrupt__"]
    state = run(app, way, Command(resume={waiting.id: "done"}))
    [approval] = state["__interrupt__"]
    assert approval.value == {"type": "approval", "of": "A report."}
    state = run(app, way, Command(resume={approval.id: "yes"}))

    assert [m.text for m in state["messages"]] == [
        "TPUs?",
        "A report.",
        "verdict: yes",
    ]
    assert creates(emulator) == 1


def test_the_interrupt_names_the_job_and_its_interaction(
    model: ChatInteractions, saver: InteractionsSaver
) -> None:
    app = research(model, "invoke").compile(checkpointer=saver)

    [waiting] = app.invoke(ASKED, AT)["__interrupt__"]

    [job] = saver.sessions.list_jobs()
    assert waiting.value == {
        "type": "interactions.job",
        "interaction_id": job.interaction_id,
        "job": job.key,
    }
    assert (job.status, job.interrupts, job.lease_until) == ("in_progress", 1, 0.0)


def test_resuming_without_an_answer_interrupts_again_and_counts_nothing(
    model: ChatInteractions, saver: InteractionsSaver, emulator: Emulator
) -> None:
    app = research(model, "invoke").compile(checkpointer=saver)
    app.invoke(ASKED, AT)

    app.invoke(None, AT)
    app.invoke(None, AT)

    [job] = saver.sessions.list_jobs()
    assert job.interrupts == 1
    assert creates(emulator) == 1


@pytest.mark.parametrize("way", WAYS)
def test_the_watcher_resumes_the_thread_and_leaves_the_approval_alone(
    way: str,
    model: ChatInteractions,
    saver: InteractionsSaver,
    watch: Callable[..., list[str]],
) -> None:
    app = research(model, way, approve=True).compile(checkpointer=saver)
    run(app, way, ASKED)

    said = watch(app)
    again = watch(app)

    assert [line.split(": ")[1].split(" ")[0] for line in said[1:]] == [
        "watched",
        "completed",
        "resumed",
    ]
    assert again[1:] == []
    [approval] = app.get_state(AT).interrupts
    assert approval.value["type"] == "approval"


def test_resuming_early_interrupts_again_while_a_watcher_waits(
    model: ChatInteractions,
    saver: InteractionsSaver,
    emulator: Emulator,
    clock: Clock,
) -> None:
    app = research(model, "invoke").compile(checkpointer=saver)
    [waiting] = app.invoke(ASKED, AT)["__interrupt__"]
    policy = ClientPolicy(max_retries=0, retention_s=1e6, clock=clock)
    client = InteractionsClient(Connection(api_key="k", base_url=emulator.url), policy)
    watcher = JobWatcher(saver.sessions, client, clock=clock, pace=Pace(1e6))
    watcher.step()

    [again] = app.invoke(Command(resume={waiting.id: "early"}), AT)["__interrupt__"]
    emulator.advance(61)
    state = app.invoke(Command(resume={again.id: "done"}), AT)

    watcher.close()
    client.close()
    assert [m.text for m in state["messages"]] == ["TPUs?", "A report."]
    assert creates(emulator) == 1


def test_the_watcher_resumes_several_threads_and_subgraphs(
    model: ChatInteractions,
    saver: InteractionsSaver,
    watch: Callable[..., list[str]],
    emulator: Emulator,
) -> None:
    inner = research(model, "invoke").compile()
    built = StateGraph(MessagesState).add_node("inner", inner)
    app = built.add_edge(START, "inner").compile(checkpointer=saver)
    threads: list[Any] = [{"configurable": {"thread_id": str(n)}} for n in range(3)]
    for at in threads:
        app.invoke(ASKED, at)

    watch(app)

    assert all(
        app.get_state(at).values["messages"][-1].text == "A report." for at in threads
    )
    assert creates(emulator) == 3


def test_branches_that_run_beside_each_other_are_resumed_one_by_one(
    model: ChatInteractions,
    saver: InteractionsSaver,
    watch: Callable[..., list[str]],
    emulator: Emulator,
) -> None:
    def branch(question: str) -> Any:
        return lambda _: {"messages": [model.invoke(question)]}

    built = StateGraph(MessagesState)
    for name in ("one", "two", "three"):
        built.add_node(name, branch(f"Question {len(name)}?")).add_edge(START, name)
    app = built.compile(checkpointer=saver)
    app.invoke(ASKED, AT)

    while app.get_state(AT).next:
        watch(app)

    texts = [m.text for m in app.get_state(AT).values["messages"]]
    assert texts == ["TPUs?", *["A report."] * 3]
    assert creates(emulator) == 3


def test_an_agent_that_calls_functions_is_resumed_for_each_of_its_turns(
    make_model: Make,
    saver: InteractionsSaver,
    watch: Callable[..., list[str]],
    emulator: Emulator,
) -> None:
    calls = [{"name": "weather", "arguments": {"place": "Paris"}}]
    emulator.script(
        [
            {"when": {"last_step": "user_input"}, "reply": {"calls": calls}},
            {"when": {"last_step": "function_result"}, "reply": {"text": "Sunny."}},
        ]
    )
    told: list[str] = []

    def weather(place: str) -> str:
        """Tell the weather."""
        told.append(place)
        return "sunny"

    model = make_model(background="suspend", sessions=saver.sessions)
    app = create_agent(model, [weather], checkpointer=saver)
    app.invoke(ASKED, AT)

    while app.get_state(AT).next:
        watch(app)

    assert app.get_state(AT).values["messages"][-1].text == "Sunny."
    assert told == ["Paris"]
    assert creates(emulator) == 2


def test_two_calls_in_a_row_suspend_one_after_the_other(
    model: ChatInteractions,
    saver: InteractionsSaver,
    watch: Callable[..., list[str]],
    emulator: Emulator,
) -> None:
    def ask(_: MessagesState) -> Any:
        return {"messages": [model.invoke("Same?"), model.invoke("Same?")]}

    built = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")
    app = built.compile(checkpointer=saver)
    app.invoke(ASKED, AT)

    while app.get_state(AT).next:
        watch(app)

    messages = app.get_state(AT).values["messages"]
    assert [m.text for m in messages] == ["TPUs?", "A report.", "A report."]
    assert creates(emulator) == 2


def test_a_suspended_run_that_takes_too_long_is_cancelled(
    make_model: Make, saver: InteractionsSaver, emulator: Emulator, clock: Clock
) -> None:
    emulator.fault(on="create", do={"stall": True})
    late = make_model(background="suspend", sessions=saver.sessions, deadline_s=100.0)
    app = research(late, "invoke").compile(checkpointer=saver)
    [waiting] = app.invoke(ASKED, AT)["__interrupt__"]

    clock.advance(101)

    with pytest.raises(DeadlineExceededError):
        app.invoke(Command(resume={waiting.id: 1}), AT)
    assert emulator.requests()[-1]["path"].endswith("/cancel")


def test_a_suspended_run_that_is_gone_is_an_error_and_not_begun_anew(
    model: ChatInteractions,
    saver: InteractionsSaver,
    emulator: Emulator,
    watch: Callable[..., list[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = research(model, "invoke").compile(checkpointer=saver)
    app.invoke(ASKED, AT)
    emulator.fault(on="get", times=999, do={"status": 404})
    emulator.fault(on="cancel", do={"status": 404})

    watch(app)

    assert [job.status for job in saver.sessions.list_jobs()] == ["gone"]
    assert "ChatLostSubmitError" in caplog.text
    assert creates(emulator) == 1
    emulator.clear_faults()
    assert app.invoke(None, AT)["messages"][-1].text


def test_suspending_without_a_checkpointer_is_an_error_before_anything_is_sent(
    model: ChatInteractions, emulator: Emulator
) -> None:
    app = research(model, "invoke").compile()

    with pytest.raises(ConfigurationError, match="needs a graph with a checkpointer"):
        app.invoke(ASKED)
    with pytest.raises(ConfigurationError, match="needs a graph with a checkpointer"):
        model.invoke("Hi")

    assert emulator.requests() == []


@pytest.mark.parametrize(
    "protect",
    [
        pytest.param(lambda it, other: it.with_fallbacks([other]), id="model"),
        pytest.param(
            lambda it, other: it.bind(temperature=1.0).with_fallbacks([other]),
            id="bound",
        ),
        pytest.param(
            lambda it, other: it.bind_tools([get_weather]).with_fallbacks([other]),
            id="with tools",
        ),
        pytest.param(
            lambda it, other: (
                it.bind(seed=1).with_config(tags=["a"]).with_fallbacks([other])
            ),
            id="bound and configured",
        ),
        pytest.param(
            lambda it, other: other.bind(background=it.background).with_fallbacks([it]),
            id="bound to suspend",
        ),
        pytest.param(lambda it, other: other.with_fallbacks([it]), id="fallback"),
        pytest.param(
            lambda it, other: other.with_fallbacks([it.bind(temperature=1.0)]),
            id="bound fallback",
        ),
    ],
)
def test_fallbacks_around_a_model_that_suspends_are_refused(
    protect: Callable[[Any, Any], Any], model: ChatInteractions, make_model: Make
) -> None:
    """LangChain: `with_fallbacks` catches every exception, interrupts included."""
    with pytest.raises(ConfigurationError, match="under with_fallbacks"):
        protect(model, make_model())


def test_a_bound_model_that_suspends_is_dumped_as_any_other(
    model: ChatInteractions,
) -> None:
    dumped = dumpd(model.bind(temperature=1.0))

    assert dumped["id"] == RunnableBinding.lc_id()


@pytest.mark.parametrize("way", WAYS)
def test_fallbacks_around_a_chain_answer_and_leave_the_job_in_the_ledger(
    way: str, model: ChatInteractions, saver: InteractionsSaver
) -> None:
    """Known gap: LangChain tells the model nothing of fallbacks around a chain."""
    other = OtherProvider(messages=iter([AIMessage("I am someone else.")]))
    both: Any = (model | (lambda reply: reply)).with_fallbacks([other])
    app = research(both, way).compile(checkpointer=saver)

    state = run(app, way, ASKED)

    assert state["messages"][-1].text == "I am someone else."
    [job] = saver.sessions.list_jobs()
    assert job.interaction_id
