"""A large store: nine in ten interactions in threads, of which one is long.

Filled through the store's own statements. The threads have up to 40 turns; the others
are conversations without a thread. One turn in a hundred was run in the background.
"""

import random
from collections.abc import Iterator
from typing import Final

from interactions_core.records.charges import Charge, Price
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    ReplyForm,
    Scope,
)
from interactions_core.records.jobs.job import Job
from interactions_core.records.labels import Label
from interactions_core.records.spending.budgets import Budget, BudgetPer, budget_name
from interactions_core.stores.sql.interactions import (
    label_rows,
    ledger_rows,
    record_rows,
)
from interactions_core.stores.sql.jobs import job_rows
from interactions_core.stores.sql.spending import budget_rows, charge_rows
from interactions_core.stores.sql.store import SqlStore
from interactions_core.transcript.digest import SEED, fold_wire
from interactions_core.usage import Usage

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

RARE: Final = (
    {"type": "user_input", "content": [{"type": "text", "text": "It has begun."}]},
)
"""What was said in one turn of a thousand."""

PERS: Final[tuple[BudgetPer, ...]] = ("session", "thread", "day")
"""The kinds of budgets; each turn is of one of each."""

JOBS: Final = 100
"""One turn of so many was run in the background."""


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
        db.executemany(record_rows.UPSERT, [*map(record_rows.record_row, batch)])
        db.executemany(
            ledger_rows.ADD_ENTRY, [ledger_rows.entry_row(*each) for each in paid]
        )
        db.executemany(charge_rows.INSERT, charges)
        labels = [label_rows.label_row(record, label) for record in batch]
        db.executemany(label_rows.KEEP, labels)
        jobs = [job_rows.job_row(job_of(record), "full") for record in batch[::JOBS]]
        db.executemany(job_rows.ADD, jobs)
        named = sorted(set(budgets_of(batch)))
        db.executemany(budget_rows.ADD_BUDGET, [(name,) for name in named])
        db.executemany(budget_rows.SPEND, [(name, 123_456, 130) for name in named])


def budgets_of(batch: list[InteractionRecord]) -> Iterator[str]:
    """Name the budgets that turns are of."""
    for record in batch:
        for per in PERS:
            yield budget_name(Budget(per=per), record.scope, record.created_at)


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
    at, parent, digest = BEGAN + rng.uniform(0, 30 * DAY_S), "", SEED
    target = f"model:gemini-{rng.choice(('flash', 'pro'))}"
    for number in range(first, first + turns):
        key = f"v1_{number:044d}"
        sent = SENT if number % 1_000 else RARE
        digest = fold_wire(digest, (*sent, *HELD))
        yield InteractionRecord(
            key=key,
            scope=scope,
            request_digest=key[-32:].encode(),
            form=FORM,
            created_at=at,
            expires_at=at + 55 * DAY_S,
            parent_id=parent,
            base_key=parent,
            context_digest=digest,
            context_steps=2 * (number - first + 1),
            target=target,
            sent=sent,
            held=HELD,
            reason="continue" if parent else "root",
        )
        at, parent = at + rng.uniform(1, 100), key


def job_key(number: int) -> str:
    """Name the job of a turn by the place of that in the store."""
    return f"job_{number:028d}"


def job_of(record: InteractionRecord) -> Job:
    """Make the job of a turn, whose answer was handed on."""
    at = record.created_at
    return Job(
        key=job_key(int(record.key.removeprefix("v1_"))),
        scope=record.scope,
        call_digest=record.request_digest,
        target=record.target,
        status="completed",
        interaction_id=record.key,
        created_at=at - 60,
        deadline_at=at + DAY_S,
        updated_at=at,
        handed_on_at=at,
        consumed_at=at,
        forget_at=at + 365 * DAY_S,
    )


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
        steps_sent=len(record.sent),
        charges=(charge,),
    )
