"""Decide what to chain on and what to send.

Pure. The message list is the truth; a server context is used only as far as a
recorded digest proves that it holds a prefix of that list.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from interactions_core.canonical import JsonObject
from interactions_core.mapping.composition import Composition, compose, compose_as_text
from interactions_core.mapping.matching import Candidates, Match, may_be_parent
from interactions_core.records.anchors import Anchor
from interactions_core.records.interactions import InteractionRecord, Reason
from interactions_core.transcript.digest import SEED, Transcript, fold_wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to send, what to chain it on, and why.

    Attributes:
        reason: Why it is sent like this.
        steps: The input, as wire steps.
        synthetic: Indexes in `steps` of those that are not in the list.
        previous_interaction_id: The parent; "" for none.
        parent: The parent's record, where there is one.
        base: Of a replay, the record of an earlier answer, if the input begins with
            just what the server held after it. The new record then keeps only the
            input after that, and refers to `base` for what comes before.
        base_steps: How many steps of the input those are that `base` has already.
        form: What is written in another way than at first, see `requests`.
        known_form: What of it was known to be needed before anything was refused.
        refused: Hashes of the bodies that were refused before this one.
    """

    reason: Reason
    steps: tuple[JsonObject, ...]
    synthetic: tuple[int, ...] = ()
    previous_interaction_id: str = ""
    parent: InteractionRecord | None = None
    base: InteractionRecord | None = None
    base_steps: int = 0
    form: tuple[str, ...] = ()
    known_form: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def learned(self) -> tuple[str, ...]:
        """What of the form was found only after a refusal."""
        return tuple(each for each in self.form if each not in self.known_form)


def plan_chain(
    evidence: Candidates,
    positions: Sequence[int],
    *,
    now: float,
    past_learned: bool = False,
) -> Plan | None:
    """Find the longest prefix that a usable interaction answers, and send the rest.

    Args:
        evidence: The list, and what is recorded for it.
        positions: Prefix lengths to consider, longest first.
        now: Epoch seconds.
        past_learned: Whether to try one that should be gone by what was learned.

    Returns:
        A chained plan, or `None` if no prefix here can be chained on.
    """
    if not evidence.matching.store:
        return None
    again = evidence.again()
    if again is not None and again.reason == "explicit" and again.sent:
        return _sibling(again)
    for i in positions:
        anchor = evidence.matching.anchors.get(i)
        if anchor is not None and now < anchor.expires_at:
            return _anchored(evidence, i, anchor)
        found = evidence.parent(i, now, past_learned=past_learned)
        if found is not None:
            reason = "fork" if found[0].children else "continue"
            return _chained(evidence, i, found, "retry" if again else reason)
    return None


def plan_replay(evidence: Candidates, reason: Reason) -> Plan:
    """Send the whole list, every recorded reply with all its steps and signatures.

    Args:
        evidence: The list, and what is recorded for any prefix of it.
        reason: Why nothing is chained on.
    """
    composition = compose(
        evidence.transcript.steps,
        0,
        dict(evidence.replies(0)),
        nudge=evidence.matching.nudge,
        thoughts=evidence.matching.thoughts,
        asides=evidence.asides(),
    )
    base, length = _base(composition)
    return Plan(
        reason=reason,
        steps=composition.steps,
        synthetic=composition.synthetic,
        base=base,
        base_steps=length,
    )


def plan_as_text(evidence: Candidates) -> Plan:
    """Send the whole list as text and media, after a refusal of the plan's form."""
    composition = compose_as_text(
        evidence.transcript.steps,
        nudge=evidence.matching.nudge,
        asides=evidence.asides(),
    )
    return Plan(
        reason="root" if evidence.matching.store else "stateless",
        steps=composition.steps,
        synthetic=composition.synthetic,
    )


def plan_explicit(transcript: Transcript, previous_interaction_id: str) -> Plan:
    """Chain on what the caller names and send the list as it is."""
    return Plan(
        reason="explicit",
        steps=tuple(step.wire for step in transcript.steps),
        previous_interaction_id=previous_interaction_id,
    )


def replay_reason(evidence: Candidates, *, now: float) -> Reason:
    """Say why nothing can be chained on.

    Args:
        evidence: The list, and what is recorded for any prefix of it.
        now: Epoch seconds.
    """
    if not evidence.matching.store:
        return "stateless"
    if evidence.again() is not None:
        return "retry"
    for _, (record, _agreed) in evidence.replies(0):
        if record.stored and not may_be_parent(record, now):
            return "expired"
    return "foreign" if evidence.matching.unverified else "root"


def _chained(evidence: Candidates, i: int, found: Match, reason: Reason) -> Plan:
    record, agreed = found
    start = i + agreed.consumed
    composition = compose(
        evidence.transcript.steps,
        start,
        dict(evidence.replies(start)),
        parent=found,
        nudge=evidence.matching.nudge,
        thoughts=evidence.matching.thoughts,
        asides=evidence.asides(),
    )
    return Plan(
        reason=reason,
        steps=composition.steps,
        synthetic=composition.synthetic,
        previous_interaction_id=record.key,
        parent=record,
    )


def _anchored(evidence: Candidates, i: int, anchor: Anchor) -> Plan:
    composition = compose(
        evidence.transcript.steps,
        i,
        dict(evidence.replies(i)),
        pending=_calls_before(evidence.transcript, i),
        nudge=evidence.matching.nudge,
        thoughts=evidence.matching.thoughts,
        asides=evidence.asides(),
    )
    return Plan(
        reason="continue",
        steps=composition.steps,
        synthetic=composition.synthetic,
        previous_interaction_id=anchor.interaction_id,
    )


def _calls_before(transcript: Transcript, i: int) -> dict[str, str]:
    calls: dict[str, str] = {}
    for step in reversed(transcript.steps[:i]):
        if step.kind != "function_call":
            break
        calls[str(step.wire["id"])] = str(step.wire["name"])
    return dict(reversed(calls.items()))


def _sibling(again: InteractionRecord) -> Plan:
    """Repeat a request beside the first one: same parent, same input."""
    return Plan(
        reason="retry",
        steps=again.sent,
        synthetic=again.synthetic,
        previous_interaction_id=again.parent_id,
    )


def _base(composition: Composition) -> tuple[InteractionRecord | None, int]:
    """Find the last record whose whole context the input repeats, byte for byte."""
    base: tuple[InteractionRecord | None, int] = (None, 0)
    digest, done = SEED, 0
    for end, record in composition.ends:
        digest = fold_wire(digest, composition.steps[done:end])
        done = end
        if digest == record.context_digest:
            base = (record, end)
    return base
