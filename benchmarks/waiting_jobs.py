"""What it costs to wait for many background jobs: threads, memory, reads a second.

Three ways, each with `--jobs` jobs that take `--seconds` each: one process that awaits
them all, one watcher, and three watchers that share the store. A server of its own
does the work. No job may have two waiters, and every answer must be there at the end.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from interactions_core import open_store
from interactions_core.canonical import JsonObject
from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.records.turn import Turn
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy

MIB: Final = 2**20
MOST_THREADS: Final = 8
MOST_MIB: Final = 150
MOST_READS: Final = 20
POOL_THREADS: Final = 4
RULES: Final = ClientPolicy(max_retries=4, retention_s=1e6, clock=time.time)


@dataclass
class Seen:
    """What one process did while it waited.

    Attributes:
        reads: The runs that were read, and when, in epoch seconds.
        threads: The most threads at once.
        mib: The most resident memory, beyond what there was before.
    """

    reads: list[tuple[float, str]] = field(default_factory=list)
    threads: int = 0
    mib: float = 0.0


Way = Callable[[str, str, int, Seen], Coroutine[Any, Any, None]]


class Awaited(AsyncInteractionsClient):
    """Counts what it reads."""

    def __init__(self, url: str, seen: Seen) -> None:
        super().__init__(Connection(base_url=url, api_key="k"), RULES)
        self.seen = seen

    async def get(
        self, interaction_id: str, *, include_input: bool = True
    ) -> JsonObject:
        """Read an interaction."""
        self.seen.reads.append((time.time(), interaction_id))
        return await super().get(interaction_id, include_input=include_input)


class Sync(InteractionsClient):
    """Counts what it reads."""

    def __init__(self, url: str, seen: Seen) -> None:
        super().__init__(Connection(base_url=url, api_key="k"), RULES)
        self.seen = seen

    def get(self, interaction_id: str, *, include_input: bool = True) -> JsonObject:
        """Read an interaction."""
        self.seen.reads.append((time.time(), interaction_id))
        return super().get(interaction_id, include_input=include_input)


def main() -> None:
    """Wait three times and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    print(f"{'':<12}{'s':>6}{'answers':>9}{'reads':>7}{'/s':>6}{'most/s':>8}", end="")
    print(f"{'threads':>9}{'MiB more':>10}{'two waiters':>13}")
    ways = {"asyncio": awaited, "watcher": watched, "3 watchers": shared}
    kept = True
    for name, way in ways.items():
        with served(options.seconds) as url, tempfile.TemporaryDirectory() as folder:
            store = f"sqlite:///{Path(folder) / 'jobs.db'}"
            began = time.time()
            processes = way(url, store, options.jobs)
            kept &= report(name, time.time() - began, store, processes, options.jobs)
    print("within all limits" if kept else "NOT within the limits")
    sys.exit(not kept)


def awaited(url: str, store: str, jobs: int) -> list[Seen]:
    """Await all jobs in one process."""
    return in_processes(1, url, store, await_all, jobs)


def watched(url: str, store: str, jobs: int) -> list[Seen]:
    """Leave all jobs to one watcher."""
    in_processes(1, url, store, submit_all, jobs)
    return in_processes(1, url, store, watch_all, jobs)


def shared(url: str, store: str, jobs: int) -> list[Seen]:
    """Leave all jobs to three watchers."""
    in_processes(1, url, store, submit_all, jobs)
    return in_processes(3, url, store, watch_all, jobs)


def report(
    name: str, seconds: float, store: str, processes: list[Seen], jobs: int
) -> bool:
    """Print what was seen, and tell whether it is within the limits."""
    readers = {
        (number, run) for number, p in enumerate(processes) for _, run in p.reads
    }
    twice = sum(n > 1 for n in Counter(run for _, run in readers).values())
    most = max(busiest(p.reads) for p in processes)
    opened = open_store(store)
    answers = sum(job.status == "completed" for job in opened.list_jobs())
    opened.close()
    threads = max(p.threads for p in processes)
    mib = max(p.mib for p in processes)
    reads = sum(len(p.reads) for p in processes)
    print(f"{name:<12}{seconds:>6.0f}{answers:>9}{reads:>7}", end="")
    print(f"{reads / seconds:>6.1f}{most:>8}{threads:>9}{mib:>10.1f}{twice:>13}")
    few = threads <= MOST_THREADS and mib < MOST_MIB and most <= MOST_READS
    return few and answers == jobs and twice == 0


def busiest(reads: list[tuple[float, str]]) -> int:
    """Return the most reads in any second."""
    times = sorted(at for at, _ in reads)
    most = start = 0
    for end, at in enumerate(times):
        while at - times[start] >= 1.0:
            start += 1
        most = max(most, end - start + 1)
    return most


def turn(number: int) -> Turn:
    """Return one question of its own."""
    asked = user_input([text_part(f"Question {number}?")])
    return Turn(
        transcript=Transcript.of([asked]),
        target=("model", "gemini-3.8-flash"),
        background=True,
    )


async def await_all(url: str, store: str, jobs: int, seen: Seen) -> None:
    """Ask all questions at once, in one event loop."""
    opened, client = open_store(store), Awaited(url, seen)
    async with measured(seen):
        replies = await asyncio.gather(
            *(client.turn(turn(n), opened) for n in range(jobs))
        )
    assert len({reply.interaction_id for reply in replies}) == jobs
    assert all(f"Question {n}?" in json.dumps(r.steps) for n, r in enumerate(replies))
    await client.close()
    opened.close()


async def submit_all(url: str, store: str, jobs: int, seen: Seen) -> None:
    """Submit all questions and leave them."""
    opened, client = open_store(store), Awaited(url, seen)
    await asyncio.gather(*(client.suspend(turn(n), opened) for n in range(jobs)))
    await client.close()
    opened.close()


async def watch_all(url: str, store: str, jobs: int, seen: Seen) -> None:
    """Watch until all is done; the other watchers may have some of the jobs."""
    opened, client = open_store(store), Sync(url, seen)
    watcher = JobWatcher(opened, client)
    async with measured(seen):
        while sum(job.is_over for job in opened.list_jobs()) < jobs:
            wait_s = watcher.step()
            await asyncio.sleep(1.0 if wait_s is None else min(1.0, wait_s))
    watcher.close()
    client.close()
    opened.close()


class measured:  # noqa: N801 - a context manager
    """Look at threads and memory while something goes on."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._over = threading.Event()

    async def __aenter__(self) -> None:
        before = resident_mib()

        def look() -> None:
            while not self._over.wait(0.2):
                # This one does not count.
                threads = threading.active_count() - 1
                self._seen.threads = max(self._seen.threads, threads)
                self._seen.mib = max(self._seen.mib, resident_mib() - before)

        threading.Thread(target=look, daemon=True).start()

    async def __aexit__(self, *_: object) -> None:
        self._over.set()


def in_processes(number: int, url: str, store: str, way: Way, jobs: int) -> list[Seen]:
    """Do something in so many new processes at once."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(number) as pool:
        asked = [(way, url, store, jobs)] * number
        return pool.starmap(in_this_process, asked, chunksize=1)


def in_this_process(way: Way, url: str, store: str, jobs: int) -> Seen:
    """Do something, after what every process needs has been imported."""
    from google import genai  # noqa: F401, PLC0415

    seen = Seen()

    async def run() -> None:
        # google-genai prepares each awaited request in the loop's own pool, whose
        # size is the program's to choose; by default it grows with the processors.
        pool = ThreadPoolExecutor(POOL_THREADS)
        asyncio.get_running_loop().set_default_executor(pool)
        await way(url, store, jobs, seen)

    asyncio.run(run())
    return seen


@contextmanager
def served(job_s: float) -> Iterator[str]:
    """Run a server in a process of its own."""
    process = subprocess.Popen(  # noqa: S603  our own module
        [
            *(sys.executable, "-m", "interactions_emulator", "--port", "0"),
            *("--job-seconds", str(job_s)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def resident_mib() -> float:
    """Return the resident memory of this process, on Linux."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


if __name__ == "__main__":
    main()
