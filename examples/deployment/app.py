"""An app that begins research and says what came of it; the watcher goes on with it.

`POST /threads/ID` with a question as the body, `GET /threads/ID`, and the pages of its
health.
"""

import json

from research import graph, saver

from interactions_core.services.health import Health
from interactions_core.services.health_server import with_health


async def threads(scope, receive, send):
    if scope["type"] != "http":
        return
    thread_id = scope["path"].rpartition("/")[2]
    config = {"configurable": {"thread_id": thread_id}}
    if scope["method"] == "POST":
        question = (await receive())["body"].decode()
        await graph.ainvoke({"messages": question}, config)
    state = await graph.aget_state(config)
    messages = [f"{one.type}: {one.text}" for one in state.values["messages"]]
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    body = {"messages": messages, "waits": bool(state.interrupts)}
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


app = with_health(threads, Health(saver.sessions))
