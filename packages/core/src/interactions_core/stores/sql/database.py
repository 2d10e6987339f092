"""What a store needs of a database, whichever it is.

How statements are written is in `sql.statements`; a database runs them as they are.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.statements import Statement

Migration = Sequence[Statement]
"""The statements that lead from one schema version to the next."""

Parameters = Sequence[Any]
"""Values for the `$1`, `$2`, ... of a statement."""


class SqlCursor(Protocol):
    """The result of one statement."""

    @property
    def rowcount(self) -> int:
        """How many rows an INSERT, UPDATE or DELETE changed."""
        ...

    # A row has as many values, of such types, as its statement asks for.
    def fetchone(self) -> Any:  # noqa: ANN401
        """Return the next row as a tuple, or `None`."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left, as tuples."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class SqlConnection(Protocol):
    """One connection, held by one thread at a time."""

    @property
    def in_transaction(self) -> bool:
        """Whether what is read comes from one state, and what is written is pending."""
        ...

    def execute(self, sql: Statement, parameters: Parameters = ..., /) -> SqlCursor:
        """Run one statement."""
        ...

    def executemany(
        self, sql: Statement, parameters: Sequence[Parameters], /
    ) -> SqlCursor:
        """Run one statement for each of several rows of values."""
        ...


class SqlDatabase(Protocol):
    """A database that parts of this package keep tables in.

    Safe for any number of threads. Blocks that a thread opens inside another one
    share its connection, and its transaction.
    """

    @property
    def place(self) -> str:
        """What to call the database in errors, without any password."""
        ...

    def install(
        self, part: str, migrations: Sequence[Migration], *, needs: int | None = None
    ) -> None:
        """Bring the tables of `part` to the newest schema version, now or when used.

        Args:
            part: Whose tables these are; versions are counted per part.
            migrations: The index of an entry is the version that it starts from.
            needs: The oldest version that a program may know to go on beside this one,
                once they have run; all of them, if nothing is said.
        """
        ...

    def setup(self) -> None:
        """Open the database and bring all tables to their newest schema version."""
        ...

    def reading(self) -> AbstractContextManager[SqlConnection]:
        """Lend a connection for reads; fetch everything before leaving."""
        ...

    def writing(
        self, *names: str, shared: Collection[str] = ()
    ) -> AbstractContextManager[SqlConnection]:
        """Lend a connection in a transaction: all that the block does, or none of it.

        Args:
            names: What is written, e.g. the id of a thread. Writers who share a name
                take turns. A writer who gives none waits for nobody but for rows that
                another one is changing; nobody can have everything to himself.
            shared: What must not be written by others meanwhile. Those who only share
                a name do not wait for each other.
        """
        ...

    def erase_log(self) -> None:
        """Erase what was deleted from where it may still lie, as far as we can."""
        ...

    def close(self) -> None:
        """Let go of files and connections; the next use opens them again."""
        ...


def check_text(place: str, exc: UnicodeEncodeError) -> None:
    """Say what is wrong with a text that no database keeps; its error quotes it whole.

    Raises:
        StoreError: It holds a lone surrogate.
    """
    if exc.reason != "surrogates not allowed":
        return
    problem = "a text holds a lone surrogate, half of a character that was cut in two"
    advice = "The change was not applied; leave it out of names and ids."
    raise StoreError(place, problem, advice) from None
