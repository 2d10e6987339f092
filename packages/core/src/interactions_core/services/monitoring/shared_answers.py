"""What a store answers, asked for once for all who want it at about that time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

from interactions_core.process.forking import Lock

T = TypeVar("T")

PATIENCE_S: Final = 2.0
"""How long somebody waits for the store, in seconds; then it is taken to be away."""

FRESH_S: Final = 1.0
"""For how long what a store has answered is told again, in seconds."""


class Shared(Generic[T]):
    """One answer for many; for any number of threads.

    Args:
        clock: Seconds, of any beginning.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._asked_at = 0.0
        self._answer: Future[T] | None = None

    def result_of(self, ask: Callable[[], T]) -> T:
        """Return an answer that is fresh.

        Raises:
            TimeoutError: There is none yet; it is still waited for.
        """
        with self._lock:
            now, answer = self._clock(), self._answer
            if answer is None or (answer.done() and now - self._asked_at > FRESH_S):
                answer = self._answer = Future()
                self._asked_at = now
                # A thread that waits for a server must not keep a process from ending.
                threading.Thread(target=_set, args=(answer, ask), daemon=True).start()
        return answer.result(PATIENCE_S)


def _set(answer: "Future[T]", ask: Callable[[], T]) -> None:
    try:
        answer.set_result(ask())
    except BaseException as error:  # noqa: BLE001 - raised to whoever waits
        answer.set_exception(error)
