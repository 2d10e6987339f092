"""Which recorded answers a message list repeats, and which may be chained on.

Pure. A candidate counts only if the digest of its whole request equals the digest of
a prefix of the list, and what follows that prefix agrees with its reply.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from interactions_core.canonical import JsonObject
from interactions_core.mapping.agreement import Agreement, agreement
from interactions_core.protocol.retention import DAY_S
from interactions_core.protocol.statuses import status_of
from interactions_core.records.anchors import Anchor
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.mirror import is_redacted
from interactions_core.records.turn import DEFAULT_NUDGE
from interactions_core.transcript.asides import (
    NO_ASIDES,
    Asides,
    aside_of,
    separate_digest,
    user_positions,
)
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.steps import Thoughts

Known = Mapping[bytes, Sequence[InteractionRecord]]
"""Recorded answers by the digest of their request."""

Match = tuple[InteractionRecord, Agreement]
"""A recorded answer, and how the list repeats it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchOptions:
    """What a plan takes into account beside the list itself.

    Attributes:
        store: Whether the server may keep the answer, and thus be chained on.
        setup: Hash of system instruction and tools; a preference among equals.
        context: The framework's execution context; a preference too.
        glued: Whether the framework glues observations to replies.
        nudge: What to say when a list ends with the model's own words.
        anchors: Verified anchors of interactions that the store does not know, by the
            number of steps that they vouch for.
        unverified: Whether the list names interactions that did not verify.
        thoughts: Thought steps that the list carries with it, by position.
        separate: Whether built-in tools are asked separately.
        asides: What they have answered just now.
    """

    store: bool = True
    setup: bytes = b""
    context: str = ""
    glued: bool = False
    nudge: str = DEFAULT_NUDGE
    anchors: Mapping[int, Anchor] = field(default_factory=dict[int, Anchor])
    unverified: bool = False
    thoughts: Thoughts = field(default_factory=dict[int, Sequence[JsonObject]])
    separate: bool = False
    asides: Asides = field(default_factory=dict[int, JsonObject])


@dataclass(frozen=True, slots=True)
class Candidates:
    """A message list beside what is recorded for its prefixes."""

    transcript: Transcript
    known: Known
    matching: MatchOptions

    def tries(self) -> Sequence[InteractionRecord]:
        """Return the answers to exactly this list."""
        return self.known.get(self.transcript.request_digest, ())

    def again(self) -> InteractionRecord | None:
        """Return the newest answer to exactly this list."""
        return max(
            self.tries(),
            key=lambda record: record.created_at,
            default=None,
        )

    def parent(self, i: int, now: float, *, past_learned: bool = False) -> Match | None:
        """Choose among the answers to the first `i` steps one to chain on.

        With `past_learned`, what was learned of the retention rules nothing out.
        """
        # Two agents of a crew may be given equal messages under different system
        # texts: what one was answered is no earlier try of the other's call.
        tries = [
            record for record in self.tries() if record.setup == self.matching.setup
        ]
        again = max(tries, key=lambda record: record.created_at, default=None)
        before = again.parent_id if again is not None else ""
        return self._best(i, now, before, past_learned=past_learned)

    def replies(self, start: int) -> Iterator[tuple[int, Match]]:
        """Yield what the list repeats from `start` on, dead interactions included."""
        i = start
        while i < len(self.transcript.steps):
            found = self._best(i, None)
            # A call that was answered locally is not in the list to be restored from.
            if found is not None and found[1].local and is_redacted(found[0].held):
                found = None
            if found is not None:
                yield i, found
            i += found[1].consumed if found is not None else 1

    def asides(self) -> Asides:
        """Return what built-in tools have answered, now and to the list before."""
        if not self.matching.separate:
            return NO_ASIDES
        digests = self.transcript.digests
        found: dict[int, JsonObject] = {}
        for i in user_positions(self.transcript.steps):
            known = self.known.get(separate_digest(digests[i]), ())
            newest = max(known, key=lambda record: record.created_at, default=None)
            if newest is None or is_redacted(newest.held):
                continue
            if aside := aside_of(newest.held):
                found[i - 1] = aside
        return {**found, **self.matching.asides}

    def _best(
        self,
        i: int,
        now: float | None,
        before: str = "",
        *,
        past_learned: bool = False,
    ) -> Match | None:
        """Rank what fits: the parent that this very list had `before` comes first."""
        candidates = self.known.get(self.transcript.digests[i], ())
        if not candidates:
            return None
        following = self.transcript.steps[i:]
        fitting = [
            (record, agreed)
            for record in candidates
            if now is None or may_be_parent(record, now, past_learned=past_learned)
            if (agreed := agreement(record, following, glued=self.matching.glued))
        ]
        return max(
            fitting,
            key=lambda match: (match[0].key == before, *self._rank(match)),
            default=None,
        )

    def _rank(self, match: Match) -> tuple[bool, int, bool, bool, float]:
        record, agreed = match
        return (
            agreed.by_calls,
            agreed.chars,
            record.setup == self.matching.setup,
            record.context == self.matching.context,
            record.created_at,
        )


def may_be_parent(
    record: InteractionRecord, now: float, *, past_learned: bool = False
) -> bool:
    """Tell whether the server should still hold an interaction and its ancestry."""
    ends_at = record.expires_at if past_learned else record.ends_at
    return (
        record.stored
        and not record.gone
        and status_of(record.status).is_parent
        and now < ends_at
    )


def is_past_learned(record: InteractionRecord, now: float) -> bool:
    """Tell whether an interaction should have been gone for a day or more."""
    return now >= record.learned_expires_at + DAY_S
