"""Make the first calls of a process in a graph with a saver; print what they did in
the loop's thread.
"""

import asyncio
import base64
import sys
from typing import Any

from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.loop_watch import LoopWatch, WatchedText


async def main(url: str, sessions: str) -> str:
    watch = LoopWatch()
    picture = WatchedText(base64.b64encode(b"picture").decode())
    picture.watch = watch
    shown: dict[str, Any] = {"type": "image", "mime_type": "image/png"}
    said = HumanMessage(["What is it?", shown | {"base64": picture}])
    # LangChain imports parts of itself with its own first call.
    theirs = FakeListChatModel(responses=["hello"])
    await theirs.ainvoke([said])
    async for _ in theirs.astream([said]):
        pass
    with watch:
        model = ChatInteractions(
            model="gemini-3.5-flash", api_key="key", base_url=url, sessions=sessions
        )
        await model.ainvoke([said])
        async for _ in model.astream([said]):
            pass
        await model.aclose()
        async with InteractionsSaver.from_conn_string(sessions) as saver:
            graph = _graph(ChatInteractions(model="gemini-3.5-flash", base_url=url))
            app = graph.compile(checkpointer=saver)
            config: Any = {"configurable": {"thread_id": "1"}}
            await app.ainvoke({"messages": [HumanMessage("hello")]}, config)
            assert [found async for found in saver.alist(config)]
            await saver.adelete_thread("1")
    return watch.told()


def _graph(model: ChatInteractions) -> Any:
    async def answer(state: MessagesState) -> Any:
        return {"messages": [await model.ainvoke(state["messages"])]}

    return StateGraph(MessagesState).add_node(answer).add_edge(START, "answer")


if __name__ == "__main__":
    with Emulator() as emulator:
        sys.stdout.write(asyncio.run(main(emulator.url, sys.argv[1])))
