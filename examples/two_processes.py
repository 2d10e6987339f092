"""A second process goes on with the session that the first one began.

The processes share a file and the thread's id, nothing else. With `url = None` and
`key = None` this runs on the real API with GEMINI_API_KEY.
"""

import multiprocessing
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from langgraph.graph import START, MessagesState, StateGraph

from interactions_core import open_store
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver


def talk(text, database, url, key):
    with InteractionsSaver.from_conn_string(database) as saver:
        model = ChatInteractions(model="gemini-3.8-flash", base_url=url, api_key=key)
        graph = StateGraph(MessagesState)
        graph.add_node("chat", lambda s: {"messages": [model.invoke(s["messages"])]})
        graph.add_edge(START, "chat")
        chat = graph.compile(checkpointer=saver)
        state = chat.invoke({"messages": text}, {"configurable": {"thread_id": "1"}})
        return state["messages"][-1].text


def in_a_new_process(*arguments):
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(talk, *arguments).result()


def main():
    with Emulator() as server, tempfile.TemporaryDirectory() as folder:
        url, key = server.url, "any"
        database = f"sqlite:///{Path(folder) / 'state.db'}"

        in_a_new_process("My name is Ada.", database, url, key)
        answer = in_a_new_process("What is my name?", database, url, key)
        store = open_store(database)
        turns = [(e.reason, e.steps_sent) for _, e in store.ledger(thread_id="1")]
        store.close()
        print(answer, turns)

        assert "Ada" in answer
        assert turns == [("root", 1), ("continue", 1)]


if __name__ == "__main__":
    main()
