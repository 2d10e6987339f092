"""Run a service until it ends or is told to, and give it a time to end in.

Knows signals and threads, and nothing of what the service does.
"""

import contextlib
import queue
import signal
import threading
import time
from collections.abc import Callable, Generator
from typing import Final, Literal

GRACE_S: Final = 30.0
"""How long a service may take to end, where nobody says otherwise, in seconds."""

LEAVING_S: Final = 5.0
"""How much of that is kept, at most, for leaving what has not ended to others."""

Ended = Literal["over", "told", "left"]
"""By itself; after a signal, in time; or not in time."""

_OVER: Final = "over"
_TOLD: Final = "told"
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
"""What tells a service to end."""


def run_until_told(
    work: Callable[[], object],
    *,
    stop: Callable[[], object],
    leave: Callable[[], object],
    grace_s: float = GRACE_S,
) -> Ended:
    """Do work in a thread of its own, until it is over or a signal says to end.

    Call it in the main thread. SIGTERM and SIGINT do the same; a second one ends the
    wait at once.

    Args:
        work: The service. What it raises is raised here.
        stop: Has it end soon; called once, after the first signal.
        leave: Leaves to others what it is still doing; called when the time is over,
            and given up when it takes too long itself. It must not raise.
        grace_s: How long all of that may take after a signal, in seconds.

    Returns:
        How it ended. After "left" its thread is still at it: the process has to end at
        once, without waiting for threads.
    """
    # The only queue that a signal's handler may put something into while this very
    # thread waits for it.
    told = queue.SimpleQueue[str]()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as exc:  # noqa: BLE001 - raised to whoever waits
            failed.append(exc)
        finally:
            told.put(_OVER)

    with _signals(lambda: told.put(_TOLD)):
        threading.Thread(target=run, name="interactions-service", daemon=True).start()
        ended: Ended = "over"
        if told.get() == _TOLD:
            ended = "told"
            give_up = time.monotonic() + grace_s
            stop()
            leaving_s = min(LEAVING_S, grace_s / 4)
            if not _is_over(told, give_up - leaving_s):
                ended = "left"
                leaving = threading.Thread(target=leave, daemon=True)
                leaving.start()
                leaving.join(leaving_s)
    if failed:
        raise failed[0]
    return ended


def _is_over(told: "queue.SimpleQueue[str]", give_up: float) -> bool:
    with contextlib.suppress(queue.Empty):
        return told.get(timeout=max(0.0, give_up - time.monotonic())) == _OVER
    return False


@contextlib.contextmanager
def _signals(tell: Callable[[], object]) -> Generator[None]:
    before = {each: signal.getsignal(each) for each in SIGNALS}
    for each in SIGNALS:
        signal.signal(each, lambda _signal, _frame: tell())
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
