"""A pod: answers questions with one adapter or two, until it is told to stop.

    python -m tests.deploy_day.service SETTINGS

Reads a question a line, `{"call", "adapter", "kind", "thread", "text", "messages"}`, and
writes a line for each, in whatever order they are answered: `{"call", "text"}`, `{"call",
"suspended"}` or `{"call", "error"}`. SIGTERM has it take no more, answer what it has,
and end; its first line says that it is ready, its last that it is stopping.
"""

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from tests.deploy_day.ledger import STORE_ERROR, Ledger, Row

THREADS: Final = 8

Ask = Callable[[Row], str | None]


class _StopError(Exception):
    """A signal has come."""


class Service:
    """Answers in threads, and notes all of it."""

    def __init__(self, settings: Row) -> None:
        self._settings = settings
        self._ledger = Ledger(settings["ledger"], settings["pod"])
        self._writing = threading.Lock()
        # What frameworks print is no answer to anybody.
        self._out = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        self._closing: list[Callable[[], None]] = []
        self._adapters = {name: self._adapter(name) for name in settings["adapters"]}
        self._threads = ThreadPoolExecutor(THREADS)

    def serve(self) -> None:
        """Answer until no more questions come."""
        signal.signal(signal.SIGTERM, _stop)
        self.say(ready=self._settings["pod"])
        try:
            for line in sys.stdin:
                self._threads.submit(self._answer, json.loads(line))
        except _StopError:
            self.say(stopping=self._settings["pod"])
        self._threads.shutdown()
        for close in self._closing:
            close()

    def say(self, **row: object) -> None:
        with self._writing:
            self._out.write(f"{json.dumps(row)}\n")
            self._out.flush()

    def _answer(self, asked: Row) -> None:
        call, is_look = asked["call"], asked["kind"] == "look"
        if not is_look:
            self._ledger.note("begun", call)
        try:
            text = self._adapters[asked["adapter"]](asked)
        except Exception as exc:  # noqa: BLE001 - the client is told, and asks again
            error = _name_of(exc)
            if not is_look or error != STORE_ERROR:
                told = "".join(traceback.format_exception(exc))
                self._ledger.note("failed", call, error=error, told=told)
            self.say(call=call, error=error, told=str(exc))
            return
        if not is_look:
            self._ledger.note("suspended" if text is None else "ended", call, text=text)
        self.say(call=call, **({"suspended": True} if text is None else {"text": text}))

    def _adapter(self, name: str) -> Ask:
        if name == "langgraph":
            # Not for all: a pod has the adapters that are installed for it.
            from tests.deploy_day.graphs import Conversations  # noqa: PLC0415

            made = Conversations(self._settings, self._ledger)
            self._closing.append(made.close)
            return lambda asked: made.ask(
                asked["thread"], asked["kind"], asked["call"], asked["text"]
            )
        return self._by_hand(name)

    def _by_hand(self, name: str) -> Ask:
        from tests.adapters.drivers import DRIVERS  # noqa: PLC0415

        options = self._settings["options"] | {
            "sessions": self._settings["sessions"],
            "on_lost_submit": "resubmit",
            "poll": (0.2, 1.0),
        }
        drivers = {
            "chat": DRIVERS[name](options, time.time),
            "job": DRIVERS[name](options | {"background": True}, time.time),
        }
        self._closing += [driver.close for driver in drivers.values()]

        def ask(asked: Row) -> str:
            messages: list[Any] = asked["messages"]
            self._ledger.note("asked", asked["call"], list=list(_said(messages)))
            answer = drivers[asked["kind"]].ask(messages)
            self._ledger.note("answered", asked["call"], text=answer["content"])
            return answer["content"]

        return ask


def _name_of(exc: Exception) -> str:
    """Return the name that core has for an error; frameworks have some of their own."""
    names = [each.__name__ for each in type(exc).__mro__]
    return STORE_ERROR if STORE_ERROR in names else names[0]


def _said(messages: list[Any]) -> Iterator[tuple[str, object]]:
    for message in messages:
        text = message["content"]
        is_user = message["role"] == "user"
        yield ("user", [("text", text)]) if is_user else ("model", text)


def _stop(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _StopError


if __name__ == "__main__":
    Service(json.loads(sys.argv[1])).serve()
