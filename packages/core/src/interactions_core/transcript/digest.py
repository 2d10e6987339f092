"""Rolling digests: the name of every prefix of a message list.

Pure. Two lists share a digest if, and only if, a replay would send the same steps
for both.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.transcript.steps import MODEL_KINDS, Step, step_hash

SEED: Final = hashlib.sha256(
    b"interactions-adapters canonical steps, version 1"
).digest()
"""The digest of the empty list. A later canonical form gets another seed."""


def fold(digest: bytes, mark: bytes) -> bytes:
    """Extend the digest of a prefix by one step's mark."""
    return hashlib.sha256(digest + mark).digest()


def fold_wire(digest: bytes, steps: Iterable[JsonObject]) -> bytes:
    """Extend the digest of a server context by steps, hidden ones included."""
    for step in steps:
        digest = fold(digest, step_hash(step))
    return digest


@dataclass(frozen=True, slots=True)
class Transcript:
    """The canonical steps of a message list with the digest of every prefix.

    Attributes:
        steps: Oldest first.
        digests: One more than there are steps; `digests[i]` names the first `i`.
    """

    steps: tuple[Step, ...]
    digests: tuple[bytes, ...]

    @classmethod
    def of(cls, steps: Iterable[Step]) -> "Transcript":
        """Hash a list of steps from its beginning.

        Raises:
            TypeError: One of them is no step.
        """
        return cls((), (SEED,)).extended(steps)

    def extended(self, steps: Iterable[Step]) -> "Transcript":
        """Return this transcript with more steps; costs only the new ones.

        Raises:
            TypeError: One of them is no step.
        """
        added = tuple(steps)
        digests = list(self.digests)
        for number, step in enumerate(added, start=len(self.steps)):
            _check(step, number)
            digests.append(fold(digests[-1], step.mark))
        return Transcript(self.steps + added, tuple(digests))

    @property
    def request_digest(self) -> bytes:
        """The digest of the whole list."""
        return self.digests[-1]

    def reply_positions(self) -> Sequence[int]:
        """Return where a model speaks next, longest prefix first.

        Only there can an earlier request have ended that this list continues; at the
        beginning too, after a request that held nothing but a system instruction.
        """
        return [
            i
            for i in range(len(self.steps) - 1, -1, -1)
            if self.steps[i].kind in MODEL_KINDS
        ]


def _check(step: object, number: int) -> None:
    """Name what is no step, which would fail far from where it was put."""
    if not isinstance(step, Step):
        msg = (
            "a transcript takes steps, as user_input, model_output, function_call and "
            f"function_result make them; number {number} is of type "
            f"{type(step).__name__}"
        )
        raise TypeError(msg)
