"""Copying a thread, row by row, inside the database.

Whatever a row refers to is a count within its thread, so only the rows' own numbers
change. The copy uses the same secret for its digests, which only the owner of
both threads can compare.
"""

from typing import Final

from interactions_core.adapter.storage import SqlConnection
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._storage.tables import thread_range_start
from interactions_langgraph._storage.threads import delete_thread

_THREAD: Final = (
    "INSERT INTO checkpoint_threads (thread_id, type, key, floor) "
    "SELECT $1, type, key, floor FROM checkpoint_threads WHERE number = $2"
)
_SPACES: Final = (
    "INSERT INTO checkpoint_spaces (thread, namespace, dictionary) "
    "SELECT $1, namespace, dictionary FROM checkpoint_spaces WHERE thread = $2 "
    "ORDER BY number"
)
_CONTENTS: Final = (
    "INSERT INTO checkpoint_contents (number, digest, type, body) "
    "SELECT number + $1, digest, type, body FROM checkpoint_contents "
    "WHERE number > $2 AND number < $3"
)
_NODES: Final = (
    "INSERT INTO checkpoint_nodes (number, digest, parent, content, message_id) "
    "SELECT number + $1, digest, parent + $1, content + $1, message_id "
    "FROM checkpoint_nodes "
    "WHERE number > $2 AND number < $3"
)
_CHECKPOINTS: Final = (
    "INSERT INTO checkpoints "
    "(space, checkpoint_id, parent_id, run_id, dictionary, type, body) "
    "SELECT new.number, c.checkpoint_id, c.parent_id, c.run_id, c.dictionary, "
    "c.type, c.body FROM checkpoint_spaces old CROSS JOIN checkpoint_spaces new "
    "CROSS JOIN checkpoints c WHERE old.thread = $2 AND new.thread = $1 "
    "AND new.namespace = old.namespace AND c.space = old.number "
    "ORDER BY c.number"
)
_WRITES: Final = (
    "INSERT INTO checkpoint_writes "
    "(space, checkpoint_id, task_id, idx, task_path, channel, reference) "
    "SELECT new.number, w.checkpoint_id, w.task_id, w.idx, w.task_path, "
    "w.channel, w.reference FROM checkpoint_spaces old "
    "CROSS JOIN checkpoint_spaces new CROSS JOIN checkpoint_writes w "
    "WHERE old.thread = $2 AND new.thread = $1 "
    "AND new.namespace = old.namespace AND w.space = old.number"
)


def copy_thread(connection: SqlConnection, source: str, target: str) -> None:
    """Copy all that a thread has; an unknown one has nothing.

    Raises:
        ConfigurationError: The target has checkpoints or writes of its own, or is the
            source.
    """
    if source == target:
        message = f"thread {source!r} cannot be copied onto itself"
        raise ConfigurationError(message)
    old = _find_thread_id(connection, source)
    if old is None:
        return
    if _is_in_use(connection, target):
        message = (
            f"thread {target!r} already has checkpoints, and those of {source!r} "
            "cannot be mixed with them; delete it first or copy to another thread_id"
        )
        raise ConfigurationError(message)
    delete_thread(connection, target)
    connection.execute(_THREAD, (target, old))
    new = _find_thread_id(connection, target)
    if new is None:
        message = f"thread {target!r} vanished while it was being copied"
        raise RuntimeError(message)
    shift = thread_range_start(new) - thread_range_start(old)
    bounds = thread_range_start(old), thread_range_start(old + 1)
    connection.execute(_SPACES, (new, old))
    connection.execute(_CONTENTS, (shift, *bounds))
    connection.execute(_NODES, (shift, *bounds))
    connection.execute(_CHECKPOINTS, (new, old))
    connection.execute(_WRITES, (new, old))


def _find_thread_id(connection: SqlConnection, thread_id: str) -> int | None:
    row = connection.execute(
        "SELECT number FROM checkpoint_threads WHERE thread_id = $1", (thread_id,)
    ).fetchone()
    return row[0] if row else None


def _is_in_use(connection: SqlConnection, thread_id: str) -> bool:
    for table in ("checkpoints", "checkpoint_writes"):
        row = connection.execute(
            f"SELECT 1 FROM checkpoint_threads t "  # noqa: S608  a constant above
            f"CROSS JOIN checkpoint_spaces s CROSS JOIN {table} c "
            "WHERE t.thread_id = $1 AND s.thread = t.number AND c.space = s.number "
            "LIMIT 1",
            (thread_id,),
        ).fetchone()
        if row:
            return True
    return False
