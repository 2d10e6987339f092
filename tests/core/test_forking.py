"""What a forked child may use, and what stays with its parent."""

import ast
import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from google.genai import Client, types

from interactions_core import MemoryStore, SqliteStore, open_store
from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.exceptions import ForkedError
from interactions_core.process.forking import Lock, PerProcess, generation, hold_forks
from interactions_core.records.turn import Reply
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.services.webhook_verification import Trust
from interactions_core.services.webhooks import WebhookReceiver
from interactions_core.stores.sql.store import SqlStore
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import make_turn, text_of
from tests.contract.session_records import SCOPE, make_record
from tests.forks.children import in_child, quietly_forked
from tests.patience import PATIENCE_S
from tests.programs import ROOT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")

LOCKS = ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore", "Barrier")


@pytest.fixture
def policy(clock: Clock) -> ClientPolicy:
    return ClientPolicy(max_retries=0, retention_s=1e6, clock=clock)


@pytest.fixture
def connection(emulator: Emulator) -> Connection:
    return Connection(base_url=emulator.url, api_key="k")


@pytest.fixture
def client(
    connection: Connection, policy: ClientPolicy
) -> Iterator[InteractionsClient]:
    with closing(InteractionsClient(connection, policy)) as opened:
        yield opened


def ask(client: InteractionsClient, text: str) -> str:
    return text_of(client.turn(make_turn([text]), MemoryStore()))


@contextmanager
def own_client(emulator: Emulator) -> Iterator[Client]:
    options = types.HttpOptions(base_url=emulator.url)
    with closing(Client(api_key="k", http_options=options)) as own:
        yield own


# Connections.


def test_a_child_leaves_the_connection_to_its_parent(
    client: InteractionsClient,
) -> None:
    ask(client, "before")
    parents = client.sdk()

    def child() -> tuple[str, bool]:
        said, is_parents = ask(client, "of the child"), client.sdk() is parents
        client.close()
        return said.rpartition(": ")[2], is_parents

    assert in_child(child) == ("of the child", False)
    assert ask(client, "of the parent").endswith("of the parent")


FORKED_IN_C = """
import ctypes, os, sys, time
from interactions_core import MemoryStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.turns.context import ClientPolicy
from tests.contract.asking import make_turn

policy = ClientPolicy(max_retries=0, retention_s=1e6, clock=time.time)
client = InteractionsClient(Connection(base_url=sys.argv[1], api_key="k"), policy)
client.turn(make_turn(["before"]), MemoryStore())
parents = client.sdk()
# It keeps the interpreter's lock, as a server in C does.
pid = ctypes.PyDLL(None).fork()
if pid == 0:
    os._exit(0 if client.sdk() is not parents else 1)
of_child = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(of_child or client.sdk() is not parents)
"""


def test_a_child_that_no_hook_is_told_of_connects_for_itself(
    emulator: Emulator,
) -> None:
    """uWSGI forks in C and runs Python's hooks only if it is told to.

    In a program of one thread, as a server's: what other threads ask of the
    interpreter in that moment is never answered in a child without hooks.
    """
    command = [sys.executable, "-W", "ignore", "-c", FORKED_IN_C]

    done = subprocess.run([*command, emulator.url], cwd=ROOT, check=False)

    assert done.returncode == 0


def test_a_used_client_that_was_handed_in_is_refused_in_a_child(
    emulator: Emulator, policy: ClientPolicy
) -> None:
    with own_client(emulator) as own:
        mine = Connection(client=own)
        client = InteractionsClient(mine, policy)
        ask(client, "before")

        with pytest.raises(ForkedError, match="handed in was used before"):
            in_child(lambda: ask(client, "of the child"))
        with pytest.raises(ForkedError, match="pass api_key=… instead"):
            # Whichever object of ours has used it.
            in_child(lambda: ask(InteractionsClient(mine, policy), "of the child"))

        assert ask(client, "of the parent").endswith("of the parent")
    assert emulator.stats()["creates"] == 2


def test_a_client_that_was_handed_in_and_not_used_is_taken_in_a_child(
    emulator: Emulator, policy: ClientPolicy
) -> None:
    with own_client(emulator) as own:
        client = InteractionsClient(Connection(client=own), policy)

        assert in_child(lambda: ask(client, "hello")).endswith("hello")


# Event loops.


def test_a_child_is_refused_the_loop_of_its_parent(
    connection: Connection, policy: ClientPolicy, emulator: Emulator
) -> None:
    client = AsyncInteractionsClient(connection, policy)
    store = MemoryStore()
    with asyncio.Runner() as runner:

        def aask(text: str) -> str:
            return text_of(runner.run(client.turn(make_turn([text]), store)))

        aask("before")
        with pytest.raises(ForkedError, match=r"asyncio\.run"):
            in_child(lambda: aask("of the child"))
        said = in_child(
            lambda: text_of(asyncio.run(client.turn(make_turn(["mine"]), store)))
        )

        assert said.endswith("mine")
        assert aask("of the parent").endswith("of the parent")
    assert emulator.stats()["creates"] == 3


# Calls under way.


def unwound(pieces: Iterator[Any]) -> None:
    """Leave a call as an exception does that passes through it."""
    pieces.close()  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("go_on", [list, unwound])
def test_a_child_that_is_forked_in_a_run_neither_reads_nor_cancels_it(
    go_on: Callable[[Iterator[Any]], object],
    connection: Connection,
    policy: ClientPolicy,
    tmp_path: Path,
    emulator: Emulator,
) -> None:
    store = SqliteStore(tmp_path / "s.db")
    client = InteractionsClient(connection, policy)
    turn = make_turn(["a long story"], background=True)
    pieces = client.stream(turn, store)
    next(pieces)

    if go_on is list:
        with pytest.raises(ForkedError, match="ask anew in the child"):
            in_child(lambda: list(pieces))
    else:
        in_child(lambda: go_on(pieces))
    [job] = store.list_jobs()
    *_, reply = pieces

    assert (job.lease_until > 0, job.status) == (True, "in_progress")
    assert isinstance(reply, Reply)
    held = emulator.transcript(reply.interaction_id)
    assert text_of(reply) == held[-1]["content"][0]["text"]
    assert emulator.stats()["cancels"] == 0
    assert emulator.stats()["creates"] == 1
    client.close()
    store.close()


@pytest.mark.anyio
async def test_a_child_that_is_forked_in_an_awaited_run_does_not_cancel_it(
    connection: Connection, policy: ClientPolicy, tmp_path: Path, emulator: Emulator
) -> None:
    store = SqliteStore(tmp_path / "s.db")
    client = AsyncInteractionsClient(connection, policy)
    turn = make_turn(["a long story"], background=True)
    pieces = client.stream(turn, store)
    await anext(pieces)

    pid = quietly_forked()
    if pid == 0:
        # Nothing may be awaited in it, so that a step is all that it takes.
        step = pieces.aclose()
        try:
            step.send(None)
        except StopIteration:
            os._exit(0)
        os._exit(1)
    _, status = await asyncio.to_thread(os.waitpid, pid, 0)
    *_, reply = [item async for item in pieces]

    assert os.waitstatus_to_exitcode(status) == 0
    assert isinstance(reply, Reply)
    assert emulator.stats()["cancels"] == 0
    await client.close()
    store.close()


def test_a_child_that_is_forked_in_a_transaction_keeps_nothing_of_it(
    store_url: str,
) -> None:
    store = open_store(store_url)
    assert isinstance(store, SqlStore)
    block = store.database.writing()
    block.__enter__().execute("INSERT INTO retention VALUES ($1, $2)", ("ours", 1.0))

    with pytest.raises(ForkedError, match="this transaction was begun"):
        in_child(lambda: block.__exit__(None, None, None))
    block.__exit__(None, None, None)
    in_child(lambda: store.put(make_record("of the child")))

    assert store.retention("ours") == 1.0
    assert store.get(SCOPE, "of the child") is not None
    store.close()


def test_a_child_that_leaves_while_a_reply_is_handed_on_gives_nothing_back(
    client: InteractionsClient, tmp_path: Path, emulator: Emulator
) -> None:
    store = SqliteStore(tmp_path / "s.db")
    here = os.getpid()

    def hand_on(reply: Reply) -> str:
        pid = quietly_forked()
        if pid == 0:
            raise SystemExit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
        return text_of(reply)

    try:
        said = client.turn(make_turn(["hello"]), store, hand_on)
    except SystemExit as left:
        if os.getpid() != here:
            os._exit(int(str(left.code)))
        raise
    # What was given back would be given again.
    client.turn(make_turn(["hello"]), store)

    assert said.endswith("hello")
    assert emulator.stats()["creates"] == 2
    store.close()


# Those who watch and hear.


def test_a_child_leaves_the_jobs_of_its_parents_watcher_alone(
    client: InteractionsClient, tmp_path: Path, emulator: Emulator, clock: Clock
) -> None:
    store = SqliteStore(tmp_path / "s.db")
    client.suspend(make_turn(["a long story"], background=True), store)
    watcher = JobWatcher(store, client, clock=clock, sleep=clock.sleep)
    watcher.step()
    [mine] = store.list_jobs()

    def child() -> float | None:
        watcher.close()
        return watcher.step()

    assert in_child(child) is None
    [job] = store.list_jobs()
    assert (job.owner, job.lease_until) == (mine.owner, mine.lease_until)
    emulator.advance(60)
    watcher.run(until_idle=True)
    [job] = store.list_jobs()
    assert job.status == "completed"
    store.close()


@pytest.mark.anyio
async def test_a_receiver_takes_deliveries_in_a_child(clock: Clock) -> None:
    receiver = WebhookReceiver(
        MemoryStore(), Trust(secrets=["whsec_c2VjcmV0"]), clock=clock
    )
    assert await post(receiver) == 401

    def child() -> int:
        return asyncio.run(post(receiver))

    # The loop of this test is none in the child, whose thread it is.
    assert await asyncio.to_thread(in_child, child) == 401


async def post(receiver: WebhookReceiver) -> int:
    """Deliver something that nobody believes; return the status of the answer."""
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "headers": []}
    await receiver(scope, receive, send)
    return said[0]["status"]


# What a fork waits for.

IMPORTED_WHILE_FORKED = """
import os, sys, threading

from interactions_core import MemoryStore
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.turns.context import ClientPolicy
from tests.contract.asking import make_turn, text_of
from tests.hung import end_if_hung

policy = ClientPolicy(max_retries=0, retention_s=1e6, clock=lambda: 1.8e9)
client = InteractionsClient(Connection(base_url=sys.argv[1], api_key="k"), policy)
begun = threading.Event()


class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "google.genai.client":
            begun.set()


sys.meta_path.insert(0, Finder())
thread = threading.Thread(target=client.sdk)
thread.start()
begun.wait()
pid = os.fork()
if pid == 0:
    end_if_hung(60)
    reply = client.turn(make_turn(["hello"]), MemoryStore())
    os._exit(0 if text_of(reply).endswith("hello") else 1)
thread.join()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def test_a_child_forked_in_the_middle_of_the_import_of_the_sdk_makes_calls(
    emulator: Emulator,
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", IMPORTED_WHILE_FORKED]

    done = subprocess.run([*command, emulator.url], cwd=ROOT, check=False)

    assert done.returncode == 0


def test_nothing_is_imported_with_the_first_call(emulator: Emulator) -> None:
    """A fork waits for the import of the SDK, and not for calls."""
    program = f"""
import asyncio, sys
from interactions_core.client.connection import Connection
from interactions_core.client.sdk import open_client

async def call():
    client = open_client(Connection(base_url={emulator.url!r}, api_key="k"))
    before = set(sys.modules)
    said = {{"model": "gemini-3.5-flash", "input": "hello"}}
    client.interactions.create(**said)
    await client.aio.interactions.create(**said)
    with client.interactions.with_streaming_response.create(**said, stream=True) as r:
        list(r.iter_bytes())
    print(*(set(sys.modules) - before), sep="\\n")
    await client.aio.aclose()
    client.close()

asyncio.run(call())
"""
    command = [sys.executable, "-W", "ignore", "-c", program]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.stdout.split(), done.stderr) == ([], "")


WORKING_WHILE_FORKED = """
from interactions_core.process.forking import _gate, hold_forks

import logging, os, threading
from concurrent.futures import ThreadPoolExecutor

begun = threading.Event()


def work():
    with hold_forks():
        begun.set()
        with _gate._changed:
            _gate._changed.wait_for(lambda: _gate._forking)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(logging.getLogger, "new").result()


thread = threading.Thread(target=work)
thread.start()
begun.wait()
if os.fork() == 0:
    os._exit(0)
os.wait()
thread.join()
"""


def test_a_fork_waits_for_work_that_logs_and_starts_threads() -> None:
    """`logging` and executors hold locks during a fork, which that work needs.

    A fork that gives up waiting says so.
    """
    command = [sys.executable, "-W", "ignore", "-c", WORKING_WHILE_FORKED]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_threads_that_fork_in_their_work_do_not_wait_for_each_other() -> None:
    both = threading.Barrier(2)

    def work() -> int:
        with hold_forks():
            both.wait()
            return in_child(generation)

    with ThreadPoolExecutor(2) as pool:
        found = [
            each.result(PATIENCE_S) for each in [pool.submit(work) for _ in range(2)]
        ]

    assert found == [generation() + 1] * 2


def test_a_lock_is_free_in_a_child_unless_it_was_forked_under_it() -> None:
    lock = Lock()
    held = PerProcess(list[str])
    held.get().append("of the parent")

    def child() -> list[str]:
        with lock:
            return held.get()

    with lock:
        assert in_child(child) == []
    assert in_child(child) == []
    assert held.get() == ["of the parent"]


def test_locks_and_hooks_are_made_in_one_place_only() -> None:
    """Others would be held, or torn apart, in a forked child."""
    found = [
        f"{path.stem}:{node.attr}"
        for path in sorted((ROOT / "packages").glob("*/src/*/**/*.py"))
        if "emulator" not in path.parts[len(ROOT.parts) + 1]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr)
        in {("os", "register_at_fork"), *(("threading", name) for name in LOCKS)}
    ]

    # Those of CrewAI's waits are `PerProcess`.
    assert [each for each in found if not each.startswith("forking:")] == [
        "_waits:Condition"
    ]
