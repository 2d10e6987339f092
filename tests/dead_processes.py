"""Processes that really die in the middle of a turn, and leave behind what they had."""

import os
import signal
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context

from interactions_core.process import failpoints
from interactions_core.process.failpoints import DeletionFailPoint, FailPoint
from tests.patience import PATIENCE_S

# A process with threads may not be forked; this server has none, and has imported
# what is asked, where it is installed.
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["tests.adapters.drivers", "interactions_autogen", "interactions_langgraph"]
)


def die_at(point: FailPoint, ask: Callable[..., object], *arguments: object) -> None:
    """Ask in a process of its own, which is killed at a point of its turn.

    Args:
        point: Where it is killed.
        ask: A function that a pickle can name.
        arguments: What it is called with.
    """
    process = _PROCESSES.Process(target=_ask_and_die, args=(point, ask, arguments))
    process.start()
    process.join(PATIENCE_S)
    assert process.exitcode == -signal.SIGKILL, f"it did not get to {point.name}"


def _ask_and_die(
    point: FailPoint, ask: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    failpoints.hook = partial(_die_there, point)
    ask(*arguments)


def _die_there(point: FailPoint, reached: FailPoint | DeletionFailPoint) -> None:
    if reached is point:
        os.kill(os.getpid(), signal.SIGKILL)
