"""Lists of messages as they lie in the tables: nodes, each with its parent.

A walk begins at the tips of lists and ends at the nodes without a parent; what lists
share is met once.
"""

import json
from collections.abc import Iterable
from typing import Final, NamedTuple

from interactions_core.adapter.storage import SqlConnection, in_dialects
from interactions_langgraph._storage.message_states import Dump

# CROSS JOIN keeps the chain outside: one look-up by number for each node.
_CHAINS: Final = """
WITH RECURSIVE chain (number, parent, content, message_id) AS (
    SELECT number, parent, content, message_id FROM checkpoint_nodes
    WHERE number IN (SELECT value FROM {numbers})
    UNION
    SELECT n.number, n.parent, n.content, n.message_id
    FROM chain CROSS JOIN checkpoint_nodes n WHERE n.number = chain.parent
)
"""
_NODES: Final = in_dialects(f"{_CHAINS} SELECT number, content FROM chain")  # noqa: S608  a constant above
_MESSAGES: Final = in_dialects(f"""{_CHAINS}
SELECT chain.number, chain.parent, chain.content, chain.message_id, c.type, c.body
FROM chain CROSS JOIN checkpoint_contents c WHERE c.number = chain.content
""")  # noqa: S608  a constant above


class StoredMessage(NamedTuple):
    """The number of a message's content, and its id where that stands beside it."""

    content: int
    message_id: bytes | None


class Node(NamedTuple):
    """A message in a list.

    Attributes:
        number: The node's own.
        parent: The node of the message before it.
        message: The message.
        dump: Its serialized bytes.
    """

    number: int
    parent: int
    message: StoredMessage
    dump: Dump


def read_nodes(connection: SqlConnection, tips: Iterable[int]) -> list[Node]:
    """Read the lists that end in these nodes, in no order."""
    rows = connection.execute(_MESSAGES, (json.dumps([*tips]),)).fetchall()
    return [
        Node(number, parent, StoredMessage(content, message_id), (type_, body))
        for number, parent, content, message_id, type_, body in rows
    ]


def list_nodes(connection: SqlConnection, tips: Iterable[int]) -> list[tuple[int, int]]:
    """Return the numbers of these lists' nodes, each with that of its content."""
    return connection.execute(_NODES, (json.dumps([*tips]),)).fetchall()
