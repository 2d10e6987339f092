"""One connection to PostgreSQL that understands the statements of this package.

What Python types become is decided here for our own cursors only: a connection of
somebody else's pool is given back as it came.
"""

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Dumper, Loader
from psycopg.pq import Format
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8BinaryDumper

from interactions_core.stores.postgres.text import escaped, unescaped
from interactions_core.stores.sql.database import Parameters
from interactions_core.stores.sql.statements import Statement

RawConnection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Locks:
    """What a transaction writes, and what it keeps others from writing.

    Attributes:
        names: What it writes.
        shared: What others may share, but not write.
        is_of_all: Whether nobody else may write anything, as while tables are changed.
    """

    names: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    is_of_all: bool = False

    def cover(self, wanted: "Locks") -> bool:
        """Tell whether nothing more has to be locked for `wanted`."""
        if self.is_of_all:
            return True
        held = self.names | self.shared
        return (
            not wanted.is_of_all
            and wanted.names <= self.names
            and wanted.shared <= held
        )


class _TextDumper(Dumper):
    format = Format.BINARY
    oid = psycopg.adapters.types["text"].oid

    def dump(self, obj: str) -> Buffer:
        return escaped(obj).encode()


class _TextLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> str:
        return unescaped(str(data, "utf-8"))


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_dumper(str, _TextDumper)
    adapters.register_loader("text", _TextLoader)
    # All our numbers and flags lie in columns of 64 bits.
    adapters.register_dumper(int, Int8BinaryDumper)
    adapters.register_dumper(bool, Int8BinaryDumper)
    return adapters


_ADAPTERS: Final = _adapters()


class StoreCursor(psycopg.RawCursor[Any]):
    """A cursor with our types, whatever its connection was configured for.

    It hands statements on as they are, with PostgreSQL's own placeholders.
    """

    def __init__(self, connection: RawConnection) -> None:
        super().__init__(connection, row_factory=tuple_row)
        self.format = Format.BINARY

    @property
    def adapters(self) -> AdaptersMap:
        """What Python types become."""
        return _ADAPTERS


@dataclass(frozen=True, slots=True)
class Begun:
    """A connection on which several statements have run.

    Attributes:
        raw: The connection of psycopg.
        rows: What the last of them found, as the server writes it.
    """

    raw: RawConnection
    rows: Sequence[Sequence[str]] = ()


def run_all(connection: RawConnection, statements: str) -> Begun:
    """Send several statements, without values, as one message."""
    cursor = psycopg.Cursor[Any](connection)
    # Only what is neither prepared nor binary may be more than one statement.
    cursor.execute(statements.encode(), prepare=False)
    while cursor.nextset():
        pass
    found = cursor.pgresult
    # Not by its cursor: whose pool it is may have said what a row is.
    rows = (
        [
            [
                str(found.get_value(row, column) or b"", "utf-8")
                for column in range(found.nfields)
            ]
            for row in range(found.ntuples)
        ]
        if found
        else []
    )
    return Begun(connection, rows)


class PostgresConnection:
    """A connection in a transaction, lent to one thread.

    Args:
        raw: The connection of psycopg.
        locks: What the transaction may write; `None` for nothing.
    """

    in_transaction = True

    def __init__(self, raw: RawConnection, locks: Locks | None) -> None:
        self.raw = raw
        self._locks = locks
        self._later: list[tuple[bytes, Parameters]] = []

    def allows(self, wanted: Locks) -> bool:
        """Tell whether a block inside may write these names."""
        return self._locks is not None and self._locks.cover(wanted)

    def execute(self, sql: Statement, parameters: Parameters = (), /) -> StoreCursor:
        """Run one statement."""
        cursor = StoreCursor(self.raw)
        with self._trip():
            cursor.execute(_as_bytes(sql), parameters)
        return cursor

    def execute_later(self, sql: Statement, parameters: Parameters = (), /) -> None:
        """Run one statement together with the next one, or with the commit."""
        self._later.append((_as_bytes(sql), parameters))

    def executemany(
        self, sql: Statement, parameters: Sequence[Parameters], /
    ) -> StoreCursor:
        """Run one statement for each of several rows of values."""
        cursor = StoreCursor(self.raw)
        with self._trip():
            cursor.executemany(_as_bytes(sql), parameters)
        return cursor

    def commit(self) -> None:
        """Keep what was done."""
        if not self._later:
            # One message. With values it would be four, and psycopg would prepare it.
            run_all(self.raw, "COMMIT")
            return
        with self._trip():
            # As a statement: what is only a message is not let into a pipeline.
            StoreCursor(self.raw).execute(b"COMMIT", prepare=False)

    @contextlib.contextmanager
    def _trip(self) -> Generator[None]:
        """Send what was left for later together with the statement of the block."""
        later, self._later = self._later, []
        if not later:
            yield
            return
        with contextlib.ExitStack() as stack:
            if psycopg.Pipeline.is_supported():
                stack.enter_context(self.raw.pipeline())
            for sql, parameters in later:
                StoreCursor(self.raw).execute(sql, parameters)
            yield


def _as_bytes(sql: Statement) -> bytes:
    return (sql if isinstance(sql, str) else sql.postgres).encode()
