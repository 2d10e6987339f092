"""A research graph whose process is killed goes on with the run that it had begun.

The first process dies while the agent works; the second one has the same file and the
same thread. With `url = None` and `key = None` this runs on the real API with
GEMINI_API_KEY and takes some minutes.
"""

import multiprocessing
import tempfile
import time
from pathlib import Path

from langgraph.graph import START, MessagesState, StateGraph

from interactions_core import open_store
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver


def research(database, url, key, asked):
    agent = ChatInteractions(
        agent="deep-research-preview-04-2026", base_url=url, api_key=key
    )
    with InteractionsSaver(database) as saver:
        graph = StateGraph(MessagesState)
        graph.add_node("ask", lambda s: {"messages": [agent.invoke(s["messages"])]})
        graph.add_edge(START, "ask")
        thread = {"configurable": {"thread_id": "1"}}
        state = graph.compile(checkpointer=saver).invoke(asked, thread)
        return state["messages"][-1]


def main():
    with Emulator(job_s=3) as server, tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'state.db'}"
        where = (database, server.url, "any")
        store = open_store(database)

        asked = {"messages": "The history of TPUs"}
        spawn = multiprocessing.get_context("spawn")
        process = spawn.Process(target=research, args=(*where, asked))
        process.start()
        while not any(job.interaction_id for job in store.list_jobs()):
            time.sleep(0.1)
        process.kill()
        process.join()
        [job] = store.list_jobs()
        report = research(*where, None)

        creates = [r for r in server.requests() if r["method"] == "POST"]
        print(f"killed: {process.exitcode != 0}, creates: {len(creates)}")
        assert len(creates) == 1
        assert report.response_metadata["interaction_id"] == job.interaction_id
        store.close()


if __name__ == "__main__":
    main()
