"""What a store makes the outline of a turn of. Pure."""

from collections.abc import Sequence
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.mapping.planning import Plan
from interactions_core.records.interactions import Reason
from interactions_core.records.outlines import Sketch
from interactions_core.records.turn import Turn
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.replies import visible_reply

_REPEATING: Final[frozenset[Reason]] = frozenset(
    {"retry", "expired", "foreign", "stateless", "explicit"}
)
"""Reasons for which no step needs to differ from those of an earlier request."""


def make_sketch(turn: Turn, plan: Plan, answer: Sequence[JsonObject]) -> Sketch:
    """Describe the list of a turn, and its answer, for the outline of the record.

    Args:
        turn: What was asked.
        plan: What was sent.
        answer: The steps of the answer; none of one that nothing is chained on.
    """
    base, shared = "", 0
    if plan.parent is not None:
        found = _position(turn.transcript, plan.parent.request_digest)
        if found is not None:
            base, shared = plan.parent.key, found
    return Sketch(
        steps=turn.transcript.steps,
        reply=visible_reply(answer),
        system=turn.settings.get("system_instruction"),
        settings=turn.settings,
        base=base,
        shared=shared,
        place="" if turn.thread_id else turn.context,
        seeks=plan.reason not in {"continue", "separate"},
        repeats=plan.reason in _REPEATING,
    )


def _position(transcript: Transcript, digest: bytes) -> int | None:
    """Return how many steps of a list a recorded request had; `None` for others."""
    digests = transcript.digests
    return next(
        (i for i in reversed(range(len(digests))) if digests[i] == digest), None
    )
