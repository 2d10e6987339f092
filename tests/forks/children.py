"""Do something in a forked child, and hear what it came to."""

import os
import pickle
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from tests.hung import end_if_hung
from tests.patience import PATIENCE_S

T = TypeVar("T")

HUNG_S = int(PATIENCE_S)


def in_child(work: Callable[[], T]) -> T:
    """Return what the work returns in a forked child, or raise what it raises there.

    A child that hangs is ended by an alarm, and fails the test.
    """
    reading, writing = os.pipe()
    pid = quietly_forked()
    if pid == 0:
        _report(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == 0, f"the child ended with {status}; -14 if it hung"
    # Written by the child, which is this program.
    returned, raised = pickle.loads(said)  # noqa: S301
    if raised is not None:
        raise raised
    return returned


def quietly_forked() -> int:
    """Fork without Python 3.12's warning of the threads that there are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _report(work: Callable[[], Any], writing: int) -> None:
    end_if_hung(HUNG_S)
    told: tuple[Any, BaseException | None]
    try:
        told = work(), None
    except BaseException as exc:  # noqa: BLE001 - the parent raises it
        told = None, exc
    with os.fdopen(writing, "wb") as pipe:
        pickle.dump(told, pipe)
    os._exit(0)
