"""What the server keeps of an interaction, and the JSON it shows of it."""

from dataclasses import dataclass, field, fields
from typing import Any

from interactions_emulator.base.clock import timestamp
from interactions_emulator.base.payloads import JsonObject, Step

# Recorded on 2026-08-18, of this agent only.
_SHOWS_INPUT = frozenset({"deep-research-pro-preview-12-2025"})


@dataclass(frozen=True, slots=True)
class Interaction:
    """One server resource; immutable, so records share their steps freely."""

    id: str
    parent: str | None
    owner: str
    """Who made it; others are told that it does not exist."""
    model: str
    status: str
    created_at: float
    """Seconds since the epoch on the emulator's clock."""
    input: list[Step]
    """The caller's steps in normalised form."""
    steps: list[Step]
    """The model's steps."""
    usage: JsonObject
    overhead: int = 0
    """Tokens of tools and system instruction already counted in this chain."""
    service_tier: str = "standard"
    stored: bool = True
    hidden_until: float = 0.0
    """Before this time the fresh id is not found."""
    continuation_token: str | None = None
    errors: list[Any] = field(default_factory=list[Any])
    agent: str | None = None
    """The agent that was asked; `model` is then what it runs on."""
    environment_id: str | None = None
    webhook_config: JsonObject | None = None
    background: bool = False
    started_at: float = 0.0
    """When a queued run begins; before, its status is `queued`."""
    due_at: float = 0.0
    """When the work of a background run is done; infinite if it never is."""
    cancelled_at: float | None = None
    arguments_chars: int = 0
    """Size of the fragments that stream a call's arguments; 0 is one whole delta."""

    def to_json(self) -> JsonObject:
        """Return every field, for a durable store; the values are shared."""
        return {name: getattr(self, name) for name in _FIELDS}

    @classmethod
    def from_json(cls, fields: JsonObject) -> "Interaction":
        """Restore what `to_json` wrote."""
        return cls(**fields)


_FIELDS = tuple(one.name for one in fields(Interaction))


def resource(record: Interaction, *, include_input: bool = False) -> JsonObject:
    """Build the body of POST and GET, keys in the server's order.

    `store:false` has no id key; without a step there is no `steps` key
    (both recorded). An unfinished run shows nothing that its work makes
    (recorded 2026-05-13), and an agent no service tier.
    """
    settled = record.usage != {}
    inputs = record.input if include_input and settled else []
    opening = record.input if settled and record.agent in _SHOWS_INPUT else inputs
    created = timestamp(record.created_at)
    body: JsonObject = {
        "id": record.id,
        "status": record.status,
        "usage": record.usage,
        "created": created,
        "updated": created,
        "service_tier": record.service_tier if settled and not record.agent else None,
        "environment_id": record.environment_id,
        "steps": [*opening, *record.steps],
        "continuation_token": record.continuation_token,
        "errors": record.errors,
        "object": "interaction",
        "input": inputs,
        **_maker(record),
        "webhook_config": record.webhook_config,
    }
    if not record.stored:
        del body["id"]
    return {key: value for key, value in body.items() if value not in (None, [], {})}


def _maker(record: Interaction) -> JsonObject:
    return {"agent": record.agent} if record.agent else {"model": record.model}
