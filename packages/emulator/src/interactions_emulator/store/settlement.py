"""The outcome of work that was not known when it began."""

from collections import Counter
from dataclasses import replace

from interactions_emulator.reply.compose import Composed
from interactions_emulator.reply.replies import Reply
from interactions_emulator.reply.usage import build_usage
from interactions_emulator.store.interactions import Interaction


def settled(
    record: Interaction, composed: Composed, reply: Reply, now: float
) -> Interaction:
    """Return the record with its outcome, which is there from now on."""
    entries = record.usage.get("input_tokens_by_modality", [])
    inputs = Counter({one["modality"]: one["tokens"] for one in entries})
    usage = build_usage(
        record.model,
        inputs,
        composed.output_tokens,
        composed.thought_tokens,
        composed.extras,
    )
    return replace(
        record,
        status=composed.status,
        steps=composed.steps,
        usage=usage,
        errors=reply.errors,
        due_at=now if record.background else record.due_at,
    )
