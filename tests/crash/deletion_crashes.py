"""Kill processes that delete threads, and see what was forgotten. Run as a program.

Arguments: the emulator's URL, the URL of a store with `%d` for the number of one of
four, how many processes to kill, a seed. Every round has a thread of its own, a copy
of its beginning, and a process that deletes it, on the server too. Prints a line of
JSON for each round, and fails if anything came back or was forgotten.
"""

import json
import os
import random
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from click.testing import CliRunner
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.cli.erase import erase
from interactions_core.cli.jobs import jobs
from interactions_core.client.connection import Connection
from interactions_core.process import failpoints
from interactions_core.process.failpoints import DeletionFailPoint
from interactions_core.protocol.retries import FRESH_AGE_S
from interactions_core.services.eraser import Eraser
from interactions_langgraph import ChatInteractions, InteractionsSaver

RANDOM_S = 0.3
GONE = 404

WAYS = ("quiet", "in the background", "in flight")
"""What the thread is doing: nothing, a run on the server, or a turn in a process."""

FINISHERS = ("the same call", "another call", "the watcher", "the command")
KILLS = (
    DeletionFailPoint.BEGUN,
    DeletionFailPoint.LISTED,
    DeletionFailPoint.FORGOTTEN,
    DeletionFailPoint.CANCELLED,
    DeletionFailPoint.ERASED,
    DeletionFailPoint.STRUCK_OFF,
)
"""Points of the process that deletes; `None` beside them is a random time."""

Result = dict[str, Any]


@dataclass(frozen=True)
class Round:
    """One thread, and how the process dies that deletes it."""

    number: int
    way: str
    finisher: str
    point: DeletionFailPoint | None
    nth: int
    """How often the point is passed before."""
    url: str
    stores: str

    @property
    def store(self) -> str:
        return self.stores.replace("%d", str(self.number % 4))

    @property
    def thread(self) -> str:
        return f"thread {self.number}"

    @property
    def copy(self) -> str:
        return f"copy {self.number}"

    def text(self, which: object) -> str:
        return f"Text {which} of round {self.number}."


def open_saver(one: Round) -> InteractionsSaver:
    connection = Connection(base_url=one.url, api_key="k")
    return InteractionsSaver(one.store, connection=connection)


def say(one: Round, saver: InteractionsSaver, thread: str, which: object) -> Result:
    """Take one turn of a thread; return the reply's metadata."""
    background = "suspend" if which == "background" else False
    with ChatInteractions(
        model="gemini-3.5-flash", base_url=one.url, api_key="k", background=background
    ) as model:
        graph = StateGraph(MessagesState)
        graph.add_node("chat", lambda s: {"messages": [model.invoke(s["messages"])]})
        app = graph.add_edge(START, "chat").compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": thread}}
        done = app.invoke({"messages": one.text(which)}, config)
    return dict(done["messages"][-1].response_metadata)


# What the processes of a round do.


def talk(one: Round) -> Result:
    with open_saver(one) as saver:
        say(one, saver, one.thread, 1)
        saver.copy_thread(one.thread, one.copy)
        say(one, saver, one.thread, 2)
        say(one, saver, one.thread, 3)
        if one.way == "in the background":
            say(one, saver, one.thread, "background")
    return {}


def delete(one: Round) -> Result:
    with open_saver(one) as saver:
        saver.delete_thread(one.thread, remote=True)
    return {}


def finish(one: Round) -> Result:
    """Do what users do after a crash, or what goes on beside it anyway."""
    if one.finisher in {"the same call", "another call"}:
        thread = one.thread if one.finisher == "the same call" else "never seen"
        with open_saver(one) as saver:
            saver.delete_thread(thread, remote=True)
        return {}
    os.environ |= {"GEMINI_API_KEY": "k", "GOOGLE_GEMINI_BASE_URL": one.url}
    where = ("--sessions", one.store)
    if one.finisher == "the command":
        done = CliRunner().invoke(erase, ["--pending", *where])
    else:
        done = CliRunner().invoke(jobs, ["watch", "--until-idle", *where])
    return {"exit": done.exit_code, "output": done.output}


def settle(one: Round) -> Result:
    """Ask again for what was too young for its 404 to be believed."""
    with open_saver(one) as saver:
        later = time.time() + FRESH_AGE_S
        Eraser(saver.sessions, saver._client, clock=lambda: later).erase()
    return {}


def go_on(one: Round) -> Result:
    with open_saver(one) as saver:
        return say(one, saver, one.copy, "after")


# Processes.


class Child:
    """A forked process that does one thing and reports it, unless it is killed."""

    def __init__(self, act: Callable[[], Result]) -> None:
        self._reading, writing = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._reading)
            try:
                told = act()
            except BaseException as exc:  # noqa: BLE001 - the parent shows it
                told = {"error": repr(exc)}
            os.write(writing, json.dumps(told, default=str).encode())
            os._exit(0)
        os.close(writing)

    def end(self) -> Result | None:
        """Wait for its end; `None` if it was killed."""
        with os.fdopen(self._reading, "rb") as pipe:
            told = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL, status
            return None
        result: Result = json.loads(told)
        assert "error" not in result, result
        return result


def killed_at(one: Round, rng: random.Random) -> Callable[[], Result]:
    """Return what deletes the thread and is killed on the way."""
    seconds = rng.random() * RANDOM_S

    def act() -> Result:
        passed: list[object] = []

        def kill(at: object) -> None:
            if at is one.point:
                passed.append(at)
                if len(passed) > one.nth:
                    os.kill(os.getpid(), signal.SIGKILL)

        failpoints.hook = kill
        if one.point is None:
            timer = threading.Timer(
                seconds, lambda: os.kill(os.getpid(), signal.SIGKILL)
            )
            timer.daemon = True
            timer.start()
        return delete(one)

    return act


def turn_in_flight(one: Round) -> tuple[Child, Callable[[], object]]:
    """Begin a turn and stop when the server has answered; return what lets it go on."""
    ready_reading, ready_writing = os.pipe()
    go_reading, go_writing = os.pipe()

    def act() -> Result:
        os.close(go_writing)

        def wait(at: object) -> None:
            if at is DeletionFailPoint.ANSWERED:
                os.write(ready_writing, b".")
                os.read(go_reading, 1)

        failpoints.hook = wait
        with open_saver(one) as saver:
            return say(one, saver, one.thread, "in flight")

    child = Child(act)
    os.close(ready_writing)
    os.close(go_reading)
    assert os.read(ready_reading, 1) == b".", "the turn was not answered"
    os.close(ready_reading)
    return child, lambda: os.close(go_writing)


# What there is.


def on_server(one: Round, name: str) -> bool:
    url = f"{one.url}/v1beta/interactions/{name}?key=k"
    try:
        urllib.request.urlopen(url).close()  # noqa: S310
    except urllib.error.HTTPError as exc:
        if exc.code != GONE:
            raise
        return False
    return True


def made_by(one: Round) -> dict[str, str]:
    """Ask the emulator which interactions a round has made, by their last text."""
    with urllib.request.urlopen(f"{one.url}/emulator/requests") as answered:  # noqa: S310
        rows = json.load(answered)["requests"]
    found: dict[str, str] = {}
    for row in rows:
        body = json.dumps(row["body"])
        if row["method"] == "POST" and row["path"].endswith("/interactions"):
            for which in (1, 2, 3, "background", "in flight"):
                if one.text(which) in body:
                    found[str(which)] = row["interaction"]
    return found


@dataclass(frozen=True)
class Local:
    """What a store has of a round's thread."""

    held: frozenset[str]
    listed: frozenset[str]
    jobs: int
    checkpoints: int
    ledger: int

    @property
    def is_nothing(self) -> bool:
        return not (self.held or self.jobs or self.checkpoints or self.ledger)


def look(one: Round) -> Local:
    with open_saver(one) as saver:
        store = saver.sessions
        return Local(
            frozenset(each.key for each in store.held_by(one.thread)),
            frozenset(each.interaction_id for each in store.list_erasures()),
            len(store.list_jobs(thread_id=one.thread)),
            len(list(saver.list({"configurable": {"thread_id": one.thread}}))),
            len(store.ledger(thread_id=one.thread)),
        )


# A round.


def play(one: Round, rng: random.Random) -> Result:
    """Delete a thread, kill whoever does it, and finish what was begun."""
    Child(lambda: talk(one)).end()
    flight, release = (None, lambda: None)
    if one.way == "in flight":
        flight, release = turn_in_flight(one)
    was_killed = Child(killed_at(one, rng)).end() is None
    release()
    if flight is not None:
        flight.end()
    made = made_by(one)
    shared = {made.pop("1")}
    after = look(one)
    check_nothing_is_forgotten(one, after, {*made.values()}, shared)
    was_deleted = after.is_nothing
    if not was_deleted:
        # The deletion was rolled back: whoever asked for it asks again.
        Child(lambda: delete(one)).end()
    told = Child(lambda: finish(one)).end()
    assert not [name for name in made.values() if on_server(one, name)], (one, told)
    Child(lambda: settle(one)).end()
    check_all_is_gone(one, look(one), {*made.values()}, shared)
    reply = Child(lambda: go_on(one)).end()
    assert reply is not None
    assert reply["plan_reason"] == "continue", (one, reply)
    return {
        "way": one.way,
        "point": one.point,
        "finisher": one.finisher,
        "killed": was_killed,
        "deleted": was_deleted,
        "made": len(made),
        "listed": len(after.listed & {*made.values()}),
    }


def check_nothing_is_forgotten(
    one: Round, local: Local, made: set[str], shared: set[str]
) -> None:
    """Hold what a killed process has left against what the server has."""
    if local.is_nothing:
        forgotten = {n for n in made - local.listed if on_server(one, n)}
        assert not forgotten, (one, local, forgotten)
        assert one.point not in {DeletionFailPoint.BEGUN, DeletionFailPoint.LISTED}, (
            one,
            local,
        )
    else:
        assert one.point in {DeletionFailPoint.BEGUN, DeletionFailPoint.LISTED, None}, (
            one,
            local,
        )
        assert local.checkpoints, (one, local)
        in_jobs = one.way == "in the background"
        assert len(local.held | shared) + in_jobs == len(made | shared), (one, local)
        assert not local.listed & made, (one, local)
        assert all(on_server(one, name) for name in made), (one, local)
    assert all(on_server(one, name) for name in shared), one


def check_all_is_gone(
    one: Round, local: Local, made: set[str], shared: set[str]
) -> None:
    """Find nothing of the thread, here or there, but what its copy rests on."""
    assert local.is_nothing, (one, local)
    assert not local.listed & made, (one, local)
    assert all(on_server(one, name) for name in shared), one


def rounds(url: str, stores: str, number: int, rng: random.Random) -> Iterator[Round]:
    """Yield every combination once, in a random order, and then random ones."""
    every = [*product(WAYS, FINISHERS, (*KILLS, None))]
    rng.shuffle(every)
    for n in range(number):
        way, finisher, point = every[n] if n < len(every) else rng.choice(every)
        if point is DeletionFailPoint.CANCELLED:
            way = "in the background"
        repeated = point in {DeletionFailPoint.ERASED, DeletionFailPoint.STRUCK_OFF}
        nth = rng.randrange(2) if repeated else 0
        yield Round(n, way, finisher, point, nth, url, stores)


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
