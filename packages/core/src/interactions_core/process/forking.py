"""What a fork must not share: the only hooks, locks and generations of processes.

A forked child has copies of all that its parent had open. Two processes on one socket
read each other's answers; a lock that another thread held is never released; pools
have no threads; a loop's selector still reports to the parent. Therefore

- what belongs to one process is held in a `PerProcess`, which is new in the child;
- what must not be torn apart by a fork is done within `hold_forks`, or under a `Lock`;
- what was handed in says with `is_from_here` whether the parent used it;
- work that a child must not go on with is begun with an `Origin`.

Nothing else in these packages makes locks or registers hooks.
"""

import concurrent.futures.thread
import contextlib
import ctypes
import logging
import os
import threading
import weakref
from collections.abc import Callable, Generator
from typing import Any, Final, Generic, Protocol, TypeVar

from interactions_core.exceptions import ForkedError
from interactions_core.logs import log_fields

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")

CALL: Final = "this call was begun"
ASK_AGAIN: Final = "Its answer goes to the parent; ask anew in the child."

TRANSACTION: Final = "this transaction was begun"
WRITE_AGAIN: Final = "What it wrote is the parent's to keep; write anew in the child."

PATIENCE_S: Final = 60.0
"""How long a fork waits for work of ours in other threads, and such work for a fork."""

_AROUND: Final = (logging, concurrent.futures.thread)
"""Whose hooks must be registered before ours, so that they run around them: they hold
locks until the fork is done, which the threads that we wait for may need."""


class _Here:
    """This process; a number that is greater in every child than in its parent."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.generation = 0


class _Gate:
    """Lets forks and the work that they must not tear apart take turns.

    Threads that are inside may come in again, so nothing can block in a circle.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._inside: dict[int, int] = {}
        self._forking: set[int] = set()

    def enter(self) -> None:
        me = threading.get_ident()
        with self._lock:
            if self._forking and not {me} & (self._forking | self._inside.keys()):
                self._changed.wait_for(lambda: not self._forking, PATIENCE_S)
            self._inside[me] = self._inside.get(me, 0) + 1

    def leave(self) -> None:
        me = threading.get_ident()
        with self._lock:
            depth = self._inside.pop(me, 1) - 1
            if depth:
                self._inside[me] = depth
            elif self._forking:
                self._changed.notify_all()

    def close(self) -> bool:
        """Wait until all others are outside; say whether they are."""
        with self._lock:
            self._forking.add(threading.get_ident())
            # Two that fork inside of their work must not wait for each other.
            self._changed.notify_all()
            return self._changed.wait_for(
                lambda: not self._inside.keys() - self._forking, PATIENCE_S
            )

    def open(self) -> None:
        with self._lock:
            self._forking.discard(threading.get_ident())
            self._changed.notify_all()

    def renew(self) -> None:
        """Forget the other threads, which are not in the child."""
        me = threading.get_ident()
        depth = self._inside.get(me, 0)
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._inside = {me: depth} if depth else {}
        self._forking = set()


class Lock:
    """A reentrant lock that nobody holds in a forked child.

    A fork waits until it is free, so what it protects is whole in the child.
    """

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        _locks.add(self)

    def __enter__(self) -> None:
        _gate.enter()
        try:
            self._lock.acquire()
        except BaseException:
            _gate.leave()
            raise

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        _gate.leave()

    def enter_child(self) -> None:
        """Be free, unless the thread that forked is inside."""
        if self._lock.acquire(blocking=False):
            self._lock.release()
        else:
            self._lock = threading.RLock()


class PerProcess(Generic[T]):
    """A value that a forked child has anew.

    That of the parent is left alone for ever: to close or to collect it might take
    locks that nobody releases, or end the parent's connections.

    Args:
        make: Makes the value: something empty, to be filled when it is used.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._value = make()
        _values.add(self)

    def get(self) -> T:
        """Return the value of this process."""
        generation()
        return self._value

    def enter_child(self) -> None:
        """Begin anew."""
        leave_to_parent(self._value)
        self._value = self._make()


class Origin:
    """The process in which something begins, e.g. a call."""

    __slots__ = ("_generation",)

    def __init__(self) -> None:
        self._generation = generation()

    @property
    def is_here(self) -> bool:
        """Whether this is still that process."""
        return self._generation == generation()

    def check(self, what: str, advice: str) -> None:
        """Raise `ForkedError` in a forked child.

        Args:
            what: What was begun in the parent, e.g. "this call was begun".
            advice: What to do in the child.
        """
        if not self.is_here:
            raise ForkedError(what, advice)


class Forkable(Protocol):
    """Something that has to be put away for a fork."""

    def before_fork(self) -> None:
        """Put away what no child may have; nobody else is at work."""
        ...

    def enter_child(self) -> None:
        """Begin anew in the child."""
        ...


def generation() -> int:
    """Return the number of this process in its line of forks.

    Servers in C may fork without Python's hooks; then this is where the child begins.
    """
    if _here.pid != os.getpid():
        _enter_child()
    return _here.generation


@contextlib.contextmanager
def hold_forks() -> Generator[None]:
    """Have forks of other threads wait until the block is done.

    For what a child could not go on with: an import, which holds a lock for as long
    as it takes, or work in a library that holds locks of its own.
    """
    _gate.enter()
    try:
        yield
    finally:
        _gate.leave()


def put_away(thing: Forkable) -> None:
    """Tell a thing, which is not kept alive by that, of every fork."""
    _forkables.add(thing)


def is_from_here(thing: object) -> bool:
    """Note the use of something that was handed in.

    Returns:
        False if it was used before this process was forked.
    """
    now = generation()
    reference, used = _used.get(id(thing), (None, now))
    if reference is None or reference() is not thing:
        used = now
        _used[id(thing)] = _reference(thing), used
    return used == now


def leave_to_parent(thing: object) -> None:
    """Keep something that is the parent's from ever being collected in the child."""
    _left.append(thing)


def _reference(thing: object) -> Callable[[], object]:
    key = id(thing)

    def forget(_: object) -> None:
        _used.pop(key, None)

    try:
        return weakref.ref(thing, forget)
    except TypeError:
        return lambda: thing


def _before() -> None:
    if not _gate.close():
        logger.warning(
            "forking although work in another thread goes on after %d s; it is lost "
            "in the child",
            PATIENCE_S,
            extra=log_fields("forked_at_work"),
        )
        return
    for thing in list(_forkables):
        thing.before_fork()


def _enter_child() -> None:
    _here.pid = os.getpid()
    _here.generation += 1
    _gate.renew()
    for lock in list(_locks):
        lock.enter_child()
    for reference, _ in list(_used.values()):
        leave_to_parent(reference())
    for value in list(_values):
        value.enter_child()
    for thing in list(_forkables):
        thing.enter_child()


_here: Final = _Here()
_gate: Final = _Gate()
_locks: Final[weakref.WeakSet[Lock]] = weakref.WeakSet()
_values: Final[weakref.WeakSet[PerProcess[Any]]] = weakref.WeakSet()
_forkables: Final[weakref.WeakSet[Forkable]] = weakref.WeakSet()
_used: Final[dict[int, tuple[Callable[[], object], int]]] = {}

_left: Final[list[object]] = []
# The end of the interpreter collects what modules hold; it must not collect this.
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_left))

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before, after_in_parent=_gate.open, after_in_child=_enter_child
    )
