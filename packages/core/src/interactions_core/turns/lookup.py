"""Find the plan for a turn: ask the store, longest prefixes first, then decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from interactions_core.mapping.matching import (
    Candidates,
    MatchOptions,
    is_past_learned,
)
from interactions_core.mapping.planning import (
    Plan,
    plan_chain,
    plan_explicit,
    plan_replay,
    replay_reason,
)
from interactions_core.records.anchors import Anchor, Signer, verifies
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.turn import Turn
from interactions_core.requests.instructions import tell_instruction
from interactions_core.requests.results import calls_before, name_results
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.transcript.asides import separate_digest, user_positions
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.steps import MODEL_KINDS
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.first_look import FirstLook

_CHUNKS: Final = (4, 32)
"""Prefixes asked for at first: a list that grew is found with the first few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStore:
    """Where a turn looks, and whom it trusts.

    Attributes:
        store: The session store.
        scope: Whose conversation this is.
        key: The key that asks, as owners are named; "" for the one of the owner.
        signers: Keys whose signatures make an anchor believed; the first signs new
            ones, and without any none is signed.
        trust_anchors: Whether unsigned anchors count, for single-tenant programs.
        began: The thread's `deletion_mark` when the turn began.
        service: Platform with host, and API version.
        first: What was read as the turn began.
    """

    store: SessionStore
    scope: Scope
    key: str = ""
    signers: tuple[Signer, ...] = ()
    trust_anchors: bool = False
    began: bytes = b""
    service: tuple[str, str] = ("", "")
    first: FirstLook = field(default_factory=FirstLook)

    @property
    def maker(self) -> str:
        """The key that asks, for records; "" where the owner is named after it."""
        return "" if self.key == self.scope.credential else self.key


def first_digests(turn: Turn) -> list[bytes]:
    """Return the digests that `find_plan` asks for first."""
    evidence = Candidates(turn.transcript, {}, _matching(turn))
    if turn.previous_interaction_id:
        return _digests(evidence, ())
    return _digests(evidence, next(_chunks(turn, evidence.matching)))


def find_plan(
    turn: Turn, records: TurnStore, now: float
) -> Flow[tuple[Plan, Candidates]]:
    """Decide what to send for a turn.

    Returns:
        The plan, and the evidence that a later replay is written from.
    """
    evidence = Candidates(turn.transcript, {}, _matching(turn))
    if turn.previous_interaction_id:
        plan = plan_explicit(turn.transcript, turn.previous_interaction_id)
        evidence = yield from _known(evidence, (), records)
        records.first.forget()
        plan = yield from _with_parent(plan, records)
        # The list need not hold the calls; the service refuses nameless results.
        plan = name_results(plan, calls_before(plan, turn.transcript))
        return tell_instruction(plan, turn), evidence
    newest = next(_chunks(turn, evidence.matching))
    evidence = yield from _known(evidence, newest, records)
    records.first.forget()
    evidence = yield from _vouched(evidence, turn, records)
    for positions in _chunks(turn, evidence.matching):
        evidence = yield from _known(evidence, positions, records)
        plan = plan_chain(evidence, positions, now=now)
        if plan is not None:
            plan = yield from _with_parent(plan, records)
            return tell_instruction(plan, turn), evidence
    reason = replay_reason(evidence, now=now)
    plan = None
    if reason == "expired":
        plan = yield from _past_learned(evidence, records, now)
    plan = plan or plan_replay(evidence, reason)
    return tell_instruction(plan, turn), evidence


def _past_learned(
    evidence: Candidates, records: TurnStore, now: float
) -> Flow[Plan | None]:
    """Chain once a day on what should be gone, in case the figure is wrong."""
    positions = sorted(evidence.transcript.reply_positions(), reverse=True)
    plan = plan_chain(evidence, positions, now=now, past_learned=True)
    if plan is None or plan.parent is None or not is_past_learned(plan.parent, now):
        return None
    credential = records.scope.credential
    taken = yield from store_call(
        lambda: records.store.claim_retention_try(credential, now)
    )
    return plan if taken else None


def find_replay(
    evidence: Candidates, turn: Turn, records: TurnStore
) -> Flow[tuple[Plan, Candidates]]:
    """Decide what to send when the server has lost the parent: everything."""
    positions = turn.transcript.reply_positions()
    evidence = yield from _known(evidence, positions, records)
    plan = yield from store_call(lambda: plan_replay(evidence, "expired"))
    return tell_instruction(plan, turn), evidence


def _matching(turn: Turn) -> MatchOptions:
    return MatchOptions(
        store=turn.store,
        setup=turn.setup,
        context=turn.context,
        glued=turn.glued,
        nudge=turn.nudge,
        thoughts=turn.thoughts,
        separate=bool(turn.built_in),
        asides=turn.asides,
    )


def _vouched(evidence: Candidates, turn: Turn, records: TurnStore) -> Flow[Candidates]:
    """Take in the newest anchor, where the store does not know its interaction."""
    matching = evidence.matching
    found = {record.key for known in evidence.known.values() for record in known}
    for i in sorted(turn.anchors, reverse=True):
        anchor = turn.anchors[i]
        if anchor.digest != turn.transcript.digests[i].hex():
            continue
        name = anchor.interaction_id
        if name in found:
            break
        recorded = yield from store_call(lambda: records.store.get(records.scope, name))  # noqa: B023 - runs at once
        if recorded is not None:
            break
        if (yield from _is_trusted(anchor, records)):
            matching = replace(matching, anchors={i: anchor})
            break
        matching = replace(matching, unverified=True)
    return replace(evidence, matching=matching)


def _is_trusted(anchor: Anchor, records: TurnStore) -> Flow[bool]:
    """Tell whether somebody vouches for an anchor, under any key of the account."""
    if records.trust_anchors:
        return True
    signers = records.signers
    if any(verifies(anchor, each.scope, each.key) for each in signers):
        return True
    if not signers:
        return False
    store, scope = records.store, records.scope
    names = yield from store_call(lambda: store.list_anchor_names(scope.credential))
    return any(
        verifies(anchor, replace(scope, credential=name), key)
        for name in names
        for key in {each.key for each in signers}
    )


def _chunks(turn: Turn, matching: MatchOptions) -> Iterator[Sequence[int]]:
    positions = sorted(
        {*turn.transcript.reply_positions(), *matching.anchors}, reverse=True
    )
    start = 0
    if turn.store:
        for size in _CHUNKS:
            yield positions[start : start + size]
            start += size
    if start == 0 or positions[start:]:
        yield positions[start:]


def _known(
    evidence: Candidates, positions: Sequence[int], records: TurnStore
) -> Flow[Candidates]:
    asked = _digests(evidence, positions)
    if not asked:
        return evidence
    found = records.first.known(asked)
    if found is None:
        found = yield from store_call(lambda: records.store.find(records.scope, asked))
    none: list[InteractionRecord] = []
    known = {**dict(evidence.known), **dict.fromkeys(asked, none), **found}
    return Candidates(evidence.transcript, known, evidence.matching)


def _digests(evidence: Candidates, positions: Sequence[int]) -> list[bytes]:
    """Return the digests of these prefixes, and of the list, that nobody asked for."""
    transcript = evidence.transcript
    digests = {transcript.digests[i] for i in positions} | {transcript.request_digest}
    if evidence.matching.separate:
        users = user_positions(transcript.steps, _start(transcript, positions))
        digests |= {separate_digest(transcript.digests[i]) for i in users}
    return [digest for digest in digests if digest not in evidence.known]


def _start(transcript: Transcript, positions: Sequence[int]) -> int:
    """Return where what is sent may begin, if one of these prefixes is chained on.

    Where there is no shorter one, it may be the whole list.
    """
    shortest = min(positions, default=0)
    spoken = (step.kind in MODEL_KINDS for step in transcript.steps[:shortest])
    return shortest if any(spoken) else 0


def _with_parent(plan: Plan, records: TurnStore) -> Flow[Plan]:
    if plan.parent is not None or not plan.previous_interaction_id:
        return plan
    name = plan.previous_interaction_id
    parent = yield from store_call(lambda: records.store.get(records.scope, name))
    return replace(plan, parent=parent)
