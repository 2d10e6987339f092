"""Connections to one PostgreSQL server: opened when needed, mended, given back."""

import contextlib
import time
import weakref
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from interactions_core.exceptions import StoreError
from interactions_core.process.counters import count, note_lock_wait
from interactions_core.process.forking import (
    Lock,
    Origin,
    PerProcess,
    is_from_here,
    leave_to_parent,
)
from interactions_core.records.jobs.measures import PoolUse
from interactions_core.stores.postgres.connection import Begun, RawConnection, run_all
from interactions_core.stores.postgres.errors import is_full, pool_busy, unreachable
from interactions_core.stores.postgres.limits import PoolLimits

Pool = ConnectionPool[RawConnection]


@dataclass(slots=True)
class _Opened:
    """A pool of our own, if there is one, and what closes it."""

    pool: Pool | None = None
    close: Callable[[], object] | None = None
    lent: int = 0
    """Connections that somebody has just now, of whatever pool."""


_PATIENCE_S: Final = 0.25
"""How long to wait for a connection before looking whether the server is there."""

_BUSY: Final = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


class Connections:
    """A pool of our own, or one that is handed in and stays its owner's.

    Safe for any number of threads. A pool of our own is made with the first use,
    and made anew after `close` and in a forked child.

    Args:
        source: What libpq connects with, or a pool.
        place: What to call the server in errors, without any password.
        limits: How large a pool of our own may be, and how long a caller waits.
    """

    def __init__(self, source: str | Pool, place: str, limits: PoolLimits) -> None:
        self._place = place
        self._limits = limits
        self._source = source
        self._is_from_here = is_from_here(source)
        self._lock = Lock()
        self._opened = PerProcess(_Opened)

    @contextlib.contextmanager
    def lend(self, begin: str) -> Generator[Begun]:
        """Lend a connection on which the statements of `begin` have run.

        A connection that turns out to be broken, e.g. because the server was
        restarted, is replaced: nothing has happened on it yet.

        Raises:
            StoreError: The server cannot be reached.
            StoreError: All are in use for too long.
            psycopg.Error: The server refused the statements.
        """
        give_up = time.monotonic() + self._limits.timeout_s
        origin, pool, opened = Origin(), self._pool(), self._opened.get()
        while (begun := self._begun(pool, begin, give_up)) is None:
            self._knock(give_up)
        self._note_lent(opened, 1)
        try:
            yield begun
        finally:
            self._note_lent(opened, -1)
            if origin.is_here:
                _give_back(pool, begun.raw)
            else:
                leave_to_parent(begun.raw)

    def use(self) -> PoolUse:
        """Say what the pool has and had to wait for; nothing before its first use."""
        is_ours = isinstance(self._source, str)
        pool = self._opened.get().pool if is_ours else cast("Pool", self._source)
        if pool is None:
            return PoolUse(largest=self._limits.size)
        told = pool.get_stats()
        return PoolUse(
            largest=told["pool_max"],
            open=told["pool_size"],
            idle=told["pool_available"],
            waiting=told["requests_waiting"],
            waits=told.get("requests_queued", 0),
            wait_s=told.get("requests_wait_ms", 0) / 1_000,
        )

    def _note_lent(self, opened: _Opened, by: int) -> None:
        with self._lock:
            opened.lent += by

    def close(self) -> None:
        """Close a pool of our own; the next use makes another one."""
        with self._lock:
            opened = self._opened.get()
            if opened.close is not None:
                opened.close()
            opened.pool = opened.close = None

    def _pool(self) -> Pool:
        if not isinstance(self._source, str):
            if not self._is_from_here or not is_from_here(self._source):
                raise StoreError(
                    self._place,
                    "its connection pool was made before this process was forked",
                    "Make the pool and the store in the process that uses them.",
                )
            return self._source
        with self._lock:
            opened = self._opened.get()
            if opened.pool is None:
                opened.pool = _make_pool(self._source, self._limits)
                opened.close = weakref.finalize(
                    self, _close_here, opened.pool, Origin()
                )
            return opened.pool

    def _begun(self, pool: Pool, begin: str, give_up: float) -> Begun | None:
        """Begin on a connection of the pool; return nothing if that was broken."""
        raw = self._next(pool, give_up)
        try:
            # psycopg must not begin transactions beside ours.
            if not raw.autocommit:
                raw.autocommit = True
            began = time.monotonic()
            begun = run_all(raw, begin)
            note_lock_wait(time.monotonic() - began)
        except psycopg.OperationalError:
            is_broken = raw.closed
            _give_back(pool, raw)
            if is_broken and time.monotonic() < give_up:
                return None
            raise
        except BaseException:
            _give_back(pool, raw)
            raise
        return begun

    def _next(self, pool: Pool, give_up: float) -> RawConnection:
        try:
            return pool.getconn(min(_PATIENCE_S, self._limits.timeout_s))
        except PoolTimeout:
            # The pool would only say that nobody answered.
            self._look_why(give_up)
        try:
            return pool.getconn(max(0.0, give_up - time.monotonic()))
        except PoolTimeout as exc:
            self._look_why(give_up)
            count("pool_timeout")
            raise pool_busy(self._place, self._limits, self.use().largest) from exc

    def _look_why(self, give_up: float) -> None:
        """Learn why there is no connection, unless others of this process have some.

        Then the server is there, and may have none left for somebody who only looks.
        """
        if not self._opened.get().lent:
            self._knock(give_up)

    def _knock(self, give_up: float) -> None:
        """Connect beside the pool, to learn why that does not work.

        A server that has no connection left will have one again.
        """
        source = self._source
        try:
            if isinstance(source, str):
                psycopg.connect(source).close()
            else:
                conninfo, options = settings_of(source)
                source.connection_class.connect(conninfo, **options).close()
        except psycopg.OperationalError as exc:
            if is_full(exc) and time.monotonic() < give_up:
                return
            raise unreachable(self._place, exc) from exc


def settings_of(pool: Pool) -> tuple[str, Mapping[str, Any]]:
    """Return what a pool connects with; it may hold functions that say so."""
    # Newer releases of psycopg_pool take functions, e.g. for tokens that expire.
    settings = cast("tuple[Any, Any]", (pool.conninfo, pool.kwargs))
    found: list[Any] = [each() if callable(each) else each for each in settings]
    return found[0] or "", found[1] or {}


def _make_pool(conninfo: str, limits: PoolLimits) -> Pool:
    return ConnectionPool(
        conninfo,
        min_size=0,
        max_size=limits.size,
        open=True,
        kwargs={"autocommit": True},
        name="interactions",
        reconnect_timeout=limits.timeout_s,
    )


def _give_back(pool: Pool, raw: RawConnection) -> None:
    try:
        if raw.info.transaction_status in _BUSY:
            raw.rollback()
        if not raw.closed and not settings_of(pool)[1].get("autocommit"):
            raw.autocommit = False
    except psycopg.Error:
        # What is broken is replaced by the pool.
        raw.close()
    pool.putconn(raw)


def _close_here(pool: Pool, origin: Origin) -> None:
    # In a child, that would end the sessions of the parent.
    if origin.is_here:
        pool.close()
