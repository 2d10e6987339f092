"""How long it takes to look inside a large store: lists, turns, and the commands.

A store of `--size` interactions is filled through the store's own statements: nine in
ten in threads of up to 40 turns, of which one has 5,000, the others in conversations
without a thread. Each answer has about 1 kB of content. Each read is done `--times`
times; the median is printed, for SQLite and, where its programs are installed, for
PostgreSQL, whose tables are as autovacuum leaves them, or with `--raw` as they were
filled.

So is how long each command takes, as a process of its own, until a screen of 40 lines
is full, or all is said: by the clock, and what it took of a processor, without the
server's. That of `ui` are the newest conversations, which a browser asks for first. No
first screen have the commands that change a store, copy all of it or ask the API, and
the services; they are in `WITHOUT_SCREEN` of `common/commands.py`.
"""

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from time import perf_counter

import psycopg
from common.commands import SERVED, commands
from common.large_store import BEGAN, DAY_S, JOBS, LONG, OWNER, fill, job_key
from common.screens import first_answer, first_screen

from interactions_core import open_store
from interactions_core.records.conversations import ConversationFilter, ConversationId
from interactions_core.records.interactions import Scope
from interactions_core.stores.sql.store import SqlStore

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.postgres import find_binaries, fresh_schema, running_server


def main() -> None:
    """Fill the stores and time the reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--index", action="store_true", help="search as well")
    parser.add_argument("--raw", action="store_true", help="without statistics")
    options = parser.parse_args()
    for name, url, settle in places():
        with contextlib.closing(open_store(url)) as store:
            assert isinstance(store, SqlStore)
            fill(store, options.size)
            print(f"{name}, {options.size:,} interactions")
            if options.index:
                began = perf_counter()
                while store.index_texts():
                    pass
                print(f"  {'indexing':<44}{(perf_counter() - began) * 1000:>9.1f} ms")
            if not options.raw:
                settle()
            for label, read in reads(store, options.size):
                print(f"  {label:<44}{median_s(read, options.times) * 1000:>9.1f} ms")
        time_commands(url, options.size, options.times, indexed=options.index)
    print(f"load {os.getloadavg()[0]:.1f}")


def time_commands(url: str, size: int, times: int, *, indexed: bool) -> None:
    """Print how long each takes."""
    job = job_key(size // 2 // JOBS * JOBS)
    with tempfile.TemporaryDirectory() as folder:
        page, number = f"{folder}/page.html", count()
        for command in commands(size, job=job, page=page, indexed=indexed):
            answered = first_answer if command[0] == SERVED else first_screen
            taken: list[tuple[float, float]] = []
            # Once before, so that its modules are compiled.
            for _ in range(times + 1):
                fresh = f"{folder}/{next(number)}.html"
                typed = [fresh if word == page else word for word in command]
                taken.append(answered(typed, url))
            wall, own = map(statistics.median, zip(*taken[1:], strict=True))
            shown = " ".join(command).replace(page, "FILE")
            print(
                f"  {shown[:43]:<44}{wall * 1000:>9.1f} ms"
                f"{own * 1000:>9.1f} ms of a processor"
            )


def places() -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Return where stores can be, for as long as they are used, and what settles them."""
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", f"sqlite:///{folder}/look.db", lambda: None
    if find_binaries() is not None:
        with (
            running_server() as server,
            fresh_schema(server.url) as url,
            psycopg.connect(server.url, autocommit=True) as connection,
        ):
            # Servers do so by themselves, but for the one of the tests.
            yield "PostgreSQL", url, lambda: connection.execute("VACUUM ANALYZE")


def reads(store: SqlStore, size: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """Return what is read, with what it is called."""
    every, long = store.list_conversations, Scope(OWNER, "acme", "long")
    turns = min(LONG, size // 4)
    last = f"v1_{turns - 101:044d}"
    keys = [f"v1_{number:044d}" for number in range(20)]
    loose = Scope(OWNER, "acme", "")
    [key] = [e.id.root for e in every(ConversationFilter(session_id="acme")).found if e.id.root][:1]  # fmt: skip
    tenant = ConversationFilter(session_id="globex")
    model = ConversationFilter(model="pro")
    before = ConversationFilter(now=BEGAN, expires_before=BEGAN + 70 * DAY_S)
    yield "20 conversations with all sums", lambda: every(limit=20)
    yield "20 conversations of a tenant", lambda: every(tenant, limit=20)
    yield "20 conversations of a model", lambda: every(model, limit=20)
    yield "20 conversations that expire", lambda: every(before, limit=20)
    yield "all conversations", every
    yield (
        f"the first 100 turns of {turns:,}",
        lambda: store.records(ConversationId(long), limit=100),
    )
    yield (
        f"the last 100 turns of {turns:,}",
        lambda: store.records(ConversationId(long), after=last, limit=100),
    )
    yield f"all turns of {turns:,}", lambda: store.records(ConversationId(long))
    yield "turns without a thread", lambda: store.records(ConversationId(loose, key))
    yield "whose a turn without a thread is", lambda: store.conversation_of(loose, key)
    yield "what was said in 20 turns", lambda: store.contents(long, keys)


def median_s(read: Callable[[], object], times: int) -> float:
    """Time a read, in seconds."""
    taken: list[float] = []
    for _ in range(times):
        began = perf_counter()
        read()
        taken.append(perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
