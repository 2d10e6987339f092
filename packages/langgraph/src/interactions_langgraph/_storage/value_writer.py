"""Storing values: each content once per thread, lists of messages as chains.

A node of a chain is a parent node and the message that follows it. So a list that
grew by one message costs one node, and lists with a common beginning share it.
"""

from collections.abc import Sequence
from typing import Final

from interactions_core.adapter.storage import SqlConnection, placeholders
from interactions_langgraph._storage.codec import Codec, MessageState
from interactions_langgraph._storage.drafts import (
    AssemblyDraft,
    ContentDraft,
    Draft,
    MessagesDraft,
    draft_content,
)
from interactions_langgraph._storage.references import (
    ASSEMBLY,
    CONTENT,
    MESSAGES,
    SNAPSHOT,
    to_reference,
)
from interactions_langgraph._storage.tables import THREAD, first_number
from interactions_langgraph._storage.threads import Thread

PROBES: Final = 4
"""How many of the last messages are looked for one by one."""

BATCH: Final = 500
"""Digests per query; SQLite allows 999 parameters in its oldest builds."""

_CONTENTS: Final = "checkpoint_contents"
_NODES: Final = "checkpoint_nodes"
_LAST: Final = """
SELECT (SELECT max(number) FROM checkpoint_contents WHERE number > $1 AND number < $2),
    (SELECT max(number) FROM checkpoint_nodes WHERE number > $1 AND number < $2), floor
FROM checkpoint_threads WHERE number = $3
"""


class ValueWriter:
    """Stores drafts of one thread within one transaction.

    Attributes:
        connection: Where the transaction is open.
        codec: What the values are serialized with.
    """

    def __init__(self, connection: SqlConnection, thread: Thread, codec: Codec) -> None:
        self.connection = connection
        self.codec = codec
        self._thread = thread
        # Nobody else writes the thread during this transaction.
        self._known: dict[tuple[str, bytes], int | None] = {}
        self._last: dict[str, int] = {}

    def keep(self, draft: Draft) -> int:
        """Store what is new of a value.

        Returns:
            The reference to it.
        """
        if isinstance(draft, ContentDraft):
            return to_reference(self.keep_content(draft), CONTENT)
        if isinstance(draft, AssemblyDraft):
            return to_reference(self._keep_assembly(draft), ASSEMBLY)
        kind = SNAPSHOT if draft.is_snapshot else MESSAGES
        return to_reference(self._keep_messages(draft), kind)

    def keep_content(self, draft: ContentDraft) -> int:
        """Store serialized bytes unless the thread has them; return their number."""
        return self._keep_contents([draft])[0]

    def _keep_assembly(self, draft: AssemblyDraft) -> int:
        parts = [self.keep(part) for part in draft.parts]
        assembly = self.codec.dump([self.keep(draft.frame), parts])
        return self.keep_content(draft_content(assembly, self._thread.key))

    def _keep_messages(self, draft: MessagesDraft) -> int:
        kept, tip = self._longest_kept(draft.digests)
        split = [self.codec.split_id(state) for state in draft.states_from(kept)]
        contents = self._keep_contents([self._draft_message(rest) for rest, _ in split])
        rows: list[tuple[object, ...]] = []
        new = zip(draft.digests[kept:], contents, split, strict=True)
        for digest, content, (_, message_id) in new:
            node = self._next(_NODES, digest)
            rows.append((node, digest, tip, content, message_id))
            tip = node
        self._insert(_NODES, rows)
        return tip

    def _keep_contents(self, drafts: Sequence[ContentDraft]) -> list[int]:
        self._look_up(_CONTENTS, [draft.digest for draft in drafts])
        numbers: list[int] = []
        rows: list[tuple[object, ...]] = []
        for draft in drafts:
            number = self._known[_CONTENTS, draft.digest]
            if number is None:
                number = self._next(_CONTENTS, draft.digest)
                rows.append((number, draft.digest, *self.codec.seal(draft.dump)))
            numbers.append(number)
        self._insert(_CONTENTS, rows)
        return numbers

    def _insert(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        if not rows:
            return
        marks = placeholders(len(rows[0]))
        insert = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608  constants above
        if len(rows) == 1:
            self.connection.execute(insert, rows[0])
        else:
            self.connection.executemany(insert, rows)

    def _draft_message(self, state: MessageState) -> ContentDraft:
        return draft_content(self.codec.dump_state(state), self._thread.key)

    def _longest_kept(self, digests: Sequence[bytes]) -> tuple[int, int]:
        for length in range(len(digests), 0, -1):
            # A list has mostly grown by a few messages, or is new as a whole.
            if len(digests) - length == PROBES:
                self._look_up(_NODES, digests[:length])
            node = self._find(_NODES, digests[length - 1])
            if node is not None:
                return length, node
        return 0, first_number(self._thread.number)

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
                (self._thread.number, *batch),
            )
            self._known.update({(table, digest): None for digest in batch})
            self._known.update({(table, digest): n for digest, n in rows})

    def _next(self, table: str, digest: bytes) -> int:
        """Give out a number, which the thread never had before."""
        if not self._last:
            self._last = self._last_numbers()
        self._last[table] += 1
        self._known[table, digest] = self._last[table]
        return self._last[table]

    def _last_numbers(self) -> dict[str, int]:
        first = first_number(self._thread.number)
        bounds = first, first_number(self._thread.number + 1)
        *found, floor = self.connection.execute(
            _LAST, (*bounds, self._thread.number)
        ).fetchone()
        return {
            table: max(number or first, first + floor)
            for table, number in zip((_CONTENTS, _NODES), found, strict=True)
        }
