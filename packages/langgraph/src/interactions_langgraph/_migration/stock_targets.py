"""What a way back writes to: a database of LangGraph's own savers, by their own hands.

Their `put` and `put_writes` make the rows, so that what they read is what they wrote.
"""

import importlib.util
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Final, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.base import SerializerProtocol

from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._migration.thread_contents import ThreadContents

SQLITE: Final = "sqlite:///"
"""What the URL of a file begins with."""

_POSTGRES: Final = ("postgresql://", "postgres://")


class StockTarget(Protocol):
    """A database of a `SqliteSaver` or a `PostgresSaver`, for one thread at a time.

    Attributes:
        name: What to call it, without any password.
        saver: The saver, on the connection that `writing` holds.
        drops: Keys of metadata that this saver does not keep.
        refusals: What its `put` raises for a value that it cannot hold.
    """

    name: str
    drops: ClassVar[Sequence[str]]
    refusals: ClassVar[tuple[type[Exception], ...]]

    @property
    def saver(self) -> BaseCheckpointSaver[Any]:
        """The saver."""
        ...

    def writing(self, thread_id: str) -> AbstractContextManager[None]:
        """Keep all that is written of a thread within the block, or nothing.

        Raises:
            StoreError: It cannot be reached or written to.
        """
        ...

    def holdings(self, thread_id: str) -> ThreadContents:
        """Name what there is of a thread."""
        ...

    def words_of(self, exc: Exception) -> str:
        """Say why a value is refused, without quoting it."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


def open_target(place: str, serde: SerializerProtocol) -> StockTarget:
    """Open the database of a stock saver, and make its tables where there are none.

    Args:
        place: The path of a file, or a URL.
        serde: Its serializer.

    Raises:
        ConfigurationError: It is another program's, or LangGraph's saver for it is
            not installed.
        StoreError: It cannot be opened.
    """
    # Not at the top: each needs its package.
    if place.startswith(_POSTGRES):
        _need("langgraph.checkpoint.postgres", "langgraph-checkpoint-postgres")
        from interactions_langgraph._migration.postgres_target import (  # noqa: PLC0415
            PostgresTarget,
        )

        return PostgresTarget(place, serde)
    if "://" in place and not place.startswith(SQLITE):
        scheme = place.partition("://")[0]
        message = (
            f"no saver of LangGraph's is known behind {scheme}://…; with --back, TARGET "
            "is the path of a SQLite file, sqlite:///old.db or postgresql://…"
        )
        raise ConfigurationError(message)
    _need("langgraph.checkpoint.sqlite", "langgraph-checkpoint-sqlite")
    from interactions_langgraph._migration.sqlite_target import (  # noqa: PLC0415
        SqliteTarget,
    )

    return SqliteTarget(place.removeprefix(SQLITE), serde)


def _need(module: str, package: str) -> None:
    if importlib.util.find_spec(module) is None:
        message = (
            f"writing the rows of LangGraph's own saver needs it: pip install {package}"
        )
        raise ConfigurationError(message)
