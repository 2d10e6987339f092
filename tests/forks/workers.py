"""A master that has used its model, and workers that it forks. Run as a program.

The argument is a list of `Setting`s as JSON, tried one after the other. Prints a line of
JSON for each worker: what it was told, by question, and where it hung if it did.
"""

import asyncio
import faulthandler
import json
import multiprocessing
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.forks.asking import ASKERS, Asker
from tests.patience import PATIENCE_S

QUESTIONS = 6
HUNG_S = PATIENCE_S
"""After that long without a sign of life of any, workers are looked at, and counted."""


@dataclass(frozen=True)
class Setting:
    """What is tried.

    Attributes:
        adapter: A name in `ASKERS`.
        awaits: Whether the calls are awaited.
        url: Where the API is.
        store: The URL of the session store.
        fork: "os" or "multiprocessing".
        workers: How many are forked.
        busy: How many threads of the master make calls meanwhile.
    """

    adapter: str
    awaits: bool
    url: str
    store: str
    fork: str = "os"
    workers: int = 6
    busy: int = 0


@dataclass
class Told:
    """What a worker was told, and the stacks of one that hung."""

    answers: dict[str, str] = field(default_factory=dict[str, str])
    errors: dict[str, str] = field(default_factory=dict[str, str])
    hung: list[str] = field(default_factory=list[str])


def told(
    asker: Asker,
    setting: Setting,
    asked: list[str],
    sign: Callable[[], object] = lambda: None,
) -> Told:
    """Ask one question after the other, and give a sign of life after each."""
    found = Told()

    async def aask() -> None:
        for each in asked:
            try:
                found.answers[each] = await asker.aask(each)
            except Exception as exc:  # noqa: BLE001 - the parent shows it
                found.errors[each] = repr(exc)
            sign()

    if setting.awaits:
        asyncio.run(aask())
        return found
    for each in asked:
        try:
            found.answers[each] = asker.ask(each)
        except Exception as exc:  # noqa: BLE001 - the parent shows it
            found.errors[each] = repr(exc)
        sign()
    return found


def fork(setting: Setting, work: Callable[[int], None]) -> int:
    """Have a child do the work with a pipe to write to; return the end to read."""
    reading, writing = os.pipe()
    if setting.fork == "multiprocessing":
        context = multiprocessing.get_context("fork")
        context.Process(target=work, args=(writing,)).start()
    elif os.fork() == 0:
        code = 1
        with suppress(BaseException):
            work(writing)
            code = 0
        os._exit(code)
    os.close(writing)
    return reading


def main() -> None:
    for number, setting in enumerate(json.loads(sys.argv[1])):
        play(Setting(**setting), f"in {number}")


def play(setting: Setting, where: str) -> None:
    asker = ASKERS[setting.adapter](setting.store, **of(setting))
    first = told(asker, setting, [f"the master warms up {where}"])
    assert not first.errors, first
    over = threading.Event()
    busy = [
        _busy(asker, setting, f"{number} {where}", over)
        for number in range(setting.busy)
    ]
    for number in range(0, setting.workers, 6):
        several = range(number, min(number + 6, setting.workers))
        workers = [_worker(asker, setting, f"{n} {where}") for n in several]
        for each in _collected(workers):
            sys.stdout.write(json.dumps(asdict(each)) + "\n")
            sys.stdout.flush()
    over.set()
    for thread, mine in busy:
        thread.join()
        sys.stdout.write(json.dumps(asdict(mine)) + "\n")
    last = told(asker, setting, [f"the master goes on {where}"])
    sys.stdout.write(json.dumps(asdict(last)) + "\n")


def of(setting: Setting) -> dict[str, Any]:
    return {"base_url": setting.url, "timeout_s": 300, "max_retries": 0}


def _worker(asker: Asker, setting: Setting, name: str) -> tuple[int, str]:
    stacks = tempfile.NamedTemporaryFile(delete=False)  # noqa: SIM115
    asked = [f"secret {n} of tenant {name}" for n in range(QUESTIONS)]

    def work(writing: int) -> None:
        faulthandler.register(signal.SIGUSR1, stacks.file, all_threads=True)
        os.write(writing, f"{os.getpid()}\n".encode())
        found = told(asker, setting, asked, lambda: os.write(writing, b"."))
        os.write(writing, json.dumps(asdict(found)).encode())

    return fork(setting, work), stacks.name


def _collected(workers: list[tuple[int, str]]) -> list[Told]:
    """Read what the workers say until they end, or hang."""
    said = {pipe: b"" for pipe, _ in workers}
    with selectors.DefaultSelector() as selector:
        for pipe in said:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(HUNG_S)
            if not ready:
                break
            for key, _ in ready:
                data = os.read(key.fd, 65_536)
                said[key.fd] += data
                if not data:
                    selector.unregister(key.fd)
        hung = set(selector.get_map())
    found: list[Told] = []
    for pipe, stacks in workers:
        pid, _, rest = said[pipe].partition(b"\n")
        if pipe in hung:
            found.append(Told(hung=[_stacks(int(pid), Path(stacks))]))
        else:
            found.append(Told(**json.loads(rest.lstrip(b".") or b"{}")))
        os.close(pipe)
        with suppress(ChildProcessError):
            os.waitpid(int(pid), 0)
        Path(stacks).unlink()
    return found


def _stacks(pid: int, written: Path) -> str:
    """Return where a process is, in Python and in C, and end it."""
    native = ""
    with suppress(FileNotFoundError):
        command = ["gdb", "-p", str(pid), "-batch", "-ex", "thread apply all bt 40"]
        native = subprocess.run(
            command, capture_output=True, text=True, check=False
        ).stdout
    os.kill(pid, signal.SIGUSR1)
    while not written.read_text():
        os.sched_yield()
    os.kill(pid, signal.SIGKILL)
    return written.read_text() + native


def _busy(
    asker: Asker, setting: Setting, name: str, over: threading.Event
) -> tuple[threading.Thread, Told]:
    """Ask in a thread again and again, on connections in use and on new ones."""
    mine = Told()

    def work() -> None:
        count = 0
        while not over.is_set():
            for each in (asker, ASKERS[setting.adapter](setting.store, **of(setting))):
                some = [f"busy {name} asks {count + n}" for n in range(3)]
                found = told(each, setting, some)
                mine.answers.update(found.answers)
                mine.errors.update(found.errors)
                count += len(some)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, mine


if __name__ == "__main__":
    main()
