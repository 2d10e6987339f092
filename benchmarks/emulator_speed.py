"""Measures the emulator: unary creates per second, and memory over many of them.

The emulator runs as a user starts it, in a process of its own that is pinned to
one core; this process is the client, on the other cores.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

CHAIN = 20
"""Turns until a new conversation begins."""
RUNS = 5
SAMPLES = 5
WARM_UP = 100
LEAST_PER_S = 300
LEAST_RATIO = 0.5
MOST_GROWTH = 0.1
TIMEOUT_S = 30
CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else {0}
HEADERS = {"content-type": "application/json", "x-goog-api-key": "k"}


class Client:
    """One connection that is kept alive, and the conversation it is in."""

    def __init__(self, url: str) -> None:
        self._http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT_S)
        self._turns = count()
        self._last = ""

    def create(self) -> None:
        """Take the next turn."""
        turn = next(self._turns)
        body = {"model": "gemini-2.5-flash", "input": f"This is turn {turn}."}
        if turn % CHAIN:
            body["previous_interaction_id"] = self._last
        self._http.request("POST", "/v1beta/interactions", json.dumps(body), HEADERS)
        answer = self._http.getresponse()
        made = json.loads(answer.read())
        assert answer.status == http.client.OK, made
        self._last = made["id"]

    def close(self) -> None:
        """Hang up."""
        self._http.close()


@dataclass
class Server:
    """A running emulator, and a client of it."""

    pid: int
    client: Client

    def rss_mib(self) -> float:
        """Return the resident memory, or nothing where the system has no /proc."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        except FileNotFoundError:
            return float("nan")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def per_second(self, creates: int, seconds: float) -> float:
        """Return the rate of so many creates, or of those that the time allows."""
        started = time.perf_counter()
        elapsed, done = 0.0, 0
        while done < creates and elapsed < seconds:
            self.client.create()
            done += 1
            elapsed = time.perf_counter() - started
        return done / elapsed


@contextmanager
def emulator(state: Path | None) -> Generator[Server]:
    """Run the command, pinned, until the block ends."""
    command = [sys.executable, "-m", "interactions_emulator", "--port", "0"]
    command += [] if state is None else ["--state", str(state)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own module
    assert running.stdout is not None
    try:
        pin(running.pid)
        with closing(Client(running.stdout.readline().strip())) as client:
            yield Server(running.pid, client)
    finally:
        running.kill()
        running.wait(TIMEOUT_S)
        running.stdout.close()


def pin(pid: int) -> None:
    """Give the emulator one core, and this process the others."""
    if not hasattr(os, "sched_setaffinity"):
        return
    core, *others = sorted(CORES)
    os.sched_setaffinity(pid, {core})
    os.sched_setaffinity(0, others or {core})


def measure_speed(folder: Path, runs: int, creates: int, seconds: float) -> bool:
    """Print rates in memory and with a file, measured by turns."""
    volatile: list[float] = []
    durable: list[float] = []
    for run in range(runs):
        with emulator(None) as one, emulator(folder / f"speed{run}.db") as other:
            for server, rates in ((one, volatile), (other, durable)):
                server.per_second(WARM_UP, seconds)
                rates.append(server.per_second(creates, seconds))
    per_s, file_per_s = statistics.median(volatile), statistics.median(durable)
    ratio = statistics.median(map(float.__truediv__, durable, volatile))
    print(f"unary creates in chains of {CHAIN}, medians of {runs} runs")
    print(f"  in memory    {per_s:6.0f}/s   target {LEAST_PER_S}/s")
    print(f"  with a file  {file_per_s:6.0f}/s")
    print(f"  file/memory  {ratio:6.2f}     target {LEAST_RATIO}")
    return per_s >= LEAST_PER_S and ratio >= LEAST_RATIO


def measure_memory(folder: Path, interactions: int, seconds: float) -> bool:
    """Print the resident memory while a file fills."""
    print(f"resident memory over {interactions:,} interactions with a file")
    part = max(1, interactions // SAMPLES)
    sizes: list[float] = []
    with emulator(folder / "memory.db") as server:
        for sample in range(1, SAMPLES + 1):
            rate = server.per_second(part, seconds)
            sizes.append(server.rss_mib())
            print(f"  {sample * part:7,}  {sizes[-1]:6.1f} MiB  {rate:6.0f}/s")
    growth = sizes[-1] / sizes[0] - 1
    print(f"  growth {growth:+.1%}   target below {MOST_GROWTH:.0%}")
    # Not a number, where memory cannot be read, misses no target.
    return not growth >= MOST_GROWTH


def main() -> None:
    """Print the figures; exits with 1 if a target is missed, unless it is quick."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=120, help="most for one run or sample"
    )
    parser.add_argument("--creates", type=int, default=1000, help="in each run")
    parser.add_argument(
        "--interactions", type=int, default=50_000, help="while memory is watched"
    )
    parser.add_argument("--quick", action="store_true", help="a run that shows little")
    options = parser.parse_args()
    runs, creates, interactions = RUNS, options.creates, options.interactions
    if options.quick:
        runs, creates, interactions = 1, min(creates, 200), min(interactions, 1000)
    if hasattr(os, "getloadavg"):
        print(f"load {os.getloadavg()[0]:.1f}, cores {os.cpu_count()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fast = measure_speed(folder, runs, creates, options.seconds)
        flat = measure_memory(folder, interactions, options.seconds)
    if not options.quick and not (fast and flat):
        sys.exit("a target was missed")


if __name__ == "__main__":
    main()
