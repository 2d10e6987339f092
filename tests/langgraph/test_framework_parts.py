"""LangGraph's and LangChain's own parts around the model."""

from collections.abc import Callable
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.caches import InMemoryCache
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
)
from langchain_core.rate_limiters import InMemoryRateLimiter
from langgraph.cache.memory import InMemoryCache as NodeCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import CachePolicy, Command, RetryPolicy, Send, interrupt

from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.langgraph.agents import OtherProvider, get_weather
from tests.langgraph.watched import Watched, on, say


def answer_with(model: Any) -> Callable[[MessagesState], dict[str, Any]]:
    return lambda state: {"messages": [model.invoke(state["messages"])]}


def graph_of(node: Any, *, saver: Any = None, cache: Any = None, **options: Any) -> Any:
    graph = StateGraph(MessagesState)
    graph.add_node("chat", node, **options)
    graph.add_edge(START, "chat")
    return graph.compile(checkpointer=saver or InMemorySaver(), cache=cache)


def test_node_that_asks_a_human_in_between_repeats_its_question(
    watched: Watched,
) -> None:
    """LangGraph contract: a resumed node runs again from its first line."""
    model = watched.model()

    def chat(state: MessagesState) -> dict[str, Any]:
        draft = model.invoke(state["messages"])
        name = interrupt("Who are you?")
        asked = [*state["messages"], draft, HumanMessage(f"My name is {name}.")]
        return {"messages": [*asked[-2:], model.invoke(asked)]}

    graph = graph_of(chat)

    say(graph, "Hello")
    graph.invoke(Command(resume="Ada"), on("t"))
    say(graph, "What is my name?")

    assert watched.calls[-1][1].text == "Your name is Ada."
    assert watched.reasons == ["root", "retry", "continue", "continue"]
    assert watched.steps_sent == [1, 1, 1, 1]


def test_approval_between_nodes_goes_on_in_the_same_chain(watched: Watched) -> None:
    model = watched.model()
    graph = StateGraph(MessagesState)
    graph.add_node("chat", answer_with(model))
    graph.add_node("approve", lambda _: {"messages": [("user", interrupt("Well?"))]})
    graph.add_node("act", answer_with(model))
    graph.add_edge(START, "chat")
    graph.add_edge("chat", "approve")
    graph.add_edge("approve", "act")
    app = graph.compile(checkpointer=InMemorySaver())

    say(app, "My name is Ada.")
    state = app.invoke(Command(resume="What is my name?"), on("t"))

    assert state["messages"][-1].text == "Your name is Ada."
    assert watched.reasons == ["root", "continue"]


def test_node_that_goes_elsewhere_by_command_hands_its_chain_on(
    watched: Watched,
) -> None:
    model = watched.model()

    def first(state: MessagesState) -> Command[Any]:
        reply = model.invoke(state["messages"])
        words: Any = [reply, HumanMessage("What is my name?")]
        return Command(goto="second", update={"messages": words})

    graph = StateGraph(MessagesState)
    graph.add_node("first", first, destinations=("second",))
    graph.add_node("second", answer_with(model))
    graph.add_edge(START, "first")
    app = graph.compile(checkpointer=InMemorySaver())

    assert say(app, "My name is Ada.").text == "Your name is Ada."
    assert watched.reasons == ["root", "continue"]


@pytest.mark.parametrize("persistence", [None, True], ids=["per call", "of its own"])
def test_subgraph_continues_the_chain_of_the_graph_around_it(
    watched: Watched, persistence: Any
) -> None:
    model = watched.model()
    inner = StateGraph(MessagesState)
    inner.add_node("chat", answer_with(model))
    inner.add_edge(START, "chat")
    graph = StateGraph(MessagesState)
    graph.add_node("chat", answer_with(model))
    graph.add_node("again", lambda _: {"messages": [("user", "What is my name?")]})
    graph.add_node("inner", inner.compile(checkpointer=persistence))
    graph.add_edge(START, "chat")
    graph.add_edge("chat", "again")
    graph.add_edge("again", "inner")
    app = graph.compile(checkpointer=InMemorySaver())

    answer = say(app, "My name is Ada.")
    later = say(app, "My name is Grace.")

    assert (answer.text, later.text) == ("Your name is Ada.", "Your name is Grace.")
    assert watched.reasons == ["root", *["continue"] * 3]
    assert watched.steps_sent == [1] * 4


class Branch(TypedDict):
    messages: list[BaseMessage]
    topic: str


def test_branches_of_a_fan_out_fork_from_one_interaction(
    watched: Watched, emulator: Emulator
) -> None:
    model = watched.model()

    def spread(state: MessagesState) -> list[Send]:
        topics = ("a name", "a number", "a town", "a river")
        heard = state["messages"]
        return [Send("branch", {"messages": heard, "topic": t}) for t in topics]

    def branch(state: Branch) -> dict[str, Any]:
        question = HumanMessage(f"What about {state['topic']}?")
        return {"messages": [model.invoke([*state["messages"], question])]}

    graph = StateGraph(MessagesState)
    graph.add_node("chat", answer_with(model))
    graph.add_node("branch", branch)
    graph.add_edge(START, "chat")
    graph.add_conditional_edges("chat", spread, ["branch"])
    graph.add_edge("branch", END)
    app = graph.compile(checkpointer=InMemorySaver())

    say(app, "My name is Ada.")

    parents = [r["body"].get("previous_interaction_id") for r in emulator.requests()]
    first = watched.calls[0][1].response_metadata["interaction_id"]
    assert parents == [None, *[first] * 4]
    assert watched.steps_sent == [1] * 5


def test_node_is_tried_again_and_goes_on_where_it_was(
    watched: Watched, emulator: Emulator
) -> None:
    model = watched.model(max_retries=0)
    again = RetryPolicy(
        initial_interval=0.0, jitter=False, max_attempts=3, retry_on=Exception
    )
    graph = graph_of(answer_with(model), retry_policy=again)
    say(graph, "My name is Ada.")

    emulator.fault(on="create", times=2, do={"status": 503})
    last = say(graph, "What is my name?")

    assert last.text == "Your name is Ada."
    assert watched.reasons == ["root", "continue"]


def test_cached_node_asks_once_and_its_answer_is_chained_on(
    watched: Watched, emulator: Emulator
) -> None:
    """Ours: threads never share a session, so the second one says all of it."""
    model = watched.model()
    policy = CachePolicy(key_func=lambda state: state["messages"][-1].text)
    graph = graph_of(answer_with(model), cache=NodeCache(), cache_policy=policy)

    for thread in ("a", "b"):
        say(graph, "My name is Ada.", thread)
    answers = [say(graph, f"What is my name, {t}?", t).text for t in ("a", "b")]

    assert answers == ["Your name is Ada."] * 2
    assert emulator.stats()["creates"] == 3
    assert watched.reasons == ["root", "continue", "foreign"]


def test_cached_answer_is_chained_on_while_the_server_has_it(
    watched: Watched, emulator: Emulator, clock: Clock
) -> None:
    model = watched.model(cache=InMemoryCache())
    history: list[BaseMessage] = [HumanMessage("My name is Ada.")]
    question = HumanMessage("What is my name?")

    same = [model.invoke(history) for _ in range(2)]
    answer = model.invoke([*history, same[1], question])
    for passing in (emulator.advance, clock.advance):
        passing(56 * 86_400)
    later = model.invoke([*history, model.invoke(history), HumanMessage("My name?")])

    ids = {reply.response_metadata["interaction_id"] for reply in same}
    assert len(ids) == 1
    assert emulator.stats()["creates"] == 3
    assert answer.text == "Your name is Ada."
    assert later.response_metadata["plan_reason"] == "expired"


def test_rate_limiter_is_asked_before_every_request(watched: Watched) -> None:
    asked: list[bool] = []

    class Limiter(InMemoryRateLimiter):
        def acquire(self, *, blocking: bool = True) -> bool:
            asked.append(blocking)
            return True

    model = watched.model(rate_limiter=Limiter())

    first = model.invoke("My name is Ada.")
    list(model.stream([HumanMessage("My name is Ada."), first, HumanMessage("Hm?")]))

    assert asked == [True, True]
    assert watched.reasons == ["root", "continue"]


def test_fallback_to_another_provider_and_back(
    watched: Watched, emulator: Emulator
) -> None:
    other = OtherProvider(messages=iter([AIMessage("I am someone else.")]))
    model = watched.model(max_retries=0)
    either = model.bind_tools([get_weather]).with_fallbacks([other])
    graph = graph_of(answer_with(either))
    say(graph, "My name is Ada.")
    emulator.fault(on="create", do={"status": 503})

    foreign = say(graph, "Who are you?")
    last = say(graph, "What is my name?")

    assert (foreign.text, last.text) == ("I am someone else.", "Your name is Ada.")
    assert watched.reasons == ["root", "continue"]
    assert watched.steps_sent == [1, 3]


@pytest.mark.parametrize("failed", [1, 2, 3])
def test_a_model_that_fails_in_mid_turn_and_comes_back_never_builds_on_a_stale_answer(
    failed: int, watched: Watched, emulator: Emulator
) -> None:
    """Ours: the list is the truth; `watched` holds the server's context against it."""
    first = watched.model(max_retries=0).bind_tools([get_weather])
    second = watched.model(model="gemini-2.5-flash", max_retries=0)
    either = first.with_fallbacks([second.bind_tools([get_weather])])
    agent = create_agent(either, [get_weather], checkpointer=InMemorySaver())
    fault = {"match": {"model": "gemini-3.5-flash"}, "do": {"status": 503}}
    emulator.fault(nth=failed, **fault)

    for text in (
        "My name is Ada.",
        "What is the weather in Paris?",
        "What is my name?",
    ):
        last = say(agent, text)

    models = [reply.response_metadata["model_name"] for _, reply in watched.calls]
    assert models.count("gemini-2.5-flash") == 1
    assert "Ada" in last.text
    assert len(watched.calls) == 4


@pytest.mark.parametrize("mode", ["values", "updates", "messages", "custom", "debug"])
def test_every_way_of_streaming_a_graph_chains(watched: Watched, mode: Any) -> None:
    graph = graph_of(answer_with(watched.model()))

    for text in ("My name is Ada.", "What is my name?"):
        list(graph.stream({"messages": text}, on("t"), stream_mode=mode))

    assert graph.get_state(on("t")).values["messages"][-1].text == "Your name is Ada."
    assert watched.reasons == ["root", "continue"]
