"""What a create may cost before it is sent: input as measured, output at its limit.

Pure but for the prices. An estimate: what a chain has is known from its last answer,
what is new is counted by a rule of thumb; see `protocol.token_estimate`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from interactions_core.canonical import Json, JsonObject
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.token_estimate import (
    estimated_json_tokens,
    estimated_picture_tokens,
)
from interactions_core.records.charges import Charge
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.turn import Turn

MOST_OUTPUT: Final = 65_536
"""The longest answer of the models from 2.5 on, thoughts included
(https://ai.google.dev/gemini-api/docs/models)."""

_BYTES_PER_TOKEN: Final = 4
_MEDIA: Final = frozenset({"image", "audio", "video", "document"})
_BYTES_PER_MEDIA_TOKEN: Final = 100
_SENT_ALWAYS: Final = ("system_instruction", "tools", "response_format")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one create may take.

    Attributes:
        given: Input.
        cached: What of it came from a cache the last time.
        output: Output, thoughts included.
    """

    given: int
    cached: int
    output: int

    @property
    def total(self) -> int:
        """All tokens."""
        return self.given + self.output

    def charge(self, turn: Turn, now: float) -> Charge:
        """Return it as a charge that can be priced."""
        kind, name = turn.target
        return Charge(
            model=name if kind == "model" else "",
            tier=str(turn.settings.get("service_tier") or "standard"),
            asked_at=now,
            input_tokens=self.given,
            cached_tokens=self.cached,
            output_tokens=self.output,
            thought_tokens=0,
            tool_use_tokens=0,
            total_tokens=self.total,
            tools={},
        )


def estimate(turn: Turn, plan: Plan, before: Sequence[Charge] = ()) -> Estimate:
    """Estimate what a create takes.

    Args:
        turn: What is asked.
        plan: What is sent.
        before: What its earlier hops took, whose context it has as well.
    """
    new = sum(_step_tokens(step) for step in plan.steps)
    settings = [turn.settings.get(name) for name in _SENT_ALWAYS]
    new += sum(estimated_json_tokens(each) for each in settings if each)
    held, share = 0, 0.0
    if before:
        last = before[-1].usage
        held, new = last.input_tokens + last.output_tokens, 0
        share = _share(last.cached_tokens, last.input_tokens)
    elif plan.parent is not None:
        held = _held(plan.parent)
        used = plan.parent.usage
        share = _share(used.cached_tokens, used.input_tokens)
    # A chain's own share, as its last answer had it; nothing is cached of what is new.
    return Estimate(held + new, int(held * share), _most_output(turn))


def _held(parent: InteractionRecord) -> int:
    """Return how many tokens a parent's context is."""
    used = parent.usage
    counted = used.input_tokens + used.output_tokens
    # Some answers report the new input only, so that the bytes may know better.
    return max(counted, parent.context_bytes // _BYTES_PER_TOKEN if not counted else 0)


def _share(cached: int, whole: int) -> float:
    return min(1.0, cached / whole) if whole else 0.0


def _most_output(turn: Turn) -> int:
    generation = turn.settings.get("generation_config")
    said = generation.get("max_output_tokens") if isinstance(generation, Mapping) else 0
    return said if isinstance(said, int) and said > 0 else MOST_OUTPUT


def _step_tokens(step: JsonObject) -> int:
    """Count a step; media by their size, since their bytes are no text."""
    media, rest = _without_media(step)
    return media + estimated_json_tokens(rest)


def _without_media(value: Json) -> tuple[int, Json]:
    if isinstance(value, Mapping):
        if value.get("type") in _MEDIA and ("data" in value or "uri" in value):
            size = len(str(value.get("data") or "")) // _BYTES_PER_MEDIA_TOKEN
            is_image = value.get("type") == "image"
            least = estimated_picture_tokens()
            return (least if is_image else max(least, size)), None
        parts = {key: _without_media(each) for key, each in value.items()}
        whole = {key: rest for key, (_, rest) in parts.items()}
        return sum(count for count, _ in parts.values()), whole
    if isinstance(value, list | tuple):
        found = [_without_media(each) for each in cast("Sequence[Json]", value)]
        return sum(count for count, _ in found), [rest for _, rest in found]
    return 0, value
