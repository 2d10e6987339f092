"""Storing values: each content once per thread, lists of messages as chains.

A node of a chain is a parent node and the message that follows it. So a list that
grew by one message costs one node, and lists with a common beginning share it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from interactions_core.adapter.storage import SqlConnection, placeholders
from interactions_langgraph._storage.codec import Codec, MessageState
from interactions_langgraph._storage.prepared_values import (
    Prepared,
    PreparedContent,
    PreparedMessages,
    PreparedNested,
    prepare_content,
)
from interactions_langgraph._storage.references import (
    CONTENT,
    MESSAGES,
    NESTED,
    SNAPSHOT,
    to_reference,
)
from interactions_langgraph._storage.tables import THREAD, thread_range_start
from interactions_langgraph._storage.threads import Thread

PROBES: Final = 4
"""How many of the last messages are looked for one by one."""

SOME: Final = 8
"""Up to how many rows go along with other statements instead of together."""

BATCH: Final = 500
"""Digests per query; SQLite allows 999 parameters in its oldest builds."""

_CONTENTS: Final = "checkpoint_contents"
_NODES: Final = "checkpoint_nodes"
_TABLES: Final[tuple[str, str]] = (_CONTENTS, _NODES)
_INSERTS: Final = {
    _CONTENTS: "INSERT INTO checkpoint_contents (number, digest, type, body) "
    "VALUES ($1, $2, $3, $4)",
    _NODES: "INSERT INTO checkpoint_nodes (number, digest, parent, content, message_id) "
    "VALUES ($1, $2, $3, $4, $5)",
}
_LAST: Final = """
SELECT (SELECT max(number) FROM checkpoint_contents WHERE number > $1 AND number < $2),
    (SELECT max(number) FROM checkpoint_nodes WHERE number > $1 AND number < $2), floor
FROM checkpoint_threads WHERE number = $3
"""


class ValueWriter:
    """Stores prepared values of one thread within one transaction.

    Attributes:
        connection: Where the transaction is open.
        codec: What the values are serialized with.

    Args:
        last: The last numbers of a content and of a node, if they were read already.
    """

    def __init__(
        self,
        connection: SqlConnection,
        thread: Thread,
        codec: Codec,
        last: tuple[int, int] | None = None,
    ) -> None:
        self.connection = connection
        self.codec = codec
        self._thread = thread
        # Nobody else writes the thread during this transaction.
        self._known: dict[tuple[str, bytes], int | None] = {}
        self._last: dict[str, int] = {}
        if last is not None:
            self._last.update(zip(_TABLES, last, strict=True))

    def look_up(self, values: Iterable[Prepared]) -> None:
        """Find out, in one query, what of some values the thread has.

        Of lists of messages only the last few are looked for.
        """
        wanted = [*_digests_of(values)]
        if len(wanted) > BATCH:
            return
        branches: list[str] = []
        digests: list[bytes] = []
        for at, table in enumerate(_TABLES):
            asked = dict.fromkeys(digest for name, digest in wanted if name == table)
            if asked:
                marks = placeholders(len(asked), after=1 + len(digests))
                branches.append(
                    f"SELECT {at}, digest, number FROM {table} "  # noqa: S608  as below
                    f"WHERE {THREAD} = $1 AND digest IN ({marks})"
                )
                digests += asked
        if digests:
            query, first = " UNION ALL ".join(branches), self._thread.row_id
            rows = self.connection.execute(query, (first, *digests)).fetchall()
            self._known.update(dict.fromkeys(wanted))
            self._known.update({(_TABLES[at], digest): n for at, digest, n in rows})

    def store(self, prepared: Prepared) -> int:
        """Store what is new of a value.

        Returns:
            The reference to it.
        """
        if isinstance(prepared, PreparedContent):
            return to_reference(self.store_content(prepared), CONTENT)
        if isinstance(prepared, PreparedNested):
            return to_reference(self._store_nested(prepared), NESTED)
        kind = SNAPSHOT if prepared.is_snapshot else MESSAGES
        return to_reference(self._store_messages(prepared), kind)

    def store_content(self, prepared: PreparedContent) -> int:
        """Store serialized bytes unless the thread has them; return their number."""
        return self._store_contents([prepared])[0]

    def _store_nested(self, prepared: PreparedNested) -> int:
        parts = [self.store(part) for part in prepared.parts]
        nested = self.codec.dump([self.store(prepared.frame), parts])
        return self.store_content(prepare_content(nested, self._thread.key))

    def _store_messages(self, prepared: PreparedMessages) -> int:
        stored, tip = self._longest_stored(prepared.digests)
        split = [self.codec.split_id(state) for state in prepared.states_from(stored)]
        contents = self._store_contents(
            [self._prepare_message(rest) for rest, _ in split]
        )
        rows: list[tuple[object, ...]] = []
        new = zip(prepared.digests[stored:], contents, split, strict=True)
        for digest, content, (_, message_id) in new:
            node = self._next_row_id(_NODES, digest)
            rows.append((node, digest, tip, content, message_id))
            tip = node
        self._insert(_NODES, rows)
        return tip

    def _store_contents(self, contents: Sequence[PreparedContent]) -> list[int]:
        self._look_up(_CONTENTS, [content.digest for content in contents])
        numbers: list[int] = []
        rows: list[tuple[object, ...]] = []
        for content in contents:
            number = self._known[_CONTENTS, content.digest]
            if number is None:
                number = self._next_row_id(_CONTENTS, content.digest)
                rows.append((number, content.digest, *self.codec.seal(content.dump)))
            numbers.append(number)
        self._insert(_CONTENTS, rows)
        return numbers

    def _insert(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        if not rows:
            return
        insert = _INSERTS[table]
        if len(rows) > SOME:
            self.connection.executemany(insert, rows)
            return
        for row in rows:
            self.connection.execute_later(insert, row)

    def _prepare_message(self, state: MessageState) -> PreparedContent:
        return prepare_content(self.codec.dump_state(state), self._thread.key)

    def _longest_stored(self, digests: Sequence[bytes]) -> tuple[int, int]:
        for length in range(len(digests), 0, -1):
            # A list has mostly grown by a few messages, or is new as a whole.
            if len(digests) - length == PROBES:
                self._look_up(_NODES, digests[:length])
            node = self._find(_NODES, digests[length - 1])
            if node is not None:
                return length, node
        return 0, thread_range_start(self._thread.row_id)

    def _find(self, table: str, digest: bytes) -> int | None:
        self._look_up(table, [digest])
        return self._known[table, digest]

    def _look_up(self, table: str, digests: Sequence[bytes]) -> None:
        """Find out which digests the thread has, in as few queries as may be."""
        new = [digest for digest in digests if (table, digest) not in self._known]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            marks = placeholders(len(batch), after=1)
            rows = self.connection.execute(
                f"SELECT digest, number FROM {table} "  # noqa: S608  constants above
                f"WHERE {THREAD} = $1 AND digest IN ({marks})",
                (self._thread.row_id, *batch),
            )
            self._known.update({(table, digest): None for digest in batch})
            self._known.update({(table, digest): n for digest, n in rows})

    def _next_row_id(self, table: str, digest: bytes) -> int:
        """Give out a number, which the thread never had before."""
        if not self._last:
            self._last = self._last_numbers()
        self._last[table] += 1
        self._known[table, digest] = self._last[table]
        return self._last[table]

    def _last_numbers(self) -> dict[str, int]:
        first = thread_range_start(self._thread.row_id)
        bounds = first, thread_range_start(self._thread.row_id + 1)
        *found, floor = self.connection.execute(
            _LAST, (*bounds, self._thread.row_id)
        ).fetchone()
        return {
            table: max(number or first, first + floor)
            for table, number in zip(_TABLES, found, strict=True)
        }


def _digests_of(values: Iterable[Prepared]) -> Iterator[tuple[str, bytes]]:
    for value in values:
        if isinstance(value, PreparedContent):
            yield _CONTENTS, value.digest
        elif isinstance(value, PreparedMessages):
            yield from ((_NODES, digest) for digest in value.digests[-PROBES:])
        else:
            yield _CONTENTS, value.frame.digest
            yield from _digests_of(value.parts)
