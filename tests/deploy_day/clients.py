"""Clients of the services: each has conversations, one question after another.

What a client was not answered it asks again, as a user or a load balancer does.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tests.deploy_day.ledger import STORE_ERROR
from tests.deploy_day.programs import LOOK_S, wait_until
from tests.deploy_day.services import Service
from tests.patience import PATIENCE_S

TURNS: Final = 6
"""Of a conversation, at most."""

PAUSE_S: Final = 0.4
"""At most between two questions: the load is to be steady, not the most there can be."""

LATE_S: Final = 60.0
"""After that a client goes on with a graph itself, if a watcher was killed meanwhile."""

MOST_FAILURES: Final = 3
"""Errors in a row that no data base explains, after which a client gives up."""


@dataclass
class Client:
    """Somebody who talks, in a thread of its own.

    Attributes:
        name: Letters, which its questions begin with.
        service: Whom it asks.
        adapter: Which of the service's.
        kind: "chat", "job" or "suspend".
        rng: Chooses how long it talks.
        kills: How many watchers were killed.
        nudges: How many graphs it has gone on with, because a watcher was killed.
        promised: Its questions, and their answers.
    """

    name: str
    service: Service
    adapter: str
    kind: str
    rng: random.Random
    kills: Callable[[], int]
    nudges: int = 0
    promised: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._enough = threading.Event()
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def answered(self) -> int:
        return sum(answer is not None for answer in [*self.promised.values()])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the question that is open be its last."""
        self._enough.set()

    def join(self) -> None:
        self._thread.join(2 * PATIENCE_S)
        assert not self._thread.is_alive(), f"{self.name} is not answered"
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        number = 0
        try:
            while not self._enough.is_set():
                self._converse(number)
                number += 1
        except BaseException as exc:  # noqa: BLE001 - told by whoever joins
            self.error = exc

    def _converse(self, number: int) -> None:
        messages: list[Any] = []
        for turn in range(self.rng.randint(1, TURNS)):
            call = f"q-{self.name}-{number}-{turn}"
            text = self._text(call)
            messages.append({"role": "user", "content": text})
            self.promised[call] = None
            answer = self._ask(
                {
                    "call": call,
                    "adapter": self.adapter,
                    "kind": self.kind,
                    "thread": f"{self.name}-{number}",
                    "text": text,
                    "messages": [*messages],
                }
            )
            self.promised[call] = answer
            messages.append({"role": "assistant", "content": answer})
            # Not a wait for anything: it is what clients do.
            if self._enough.wait(self.rng.random() * PAUSE_S):
                return

    def _text(self, call: str) -> str:
        with_tool = self.adapter == "langgraph" and self.kind != "suspend"
        if with_tool and self.rng.random() < 1 / 3:
            return f'Use look_up for the word "w{self.rng.randrange(99)}", {call}'
        return f"My number is {self.rng.randrange(99)}, says {call}"

    def _ask(self, question: dict[str, Any]) -> str:
        failures = 0
        while True:
            said = self.service.ask(question)
            if said is None:
                continue
            if "text" in said:
                return said["text"]
            if "suspended" in said:
                return self._wait(question)
            failures = 0 if said["error"] == STORE_ERROR else failures + 1
            if failures > MOST_FAILURES:
                message = f"{question['call']}: {said}"
                raise AssertionError(message)
            time.sleep(LOOK_S)

    def _wait(self, question: dict[str, Any]) -> str:
        """Look until a watcher has resumed the graph, or died at it."""
        answers = self._looks(question)
        found: list[str] = []

        def is_resumed() -> bool:
            found.extend(next(answers))
            return bool(found)

        wait_until(is_resumed, f"{question['thread']} is resumed")
        return found[0]

    def _looks(self, question: dict[str, Any]) -> Iterator[list[str]]:
        kills, since = self.kills(), time.monotonic()
        while True:
            kind = "look"
            late = time.monotonic() > since + LATE_S
            if late and self.kills() > kills:
                # Declared: a graph whose watcher was killed with the answer in its hand
                # is gone on with by whoever asks.
                kind, kills, since = "go on", self.kills(), time.monotonic()
                self.nudges += 1
            said = self.service.ask(question | {"kind": kind}) or {}
            yield [said["text"]] if "text" in said else []
