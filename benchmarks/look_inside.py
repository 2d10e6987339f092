"""How long it takes to look inside a large store: lists, turns, and the commands.

A store of `--size` interactions is filled through the store's own statements: nine in
ten in threads of up to 40 turns, of which one has 5,000, the others in conversations
without a thread. Each answer has about 1 kB of content. Each read is done `--times`
times; the median is printed, for SQLite and, where its programs are installed, for
PostgreSQL. So is how long each command takes, as a process of its own, until a screen of
40 lines is full: by the clock, and what it took of a processor, without the server's.
"""

import argparse
import contextlib
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from common.screens import first_screen

from interactions_core import open_store
from interactions_core.records.charges import Charge, Price
from interactions_core.records.conversations import ConversationFilter, ConversationId
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    ReplyForm,
    Scope,
)
from interactions_core.records.labels import Label
from interactions_core.stores.sql import charge_rows, label_rows, rows
from interactions_core.stores.sql.store import SqlStore
from interactions_core.usage import Usage

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.postgres import find_binaries, fresh_schema, running_server

OWNER: Final = "gemini|generativelanguage.googleapis.com|ba0fd87c5a48a04bd"
LONG: Final = 5_000
"""Turns of the longest thread, where there are as many interactions."""

LOOSE: Final = 0.1
"""The part of all interactions that is in no thread."""

BATCH: Final = 2_000
DAY_S: Final = 86_400.0
BEGAN: Final = 1_790_000_000.0
HELD: Final = (
    {"type": "model_output", "content": [{"type": "text", "text": "word " * 200}]},
)
SENT: Final = ({"type": "user_input", "content": [{"type": "text", "text": "Go on."}]},)
FORM: Final = ReplyForm.of(HELD)


def main() -> None:
    """Fill the stores and time the reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--index", action="store_true", help="search as well")
    options = parser.parse_args()
    for name, url in places():
        with contextlib.closing(open_store(url)) as store:
            assert isinstance(store, SqlStore)
            fill(store, options.size)
            if name == "PostgreSQL":
                # Its servers do so by themselves, but for the one of the tests.
                with store.database.writing() as db:
                    db.execute("ANALYZE")
            print(f"{name}, {options.size:,} interactions")
            for label, read in reads(store, options.size):
                print(f"  {label:<44}{median_s(read, options.times) * 1000:>9.1f} ms")
            if options.index:
                began = perf_counter()
                while store.index_texts():
                    pass
                print(f"  {'indexing':<44}{(perf_counter() - began) * 1000:>9.1f} ms")
        for command in commands(options.size, indexed=options.index):
            # Once before, so that its modules are compiled.
            first_screen(command, url)
            taken = [first_screen(command, url) for _ in range(options.times)]
            wall, own = map(statistics.median, zip(*taken, strict=True))
            print(
                f"  {' '.join(command)[:43]:<44}{wall * 1000:>9.1f} ms"
                f"{own * 1000:>9.1f} ms of a processor"
            )
    print(f"load {os.getloadavg()[0]:.1f}")


def places() -> Iterator[tuple[str, str]]:
    """Return where stores can be, for as long as they are used."""
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", f"sqlite:///{folder}/look.db"
    if find_binaries() is not None:
        with running_server() as server, fresh_schema(server.url) as url:
            yield "PostgreSQL", url


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


def commands(size: int, *, indexed: bool) -> Iterator[Sequence[str]]:
    """Return what is typed, the ids by their ends."""
    newest, before = f"{size - 1:044d}"[-8:], f"{size // 8:044d}"[-8:]
    sessions = "sessions"
    yield sessions, "list"
    yield sessions, "list", "-n", "200", "--tenant", "globex", "--long"
    yield sessions, "list", "--jsonl"
    yield sessions, "show", "long"
    yield sessions, "show", newest
    yield sessions, "tree", "long"
    yield sessions, "tree", "long", "--all"
    yield sessions, "diff", before, newest
    yield "replay", before, "--dry-run"
    yield "explain", before
    yield "explain", "last"
    yield ("explain",)
    yield ("usage",)
    yield "usage", "--by", "thread"
    yield "jobs", "list", "--all"
    if indexed:
        yield sessions, "list", "-q", "word"
        yield sessions, "list", "-q", "nobody", "--no-index"


def median_s(read: Callable[[], object], times: int) -> float:
    """Time a read, in seconds."""
    taken: list[float] = []
    for _ in range(times):
        began = perf_counter()
        read()
        taken.append(perf_counter() - began)
    return statistics.median(taken)


def fill(store: SqlStore, size: int) -> None:
    """Record so many interactions, some at a time."""
    store.database.setup()
    store.secret()
    batch: list[InteractionRecord] = []
    number = 0
    for record in records(size):
        batch.append(record)
        if len(batch) == BATCH:
            write(store, batch, number)
            number += len(batch)
            batch.clear()
    write(store, batch, number)


def write(store: SqlStore, batch: list[InteractionRecord], number: int) -> None:
    """Write records with what they took; `number` are there."""
    entries = [entry_of(record) for record in batch]
    paid = [(r.scope, e) for r, e in zip(batch, entries, strict=True)]
    charges = [
        row
        for place, (scope, entry) in enumerate(paid, number + 1)
        for row in charge_rows.charge_rows(place, scope, entry)
    ]
    label = Label(framework="autogen", name="assistant")
    with store.database.writing() as db:
        db.executemany(rows.UPSERT, [*map(rows.record_row, batch)])
        db.executemany(rows.ADD_ENTRY, [rows.entry_row(*each) for each in paid])
        db.executemany(charge_rows.INSERT, charges)
        labels = [label_rows.label_row(record, label) for record in batch]
        db.executemany(label_rows.KEEP, labels)


def records(size: int) -> Iterator[InteractionRecord]:
    """Make the turns of all conversations."""
    rng = random.Random(1)  # noqa: S311  no secret is made
    made = min(LONG, size // 4)
    yield from conversation(Scope(OWNER, "acme", "long"), made, 0, rng)
    while made < size:
        loose = made >= size * (1 - LOOSE)
        turns = min(rng.choice((1, 2, 5, 8) if loose else (1, 5, 10, 40)), size - made)
        scope = Scope(
            OWNER, rng.choice(("acme", "globex")), "" if loose else f"t{made}"
        )
        yield from conversation(scope, turns, made, rng)
        made += turns


def conversation(
    scope: Scope, turns: int, first: int, rng: random.Random
) -> Iterator[InteractionRecord]:
    """Make the turns of a conversation, of which each goes on from the one before."""
    at, parent = BEGAN + rng.uniform(0, 30 * DAY_S), ""
    target = f"model:gemini-{rng.choice(('flash', 'pro'))}"
    for number in range(first, first + turns):
        key = f"v1_{number:044d}"
        yield InteractionRecord(
            key=key,
            scope=scope,
            request_digest=key[-32:].encode(),
            form=FORM,
            created_at=at,
            expires_at=at + 55 * DAY_S,
            parent_id=parent,
            base_key=parent,
            target=target,
            sent=SENT,
            held=HELD,
            reason="continue" if parent else "root",
        )
        at, parent = at + rng.uniform(1, 100), key


def entry_of(record: InteractionRecord) -> LedgerEntry:
    """Say what a turn took."""
    charge = Charge(
        interaction_id=record.key,
        model="gemini-flash",
        input_tokens=100,
        price=Price(picousd=123_456, prices="1"),
    )
    return LedgerEntry(
        key=record.key,
        target=record.target,
        reason=record.reason,
        status=record.status,
        usage=Usage(100, 50, 20, 10, 0, 130),
        created_at=record.created_at,
        charges=(charge,),
    )


if __name__ == "__main__":
    main()
