"""The threads that have checkpoints, and the secret that each one's digests use.

A digest under a key of the thread's own says nothing about what another thread
holds; a serializer that encrypts also encrypts the key, so that a digest cannot
be used to test guesses of the text.
"""

import dataclasses
import secrets
from collections.abc import Callable
from typing import Final

from interactions_core.adapter.storage import SqlConnection
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.tables import CheckpointTables, thread_range_start

_TABLES_BY_NUMBER = ("checkpoint_contents", "checkpoint_nodes")

_HOLDINGS: Final = """
SELECT 1 FROM checkpoint_threads t CROSS JOIN checkpoint_spaces s
WHERE t.thread_id = $1 AND s.thread = t.number AND (
    EXISTS (SELECT 1 FROM checkpoints c WHERE c.space = s.number)
    OR EXISTS (SELECT 1 FROM checkpoint_writes w WHERE w.space = s.number)
) LIMIT 1
"""

MOST_THREADS: Final = 10_000
"""How many threads a saver remembers at most; it then begins anew."""


@dataclasses.dataclass(frozen=True, slots=True)
class Thread:
    """A thread as it was found, to be confirmed before anything refers to it."""

    row_id: int
    sealed_key: bytes
    key: bytes = dataclasses.field(repr=False)


class Threads:
    """Threads by LangGraph's `thread_id`.

    Safe for any number of threads of the process. What is remembered may have been
    deleted since, by anybody.
    """

    def __init__(self, tables: CheckpointTables, codec: Codec) -> None:
        self._tables = tables
        self._codec = codec
        self._remembered: dict[str, Thread] = {}

    def find_cached(self, thread_id: str) -> Thread | None:
        """Return the thread if it was found before; nothing is waited for."""
        return self._remembered.get(thread_id)

    def ensure(
        self, thread_id: str, unless: Callable[[SqlConnection], bool]
    ) -> Thread | None:
        """Remember the thread, find it, or begin it, `unless` it must not begin."""
        thread = self._remembered.get(thread_id)
        if thread is None:
            row = self._row(thread_id, unless)
            if row is None:
                return None
            thread = _open_thread(row, self._codec)
            if len(self._remembered) >= MOST_THREADS:
                self._remembered = {}
            self._remembered[thread_id] = thread
        return thread

    def forget(self, thread_id: str) -> None:
        """Look for the thread anew with its next use."""
        self._remembered.pop(thread_id, None)

    def _row(
        self, thread_id: str, unless: Callable[[SqlConnection], bool]
    ) -> tuple[int, str, bytes] | None:
        row = None
        with self._tables.snapshot() as connection:
            row = _find(connection, thread_id)
        if row is None:
            type_, key = self._codec.seal(self._codec.dump(secrets.token_hex(32)))
            with self._tables.writing(thread_id) as connection:
                if unless(connection):
                    return None
                connection.execute(
                    "INSERT INTO checkpoint_threads (thread_id, type, key) "
                    "VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    (thread_id, type_, key),
                )
                row = _find(connection, thread_id)
        if row is None:
            message = f"thread {thread_id} vanished while it was being written"
            raise RuntimeError(message)
        return row


def find_thread(
    connection: SqlConnection, thread_id: str, codec: Codec
) -> Thread | None:
    """Find a thread that has been written to."""
    row = _find(connection, thread_id)
    return _open_thread(row, codec) if row else None


def begin_namespace(
    connection: SqlConnection, thread: Thread, namespace: str
) -> tuple[int, int | None]:
    """Begin a namespace of the thread.

    Returns:
        Its number, and the content that its checkpoints are packed against: none yet.
    """
    key = (thread.row_id, namespace)
    connection.execute(
        "INSERT INTO checkpoint_spaces (thread, namespace) VALUES ($1, $2)", key
    )
    query = "SELECT number FROM checkpoint_spaces WHERE thread = $1 AND namespace = $2"
    (number,) = connection.execute(query, key).fetchone()
    return number, None


def delete_thread(connection: SqlConnection, thread_id: str) -> None:
    """Delete all that belongs to a thread; an unknown one has nothing."""
    row = _find(connection, thread_id)
    if row is None:
        return
    number = row[0]
    for table in ("checkpoint_writes", "checkpoints"):
        connection.execute(
            f"DELETE FROM {table} WHERE space IN "  # noqa: S608  a constant above
            "(SELECT number FROM checkpoint_spaces WHERE thread = $1)",
            (number,),
        )
    for table in _TABLES_BY_NUMBER:
        connection.execute(
            f"DELETE FROM {table} WHERE number > $1 AND number < $2",  # noqa: S608
            (thread_range_start(number), thread_range_start(number + 1)),
        )
    connection.execute("DELETE FROM checkpoint_spaces WHERE thread = $1", (number,))
    connection.execute("DELETE FROM checkpoint_threads WHERE number = $1", (number,))


def list_threads(connection: SqlConnection) -> list[str]:
    """Return the ids of all threads."""
    query = "SELECT thread_id FROM checkpoint_threads ORDER BY thread_id"
    return [row[0] for row in connection.execute(query).fetchall()]


def delete_if_empty(connection: SqlConnection, thread_id: str) -> bool:
    """Delete a thread that was begun, and in which nothing is stored."""
    if connection.execute(_HOLDINGS, (thread_id,)).fetchone():
        return False
    delete_thread(connection, thread_id)
    return True


def _open_thread(row: tuple[int, str, bytes], codec: Codec) -> Thread:
    number, type_, sealed = row
    key = str(codec.load(type_, sealed)).encode()
    return Thread(number, sealed, codec.domain + key)


def _find(connection: SqlConnection, thread_id: str) -> tuple[int, str, bytes] | None:
    return connection.execute(
        "SELECT number, type, key FROM checkpoint_threads WHERE thread_id = $1",
        (thread_id,),
    ).fetchone()
