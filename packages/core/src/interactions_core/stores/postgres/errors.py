"""Say in words what is wrong with a PostgreSQL database.

Only the first line of what the server says is passed on: its details quote rows.
"""

from collections.abc import Collection
from typing import Final

import psycopg
import psycopg.errors as pg
from psycopg_pool import PoolClosed

from interactions_core.exceptions import StoreError
from interactions_core.stores.postgres.limits import PoolLimits

LOCK_TIMEOUT_S: Final = 60
"""How long a writer waits for others before it gives up."""

_NOTHING_APPLIED: Final = "The change was not applied."

_PASSING: Final = ("08", "40", "53", "55P03", "57", "25006", "25P03")
"""Beginnings of the codes of what may be over later: connections and servers that end,
conflicts, a lack of room or of connections, locks, a server that is not the primary."""

_STARTING: Final = ("starting up", "shutting down", "in recovery", "not yet accepting")
_FULL: Final = ("too many", "reserved")

_KNOWN: Final[tuple[tuple[type[psycopg.Error], str, str], ...]] = (
    (
        PoolClosed,
        "its connection pool is not open",
        "Open a pool before it is handed in, and close it after the store's last use.",
    ),
    (
        pg.InsufficientPrivilege,
        "this user may not do that ({})",
        (
            "Grant it CREATE on the database for the first start and for upgrades, and "
            "otherwise USAGE on the schema and SELECT, INSERT, UPDATE and DELETE on its "
            "tables."
        ),
    ),
    (
        pg.ReadOnlySqlTransaction,
        "the server takes no changes ({})",
        "Connect to the primary server, e.g. with `target_session_attrs=read-write`.",
    ),
    (
        pg.LockNotAvailable,
        f"other writers held the lock for {LOCK_TIMEOUT_S} s",
        "Look in `pg_stat_activity` for a transaction that never ends.",
    ),
    (
        pg.UndefinedTable,
        "its tables are gone ({})",
        "Restore them from a backup, or close the store: the next use makes new ones.",
    ),
    (
        pg.UndefinedColumn,
        "its tables are not those of this version ({})",
        "Restore them from a backup, or use another schema.",
    ),
    (
        pg.DeadlockDetected,
        "another transaction locked the same rows in another order",
        (
            f"{_NOTHING_APPLIED} Repeat it; nothing but these packages should write to "
            "these tables."
        ),
    ),
)


def to_store_error(
    place: str, exc: psycopg.Error, *, committing: bool = False
) -> StoreError:
    """Say what an error means and what to do.

    Args:
        place: The database, without any password.
        exc: What psycopg raised.
        committing: Whether it came while a transaction was being committed.
    """
    for kind, problem, advice in _KNOWN:
        if isinstance(exc, kind):
            said = problem.format(first_line(exc))
            return StoreError(place, said, advice, retryable=_may_pass(exc))
    if not isinstance(exc, psycopg.OperationalError) or not _is_cut(exc):
        return StoreError(
            place, first_line(exc), _NOTHING_APPLIED, retryable=_may_pass(exc)
        )
    if committing:
        return StoreError(
            place,
            f"the connection was lost while a change was committed ({first_line(exc)})",
            "The change is there whole or not at all; read it back, or repeat it.",
            retryable=True,
        )
    return StoreError(
        place,
        f"the connection was lost ({first_line(exc)})",
        _NOTHING_APPLIED,
        retryable=True,
    )


def _may_pass(exc: psycopg.Error) -> bool:
    """Tell whether a server that refuses may take the same later."""
    return (exc.sqlstate or "").startswith(_PASSING)


def _is_cut(exc: psycopg.Error) -> bool:
    # Without a code it is libpq that found nobody at the other end. With one the server
    # said so itself: connection exceptions, a shutdown, a session that was idle too long.
    return exc.sqlstate is None or exc.sqlstate.startswith(("08", "57P", "25P03"))


def unreachable(place: str, exc: psycopg.OperationalError) -> StoreError:
    """Say why a server did not accept a connection."""
    said = " ".join(str(exc).split())
    problem, advice = (
        "the server cannot be reached",
        "Check host, port and network, and that the server runs.",
    )
    # libpq tells these apart by words only.
    if "FATAL" in said:
        problem, advice = (
            "the server refused the connection",
            "Check user, password and the server's `pg_hba.conf`.",
        )
        if "does not exist" in said:
            advice = (
                "Create the database and the user first; the tables come by themselves."
            )
        if _has(said, _FULL):
            advice = (
                "Raise `max_connections`, or use fewer processes or smaller pools: "
                "`?pool_size=2` in the URL."
            )
        elif _has(said, _STARTING):
            advice = "It is starting or ending; try again later."
    # What a server says against user, password or database stays so.
    retryable = "FATAL" not in said or _has(said, (*_FULL, *_STARTING))
    return StoreError(place, f"{problem} ({said})", advice, retryable=retryable)


def _has(said: str, words: Collection[str]) -> bool:
    return any(word in said for word in words)


def is_full(exc: psycopg.OperationalError) -> bool:
    """Tell whether a server has no connection left."""
    said = str(exc)
    return "FATAL" in said and _has(said, _FULL)


def pool_busy(place: str, limits: PoolLimits, size: int) -> StoreError:
    """Say that all connections of a pool were in use for too long."""
    return StoreError(
        place,
        f"no connection of the pool became free within {limits.timeout_s:g} s, all "
        f"{size} were in use",
        "Give it more, `?pool_size=20` in the URL or `max_size` of a pool of your own, "
        "or more time, `?pool_timeout=60`; or look for transactions that never end.",
        retryable=True,
    )


def first_line(exc: psycopg.Error) -> str:
    """Return what went wrong, without the rows that a server quotes."""
    said = exc.diag.message_primary or str(exc).strip() or type(exc).__name__
    return said.splitlines()[0]
