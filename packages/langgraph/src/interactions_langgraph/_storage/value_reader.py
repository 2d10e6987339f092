"""Reading values back, in a few queries for any number of checkpoints."""

import json
from collections.abc import Iterable
from typing import Any, Final

from interactions_core.adapter.storage import SqlConnection, in_dialects
from interactions_core.exceptions import StoreError
from interactions_langgraph._storage.chains import StoredMessage, read_nodes
from interactions_langgraph._storage.codec import Codec
from interactions_langgraph._storage.earlier_nested_values import Path, put_back
from interactions_langgraph._storage.message_states import Dump
from interactions_langgraph._storage.offload_reader import naming_message
from interactions_langgraph._storage.prepared_values import DeltaSnapshot
from interactions_langgraph._storage.references import (
    CONTENT,
    MESSAGES,
    NESTED,
    SNAPSHOT,
    from_reference,
)
from interactions_langgraph._storage.tables import COUNT_BITS, row_index

_LISTS: Final = (MESSAGES, SNAPSHOT)

_CONTENTS: Final = in_dialects(
    "SELECT number, type, body FROM checkpoint_contents "
    "WHERE number IN (SELECT value FROM {numbers})"
)


class ValueReader:
    """Reads the values that a series of checkpoints refers to.

    What several of the checkpoints share is read and built once: they hold the
    same message objects, each in a list of its own.

    Args:
        store: What to call the file in errors.
    """

    def __init__(self, codec: Codec, store: str) -> None:
        self._codec = codec
        self._store = store
        self._contents: dict[int, Dump] = {}
        self._nodes: dict[int, tuple[int, StoredMessage]] = {}
        self._message_dumps: dict[StoredMessage, Dump] = {}
        self._messages: dict[StoredMessage, object] = {}
        self._last: list[object] = []
        self._positions: dict[int, int] = {}

    def fetch(
        self, connection: SqlConnection, references: Iterable[tuple[int, int]]
    ) -> None:
        """Read the rows behind `(thread, reference)` pairs, and forget the last ones.

        Only messages and their order are remembered from one call to the next.
        """
        numbers = {from_reference(*pair) for pair in references}
        nested = {n for n, kind in numbers if kind == NESTED}
        self._contents = read_contents(connection, nested)
        for number in nested:
            frame, parts = self._nested(number)
            numbers |= {frame, *(tip for _, tip in parts)}
        contents = {n for n, kind in numbers if kind == CONTENT}
        self._contents |= read_contents(connection, contents)
        self._fetch_chains(connection, {n for n, kind in numbers if kind in _LISTS})

    def value(self, thread: int, reference: int) -> Any:
        """Build a value whose rows were fetched.

        Raises:
            StoreError: Rows are missing from the file.
        """
        return self._build(*from_reference(thread, reference))

    def _fetch_chains(self, connection: SqlConnection, tips: set[int]) -> None:
        new = tips - self._nodes.keys()
        if not new:
            return
        for number, parent, message, dump in read_nodes(connection, new):
            self._nodes[number] = parent, message
            self._message_dumps.setdefault(message, dump)

    def _build(self, number: int, kind: int) -> Any:
        if kind == CONTENT:
            return self._codec.load_message(*self._content(number))
        if kind == MESSAGES:
            return self._chain(number)
        if kind == SNAPSHOT:
            return DeltaSnapshot(self._chain(number))
        frame, parts = self._nested(number)
        places = [self._build(*tip) for path, tip in parts if path is None]
        value = self._codec.load_with(places, *self._content(frame[0]))
        for path, tip in parts:
            if path is not None:
                put_back(value, path, self._build(*tip))
        return value

    def _nested(
        self, number: int
    ) -> tuple[tuple[int, int], list[tuple[Path | None, tuple[int, int]]]]:
        frame, parts = read_nested(self._codec, self._content(number))
        thread = number >> COUNT_BITS
        return from_reference(thread, frame), [
            (path, from_reference(thread, reference)) for path, reference in parts
        ]

    def _chain(self, tip: int) -> list[object]:
        # Newer checkpoints come first, so a list is mostly a beginning of the last.
        if tip not in self._positions:
            path = self._path(tip)
            self._positions = {node: at for at, node in enumerate(path)}
            self._last = [self._message(self._nodes[node][1]) for node in path]
        return self._last[: self._positions[tip] + 1]

    def _path(self, tip: int) -> list[int]:
        path: list[int] = []
        node = tip
        while row_index(node):
            if node not in self._nodes:
                raise self._missing(node)
            path.append(node)
            node = self._nodes[node][0]
        path.reverse()
        return path

    def _message(self, stored: StoredMessage) -> object:
        if stored not in self._messages:
            dump = self._message_dumps.pop(stored)
            with naming_message(stored.message_id):
                loaded = self._codec.load_message(*dump, stored.message_id)
            self._messages[stored] = loaded
        return self._messages[stored]

    def _content(self, number: int) -> Dump:
        if number not in self._contents:
            raise self._missing(number)
        return self._contents[number]

    def _missing(self, number: int) -> StoreError:
        return StoreError(
            self._store,
            f"row {row_index(number)} of thread {number >> COUNT_BITS}, which a "
            "checkpoint refers to, is missing",
            "The file was damaged or edited; restore it from a backup.",
        )


def read_nested(codec: Codec, dump: Dump) -> tuple[int, list[tuple[Path | None, int]]]:
    """Read the references to a value and to its parts.

    Returns:
        Before the references to parts the way into the value, where they have no
        places in it.
    """
    frame, parts = codec.load(*dump)
    return frame, [(None, part) if isinstance(part, int) else part for part in parts]


def read_contents(connection: SqlConnection, numbers: Iterable[int]) -> dict[int, Dump]:
    """Read serialized bytes by number; absent ones are left out."""
    numbers = [*numbers]
    if not numbers:
        return {}
    rows = connection.execute(_CONTENTS, (json.dumps(numbers),))
    return {number: (type_, body) for number, type_, body in rows}
