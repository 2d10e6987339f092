"""What a store needs of a database, whichever it is.

How statements are written is in `sql.statements`; a database runs them as they are.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.statements import Statement

if TYPE_CHECKING:
    from interactions_core.stores.sql.schema.contracts import Parts
    from interactions_core.stores.sql.schema.rewriting import Tell
    from interactions_core.stores.sql.schema.state import SchemaState


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A migration that changes rows, some at a time, while others read and write them.

    Rows are taken in the order of a text by which an index finds them. Until all are
    done, programs find both forms, and so they do of rows that an older one writes
    behind it.

    Attributes:
        bound: The key of the last row of a batch, and how many rows it has: of those
            behind the key `$1`, "" at first, the first `$2`. The key is null if there
            are none.
        change: Changes the rows behind the key `$1`, up to and with the key `$2`.
        count: How many rows there are.
        size: Rows of a batch; several may share the last key.
    """

    bound: Statement
    change: Statement
    count: Statement
    size: int = 500


Migration = Sequence[Statement] | Rewrite
"""What leads from one schema version to the next: statements, or rows to change."""

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

    def execute_later(self, sql: Statement, parameters: Parameters = ..., /) -> None:
        """Run one statement, whose result nobody needs, before the next or at the end.

        Where a statement is a trip to a server, it goes along with another one; what
        is wrong with it is raised there.
        """
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

    read_only: bool
    """Whether nothing may be made or changed."""

    @property
    def auto_migrate(self) -> bool:
        """Whether the first use makes and upgrades tables, or refuses where it would."""
        ...

    @property
    def place(self) -> str:
        """What to call the database in errors, without any password."""
        ...

    @property
    def parts(self) -> "Parts":
        """What this process knows."""
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

    def install_all(self, parts: Mapping[str, Sequence[Migration]]) -> None:
        """Do so with several parts, of which none is made where one may not be.

        Args:
            parts: Migrations by part, in the order in which they are made.
        """
        ...

    def setup(self) -> None:
        """Open the database and bring all tables to their newest schema version."""
        ...

    def check_is_ours(self) -> None:
        """Look whether all parts may be made there; nothing is made or changed.

        Raises:
            StoreError: Another program has tables of their names.
        """
        ...

    def state(self) -> "SchemaState":
        """Read what is there of each part; nothing is made, changed or refused."""
        ...

    def migrate(self, tell: "Tell" = ...) -> None:
        """Bring everything up to date, with all rows, whatever `auto_migrate` says.

        Args:
            tell: Is told after each batch of rows.
        """
        ...

    def reading(self) -> AbstractContextManager[SqlConnection]:
        """Lend a connection for reads; fetch everything before leaving."""
        ...

    def surveying(self) -> AbstractContextManager[SqlConnection]:
        """Do as `reading`, for statements that read much of a table, or all of it.

        Reads of a turn are look-ups, and a server is kept from anything else; sums over
        thousands of rows would take minutes by look-ups.
        """
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
