"""Storing values: each content once per thread, lists of messages as chains.

A node of a chain is a parent node and the message that follows it. So a list that
grew by one message costs one node, and lists with a common beginning share it.
"""

import sqlite3
from collections.abc import Sequence

from interactions_langgraph._codec import Codec, MessageState
from interactions_langgraph._drafts import (
    AssemblyDraft,
    ContentDraft,
    Draft,
    MessagesDraft,
    draft_content,
)
from interactions_langgraph._references import (
    ASSEMBLY,
    CONTENT,
    MESSAGES,
    SNAPSHOT,
    to_reference,
)
from interactions_langgraph._tables import first_number
from interactions_langgraph._threads import Thread


class ValueWriter:
    """Stores drafts of one thread within one transaction.

    Attributes:
        connection: Where the transaction is open.
        codec: What the values are serialized with.
    """

    def __init__(
        self, connection: sqlite3.Connection, thread: Thread, codec: Codec
    ) -> None:
        self.connection = connection
        self.codec = codec
        self._thread = thread

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
        number = self._find("checkpoint_contents", draft.digest)
        if number is None:
            number = self._next("checkpoint_contents")
            self.connection.execute(
                "INSERT INTO checkpoint_contents VALUES (?, ?, ?, ?)",
                (number, draft.digest, *self.codec.seal(draft.dump)),
            )
        return number

    def _keep_assembly(self, draft: AssemblyDraft) -> int:
        parts = [(path, self.keep(part)) for path, part in draft.parts]
        assembly = self.codec.dump([self.keep(draft.frame), parts])
        return self.keep_content(draft_content(assembly, self._thread.key))

    def _keep_messages(self, draft: MessagesDraft) -> int:
        kept, tip = self._longest_kept(draft.digests)
        new = zip(draft.digests[kept:], draft.states_from(kept), strict=True)
        for digest, state in new:
            content = self._keep_message(state)
            node = self._next("checkpoint_nodes")
            self.connection.execute(
                "INSERT INTO checkpoint_nodes VALUES (?, ?, ?, ?)",
                (node, digest, tip, content),
            )
            tip = node
        return tip

    def _keep_message(self, state: MessageState) -> int:
        return self.keep_content(
            draft_content(self.codec.dump_state(state), self._thread.key)
        )

    def _longest_kept(self, digests: Sequence[bytes]) -> tuple[int, int]:
        for length in range(len(digests), 0, -1):
            node = self._find("checkpoint_nodes", digests[length - 1])
            if node is not None:
                return length, node
        return 0, first_number(self._thread.number)

    def _find(self, table: str, digest: bytes) -> int | None:
        row = self.connection.execute(
            f"SELECT number FROM {table} "  # noqa: S608  a table's name from above
            "WHERE number >> 32 = ? AND digest = ?",
            (self._thread.number, digest),
        ).fetchone()
        return row[0] if row else None

    def _next(self, table: str) -> int:
        first = first_number(self._thread.number)
        last, floor = self.connection.execute(
            f"SELECT (SELECT max(number) FROM {table} "  # noqa: S608  a table's name from above
            "WHERE number > ? AND number < ?), floor "
            "FROM checkpoint_threads WHERE number = ?",
            (first, first_number(self._thread.number + 1), self._thread.number),
        ).fetchone()
        return max(last or first, first + floor) + 1
