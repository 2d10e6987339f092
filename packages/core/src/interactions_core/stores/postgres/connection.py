"""One connection to PostgreSQL that understands the statements of this package.

What Python types become is decided here for our own cursors only: a connection of
somebody else's pool is given back as it came.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Dumper, Loader
from psycopg.pq import Format
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8BinaryDumper

from interactions_core.stores.postgres.dialect import escaped, translated, unescaped
from interactions_core.stores.sql import Parameters

RawConnection = psycopg.Connection[Any]


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


class StoreCursor(psycopg.Cursor[Any]):
    """A cursor with our types, whatever its connection was configured for."""

    def __init__(self, connection: RawConnection) -> None:
        super().__init__(connection, row_factory=tuple_row)
        self.format = Format.BINARY

    @property
    def adapters(self) -> AdaptersMap:
        """What Python types become."""
        return _ADAPTERS


def run_all(connection: RawConnection, statements: str) -> None:
    """Send several statements, without values or results, as one message."""
    cursor = psycopg.Cursor[Any](connection)
    # Only what is neither prepared nor binary may be more than one statement.
    cursor.execute(statements.encode(), prepare=False)


class PostgresConnection:
    """A connection in a transaction, lent to one thread.

    Args:
        raw: The connection of psycopg.
        names: What the transaction may write; `None` for nothing, none for all.
    """

    in_transaction = True

    def __init__(self, raw: RawConnection, names: frozenset[str] | None) -> None:
        self.raw = raw
        self._names = names

    def allows(self, names: Iterable[str]) -> bool:
        """Tell whether a block inside may write these names."""
        if self._names is None:
            return False
        wanted = frozenset(names)
        return not self._names or bool(wanted and wanted <= self._names)

    def execute(self, sql: str, parameters: Parameters = (), /) -> StoreCursor:
        """Run one statement."""
        return StoreCursor(self.raw).execute(translated(sql), parameters)

    def executemany(self, sql: str, parameters: Sequence[Any], /) -> StoreCursor:
        """Run one statement for each of several rows of values."""
        cursor = StoreCursor(self.raw)
        cursor.executemany(translated(sql), parameters)
        return cursor
