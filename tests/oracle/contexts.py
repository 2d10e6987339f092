"""What a server holds for each interaction, and which of it was said to be synthetic.

Independent of the packages, whose stores and records are read by their fields: what
they call synthetic they must have recorded, step by step.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.oracle.comparison import Context


class Contexts:
    """The contexts of all interactions of a session store on an emulator."""

    def __init__(self, emulator: Any, store: Any) -> None:
        self._transcript = emulator.transcript
        self._records = {
            entry.key: store.get(scope, entry.key) for scope, entry in store.ledger()
        }
        self._sizes = {
            row["interaction"]: len(row["body"]["input"])
            for row in emulator.requests()
            if row["interaction"] and "input" in (row["body"] or {})
        }

    def of(self, key: str) -> Context:
        """Return an interaction's context, its reply included."""
        synthetic = set(self._synthetic(self._chain(key)))
        return [(step, i in synthetic) for i, step in enumerate(self._transcript(key))]

    def before(self, key: str) -> Context:
        """Return what an interaction was asked with."""
        context = self.of(key)
        return context[: len(context) - len(self._records[key].held)]

    def calls_a_function(self, key: str) -> bool:
        return any(step["type"] == "function_call" for step in self._records[key].held)

    def _chain(self, key: str) -> list[Any]:
        """Return an interaction and its ancestors on the server, oldest first."""
        chain: list[Any] = []
        while key:
            chain.append(self._records[key])
            key = chain[-1].parent_id
        return chain[::-1]

    def _synthetic(self, chain: Sequence[Any]) -> Iterator[int]:
        """Yield which steps of a chain's context were recorded as synthetic."""
        start = 0
        for record in chain:
            size = self._sizes[record.key]
            offset = start + size - len(record.sent)
            yield from (offset + i for i in record.synthetic)
            start += size + len(record.held)
