"""Conversations as JSON; what is unknown is null. Pure."""

from dataclasses import asdict
from decimal import Decimal

from interactions_core.records.conversations import Conversation, ConversationList
from interactions_core.records.costs import Costs
from interactions_core.records.interactions import Scope

SCHEMA = 1
"""Changes when a key goes, or changes its meaning."""


def session_json(told: Conversation) -> dict[str, object]:
    """Write a conversation as one JSON object, keys in this order."""
    scope, costs = told.id.scope, told.costs
    return {
        "id": told.id.name,
        "thread_id": scope.thread_id or None,
        "root": told.id.root or None,
        "session_id": scope.session_id or None,
        **owner_json(scope),
        "label": asdict(told.label),
        "targets": [*told.targets],
        "records": told.records,
        "turns": costs.turns,
        "sent_again": costs.sent_again,
        "forks": told.forks,
        "retries": told.retries,
        "usage": asdict(costs.usage),
        "bytes_sent": costs.bytes_sent,
        "replay_bytes": costs.replay_bytes,
        "maybe_billed": costs.maybe_billed,
        "cost": cost_json(costs),
        "first_at": told.first_at,
        "last_at": told.last_at,
        "last": told.last or None,
        "last_reason": told.last_reason,
        "expires_at": told.expires_at,
        "jobs": asdict(told.jobs),
        # They are a saver's, of which core knows nothing.
        "checkpoints": None,
    }


def owner_json(scope: Scope) -> dict[str, object]:
    """Write whose a conversation is: platform, host, and fingerprint or account."""
    platform, _, rest = scope.credential.partition("|")
    host, _, fingerprint = rest.partition("|")
    return {
        "platform": platform or None,
        "host": host or None,
        "fingerprint": fingerprint or None,
    }


def list_json(
    found: ConversationList, sessions: list[dict[str, object]], now: float, prices: str
) -> dict[str, object]:
    """Write a list of conversations as one JSON object.

    Args:
        found: The list.
        sessions: Its conversations, written.
        now: When it was asked for, in epoch seconds.
        prices: Which prices the costs were made with; "" for unknown.
    """
    source, _, version = prices.partition(" ")
    return {
        "schema": SCHEMA,
        "now": now,
        "prices": {"source": source or None, "version": version or None},
        "sessions": sessions,
        "total": {
            "sessions": found.matching,
            "known": found.known,
            "turns": found.total.turns,
            "cost": cost_json(found.total),
        },
    }


def cost_json(costs: Costs) -> dict[str, object]:
    """Write what turns cost, in USD, as decimal strings."""
    return {
        "usd": usd_json(costs.usd),
        "again_usd": usd_json(costs.again_usd),
        "unpriced_turns": costs.unpriced,
    }


def usd_json(usd: Decimal | None) -> str | None:
    """Write an amount exactly."""
    return None if usd is None else f"{usd.normalize():f}"
