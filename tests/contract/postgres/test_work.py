"""No statement of an operation works more because the store has grown."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from interactions_core.stores import PostgresStore
from interactions_core.stores.postgres.connection import PostgresConnection, StoreCursor
from interactions_core.stores.sql.statements import Statement
from tests.contract.postgres.operations import OPERATIONS, THREAD, Operation, fill
from tests.contract.session_records import NOW, SCOPE, make_entry, make_job, make_record
from tests.postgres import fresh_schema

ABOUT_EVERYTHING = {"usage", "ledger", "cost", "costs", "list_unanswered"} | {
    *("count_jobs", "list_jobs", "list_owners", "count_without_outline"),
    *("list_budgets", "list_reservations", "list_askers"),
    *("list_conversations", "keys_named", "threads_named", "newest_key"),
    *("search", "index_texts"),
}

SOME: dict[str, Operation] = {
    "usage of a thread": lambda s: s.usage(thread_id=THREAD),
    "ledger of a thread": lambda s: s.ledger(thread_id=THREAD),
    "cost of a thread": lambda s: s.cost("day", thread_id=THREAD),
    "unanswered of a thread": lambda s: s.list_unanswered(thread_id=THREAD),
    "jobs of a thread": lambda s: s.list_jobs(thread_id=THREAD),
    "jobs of a run": lambda s: s.list_jobs(interaction_id="v1_a"),
    "jobs that run": lambda s: s.list_jobs(statuses=("in_progress", "queued")),
    "jobs of graphs": lambda s: s.list_jobs(waiting=True),
}

WORK = SOME | {
    name: operation
    for name, (operation, _) in OPERATIONS.items()
    if name not in ABOUT_EVERYTHING
}

MORE_INTERACTIONS = """INSERT INTO interactions (credential, session_id, thread_id, key,
request_digest, parent_id, base_key, context_digest, setup, target, context, reason,
status, stored, gone, created_at, expires_at, form, held, sent, extra)
SELECT credential, session_id, 'thread ' || (i / 20), 'v1_' || i, request_digest,
CASE WHEN i % 20 = 0 THEN '' ELSE 'v1_' || (i - 1) END, base_key, context_digest, setup,
target, context, reason, status, stored, gone, created_at, expires_at, form, held, sent,
extra FROM generate_series(1, $1) i CROSS JOIN interactions WHERE thread_id = 'first'"""

MORE_OF_A_THREAD = MORE_INTERACTIONS.replace(
    "'thread ' || (i / 20)", "thread_id"
).replace("thread_id = 'first'", "thread_id = $2 AND key = 'v1_a'")

MORE_JOBS = """INSERT INTO jobs (key, credential, session_id, thread_id, call_digest,
place, target, status, interaction_id, owner, lease_until, attempts, interrupts,
created_at, deadline_at, updated_at, handed_on_at, consumed_at, forget_at, plan, result)
SELECT 'job ' || i, credential, session_id, 'thread ' || (i / 20), 'a0', place,
target, 'completed', 'v1_' || i, owner, lease_until, attempts, interrupts, created_at,
deadline_at, updated_at, handed_on_at, consumed_at, 1e12, plan, result
FROM generate_series(1, $1) i CROSS JOIN jobs WHERE key = 'first'"""

MORE_ENTRIES = """INSERT INTO ledger (credential, session_id, thread_id, key, target,
reason, status, created_at, attempts, maybe_billed, recovered, steps_sent, bytes_sent,
replay_steps, replay_bytes, input_tokens, cached_tokens, output_tokens, thought_tokens,
tool_use_tokens, total_tokens)
SELECT credential, session_id, 'thread ' || (i / 20), 'v1_' || i, target, reason, status,
created_at, attempts, maybe_billed, recovered, steps_sent, bytes_sent, replay_steps,
replay_bytes, input_tokens, cached_tokens, output_tokens, thought_tokens,
tool_use_tokens, total_tokens
FROM generate_series(1, $1) i CROSS JOIN ledger WHERE thread_id = 'first'"""

MORE_CHARGES = """INSERT INTO charges (entry, place, thread_id, key, job, sent_again,
interaction_id, model, tier, asked_at, given_up, searches, tools, modalities, prices,
unpriced)
SELECT ledger.number, 0, ledger.thread_id, ledger.key, '', 0, ledger.key, model, tier,
asked_at, 0, searches, tools, modalities, prices, unpriced
FROM ledger CROSS JOIN charges
WHERE ledger.thread_id <> 'first' AND charges.thread_id = 'first' AND place = 0"""


@pytest.fixture(scope="module")
def pages(postgres_server: str) -> dict[str, list[int]]:
    """Count the pages that each operation reads, in a small store and a large one."""
    found: dict[str, list[int]] = {name: [] for name in WORK}
    for size in (100, 10_000):
        with fresh_schema(postgres_server) as url:
            store = PostgresStore(url)
            grow(store, size)
            for name, operation in WORK.items():
                store.delete_thread(THREAD)
                fill(store, with_secret=True)
                with counted_pages() as read:
                    operation(store)
                found[name].append(sum(read))
            store.close()
    return found


@pytest.mark.parametrize("name", WORK)
def test_no_operation_reads_more_of_a_larger_store(
    name: str, pages: dict[str, list[int]]
) -> None:
    small, large = pages[name]

    # Trees of a hundred times as many rows are a level higher, or two.
    assert large <= 2 * small + 20


def test_a_look_up_without_statistics_reads_no_more_of_a_longer_thread(
    postgres_server: str,
) -> None:
    """Ours: PostgreSQL has none of a store that was just restored."""
    pages: list[int] = []
    for size in (100, 5_000):
        with (
            fresh_schema(postgres_server) as url,
            closing(PostgresStore(url)) as store,
        ):
            fill(store, with_secret=True)
            with store.database.writing() as db:
                db.execute(MORE_OF_A_THREAD, (size, THREAD))
            with counted_pages() as read:
                assert store.get(SCOPE, "v1_a") is not None
            pages.append(sum(read))

    small, large = pages
    assert large <= 2 * small + 20


def grow(store: PostgresStore, size: int) -> None:
    """Make so many interactions, jobs and entries of other threads."""
    first = make_record("v1_first", scope=scope_of("first"))
    store.put(first, make_entry())
    store.add_job(make_job("first", scope=scope_of("first"), created_at=NOW))
    for statement in (MORE_INTERACTIONS, MORE_JOBS, MORE_ENTRIES, MORE_CHARGES):
        with store.database.writing() as db:
            db.execute(statement, (size,) if "$1" in statement else ())


def scope_of(thread: str) -> Any:
    return type(SCOPE)(SCOPE.credential, SCOPE.session_id, thread)


@contextmanager
def counted_pages() -> Iterator[list[int]]:
    """Let PostgreSQL explain each statement before it runs; collect the pages."""
    read: list[int] = []
    execute = PostgresConnection.execute

    def explain(self: PostgresConnection, sql: Statement, *values: Any) -> Any:
        text = sql if isinstance(sql, str) else sql.postgres
        query = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}"
        execute(self, "SAVEPOINT before")
        [(plans,)] = StoreCursor(self.raw).execute(query.encode(), *values)
        execute(self, "ROLLBACK TO SAVEPOINT before")
        plan = plans[0]["Plan"]
        read.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        return execute(self, sql, *values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PostgresConnection, "execute", explain)
        yield read
