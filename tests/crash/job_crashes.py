"""Kill processes that wait for a background job, and ask again. Run as a program.

Arguments: the emulator's URL, the URL of a store with `%d` for the number of one of
four, how many processes to kill, a seed. Every round asks a question of its own.
Prints a line of JSON for each of them, and fails if an answer was lost or paid for
twice where that must not be.
"""

import asyncio
import json
import os
import random
import signal
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command

from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import LostSubmitError
from interactions_core.process import failpoints
from interactions_core.process.failpoints import FailPoint
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.turns.context import ClientPolicy
from interactions_langgraph import ChatInteractions, InteractionsSaver
from interactions_langgraph.resuming import resume_of

RANDOM_S = 0.4
LONGEST_S = 30.0
WINDOW = (FailPoint.INTENDED, FailPoint.ANSWERED)

PLAIN = ("invoke", "ainvoke", "stream", "astream")
GRAPHS = (
    "graph",
    "agraph",
    "graph stream",
    "agraph stream",
    "graph exit",
    "suspend",
    "asuspend",
    "watched suspend",
    "watched asuspend",
)


@dataclass(frozen=True)
class Round:
    """One question, and how the process that asks it dies."""

    number: int
    way: str
    point: FailPoint | None
    """Where it is killed; `None` for a random time."""
    policy: str
    url: str
    stores: str

    @property
    def question(self) -> str:
        return f"Question {self.number} of the crash test?"

    @property
    def store(self) -> str:
        return self.stores.replace("%d", str(self.number % 4))

    @property
    def awaits(self) -> bool:
        return self.way in {"agraph", "agraph stream"} or "asuspend" in self.way


def answer(one: Round) -> str:
    """Ask the question of a round, or go on with it."""
    model = partial(
        ChatInteractions,
        model="gemini-3.5-flash",
        base_url=one.url,
        api_key="k",
        poll=(0.02, 0.05),
        on_lost_submit=one.policy,
    )
    if one.way in PLAIN:
        return _plainly(model(background=True, sessions=one.store), one)
    background = "suspend" if "suspend" in one.way else True
    with InteractionsSaver(one.store) as saver:
        return _in_graph(model(background=background), saver, one)


def _plainly(model: ChatInteractions, one: Round) -> str:
    asked = [HumanMessage(one.question)]
    if one.way == "invoke":
        return model.invoke(asked).text
    if one.way == "ainvoke":
        return asyncio.run(model.ainvoke(asked)).text
    if one.way == "stream":
        return "".join(chunk.text for chunk in model.stream(asked))

    async def listen() -> str:
        return "".join([chunk.text async for chunk in model.astream(asked)])

    return asyncio.run(listen())


def _in_graph(model: ChatInteractions, saver: InteractionsSaver, one: Round) -> str:
    def ask(state: MessagesState) -> Any:
        return {"messages": [model.invoke(state["messages"])]}

    async def aask(state: MessagesState) -> Any:
        return {"messages": [await model.ainvoke(state["messages"])]}

    node = aask if one.awaits else ask
    graph = StateGraph(MessagesState).add_node("ask", node).add_edge(START, "ask")
    app = graph.compile(checkpointer=saver)
    config: Any = {"configurable": {"thread_id": str(one.number)}}
    asked: Any = {"messages": [HumanMessage(one.question, id="asked")]}
    known = app.get_state(config)
    held = known.values.get("messages", [])
    # Of a process that dies early there may be the question and no task yet.
    if held and not known.next and held[-1].type == "ai":
        return held[-1].text
    state = _run(app, None if known.next else asked, config, one)
    while "__interrupt__" in state:
        if "watched" in one.way:
            _watch(app, saver, one)
            return app.get_state(config).values["messages"][-1].text
        time.sleep(0.05)
        [waiting] = state["__interrupt__"]
        state = _run(app, Command(resume={waiting.id: "look"}), config, one)
    return state["messages"][-1].text


def _watch(app: Any, saver: InteractionsSaver, one: Round) -> None:
    policy = ClientPolicy(max_retries=4, retention_s=1e6, clock=time.time)
    client = InteractionsClient(Connection(base_url=one.url, api_key="k"), policy)
    JobWatcher(saver.sessions, client, resume=resume_of(app), poll=(0.02, 0.05)).run(
        until_idle=True
    )


async def _listen(app: Any, given: Any, config: Any) -> None:
    async for _ in app.astream(given, config, stream_mode="messages"):
        pass


def _run(app: Any, given: Any, config: Any, one: Round) -> Any:
    if one.way == "agraph stream":
        asyncio.run(_listen(app, given, config))
        return app.get_state(config).values
    if one.awaits:
        return asyncio.run(app.ainvoke(given, config))
    if one.way == "graph stream":
        list(app.stream(given, config, stream_mode="messages"))
        return app.get_state(config).values
    durability = "exit" if one.way == "graph exit" else None
    return app.invoke(given, config, durability=durability)


def attempt(one: Round, killed_at: FailPoint | float | None) -> tuple[bool, str, str]:
    """Answer in a process of its own.

    Returns:
        Whether it was killed; the answer; the name of an error.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(one, killed_at, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, status
        return True, "", ""
    told = json.loads(said)
    return False, told["answer"], told["error"]


def _child(one: Round, killed_at: FailPoint | float | None, writing: int) -> None:
    def kill(at: FailPoint) -> None:
        if at == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    if isinstance(killed_at, FailPoint):
        failpoints.hook = kill
    elif killed_at is not None:
        timer = threading.Timer(killed_at, lambda: os.kill(os.getpid(), signal.SIGKILL))
        timer.daemon = True
        timer.start()
    told = {"answer": "", "error": ""}
    try:
        told["answer"] = answer(one)
    except LostSubmitError:
        told["error"] = "lost"
    except BaseException as exc:  # noqa: BLE001 - the parent shows it
        told["error"] = repr(exc)
    os.write(writing, json.dumps(told).encode())
    os._exit(0)


def play(one: Round, rng: random.Random) -> dict[str, Any]:
    """Kill a process, ask again until there is an answer, and count the creates."""
    at = one.point if one.point is not None else rng.random() * RANDOM_S
    killed, said, error = attempt(one, at)
    asked = 1
    losses = 0
    while not said:
        assert asked < 4, (one, error)
        killed_again, said, error = attempt(one, None)
        assert not killed_again
        assert error in {"", "lost"}, (one, error)
        losses += error == "lost"
        asked += 1
    assert one.question.rstrip("?") in said, (one, said)
    told = {"way": one.way, "point": one.point, "policy": one.policy}
    told |= {"killed": killed, "creates": creates(one), "losses": losses}
    check(one, told)
    return told


def check(one: Round, told: dict[str, Any]) -> None:
    """Hold the number of creates against what is declared."""
    number = told["creates"]
    if not told["killed"]:
        assert number == 1, (one, told)
    elif one.point is None:
        # In the window between the create and its answer.
        assert number <= 2, (one, told)
        if number == 2 and one.policy == "raise" and one.way in GRAPHS:
            assert told["losses"] == 1, (one, told)
    elif one.point is FailPoint.INTENDED:
        assert number == 1, (one, told)
        assert told["losses"] == (one.policy == "raise"), (one, told)
    elif one.point is FailPoint.ANSWERED:
        assert number == 2, (one, told)
        assert told["losses"] == (one.policy == "raise"), (one, told)
    else:
        assert number == 1, (one, told)
        assert told["losses"] == 0, (one, told)


def creates(one: Round) -> int:
    """Ask the emulator how often a question was begun."""
    with urllib.request.urlopen(f"{one.url}/emulator/requests") as answered:  # noqa: S310
        rows = json.load(answered)["requests"]
    return sum(
        row["method"] == "POST"
        and row["path"].endswith("/interactions")
        and one.question in json.dumps(row["body"])
        for row in rows
    )


def rounds(url: str, stores: str, number: int, rng: random.Random) -> Iterator[Round]:
    """Yield every combination once, in a random order, and then random ones."""
    ways = (*PLAIN, *GRAPHS)
    every = [*product(ways, FailPoint, ("raise", "resubmit"))]
    rng.shuffle(every)
    for n in range(number):
        way, point, policy = every[n] if n < len(every) else rng.choice(every)
        at = None if n % 3 == 2 else point
        yield Round(n, way, at, policy, url, stores)


def main() -> None:
    """Kill and check."""
    url, stores = sys.argv[1], sys.argv[2]
    number, seed = int(sys.argv[3]), int(sys.argv[4])
    rng = random.Random(seed)
    # What a child would import for itself is imported once.
    import google.genai  # noqa: F401, PLC0415

    for one in rounds(url, stores, number, rng):
        sys.stdout.write(json.dumps(play(one, rng)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
