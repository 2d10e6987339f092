"""One client serves many threads, event loops and conversations at once."""

import asyncio
import gc
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.turn import Reply
from interactions_core.stores import MemoryStore, SessionStore, open_store
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import make_turn, said, text_of, visible_reply
from tests.patience import PATIENCE_S

LONG = "Some words of an answer that takes more than one event. " * 40


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


@pytest.fixture
def connection(emulator: Emulator) -> Connection:
    return Connection(api_key="the key", base_url=emulator.url, timeout_s=PATIENCE_S)


@pytest.fixture
def policy(clock: Clock) -> ClientPolicy:
    return ClientPolicy(max_retries=0, retention_s=55 * DAY_S, clock=clock)


def run(main: Callable[[], object]) -> object:
    """Run a coroutine function on a loop of its own and collect what it left."""
    try:
        return asyncio.run(main())
    finally:
        gc.collect()


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        # Nothing tells when a transport has closed its socket.
        while not reached():  # noqa: ASYNC110
            await asyncio.sleep(0)


def wait_for_create(emulator: Emulator) -> None:
    while not emulator.stats()["creates"]:
        pass


def open_sockets() -> int:
    """Count the client's ends of connections."""
    return sum(
        isinstance(thing, socket.socket) and thing.fileno() >= 0
        for thing in gc.get_objects()
    )


# Threads.


def test_threads_share_a_client_and_keep_their_conversations_apart(
    connection: Connection,
    policy: ClientPolicy,
    store: SessionStore,
    emulator: Emulator,
) -> None:
    client = InteractionsClient(connection, policy)
    barrier = threading.Barrier(8)

    def talk(number: int) -> list[str]:
        barrier.wait(PATIENCE_S)
        answers = []
        for conversation in range(3):
            name = f"Ada{number}x{conversation}"
            steps = [said(f"My name is {name}.")]
            for question in ("What is my name?", "What is my name?"):
                reply = client.turn(make_turn(steps), store)
                steps += [*visible_reply(reply.steps), said(question)]
            *_, reply = client.stream(make_turn(steps), store)
            answers.append((name, text_of(reply), reply.reason))
        return answers

    with ThreadPoolExecutor(8) as pool:
        answers = [one for many in pool.map(talk, range(8)) for one in many]
    client.close()

    assert answers == [
        (name, f"Your name is {name}.", "continue") for name, _, _ in answers
    ]
    assert emulator.stats()["creates"] == 72
    assert len(store.ledger()) == 72
    store.close()


def test_a_client_opens_again_after_it_was_closed(
    connection: Connection, policy: ClientPolicy
) -> None:
    client = InteractionsClient(connection, policy)
    client.turn(make_turn(["hello"]), MemoryStore())
    client.close()

    assert text_of(client.turn(make_turn(["hello"]), MemoryStore()))
    client.close()
    client.close()


# Event loops.


def test_one_async_client_serves_one_loop_after_another(
    connection: Connection, policy: ClientPolicy, store: SessionStore
) -> None:
    """What a loop has left open is closed with it; a warning fails this test."""
    client = AsyncInteractionsClient(connection, policy)
    steps = [said("My name is Ada.")]

    for _ in range(4):
        turn = make_turn(steps)
        reply = run(lambda turn=turn: client.turn(turn, store))
        assert isinstance(reply, Reply)
        steps += [*visible_reply(reply.steps), said("What is my name?")]

    assert (reply.reason, text_of(reply)) == ("continue", "Your name is Ada.")
    assert client._clients._opened.get() == {}
    store.close()


def test_one_async_client_serves_several_loops_at_once(
    connection: Connection, policy: ClientPolicy, store: SessionStore
) -> None:
    client = AsyncInteractionsClient(connection, policy)

    async def talk(number: int) -> str:
        async def one(conversation: int) -> str:
            steps = [said(f"My name is Ada{number}x{conversation}.")]
            reply = await client.turn(make_turn(steps), store)
            steps += [*visible_reply(reply.steps), said("What is my name?")]
            return text_of(await client.turn(make_turn(steps), store))

        return "".join(await asyncio.gather(*map(one, range(4))))

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda n: run(lambda: talk(n)), range(4)))

    assert told == [
        "".join(f"Your name is Ada{n}x{c}." for c in range(4)) for n in range(4)
    ]
    store.close()


def test_closing_the_async_client_leaves_nothing_open(
    connection: Connection, policy: ClientPolicy
) -> None:
    client = AsyncInteractionsClient(connection, policy)

    async def main() -> int:
        gc.collect()
        before = open_sockets()
        await client.turn(make_turn(["hello"]), MemoryStore())
        await client.close()
        await client.close()
        gc.collect()
        return open_sockets() - before

    assert run(main) == 0


# google-genai 2.34 begins to close a client that is collected, on whatever loop runs.
@pytest.mark.filterwarnings(
    "ignore:.*never awaited:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
def test_a_loop_that_was_closed_roughly_does_not_stay_in_memory(
    connection: Connection, policy: ClientPolicy
) -> None:
    client = AsyncInteractionsClient(connection, policy)

    async def use() -> int:
        client.sdk()
        return len(client._clients._opened.get())

    for _ in range(3):
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(use()) == 1
        loop.close()

    assert run(use) == 1
    assert client._clients._opened.get() == {}


# Streams that nobody reads to their end.


def test_an_abandoned_stream_closes_its_connection(
    connection: Connection, policy: ClientPolicy, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": LONG, "delta_delay_s": 0.01}}])
    client, store = InteractionsClient(connection, policy), MemoryStore()
    gc.collect()
    before = open_sockets()

    for abandon in ("close", "drop", "break"):
        stream = client.stream(make_turn(["tell me"]), store)
        next(stream)
        if abandon == "close":
            stream.close()
        elif abandon == "break":
            for _ in stream:
                break
        del stream
        gc.collect()
        assert open_sockets() == before, abandon

    client.close()
    assert store.ledger() == []


def test_a_stream_that_is_never_begun_sends_nothing(
    connection: Connection, policy: ClientPolicy, emulator: Emulator
) -> None:
    client = InteractionsClient(connection, policy)
    client.stream(make_turn(["tell me"]), MemoryStore()).close()
    client.close()

    assert emulator.requests() == []


@pytest.mark.parametrize("abandon", ["aclose", "break", "drop"])
def test_an_abandoned_async_stream_closes_its_connection(
    connection: Connection, policy: ClientPolicy, emulator: Emulator, abandon: str
) -> None:
    emulator.script([{"reply": {"text": LONG, "delta_delay_s": 0.01}}])
    client, store = AsyncInteractionsClient(connection, policy), MemoryStore()

    async def main() -> None:
        gc.collect()
        before = open_sockets()
        stream = client.stream(make_turn(["tell me"]), store)
        if abandon == "break":
            async for _ in stream:
                break
        else:
            await anext(stream)
        if abandon == "aclose":
            await stream.aclose()
        del stream
        gc.collect()
        await until(lambda: open_sockets() == before)

    run(main)

    assert store.ledger() == []


# Cancellation.


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
def test_a_cancelled_request_leaves_nothing_behind(
    connection: Connection,
    policy: ClientPolicy,
    store: SessionStore,
    emulator: Emulator,
    *,
    streamed: bool,
) -> None:
    emulator.script([{"when": {"turn": 1}, "reply": {"text": "hi", "delay_s": 30}}])
    client = AsyncInteractionsClient(connection, policy)

    async def ask() -> None:
        if not streamed:
            await client.turn(make_turn(["hello"]), store)
        async for _ in client.stream(make_turn(["hello"]), store):
            pass

    async def main() -> str:
        gc.collect()
        before = open_sockets()
        task = asyncio.create_task(ask())
        await asyncio.to_thread(wait_for_create, emulator)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        await until(lambda: open_sockets() == before)
        return text_of(await client.turn(make_turn(["hello", "again"]), store))

    assert run(main)

    assert len(store.ledger()) == 1
    store.close()


def test_cancelling_at_any_moment_keeps_the_store_whole(
    connection: Connection, policy: ClientPolicy, emulator: Emulator, store_url: str
) -> None:
    """Ours: a record and its ledger entry are kept together or not at all."""
    client = AsyncInteractionsClient(connection, policy)
    store = open_store(store_url)

    async def main() -> None:
        for delay in range(30):
            task = asyncio.create_task(client.turn(make_turn([str(delay)]), store))
            await asyncio.sleep(delay / 1000)
            task.cancel()
            await asyncio.wait([task])

    run(main)

    entries = store.ledger()
    assert all(store.get(scope, entry.key) for scope, entry in entries)
    assert len(entries) <= emulator.stats()["creates"]
    assert run(lambda: client.turn(make_turn(["hello"]), store))
    store.close()
