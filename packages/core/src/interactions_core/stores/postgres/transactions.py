"""Transactions of a PostgreSQL database, each with a connection and its locks.

What has to be there before one begins is decided by `database` and `upgrade`.
"""

import contextlib
import threading
from collections.abc import Generator, Sequence

import psycopg

from interactions_core.process.forking import (
    TRANSACTION,
    WRITE_AGAIN,
    Origin,
    PerProcess,
    hold_forks,
)
from interactions_core.stores.postgres import beginning
from interactions_core.stores.postgres.connection import (
    Begun,
    Locks,
    PostgresConnection,
)
from interactions_core.stores.postgres.errors import LOCK_TIMEOUT_S, to_store_error
from interactions_core.stores.postgres.pools import Connections
from interactions_core.stores.sql.database import check_text
from interactions_core.stores.sql.schema.contracts import (
    VERSIONS,
    ContractCheck,
    Parts,
    read_contracts,
)


class Transactions:
    """Begins and ends transactions; safe for any number of threads.

    Args:
        schema: Where the tables are.
        place: The database, without any password.
        connections: Whose connections they use.
    """

    def __init__(self, schema: str, place: str, connections: Connections) -> None:
        self._schema = schema
        self._place = place
        self._connections = connections
        self._contracts = ContractCheck(place)
        self._local = PerProcess(threading.local)

    def lent(self) -> PostgresConnection | None:
        """Return the connection of the block that this thread is in, if any."""
        return getattr(self._local.get(), "connection", None)

    def read(
        self,
        parts: Parts | None = None,
        *,
        plans: Sequence[str] = beginning.LOOK_UPS,
    ) -> contextlib.AbstractContextManager[PostgresConnection]:
        """Lend a connection that reads from one state of the database.

        Args:
            parts: What has to be usable there; `None` if that is not looked at.
            plans: What the planner is told.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far meanwhile.
        """
        begin = beginning.begin(
            self._schema, beginning.READ, plans, None, LOCK_TIMEOUT_S
        )
        return self._run(begin, None, parts)

    def write(
        self,
        locks: Locks,
        parts: Parts | None = None,
        *,
        wait_s: float | None = None,
    ) -> contextlib.AbstractContextManager[PostgresConnection]:
        """Lend a connection under locks; all that the block does is kept, or nothing.

        Args:
            locks: What it writes.
            parts: What has to be usable there; `None` if that is not looked at.
            wait_s: How long to wait for a lock; `None` for as long as anybody does.

        Raises:
            StoreSchemaError: A newer version has changed the tables too far meanwhile.
        """
        begin = beginning.begin(
            self._schema,
            beginning.WRITE,
            beginning.LOOK_UPS,
            locks,
            wait_s or LOCK_TIMEOUT_S,
        )
        return self._run(begin, locks, parts)

    @contextlib.contextmanager
    def _run(
        self, statements: str, locks: Locks | None, parts: Parts | None
    ) -> Generator[PostgresConnection]:
        committing = False
        origin, local = Origin(), self._local.get()
        try:
            if parts is not None:
                # After the locks: while they are held nobody changes a table.
                statements = f"{statements}; {VERSIONS}"
            # A child could not use what libpq and OpenSSL are doing for another thread.
            with hold_forks(), self._connections.lend(statements) as begun:
                local.connection = connection = PostgresConnection(begun.raw, locks)
                try:
                    if parts is not None:
                        self._check_contracts(parts, connection, begun)
                    yield connection
                finally:
                    local.connection = None
                origin.check(TRANSACTION, WRITE_AGAIN)
                committing = locks is not None
                connection.commit()
        except psycopg.Error as exc:
            raise to_store_error(self._place, exc, committing=committing) from exc
        except UnicodeEncodeError as exc:
            check_text(self._place, exc)
            raise

    def _check_contracts(
        self, parts: Parts, connection: PostgresConnection, begun: Begun
    ) -> None:
        seen = frozenset((part, int(version)) for part, version in begun.rows)
        self._contracts.check(parts, seen, lambda: read_contracts(connection))
