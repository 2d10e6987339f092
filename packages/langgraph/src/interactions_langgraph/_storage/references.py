"""References to values: small numbers that mean the same in a copied thread.

A reference is the count of a row within its thread, and in the two low bits what
kind of row that is.
"""

from typing import Final

from interactions_langgraph._storage.tables import row_index, thread_range_start

CONTENT: Final = 0
"""Serialized bytes."""

MESSAGES: Final = 1
"""A node, for the list that ends in it."""

SNAPSHOT: Final = 2
"""A node, for a `_DeltaSnapshot` of the list that ends in it."""

NESTED: Final = 3
"""Serialized bytes that refer to a value and to the parts to put into its places."""

KIND_BITS: Final = 2


def to_reference(number: int, kind: int) -> int:
    """Refer to a row of one's own thread."""
    return row_index(number) << KIND_BITS | kind


def from_reference(thread: int, reference: int) -> tuple[int, int]:
    """Return the number of the row, and its kind."""
    kind = reference & ((1 << KIND_BITS) - 1)
    return thread_range_start(thread) + (reference >> KIND_BITS), kind
