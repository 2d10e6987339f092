"""A graph that waits for a job is suspended, and a watcher resumes it when that is done.

The process that asks ends at once; the watcher may run on any machine that shares the
store. Without `base_url` and `api_key` the same program asks Google, for some minutes.
"""

import multiprocessing
import tempfile
import time
from pathlib import Path

from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.adapter import ClientPolicy, Connection, InteractionsClient
from interactions_core.services.job_watcher import JobWatcher
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from interactions_langgraph.resuming import resume_of

AGENT = "deep-research-preview-04-2026"
THREAD = {"configurable": {"thread_id": "1"}}


def built(saver, where):
    agent = ChatInteractions(agent=AGENT, background="suspend", **where)
    graph = StateGraph(MessagesState)
    graph.add_node("ask", lambda s: {"messages": [agent.invoke(s["messages"])]})
    return graph.add_edge(START, "ask").compile(checkpointer=saver)


def ask(database, where):
    with InteractionsSaver(database) as saver:
        built(saver, where).invoke({"messages": "The history of TPUs"}, THREAD)


def main():
    with Emulator(job_s=3) as server, tempfile.TemporaryDirectory() as folder:
        where = {"base_url": server.url, "api_key": "any"}
        database = f"sqlite:///{Path(folder) / 'state.db'}"
        with multiprocessing.get_context("spawn").Pool(1) as process:
            process.apply(ask, (database, where))

        policy = ClientPolicy(max_retries=4, retention_s=86_400, clock=time.time)
        client = InteractionsClient(Connection(**where), policy)
        with InteractionsSaver(database) as saver:
            graph = built(saver, where)
            resume = resume_of(graph)
            JobWatcher(saver.sessions, client, resume=resume).run(until_idle=True)
            report = graph.get_state(THREAD).values["messages"][-1]
        client.close()
        creates = [r for r in server.requests() if r["method"] == "POST"]
        print(f"{report.type}, creates: {len(creates)}")
        assert len(creates) == 1
        assert "TPU" in report.text


if __name__ == "__main__":
    main()
