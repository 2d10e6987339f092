"""What the server keeps of an interaction, and the JSON it shows of it."""

from dataclasses import asdict, dataclass, field
from typing import Any

from interactions_emulator.clock import timestamp
from interactions_emulator.payloads import JsonObject, Step


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

    def to_json(self) -> JsonObject:
        """Return every field, for a durable store."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: JsonObject) -> "Interaction":
        """Restore what `to_json` wrote."""
        return cls(**fields)


def resource(record: Interaction, *, include_input: bool = False) -> JsonObject:
    """Build the body of POST and GET, keys in the server's order.

    `store:false` has no id key; without a step there is no `steps` key
    (both recorded).
    """
    steps = [*record.input, *record.steps] if include_input else record.steps
    created = timestamp(record.created_at)
    body: JsonObject = {
        "id": record.id,
        "status": record.status,
        "usage": record.usage,
        "created": created,
        "updated": created,
        "service_tier": record.service_tier,
        "steps": steps,
        "continuation_token": record.continuation_token,
        "errors": record.errors,
        "object": "interaction",
        "input": record.input if include_input else None,
        "model": record.model,
    }
    if not record.stored:
        del body["id"]
    return {key: value for key, value in body.items() if value not in (None, [])}
