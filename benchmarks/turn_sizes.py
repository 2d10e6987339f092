"""What turns of LangGraph chats take on PostgreSQL: turns a second, and bytes.

Chats of ten turns, with questions and answers of `--characters` random characters, go
on against the emulator in a process of its own, `--turns` in all, for each number of
threads in a store of its own. The server does not wait for the disk, as it does in
production. Bytes are those of tables and indexes at the end, for a million turns.
"""

import argparse
import os
import random
import string
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import psycopg
from common.server import emulator
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_langgraph import ChatInteractions, InteractionsSaver

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.postgres import fresh_schema, running_server

TURNS: Final = 10
"""Of one chat."""

SIZES: Final = """SELECT relname, pg_total_relation_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE relkind = 'r' AND nspname = %s ORDER BY 2 DESC"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2, 8])
    parser.add_argument("--characters", type=int, default=500)
    options = parser.parse_args()
    with running_server() as server, emulator() as base_url:
        for number in options.threads:
            with fresh_schema(server.url) as url, InteractionsSaver(url) as saver:
                saver.setup()
                schema = url.rpartition("=")[2]
                empty = sizes_of(server.url, schema)
                app = graph_of(saver, base_url)
                seconds = talk(app, options.turns, number, options.characters)
                connections = count_connections(server.url)
                print(
                    f"{number} threads: {options.turns / seconds:.1f} turns a second, "
                    f"{connections} connections, load {os.getloadavg()[0]:.1f}"
                )
                if number == options.threads[-1]:
                    show_sizes(empty, sizes_of(server.url, schema), options.turns)


def graph_of(saver: InteractionsSaver, base_url: str) -> Any:  # noqa: ANN401
    """Make a chat; the emulator's answers repeat the question."""
    model = ChatInteractions(model="gemini-3.5-flash", base_url=base_url, api_key="k")

    def chat(state: Mapping[str, Any]) -> object:
        answer: AIMessage = model.invoke(state["messages"])
        return {"messages": [answer]}

    graph: Any = StateGraph(MessagesState)
    graph.add_node("chat", chat)
    graph.add_edge(START, "chat")
    return graph.compile(checkpointer=saver)


def talk(app: Any, turns: int, threads: int, characters: int) -> float:  # noqa: ANN401
    """Take all turns; return how long it took."""

    def chat(number: int) -> None:
        rng = random.Random(number)  # noqa: S311
        thread = {"configurable": {"thread_id": f"chat {number}"}}
        for _ in range(TURNS):
            said = "".join(rng.choices(string.ascii_letters, k=characters))
            app.invoke({"messages": said}, thread)

    chat(-1)
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(chat, range(turns // TURNS)))
    return time.perf_counter() - began


def count_connections(url: str) -> int:
    """Return how many connections there are beside the one that asks."""
    query = """SELECT count(*) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()[0][0]


def sizes_of(url: str, schema: str) -> dict[str, int]:
    """Return the bytes of each table with its indexes."""
    with psycopg.connect(url) as connection:
        return dict(connection.execute(SIZES, (schema,)).fetchall())


def show_sizes(empty: dict[str, int], full: dict[str, int], turns: int) -> None:
    """Print what a million turns would take."""
    grown = {table: size - empty.get(table, 0) for table, size in full.items()}
    for table, size in [*grown.items(), ("all", sum(grown.values()))]:
        if size:
            print(f"{table:<28}{size / turns / 1000:>8.2f} GB a million turns")


if __name__ == "__main__":
    main()
