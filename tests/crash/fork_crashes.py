"""Fork before, during and after calls, kill parent or child, and ask again. A program.

Arguments: the emulator's URL, the URL of a store with `%d` for the number of one of
four, how many rounds, a seed. Prints a line of JSON for each round, and fails if an
answer was lost, paid for twice where that must not be, given to somebody else, or is
not what the server holds.
"""

import json
import os
import random
import signal
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NoReturn
from urllib.parse import quote

from interactions_core.process import failpoints
from interactions_core.process.failpoints import FailPoint
from interactions_langgraph import ChatInteractions
from tests.crash import job_crashes
from tests.crash.job_crashes import GRAPHS, PLAIN
from tests.hung import end_if_hung

HUNG_S = 300
QUESTION = "Question {} of the fork test, asked by {}?"
FATES = {
    "before": ("child lives", "child dies"),
    "during": ("child lives", "child leaves", "parent dies"),
    "after": ("child lives", "child dies"),
}
"""What happens at a fork before, during and after a call of the parent."""


@dataclass(frozen=True)
class Round:
    """One fork.

    Attributes:
        number: Which one it is.
        way: How both ask.
        moment: When it is, seen from the call of the parent.
        fate: What becomes of whom.
        point: Where the parent forks during its call, or where a child dies in its own.
    """

    number: int
    way: str
    moment: str
    fate: str
    point: FailPoint
    url: str
    stores: str

    @property
    def awaits(self) -> bool:
        return self.way.startswith("a")

    @property
    def store(self) -> str:
        return self.stores.replace("%d", str(self.number % 4))

    def asked_by(self, whom: str) -> str:
        return QUESTION.format(self.number, whom)

    def job_round(self, whom: str) -> job_crashes.Round:
        """Return it as a round of the other program, which knows all ways to ask."""
        # Its graphs have a thread for each number.
        number = 3 * self.number + ("master", "parent", "child").index(whom)
        one = _Asked(number, self.way, None, "resubmit", self.url, self.store)
        return replace(one, asked=self.asked_by(whom))


@dataclass(frozen=True)
class _Asked(job_crashes.Round):
    asked: str = ""

    @property
    def question(self) -> str:
        return self.asked


def forked(work: Callable[[], str]) -> str | None:
    """Return what a child says; `None` if it was killed or said nothing."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _work(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in {0, -signal.SIGKILL}, (status, said)
    assert not said.startswith("failed:"), said
    return said or None


def _work(work: Callable[[], str], writing: int) -> NoReturn:
    end_if_hung(HUNG_S)
    here = os.getpid()
    try:
        said = work()
    except BaseException as exc:  # noqa: BLE001 - the parent shows it
        said = f"failed: {exc!r}"
    if os.getpid() != here:
        # A child that left the call has come this far.
        os._exit(0)
    os.write(writing, said.encode())
    os._exit(0)


def kill_at(point: FailPoint) -> None:
    """Have this process die where it gets to."""

    def kill(at: FailPoint) -> None:
        if at == point:
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.hook = kill


class Both:
    """The parent of a round, with a model that it has used, and its child.

    Attributes:
        told: What they were told.
    """

    def __init__(self, one: Round) -> None:
        self.one = one
        self.told: dict[str, str | None] = {}
        self.model = ChatInteractions(
            model="gemini-3.5-flash",
            base_url=one.url,
            api_key="k",
            poll=(0.02, 0.05),
            on_lost_submit="resubmit",
            sessions=one.store,
            background=True,
        )
        self.ask("master")

    def ask(self, whom: str) -> str:
        """Ask in the way of the round, through the model of both where that is one."""
        one = self.one.job_round(whom)
        if self.one.way in PLAIN:
            return job_crashes._plainly(self.model, one)
        return job_crashes.answer(one)

    def child(self) -> str:
        if self.one.fate == "child dies":
            kill_at(self.one.point)
        return self.ask("child")

    def play(self) -> str:
        """Fork and ask; return what the parent and its child were told, as JSON."""
        told = self.told
        if self.one.moment == "before":
            told["child"] = forked(self.child)
        if self.one.moment == "during":
            failpoints.hook = self._fork_at_point
        told["parent"] = self.ask("parent")
        failpoints.hook = None
        if self.one.moment == "after":
            told["child"] = forked(self.child)
        if told.get("child") is None:
            # Whoever asks next finds what the dead child has begun.
            told["child"] = self.ask("child")
        return json.dumps(told)

    def _fork_at_point(self, at: FailPoint) -> None:
        if at != self.one.point:
            return
        failpoints.hook = None
        if self.one.fate == "child leaves":
            self._leave()
            return
        self.told["child"] = forked(lambda: self.ask("child"))
        if self.one.fate == "parent dies":
            os.kill(os.getpid(), signal.SIGKILL)

    def _leave(self) -> None:
        """Have a child go on with the call until it is told that it may not."""
        pid = os.fork()
        if pid == 0 and self.one.awaits:
            # What leaves `asyncio.run` ends the loop, which is the parent's as well.
            os._exit(0)
        if pid == 0:
            # Wherever it is caught, in a worker's thread for instance, this ends it.
            signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
            signal.setitimer(signal.ITIMER_REAL, 2.0)
            raise SystemExit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert status == 0, status


def play(one: Round) -> dict[str, Any]:
    said = forked(lambda: Both(one).play())
    if said is None:
        # The parent was killed; the child has asked, or was not made yet.
        said = forked(lambda: _again(one))
    assert said is not None
    told = json.loads(said)
    assert set(told) == {"parent", "child"}, (one, told)
    for whom, text in told.items():
        assert text in held(one, whom), (one, whom, text, held(one, whom))
    counts = {whom: len(held(one, whom)) for whom in told}
    check(one, counts)
    shown = {"moment": one.moment, "fate": one.fate, "point": one.point}
    return shown | {"way": one.way, "creates": counts}


def _again(one: Round) -> str:
    both = Both(one)
    return json.dumps({"parent": both.ask("parent"), "child": both.ask("child")})


def check(one: Round, counts: dict[str, int]) -> None:
    """Hold the number of creates against what is declared."""
    died = {"child dies": "child", "parent dies": "parent"}.get(one.fate)
    for whom, count in counts.items():
        # There the server has a run of which nobody was told.
        window = whom == died and one.point is FailPoint.ANSWERED
        assert count == 1 + window, (one, counts)
    assert not cancels(one), one


def requests(one: Round) -> list[dict[str, Any]]:
    return read(one, "/requests")["requests"]


def held(one: Round, whom: str) -> list[str]:
    """Return what the server holds as answers to a question."""
    found: list[str] = []
    for row in requests(one):
        if row["method"] == "POST" and one.asked_by(whom) in json.dumps(row["body"]):
            steps = read(one, f"/transcript/{quote(row['interaction'], safe='')}")
            said = [s for s in steps["steps"] if s["type"] == "model_output"]
            found.append("".join(part["text"] for part in said[-1]["content"]))
    return found


def cancels(one: Round) -> list[str]:
    return [r["path"] for r in requests(one) if r["path"].endswith("/cancel")]


def read(one: Round, path: str) -> Any:
    with urllib.request.urlopen(f"{one.url}/emulator{path}") as answered:  # noqa: S310
        return json.load(answered)


def rounds(url: str, stores: str, number: int, rng: random.Random) -> Iterator[Round]:
    """Yield every combination once, in a random order, and then random ones."""
    kinds = [(m, f) for m, fates in FATES.items() for f in fates]
    ways = [*PLAIN, *(way for way in GRAPHS if "suspend" not in way)]
    every = [
        (way, *kind, point) for way, kind, point in product(ways, kinds, FailPoint)
    ]
    rng.shuffle(every)
    for n in range(number):
        one = every[n] if n < len(every) else rng.choice(every)
        yield Round(n, *one, url, stores)


def main() -> None:
    url, stores = sys.argv[1], sys.argv[2]
    number, seed = int(sys.argv[3]), int(sys.argv[4])
    # What a child would import for itself is imported once.
    import google.genai  # noqa: F401, PLC0415

    for one in rounds(url, stores, number, random.Random(seed)):
        sys.stdout.write(json.dumps(play(one)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
