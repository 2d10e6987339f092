"""What a thread holds after somebody left a stream, and what its next turn does."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from langgraph.graph import START, MessagesState, StateGraph
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from interactions_core.exceptions import RequestError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.docs.pages import ROOT, blocks_of, run_block
from tests.langgraph.conftest import MakeModel
from tests.langgraph.watched import on
from tests.patience import PATIENCE_S

LONG = "word " * 400
SLOW = [
    {
        "when": {"last_user_contains": "story"},
        "reply": {"text": LONG, "delta_delay_s": 0.5},
    }
]


def turns_of_the_guide() -> Any:
    """Take the class from the page, so that what it shows is what is tried."""
    guide = ROOT / "docs" / "langgraph.md"
    (shown,) = [b for b in blocks_of(guide, "python") if "class Turns:" in b.text]
    names: dict[str, Any] = {}
    run_block(shown, guide, names)
    return names["Turns"]


@pytest.fixture
def saver(tmp_path: Path) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(f"sqlite:///{tmp_path / 'state.db'}") as saver:
        yield saver


def build(model: ChatInteractions, saver: InteractionsSaver) -> Any:
    async def chat(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("chat", chat)
    graph.add_edge(START, "chat")
    return graph.compile(checkpointer=saver)


def said(state: Any) -> list[tuple[str, str]]:
    return [(message.type, message.text) for message in state.values["messages"]]


async def leave(graph: Any, text: str) -> str:
    """Go away after the first piece of the answer, as a closed connection does."""
    heard = asyncio.Event()
    pieces: list[str] = []

    async def listen() -> None:
        turn = graph.astream({"messages": text}, on("t"), stream_mode="messages")
        async for chunk, _ in turn:
            pieces.append(chunk.text)
            heard.set()

    listening = asyncio.create_task(listen())
    await heard.wait()
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    return "".join(pieces)


@pytest.mark.anyio
async def test_question_stays_and_the_piece_of_an_answer_goes(
    make_model: MakeModel, saver: InteractionsSaver, emulator: Emulator
) -> None:
    emulator.script(SLOW)
    graph = build(make_model(), saver)

    heard = await leave(graph, "Tell me a story.")

    state = await graph.aget_state(on("t"))
    assert LONG.startswith(heard.strip())
    assert said(state) == [("human", "Tell me a story.")]
    assert state.next == ("chat",)


@pytest.mark.anyio
async def test_next_turn_sends_both_questions_and_rests_on_no_piece(
    make_model: MakeModel, saver: InteractionsSaver, emulator: Emulator
) -> None:
    emulator.script(SLOW)
    model = make_model()
    graph = build(model, saver)
    await graph.ainvoke({"messages": "My name is Ada."}, on("t"))
    await leave(graph, "Tell me a story.")
    emulator.script(None)

    state = await graph.ainvoke({"messages": "What is my name?"}, on("t"))
    await model.aclose()

    (first, *_, last) = emulator.requests()
    reply = state["messages"][-1]
    assert reply.text == "Your name is Ada."
    assert [message.type for message in state["messages"]] == [
        *("human", "ai"),
        *("human", "human", "ai"),
    ]
    assert last["body"]["previous_interaction_id"] == first["interaction"]
    assert len(last["body"]["input"]) == 2


@pytest.mark.anyio
async def test_invoke_with_none_answers_the_question_that_was_left(
    make_model: MakeModel, saver: InteractionsSaver, emulator: Emulator
) -> None:
    emulator.script(SLOW)
    model = make_model()
    graph = build(model, saver)
    await leave(graph, "Tell me a story.")
    emulator.script([{"when": {}, "reply": {"text": "Once."}}])

    await graph.ainvoke(None, on("t"))
    again = await graph.ainvoke(None, on("t"))
    await model.aclose()

    assert said(await graph.aget_state(on("t"))) == [
        ("human", "Tell me a story."),
        ("ai", "Once."),
    ]
    assert again["messages"][-1].text == "Once."
    assert emulator.stats()["creates"] == 2


@pytest.mark.parametrize("takes", [True, False], ids=["None", "a message"])
def test_answer_of_a_sync_node_waits_for_invoke_with_none(
    takes: bool,  # noqa: FBT001
    make_model: MakeModel,
    saver: InteractionsSaver,
    emulator: Emulator,
) -> None:
    model = make_model()
    graph = StateGraph(MessagesState)
    graph.add_node(
        "chat", lambda state: {"messages": [model.invoke(state["messages"])]}
    )
    graph.add_edge(START, "chat")
    chat = graph.compile(checkpointer=saver)
    turn: Any = chat.stream({"messages": "Ada."}, on("t"), stream_mode="messages")
    next(turn)
    turn.close()

    if takes:
        chat.invoke(None, on("t"))
    asked = emulator.stats()["creates"]
    state = chat.invoke({"messages": "And?"}, on("t"))

    assert asked == 1
    kinds = [message.type for message in state["messages"]]
    assert kinds == ["human", *["ai"] * takes, "human", "ai"]
    assert len(emulator.requests()[-1]["body"]["input"]) == (1 if takes else 2)


@pytest.mark.anyio
async def test_run_in_the_background_is_cancelled_with_its_listener(
    make_model: MakeModel, saver: InteractionsSaver, emulator: Emulator
) -> None:
    emulator.script(SLOW)
    model = make_model(background=True)
    graph = build(model, saver)

    await leave(graph, "Tell me a story.")
    await model.aclose()

    assert emulator.requests()[-1]["path"].endswith("/cancel")


@pytest.mark.anyio
async def test_run_of_a_service_goes_on_when_nobody_listens(
    make_model: MakeModel, saver: InteractionsSaver, emulator: Emulator
) -> None:
    emulator.script(
        [{"when": {"turn": 1}, "reply": {"text": "a b c", "delta_delay_s": 0.2}}]
    )
    model = make_model()
    graph = build(model, saver)
    turns = turns_of_the_guide()(graph)

    left = turns.stream("t", "Tell me a story.")
    await anext(left)
    await left.aclose()
    answers = turns.stream("t", "And now?"), turns.stream("t", "And then?")
    heard = await asyncio.gather(*[_all(answer) for answer in answers])
    await model.aclose()

    state = await graph.aget_state(on("t"))
    assert [kind for kind, _ in said(state)] == ["human", "ai"] * 3
    assert said(state)[1] == ("ai", "a b c")
    assert heard == [said(state)[3][1], said(state)[5][1]]
    assert [len(sent["body"]["input"]) for sent in emulator.requests()] == [1, 1, 1]
    assert not turns.newest


@pytest.mark.anyio
async def test_run_goes_on_when_the_connection_of_a_browser_is_closed(
    make_model: MakeModel, saver: InteractionsSaver, emulator: Emulator
) -> None:
    emulator.script(
        [{"when": {"turn": 1}, "reply": {"text": "a b c", "delta_delay_s": 0.2}}]
    )
    model = make_model()
    graph = build(model, saver)
    turns = turns_of_the_guide()(graph)

    async def answer(request: Request) -> StreamingResponse:
        return StreamingResponse(turns.stream("t", (await request.body()).decode()))

    app = Starlette(routes=[Route("/", answer, methods=["POST"])])
    async with served(app) as url, httpx.AsyncClient(timeout=PATIENCE_S) as browser:
        async with browser.stream("POST", url, content="Tell me a story.") as left:
            await anext(left.aiter_text())
        answered = await browser.post(url, content="And now?")
    await model.aclose()

    state = await graph.aget_state(on("t"))
    assert [kind for kind, _ in said(state)] == ["human", "ai"] * 2
    assert said(state)[1] == ("ai", "a b c")
    assert answered.text == said(state)[3][1]
    assert [len(sent["body"]["input"]) for sent in emulator.requests()] == [1, 1]


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # Without `serve`, which takes the signals of the process.
        running = asyncio.create_task(server._serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        await running


@pytest.mark.anyio
async def test_error_of_a_run_is_raised_to_whoever_listens(
    make_model: MakeModel, saver: InteractionsSaver, emulator: Emulator
) -> None:
    model = make_model(max_retries=0)
    emulator.fault(on="create", do={"status": 403})
    turns = turns_of_the_guide()(build(model, saver))

    with pytest.raises(RequestError, match="403"):
        await _all(turns.stream("t", "Hello"))
    await model.aclose()

    assert await _all(turns.stream("t", "My name is Ada.")) != ""


async def _all(pieces: Any) -> str:
    return "".join([piece async for piece in pieces])
