"""Stores of random conversations, for the tests of what is told of them."""

import random
from dataclasses import dataclass, field, replace

from interactions_core.records.charges import Price
from interactions_core.records.interactions import InteractionRecord, LedgerEntry, Scope
from interactions_core.records.labels import Label
from interactions_core.stores import SessionStore
from tests.contract.session_records import (
    DAY_S,
    NOW,
    lost_create,
    make_entry,
    make_job,
    make_record,
    whole_charge,
)

REASONS = ("root", "continue", "fork", "retry", "expired", "stateless")
TARGETS = ("model:gemini-3.5-flash", "model:gemini-3.1-pro", "agent:deep-research")
STATUSES = ("intent", "lost", "in_progress", "completed", "failed", "hologram")
RETENTION_S = 3_600.0


@dataclass
class Filler:
    """Fills stores alike by one seed.

    Args:
        seed: Decides everything.
        known: Keys by scope, as they were recorded.
    """

    seed: int
    known: dict[Scope, list[str]] = field(default_factory=dict[Scope, list[str]])

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)

    def fill(self, store: SessionStore, number: int = 120) -> None:
        """Record turns, jobs and copies."""
        rng = self._rng
        for i in range(number):
            record, entry = self._turn(i)
            label = rng.choice(
                (None, Label(), Label(framework="autogen", name=f"a{i}"))
            )
            store.put(record, entry, label=label)
            self.known.setdefault(record.scope, []).append(record.key)
            if rng.random() < 0.1:
                store.note_unanswered(record.scope, lost_create(at=record.created_at))
            if rng.random() < 0.2:
                self._add_job(store, i, record)
        store.copy_thread("one", "copy")
        store.learn_retention("a", RETENTION_S)

    def _turn(self, number: int) -> tuple[InteractionRecord, LedgerEntry | None]:
        rng = self._rng
        threads = ("", "", "one", "two", "three")
        scope = Scope(rng.choice("ab"), rng.choice(("", "acme")), rng.choice(threads))
        known, key = self.known.get(scope, []), f"v1_{rng.randrange(10**6)}"
        parent = rng.choice((*known, "unknown")) if rng.random() < 0.6 else ""
        base = rng.choice(known) if known and rng.random() < 0.4 else ""
        # Several are of one moment.
        at = NOW + rng.randrange(number // 2 + 1)
        record = make_record(
            key,
            scope=scope,
            parent_id=parent,
            base_key=base,
            created_at=at,
            expires_at=at + rng.choice((0.5, 1, 55)) * DAY_S,
            target=rng.choice(TARGETS),
            reason=rng.choice(REASONS),
            stored=rng.random() < 0.9,
            gone=rng.random() < 0.1,
        )
        return record, self._entry(record) if rng.random() < 0.9 else None

    def _entry(self, record: InteractionRecord) -> LedgerEntry:
        rng = self._rng
        prices = [Price(picousd=each) for each in (5, 7, 0)] + [Price(reason="?")]
        charges = tuple(
            replace(whole_charge(rng.randrange(9, 50)), price=rng.choice(prices))
            for _ in range(rng.choice((0, 1, 1, 2)))
        )
        return replace(
            make_entry(record.key, rng.randrange(50)),
            target=record.target,
            reason=record.reason,
            created_at=record.created_at,
            charges=charges,
            job=rng.choice(("", "job_1")) if charges else "",
            sent_again=bool(charges) and rng.random() < 0.3,
        )

    def _add_job(
        self, store: SessionStore, number: int, record: InteractionRecord
    ) -> None:
        rng = self._rng
        store.add_job(
            make_job(
                f"job_{number}",
                scope=record.scope,
                created_at=record.created_at,
                forget_at=NOW + 99 * DAY_S,
                lease_until=NOW + rng.randrange(-60, 60),
                interrupts=rng.choice((0, 0, 1)),
                interaction_id=rng.choice((record.key, "", "another")),
                status=rng.choice(STATUSES),
            )
        )
