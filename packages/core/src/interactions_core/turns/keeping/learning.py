"""How long the server keeps interactions, learned of a parent lost or outlived."""

import logging
from typing import Final

from interactions_core.counted import counted
from interactions_core.logs import log_fields
from interactions_core.mapping.matching import is_past_learned
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.retention import DAY_S, Loss, learned_retention
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, store_call

logger: Final = logging.getLogger("interactions_core")


def note_retention(run: TurnContext, plan: Plan) -> Flow[None]:
    """Learn a retention of a parent that was lost, forget one that was outlived."""
    if run.tally.lost:
        run.records.first.has_learned = False
        yield from _learn(run)
    elif plan.parent is not None and is_past_learned(plan.parent, run.now()):
        run.records.first.has_learned = False
        yield from _unlearn(run)


def known_retention(run: TurnContext) -> Flow[float]:
    """Return how long the server keeps, in seconds; infinite if nothing was learned.

    That it was learned while the turn went on costs nothing but a hint: an anchor that
    outlives what it names.
    """
    first, store = run.records.first, run.records.store
    if first.has_learned:
        return first.learned_s or float("inf")
    owner = run.records.scope.credential
    return (yield from store_call(lambda: store.retention(owner))) or float("inf")


def _learn(run: TurnContext) -> Flow[None]:
    """Rule out a lost parent, and learn how long this key keeps.

    A chain lives as long as its root, so that the root's age is what counts. What
    another key made may be where this one cannot see it; that says nothing of it.
    """
    store, scope, lost = run.records.store, run.records.scope, run.tally.lost
    configured_s, key = run.policy.retention_s, run.records.key or scope.credential
    known = yield from store_call(lambda: store.get(scope, lost))
    if known is not None and known.keyed_by != key:
        logger.info(
            "%s was made by another key, and is not seen by this one",
            lost,
            extra=log_fields("parent_unseen", run.known, id=lost),
        )
        return
    root = yield from store_call(lambda: _root(store, scope, lost))
    yield from store_call(lambda: store.mark_gone(scope, lost))
    if root is None or root.keyed_by != key or not run.tally.was_unknown:
        return
    seconds = learned_retention(run.now() - root.created_at, configured_s)
    if seconds is None:
        return
    loss = Loss(root.key, seconds, root.created_at, run.now())
    agreed = yield from store_call(lambda: store.note_loss(scope.credential, loss))
    if agreed is None:
        return
    news = yield from store_call(
        lambda: store.learn_retention(scope.credential, agreed)
    )
    if news:
        logger.warning(
            "this key seems to keep interactions for %s, not %.0f: "
            "set `retention` accordingly",
            counted(round(agreed / DAY_S), "day"),
            configured_s / DAY_S,
            extra=log_fields("retention_learned", run.known, id=lost),
        )


def _unlearn(run: TurnContext) -> Flow[None]:
    """Forget a retention that an interaction has outlived."""
    store, credential = run.records.store, run.records.scope.credential
    forgotten = yield from store_call(lambda: store.unlearn_retention(credential))
    if forgotten:
        logger.warning(
            "an interaction outlived what was learned of this key's retention, which "
            "is forgotten",
            extra=log_fields("retention_forgotten", run.known),
        )


def _root(store: SessionStore, scope: Scope, key: str) -> InteractionRecord | None:
    """Climb from an interaction to the oldest ancestor that is known."""
    found, seen = store.get(scope, key), {""}
    while found is not None and found.parent_id not in seen:
        seen.add(found.parent_id)
        found = store.get(scope, found.parent_id) or found
    return found
