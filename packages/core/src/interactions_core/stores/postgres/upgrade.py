"""Bring a schema of a PostgreSQL database up to date, beside those who use it."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import psycopg
from psycopg.errors import LockNotAvailable

from interactions_core.exceptions import StoreError
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.forking import hold_forks
from interactions_core.stores.postgres.connection import Locks, PostgresConnection
from interactions_core.stores.postgres.errors import LOCK_TIMEOUT_S, to_store_error
from interactions_core.stores.postgres.indexes import build_indexes
from interactions_core.stores.postgres.pools import Connections
from interactions_core.stores.postgres.schemas import Schema
from interactions_core.stores.postgres.transactions import Transactions
from interactions_core.stores.sql.database import SqlConnection
from interactions_core.stores.sql.schema.contracts import Part, Parts
from interactions_core.stores.sql.schema.rewriting import (
    InTransaction,
    Tell,
    begin_to_rewrite,
    rewrite_rows,
)
from interactions_core.stores.sql.schema.state import (
    SchemaState,
    behind_parts,
    read_state,
    unbuilt_parts,
    unfinished_parts,
)

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")

_LOCK_S: Final = 0.2
"""How long an upgrade waits for a lock at a time."""

_PAUSE_S: Final = (0.1, 0.5)


class Upgrade:
    """Makes and changes tables, rows and indexes; each step is one transaction.

    While others write it is tried again and again: whoever waits for a lock keeps
    all waiting that come after. Processes that do so at the same time wait for each
    other.

    Args:
        schema: What is brought up to date.
        place: The database, without any password.
        connections: Lends one for indexes, which are built in no transaction.
        transactions: Runs the rest.
    """

    def __init__(
        self,
        schema: Schema,
        place: str,
        connections: Connections,
        transactions: Transactions,
    ) -> None:
        self._schema = schema
        self._place = place
        self._connections = connections
        self._transactions = transactions

    def state(self, parts: Parts) -> SchemaState:
        """Read what is there of each part."""
        with self._transactions.read() as connection:
            return read_state(connection, parts)

    def bring_up(self, parts: Parts, found: Mapping[str, int], tell: Tell) -> None:
        """Make what is not there, and change as many rows as one may wait for.

        Args:
            parts: What is to be there.
            found: The versions that are.
            tell: Is told after each batch of rows.

        Raises:
            StoreError: The server refuses, or others write for too long.
        """
        if behind_parts(parts, found):
            self._change_tables(parts, tell)
            found = self.state(parts).versions
        slow = unbuilt_parts(parts, found)
        if slow:
            self._build_indexes(slow)
        for part in unfinished_parts(parts, found).values():
            begin_to_rewrite(self._taking_turns(part), part, tell)

    def finish(self, parts: Parts, tell: Tell) -> None:
        """Change all rows that are left."""
        for part in unfinished_parts(parts, self.state(parts).versions).values():
            self._rewrite(part, tell)

    def _change_tables(self, parts: Parts, tell: Tell) -> None:
        """Change tables, and before the next change the rows that it rests on."""
        everything = Locks(is_of_all=True)
        while True:
            self._patiently(everything, lambda db: self._schema.upgrade(db, parts))
            waiting = behind_parts(parts, self.state(parts).versions)
            if not waiting:
                return
            for part in waiting.values():
                self._rewrite(part, tell)

    def _rewrite(self, part: Part, tell: Tell) -> None:
        rewrite_rows(self._taking_turns(part), part, tell=tell)

    def _taking_turns(self, part: Part) -> InTransaction:
        """Let those who change the same rows take turns; nobody else has to wait."""
        locks = Locks(names=frozenset([f"migration of {part.name}"]))

        def run(work: Callable[[SqlConnection], T]) -> T:
            return self._patiently(locks, work)

        return run

    def _patiently(self, locks: Locks, work: Callable[[PostgresConnection], T]) -> T:
        """Change something, as soon as nobody holds what that has to lock."""
        give_up = time.monotonic() + LOCK_TIMEOUT_S
        while True:
            try:
                with self._transactions.write(locks, wait_s=_LOCK_S) as connection:
                    return work(connection)
            except StoreError as exc:
                is_locked = isinstance(exc.__cause__, LockNotAvailable)
                if not is_locked or time.monotonic() >= give_up:
                    raise
            # All that came meanwhile have their turn first.
            time.sleep(random.uniform(*_PAUSE_S))  # noqa: S311  not a secret

    def _build_indexes(self, parts: Parts) -> None:
        """Build what makes the store faster; whoever may not, goes on without."""
        name = self._schema.name
        try:
            with hold_forks(), self._connections.lend("SELECT 1") as begun:
                built = {
                    part: described
                    for part, described in parts.items()
                    if build_indexes(begun.raw, name, described.migrations)
                }
            with self._transactions.write(Locks()) as connection:
                self._schema.keep_version(connection, built)
        except (psycopg.Error, StoreError) as exc:
            is_told = isinstance(exc, StoreError)
            told = exc if is_told else to_store_error(self._place, exc)
            logger.warning(
                "an index was not built, look-ups are slower: %s",
                shown_error(told),
                extra=log_fields("index_not_built", error=told),
            )
