"""The file of a `SqliteSaver`, written."""

import contextlib
import sqlite3
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import ClassVar, Final

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite import SqliteSaver

from interactions_core.adapter.storage import make_private
from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_langgraph._migration.sources import CheckpointKey, WriteKey
from interactions_langgraph._migration.thread_contents import ThreadContents

BUSY_TIMEOUT_S: Final = 30.0
"""How long another writer of the file is waited for."""

_STOCK: Final = {
    "checkpoints": {"thread_id", "checkpoint_ns", "checkpoint_id", "metadata"},
    "writes": {"thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "value"},
}
_CHECKPOINTS: Final = (
    "SELECT checkpoint_id, checkpoint_ns, parent_checkpoint_id FROM checkpoints "
    "WHERE thread_id = ?"
)
_WRITES: Final = (
    "SELECT checkpoint_id, checkpoint_ns, task_id, channel FROM writes "
    "WHERE thread_id = ?"
)


class _HeldConnection(sqlite3.Connection):
    """A connection whose transaction is not the saver's to end."""

    is_held = False

    def commit(self) -> None:
        if not self.is_held:
            super().commit()


class SqliteTarget:
    """A SQLite file, made for its owner alone where there is none.

    Raises:
        ConfigurationError: It is a file of another program, or of ours.
        StoreError: It cannot be opened.
    """

    drops: ClassVar[Sequence[str]] = ()
    refusals: ClassVar[tuple[type[Exception], ...]] = (TypeError, ValueError)

    def __init__(self, path: str, serde: SerializerProtocol) -> None:
        self.name = path
        if Path(path).is_dir():
            raise StoreError(path, "this is a folder", "Name a file in it.")
        try:
            make_private(path)
            self._db = sqlite3.connect(
                path,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
                factory=_HeldConnection,
            )
        except (OSError, sqlite3.Error) as exc:
            raise self._explained(exc) from exc
        try:
            self._check()
            self.saver = SqliteSaver(self._db, serde=serde)
            self.saver.setup()
        except sqlite3.Error as exc:
            self._db.close()
            raise self._explained(exc) from exc
        except BaseException:
            self._db.close()
            raise

    @contextlib.contextmanager
    def writing(self, thread_id: str) -> Generator[None]:
        """Hold the file's write lock; keep all or nothing."""
        del thread_id
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.is_held = True
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                self._db.is_held = False
                # Some errors of SQLite have ended the transaction already.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
        except sqlite3.Error as exc:
            raise self._explained(exc) from exc

    def holdings(self, thread_id: str) -> ThreadContents:
        """Name what there is of a thread."""
        checkpoints = self._db.execute(_CHECKPOINTS, (thread_id,)).fetchall()
        writes = self._db.execute(_WRITES, (thread_id,)).fetchall()
        return ThreadContents.of_keys(
            thread_id,
            [
                CheckpointKey(own, space, parent or None)
                for own, space, parent in checkpoints
            ],
            [WriteKey(*row) for row in writes],
        )

    def words_of(self, exc: Exception) -> str:
        """Say why a value is refused."""
        return str(exc)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _check(self) -> None:
        tables = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = {name for (name,) in tables}
        if "schema_versions" in names:
            message = (
                f"{self.name} is a file of ours; with --back, TARGET is one of "
                "LangGraph's SqliteSaver, or a new one"
            )
            raise ConfigurationError(message)
        for table in names & _STOCK.keys():
            found = {
                name for _, name, *_ in self._db.execute(f"PRAGMA table_info({table})")
            }
            if not _STOCK[table] <= found:
                message = (
                    f"{self.name} has another program's table {table!r}; name another "
                    "file, nothing was added to this one"
                )
                raise ConfigurationError(message)

    def _explained(self, exc: Exception) -> StoreError:
        problem = f"it cannot be written to ({exc})"
        advice = "What was written back before is whole; run the command again."
        return StoreError(self.name, problem, advice)
