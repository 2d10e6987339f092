"""Transactions of a PostgreSQL server of its own, counted by what it has logged."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.postgres import Server, running_server

LOGGED = {"log_statement": "all", "log_line_prefix": "<%v> "}
"""Each statement as it begins, with the transaction that it is in."""

_STATEMENT = re.compile(
    rb"^<(\d+/\d+)> LOG:  (?:statement|execute [^:]*): (.*)", re.MULTILINE
)


@dataclass(frozen=True)
class Trips:
    """How many transactions there were.

    Attributes:
        reads: Those that could write nothing.
        writes: All others.
        statements: In all of them, with those that begin and end them.
    """

    reads: int = 0
    writes: int = 0
    statements: int = field(default=0, compare=False)

    @property
    def all(self) -> int:
        return self.reads + self.writes


@contextmanager
def logging_server() -> Iterator[Server]:
    """Run a server that logs every statement."""
    with running_server(**LOGGED) as server:
        yield server


@contextmanager
def counted(server: Server) -> Iterator[list[Trips]]:
    """Count the transactions of the block; the one element is there at its end."""
    found: list[Trips] = []
    # A store that is collected meanwhile would be counted too.
    gc.collect()
    before = server.log.stat().st_size
    yield found
    logged = server.log.read_bytes()[before:]
    transactions: dict[bytes, bool] = {}
    statements = _STATEMENT.findall(logged)
    for name, statement in statements:
        transactions.setdefault(name, b"READ ONLY" in statement)
    reads = sum(transactions.values())
    found.append(Trips(reads, len(transactions) - reads, len(statements)))
