"""How long a write to one thread waits while something else goes on in a large store.

A PostgreSQL server of its own, or a SQLite file, is filled with `--rows` interactions
and jobs of one key, by SQL. One thread goes on writing to threads of its own while a
retention is learned, jobs are cleaned up and begun, a thread and a run are deleted,
and a secret is asked for. What counts is its longest wait beyond the longest of an
idle stretch in the same run.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from langgraph.checkpoint.base.id import uuid6

from interactions_core import open_store
from interactions_core.records.interactions import InteractionRecord, ReplyForm, Scope
from interactions_core.records.jobs.job import Job
from interactions_core.stores.sql.store import SqlStore
from interactions_langgraph import InteractionsSaver

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.postgres import fresh_schema, running_server

GOAL_S: Final = 0.25
"""How much longer than when idle a write may wait."""

SCOPE: Final = Scope("gemini|host|key", "", "")
DAY_S: Final = 86_400.0
TURNS: Final = 20
"""Interactions of a thread."""

DIGITS: Final = """WITH RECURSIVE n (i) AS (
    SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1
) """

INTERACTIONS: Final = (
    DIGITS
    + """INSERT INTO interactions (credential, session_id, thread_id, key,
request_digest, parent_id, base_key, context_digest, setup, target, context, reason,
status, stored, gone, created_at, expires_at, form, held, sent, extra)
SELECT credential, session_id, 'thread ' || (i / $2), 'v1_' || i, request_digest,
CASE WHEN i % $2 = 0 THEN '' ELSE 'v1_' || (i - 1) END, base_key, context_digest, setup,
target, context, reason, status, stored, gone, created_at, expires_at, form, held, sent,
extra FROM n CROSS JOIN interactions WHERE thread_id = 'first'"""
)

JOBS: Final = (
    DIGITS
    + """INSERT INTO jobs (key, credential, session_id, thread_id, call_digest, place,
target, status, interaction_id, owner, lease_until, attempts, interrupts, created_at,
deadline_at, updated_at, handed_on_at, consumed_at, forget_at, plan, result)
SELECT 'job ' || i, credential, session_id, 'thread ' || (i / $2), call_digest, place,
target, status, 'v1_' || i, owner, lease_until, attempts, interrupts, created_at,
deadline_at, updated_at, handed_on_at, consumed_at,
CASE WHEN i % 5 = 0 THEN 1.0 ELSE forget_at END, plan, result
FROM n CROSS JOIN jobs WHERE key = 'first'"""
)


def main() -> None:
    """Measure each operation and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds")
    parser.add_argument("--store", default="postgresql", help="or sqlite, or a URL")
    options = parser.parse_args()
    with opened(options.store) as url:
        store = open_store(url)
        assert isinstance(store, SqlStore)
        fill(store, options.rows)
        with InteractionsSaver(url) as saver:
            put(saver, "of a run")
            kept = measure(url, operations(store, saver), options.idle)
        store.close()
    print("within the goal" if kept else f"NOT within {GOAL_S * 1000:.0f} ms")
    sys.exit(not kept)


def operations(
    store: SqlStore, saver: InteractionsSaver
) -> dict[str, Callable[[], object]]:
    """Return what is done while others write."""
    now = time.time()
    return {
        "make the secret": store.secret,
        "learn a retention": lambda: store.learn_retention(SCOPE.credential, DAY_S),
        "begin ten jobs": lambda: [store.add_job(a_job(f"new {n}")) for n in range(10)],
        "clean up jobs": lambda: store.clean_jobs(now),
        "delete a thread": lambda: store.delete_thread("thread 1"),
        "delete it remotely": lambda: store.delete_thread("thread 2", remote=True),
        "delete a run": lambda: saver.delete_for_runs(["run"]),
        "list what runs": lambda: store.list_jobs(statuses=["in_progress"]),
    }


def measure(
    url: str, operations: dict[str, Callable[[], object]], idle_s: float
) -> bool:
    """Do one after the other, and tell whether all waits are within the goal."""
    with writing(url) as waits:
        time.sleep(idle_s)
        idle = max(waits)
        print(f"{'':<20}{'s':>8}{'longest wait ms':>17}")
        print(f"{'idle':<20}{idle_s:>8.2f}{idle * 1000:>17.1f}")
        longest = idle
        for name, operate in operations.items():
            waits.clear()
            began = time.perf_counter()
            operate()
            took = time.perf_counter() - began
            written = len(waits)
            # The one that was waiting has to end as well.
            while len(waits) < written + 2:
                time.sleep(0.01)
            longest = max(longest, *waits)
            print(f"{name:<20}{took:>8.2f}{max(waits) * 1000:>17.1f}")
    return longest <= idle + GOAL_S


@contextmanager
def writing(url: str) -> Iterator[list[float]]:
    """Write to other threads for as long as the block; collect how long each took."""
    over, waits = threading.Event(), list[float]()

    def write() -> None:
        # Its own connections, as another process has.
        store = open_store(f"{url}&" if url.startswith("postgresql") else url)
        number = 0
        while not over.is_set():
            number += 1
            began = time.perf_counter()
            store.put(a_record(f"other {number}", f"o{number}"))
            waits.append(time.perf_counter() - began)
            time.sleep(0.005)

    thread = threading.Thread(target=write)
    thread.start()
    while not waits:
        time.sleep(0.01)
    try:
        yield waits
    finally:
        over.set()
        thread.join()


def fill(store: SqlStore, rows: int) -> None:
    """Make interactions and jobs out of one of each."""
    began = time.perf_counter()
    store.put(a_record("first", "v1_first"))
    store.add_job(a_job("first"))
    for statement in (INTERACTIONS, JOBS):
        with store.database.writing() as db:
            db.execute(statement, (rows, TURNS))
    store.database.erase_log()
    print(f"{rows} interactions and jobs made in {time.perf_counter() - began:.0f} s")


def a_record(thread: str, key: str) -> InteractionRecord:
    """Return a record with some content."""
    text = {"type": "text", "text": "x" * 500}
    return InteractionRecord(
        key=key,
        scope=replace(SCOPE, thread_id=thread),
        request_digest=b"d" * 32,
        form=ReplyForm(()),
        held=({"type": "model_output", "content": [text]},),
        created_at=time.time(),
        expires_at=time.time() + 55 * DAY_S,
    )


def a_job(key: str) -> Job:
    """Return a job that is over, and kept for a day."""
    now = time.time()
    return Job(
        key=key,
        scope=replace(SCOPE, thread_id="first"),
        call_digest=b"c" * 32,
        target="agent:a",
        status="completed",
        created_at=now,
        deadline_at=now + 3_600,
        updated_at=now,
        forget_at=now + DAY_S,
    )


def put(saver: InteractionsSaver, thread: str) -> None:
    """Put a checkpoint of the run that is deleted later."""
    config: Any = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
    checkpoint: Any = {
        "v": 4,
        "id": str(uuid6(clock_seq=0)),
        "ts": "",
        "channel_values": {"c": 1},
        "channel_versions": {"c": 1},
        "versions_seen": {},
    }
    saver.put(config, checkpoint, {"run_id": "run"}, {"c": 1})  # type: ignore[typeddict-unknown-key]


@contextmanager
def opened(where: str) -> Iterator[str]:
    """Make an empty store."""
    if "://" in where:
        yield where
        return
    with tempfile.TemporaryDirectory() as folder:
        if where == "sqlite":
            yield f"sqlite:///{Path(folder) / 'locks.db'}"
        else:
            with running_server() as server, fresh_schema(server.url) as url:
                yield url


if __name__ == "__main__":
    main()
