"""A store with random turns, jobs and lost creates, for queries to be tried on."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, get_args

from interactions_core.records.charges import Charge, Price, Unanswered
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Reason,
    ReplyForm,
    Scope,
)
from interactions_core.records.jobs.job import ENDED, INTENT, LOST, UNFINISHED, Job
from interactions_core.records.jobs.job_looks import Look
from interactions_core.records.trace_contexts import trace_context
from interactions_core.stores import SessionStore
from interactions_core.usage import Usage

NOW: Final = 1_795_910_400.0
"""29 November 2026, 00:00 UTC."""

DAY_S: Final = 86_400.0
TARGETS: Final = ("model:gemini-3.8-flash", "model:gemini-3.1-pro", "agent:research")
RUN_BY: Final = ("agent:research", "agent:deep-research-preview-04-2026")
LEARNED: Final = "gemini|host|account:short"
OWNERS: Final = (LEARNED, "gemini|host|account:usual")


def fill(
    store: SessionStore,
    rng: random.Random,
    *,
    turns: int = 80,
    said: str = "said",
    now: float = NOW,
) -> list[InteractionRecord]:
    """Record turns, jobs and lost creates; return the records of the turns."""
    records: list[InteractionRecord] = []
    for number in range(turns):
        record = _record(rng, f"v1_{number:03}", records, said, now)
        records.append(record)
        store.put(record, _entry(rng, record))
        if not number % 4:
            store.add_job(_job(rng, number, said, now))
            store.note_unanswered(_scope(rng), _lost(rng, now))
    for job in _held_in_trouble(rng, said, now):
        store.add_job(job)
    store.learn_retention(LEARNED, 9 * DAY_S)
    return records


def _scope(rng: random.Random) -> Scope:
    thread = rng.choice(["", *map(str, range(6))])
    return Scope(rng.choice(OWNERS), rng.choice(["a", "b"]), thread)


def _record(
    rng: random.Random,
    key: str,
    before: Sequence[InteractionRecord],
    said: str,
    now: float,
) -> InteractionRecord:
    scope = _scope(rng)
    held = ({"type": "model_output", "content": [{"type": "text", "text": said}]},)
    record = InteractionRecord(
        key=key,
        scope=scope,
        request_digest=rng.randbytes(32),
        form=ReplyForm.of(held),
        created_at=now - rng.uniform(0, 10 * DAY_S),
        expires_at=now + rng.uniform(-2, 12) * DAY_S,
        target=rng.choice(TARGETS),
        stored=rng.random() < 0.8,
        gone=rng.random() < 0.1,
        reason=rng.choice(get_args(Reason)),
        held=held,
        sent=({"type": "user_input", "content": [{"type": "text", "text": said}]},),
        local_results=({"type": "function_result", "call_id": "1", "result": said},),
        call_digest=rng.randbytes(32),
        owed=rng.randrange(3),
    )
    older = [each for each in before if each.scope == scope]
    if older and rng.random() < 0.8:
        parent = rng.choice(older)
        later = max(record.created_at, parent.created_at + 1)
        record = replace(record, parent_id=parent.key, created_at=later)
    return record


def _entry(rng: random.Random, record: InteractionRecord) -> LedgerEntry:
    return LedgerEntry(
        key=record.key,
        target=record.target,
        reason=record.reason,
        status="completed",
        usage=Usage(*(rng.randrange(10_000) for _ in range(6))),
        created_at=record.created_at,
        maybe_billed=rng.choice([0, 0, 0, 1, 2]),
        steps_sent=rng.randrange(1, 30),
        bytes_sent=rng.randrange(100, 10_000),
        charges=tuple(_charge(rng) for _ in range(rng.randrange(4))),
        sent_again=rng.random() < 0.4,
    )


def _charge(rng: random.Random) -> Charge:
    cost = rng.choice([None, rng.randrange(1_000_000, 10**12)])
    return Charge(price=Price(picousd=cost, prices="1" if cost else ""))


def _lost(rng: random.Random, now: float) -> Unanswered:
    return Unanswered(
        target=rng.choice(TARGETS),
        at=now - rng.uniform(0, 20 * DAY_S),
        what=rng.choice(["lost", "cancelled"]),
        creates=rng.randrange(1, 4),
        interaction_id=rng.choice(["", f"v1_run_{rng.randrange(10**9)}"]),
    )


def _held_in_trouble(rng: random.Random, said: str, now: float) -> list[Job]:
    """Return jobs that somebody holds, and with whose runs something is wrong."""
    troubles: list[dict[str, Any]] = [
        {"look": Look(now - 100, now - 90, "404")},
        {"look": Look(now - 100, now - 90, "no answer")},
        {"look": Look(now - 10), "deadline_at": now - 1},
        {"created_at": now - 3601, "deadline_at": now + DAY_S, "target": RUN_BY[1]},
    ]
    held: dict[str, Any] = {
        "status": "in_progress",
        "lease_until": now + 30,
        "look": None,
        "created_at": now - 600,
        "deadline_at": now + DAY_S,
        "target": RUN_BY[0],
        "handed_on_at": 0.0,
        "consumed_at": 0.0,
    }
    return [
        replace(
            _job(rng, number, said, now),
            interaction_id=f"v1_run_{number}",
            **held | each,
        )
        for number, each in enumerate(troubles, 900)
    ]


def _look(rng: random.Random, now: float) -> Look | None:
    failing = rng.choice([0.0, 0.0, now - 10, now - 90])
    failure = rng.choice(["404", "503", "no answer"]) if failing else ""
    return rng.choice([None, Look(now - 100, failing, failure)])


def _job(rng: random.Random, number: int, said: str, now: float) -> Job:
    created = now - rng.uniform(0, 3 * DAY_S)
    status = rng.choice([*UNFINISHED, *ENDED])
    return Job(
        key=f"job_{number:03}",
        scope=_scope(rng),
        call_digest=rng.randbytes(32),
        target=rng.choice(RUN_BY),
        interaction_id="" if status in {INTENT, LOST} else f"v1_run_{number:03}",
        look=_look(rng, now),
        created_at=created,
        deadline_at=created + rng.uniform(0, 3 * DAY_S),
        forget_at=now + 30 * DAY_S,
        status=status,
        owner="somebody",
        lease_until=rng.choice([0.0, now - 1, now, now + 30]),
        handed_on_at=rng.choice([0.0, 0.0, now - 5]),
        consumed_at=rng.choice([0.0, 0.0, now - 5]),
        trace=trace_context(f"00-{rng.randbytes(16).hex()}-{rng.randbytes(8).hex()}-01")
        if rng.random() < 0.5
        else None,
        plan={"steps": [{"type": "user_input", "content": said}]},
        result={"steps": [{"type": "model_output", "content": said}]},
    )
