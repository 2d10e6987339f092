"""How many transactions one turn is on PostgreSQL, and what a turn of a saver takes.

A PostgreSQL server of its own counts with the extension `pg_stat_statements`: what is
committed, what of it can write, and how many statements that takes (with those that
begin and end). A chat goes on for `--turns` turns after two that are not counted; its
figures are those of one turn. LangGraph's own calls are those of the same graph, whose
node asks no model. A look at a run in the background is no transaction: its lease is
renewed each half minute.

Then `--timed` turns of a graph without a model are timed in threads of ten turns,
beside LangGraph's `PostgresSaver`.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import psycopg
from autogen_core.models import AssistantMessage, LLMMessage, UserMessage
from langchain_core.messages import AIMessage
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.graph import START, MessagesState, StateGraph

from interactions_autogen import InteractionsChatCompletionClient
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.postgres import fresh_schema, running_server

MODEL: Final = "gemini-3.5-flash"
BACKGROUND: Final = {"background": True, "poll": (0.02, 0.02)}
TURNS: Final = 10
"""Of a thread that is timed."""

COUNTS: Final = """SELECT
coalesce(sum(calls) FILTER (WHERE query LIKE 'BEGIN%READ ONLY'), 0),
coalesce(sum(calls) FILTER (WHERE query LIKE 'BEGIN%READ COMMITTED'), 0),
coalesce(sum(calls) FILTER (WHERE query = 'COMMIT'), 0),
coalesce(sum(calls) FILTER (WHERE query NOT LIKE 'SET %'), 0)
FROM pg_stat_statements WHERE userid = 'tests'::regrole"""

Turn = Callable[[], object]
"""Asks once more."""


def main() -> None:
    """Count and time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--timed", type=int, default=200)
    options = parser.parse_args()
    loaded = {"shared_preload_libraries": "pg_stat_statements"}
    with running_server(**loaded) as server, Emulator() as emulator:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE EXTENSION pg_stat_statements")
            print(
                f"{'a turn of':<44}{'reads':>6}{'writes':>7}{'all':>5}{'statements':>12}"
            )
            for name, turn in chats(server.url, emulator.url):
                show(name, turn, admin, options.turns)
        print(f"load {os.getloadavg()[0]:.1f}")
        compare(server.url, options.timed)


def show(name: str, turn: Turn, admin: psycopg.Connection[Any], turns: int) -> None:
    """Print what a turn of a chat is."""
    turn()
    turn()
    admin.execute("SELECT pg_stat_statements_reset()")
    for _ in range(turns):
        turn()
    counted = admin.execute(COUNTS).fetchall()[0]
    reads, writes, commits, statements = (float(each) / turns for each in counted)
    print(f"{name:<44}{reads:>6.1f}{writes:>7.1f}{commits:>5.1f}{statements:>12.1f}")


def chats(server: str, base_url: str) -> Iterator[tuple[str, Turn]]:
    """Return chats of all frameworks, each in a schema of its own."""
    for durability in ("async", "exit"):
        with opened(server) as saver:
            run = chat_of(saver, None, durability)
            yield f"LangGraph's own calls, durability={durability}", run
        for label, more in {"": {}, ", background": BACKGROUND}.items():
            with opened(server) as saver:
                model = ChatInteractions(
                    model=MODEL, base_url=base_url, api_key="k", **more
                )
                run = chat_of(saver, model, durability)
                yield f"LangGraph, durability={durability}{label}", run
    yield from autogen_chats(server, base_url)
    if find_spec("crewai"):
        yield from crewai_chats(server, base_url)


@contextlib.contextmanager
def opened(server: str) -> Iterator[InteractionsSaver]:
    """Open a saver in a schema of its own."""
    with fresh_schema(server) as url, InteractionsSaver(url) as saver:
        yield saver


def chat_of(saver: Any, model: Any, durability: str) -> Turn:  # noqa: ANN401
    """Return what takes the next turn of a thread."""
    thread, numbers = {"configurable": {"thread_id": "chat"}}, count()
    graph: Any = StateGraph(MessagesState)
    graph.add_node("chat", lambda state: {"messages": [reply(model, state)]})
    graph.add_edge(START, "chat")
    compiled = graph.compile(checkpointer=saver)

    def run() -> None:
        said = {"messages": f"question {next(numbers)}"}
        compiled.invoke(said, thread, durability=durability)

    return run


def reply(model: Any, state: Mapping[str, Any]) -> object:  # noqa: ANN401
    """Ask the model, if there is one."""
    messages = state["messages"]
    return (
        model.invoke(messages) if model else AIMessage(f"answer {len(messages)} " * 5)
    )


def autogen_chats(server: str, base_url: str) -> Iterator[tuple[str, Turn]]:
    """Return chats with AutoGen's client."""
    for label, more in {"": {}, ", background": BACKGROUND}.items():
        with fresh_schema(server) as url:
            client = InteractionsChatCompletionClient(
                model=MODEL, base_url=base_url, api_key="k", sessions=url, **more
            )
            told: list[LLMMessage] = []
            with asyncio.Runner() as runner:

                def run() -> None:
                    told.append(UserMessage(content=f"q {len(told)}", source="user"))  # noqa: B023
                    said = runner.run(client.create(told)).content  # noqa: B023
                    told.append(AssistantMessage(content=str(said), source="a"))  # noqa: B023

                yield f"AutoGen{label}", run
                runner.run(client.close())


def crewai_chats(server: str, base_url: str) -> Iterator[tuple[str, Turn]]:
    """Return chats with CrewAI's LLM."""
    os.environ["CREWAI_DISABLE_TELEMETRY"] = os.environ["OTEL_SDK_DISABLED"] = "true"
    os.environ["CREWAI_TRACING_ENABLED"] = "false"
    from crewai.events import crewai_event_bus  # noqa: PLC0415  it may be missing

    from interactions_crewai import InteractionsLLM  # noqa: PLC0415  as above

    for label, more in {"": {}, ", background": BACKGROUND}.items():
        with fresh_schema(server) as url, crewai_event_bus.scoped_handlers():
            llm = InteractionsLLM(
                model=MODEL, base_url=base_url, api_key="k", sessions=url, **more
            )
            told: list[Any] = []

            def run() -> None:
                told.append({"role": "user", "content": f"q {len(told)}"})  # noqa: B023
                said = llm.call(told)  # noqa: B023
                told.append({"role": "assistant", "content": said})  # noqa: B023

            yield f"CrewAI{label}", run


def compare(server: str, turns: int) -> None:
    """Time turns of a graph without a model, with our saver and LangGraph's."""
    taken: dict[str, list[float]] = {"InteractionsSaver": [], "PostgresSaver": []}
    theirs_from = PostgresSaver.from_conn_string(server)
    with opened(server) as ours, theirs_from as theirs:
        theirs.setup()
        savers = dict(zip(taken, (ours, theirs), strict=True))
        for number in range(turns // TURNS):
            threads = {name: timed_chat(savers[name], number) for name in savers}
            # By turns, so that both have the same neighbours.
            for _ in range(TURNS):
                for name, turn in threads.items():
                    began = perf_counter()
                    turn()
                    taken[name].append(perf_counter() - began)
    medians = {name: statistics.median(each) * 1000 for name, each in taken.items()}
    for name, milliseconds in medians.items():
        print(f"{name:<20}{milliseconds:>8.2f} ms a turn")
    own, theirs_ms = medians.values()
    print(f"ratio {own / theirs_ms:.2f}, load {os.getloadavg()[0]:.1f}")


def timed_chat(saver: Any, number: int) -> Turn:  # noqa: ANN401
    """Return what takes the next turn of a thread of that number."""
    thread, numbers = {"configurable": {"thread_id": f"chat {number}"}}, count()
    graph: Any = StateGraph(MessagesState)
    graph.add_node("chat", lambda state: {"messages": [reply(None, state)]})
    graph.add_edge(START, "chat")
    compiled = graph.compile(checkpointer=saver)
    return lambda: compiled.invoke({"messages": f"question {next(numbers)}"}, thread)


if __name__ == "__main__":
    main()
