"""What a write has to know of its thread before anything else, in one query."""

import dataclasses
from typing import Final

from interactions_core.adapter.storage import SqlConnection
from interactions_langgraph._storage import tombstones
from interactions_langgraph._storage.tables import thread_range_start
from interactions_langgraph._storage.threads import Thread

_READ: Final = f"""SELECT ({tombstones.KEY}), t.key, t.floor, s.number, s.dictionary, d.digest,
    (SELECT max(number) FROM checkpoint_contents WHERE number > $3 AND number < $4),
    (SELECT max(number) FROM checkpoint_nodes WHERE number > $3 AND number < $4),
    (SELECT count(*) FROM checkpoint_writes w
        WHERE w.space = s.number AND w.checkpoint_id = $5 AND w.task_id = $6)
FROM (SELECT 1 AS one) AS given
LEFT JOIN checkpoint_threads t ON t.number = $1
LEFT JOIN checkpoint_spaces s ON s.thread = t.number AND s.namespace = $2
LEFT JOIN checkpoint_contents d ON d.number = (s.thread << 32) + s.dictionary
"""  # noqa: S608  constants


@dataclasses.dataclass(frozen=True, slots=True)
class ThreadState:
    """A thread, and one of its namespaces, as a transaction finds them.

    Attributes:
        secret: What deleted checkpoints are named with; `None` where there are none.
        is_current: Whether nobody has deleted the thread since it was found.
        space: The namespace's number and the count of its dictionary; `None` where it
            is yet to be begun.
        dictionary: The digest of the dictionary.
        last: The last numbers that were given out to a content and to a node.
        has_writes: Whether the task has stored writes already.
    """

    secret: bytes | None
    is_current: bool
    space: tuple[int, int | None] | None
    dictionary: bytes | None
    last: tuple[int, int]
    has_writes: bool


def read_state(
    connection: SqlConnection,
    thread: Thread,
    namespace: str,
    task: tuple[str, str] = ("", ""),
) -> ThreadState:
    """Read what is known of a thread.

    Args:
        connection: The transaction that is about to write it.
        thread: The thread, as it was found.
        namespace: Which of its namespaces.
        task: The checkpoint and the task whose writes are stored.
    """
    first = thread_range_start(thread.row_id)
    bounds = first, thread_range_start(thread.row_id + 1)
    values = (thread.row_id, namespace, *bounds, *task)
    row = connection.execute(_READ, values).fetchone()
    secret, key, floor, number, count, dictionary, content, node, writes = row
    least = first + (floor or 0)
    return ThreadState(
        secret=None if secret is None else bytes(secret),
        is_current=key is not None and bytes(key) == thread.sealed_key,
        space=None if number is None else (number, count),
        dictionary=None if dictionary is None else bytes(dictionary),
        last=(max(content or first, least), max(node or first, least)),
        has_writes=bool(writes),
    )
