"""Faults on order: what goes wrong, with which request, how often."""

import random
import sys
from dataclasses import dataclass, field
from typing import Final, cast

from interactions_emulator.answering.conversation import all_text
from interactions_emulator.base.effects import (
    Effects,
    ErrorEffects,
    RequestEffects,
    fields_of,
)
from interactions_emulator.base.errors import ApiError, default_message
from interactions_emulator.base.fields import problem, read_fields
from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.request.inputs import read_input

_FAULT = {
    "on": ("create", "get", "delete", "cancel", "any"),
    "nth": int,
    "match": dict,
    "times": int,
    "probability": float,
    "seed": int,
    "do": dict,
}
_MATCH = {
    "model": str,
    "stream": bool,
    "store": bool,
    "chained": bool,
    "contains": str,
    "id": str,
    "agent": str,
    "background": bool,
    "running": bool,
}
_DO: Final = fields_of(Effects)
_STATUSES = range(400, 600)
_INSTEAD = {"body": object, "status": int, "kind": str, "headers": dict}
_SUCCESSES = range(200, 400)


@dataclass(frozen=True, slots=True)
class Target:
    """A request, as far as faults look at it."""

    on: str
    interaction_id: str | None = None
    body: JsonObject = field(default_factory=dict[str, object])
    running: bool = False
    """Whether the interaction is background work that goes on."""


@dataclass
class Fault:
    """One ordered fault and how often it has seen and hit its requests."""

    on: str
    nth: int
    match: JsonObject
    times: int
    effects: Effects
    probability: float = 1.0
    dice: random.Random = field(default_factory=random.Random)
    """Thrown for each request in turn, so that a seed gives the same failures."""
    seen_count: int = 0
    hit_count: int = 0

    def try_hit(self, target: Target) -> bool:
        """Count the request if it is one of ours; True if it is to fail."""
        if self.on not in {target.on, "any"} or not _matches(self.match, target):
            return False
        self.seen_count += 1
        if self.seen_count < self.nth or self.is_spent:
            return False
        if self.dice.random() >= self.probability:
            return False
        self.hit_count += 1
        return True

    def to_json(self) -> JsonObject:
        """Write it as it was ordered, with how often it has struck."""
        told: JsonObject = {"on": self.on, "nth": self.nth, "do": self.effects}
        if self.times < sys.maxsize:
            told["times"] = self.times
        if self.match:
            told["match"] = self.match
        if self.probability < 1:
            told["probability"] = self.probability
        return told | {"hits": self.hit_count}

    @property
    def is_spent(self) -> bool:
        """Whether no later request can be hit."""
        return self.hit_count >= self.times


class FaultPlan:
    """The faults still to come."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, value: object) -> None:
        """Order a fault.

        Raises:
            FieldError: A key is unknown or a value makes no sense.
        """
        self._faults.append(read_fault(value))

    def clear(self) -> None:
        """Cancel every fault."""
        self._faults.clear()

    def pending(self) -> list[JsonObject]:
        """Return what is still to come, for people."""
        return [fault.to_json() for fault in self._faults]

    def match_request(self, target: Target) -> Effects:
        """Return what is to go wrong with this request; usually nothing."""
        effects = Effects()
        for fault in self._faults:
            if fault.try_hit(target):
                effects |= fault.effects
        self._faults = [fault for fault in self._faults if not fault.is_spent]
        return effects


def read_fault(value: object) -> Fault:
    """Read one fault.

    Raises:
        FieldError: A key is unknown or a value makes no sense.
    """
    fault = read_fields(value, _FAULT, "the fault")
    given = read_fields(fault.get("do"), _DO, "do")
    # Its keys and their types were checked just now; null is as good as absent.
    do = cast("Effects", {k: v for k, v in given.items() if v is not None})
    match = read_fields(fault.get("match") or {}, _MATCH, "match")
    nth = fault.get("nth", 1)
    if not do or not nth:
        what = "needs something to do, and nth counts from 1"
        raise problem(place="the fault", what=what)
    if do.get("status", 500) not in _STATUSES:
        raise problem(place="do", what="needs a status from 400 to 599")
    _check_strange(given)
    probability = fault.get("probability", 1.0)
    if probability > 1:
        raise problem(place="probability", what="needs a number from 0 to 1")
    # With a probability there is no first one to wait for: it holds until cleared.
    times = fault.get("times", sys.maxsize if "probability" in fault else 1)
    return Fault(
        fault.get("on") or "create",
        nth,
        match,
        times,
        do,
        probability,
        random.Random(fault.get("seed", 0)),  # noqa: S311 - failures, not secrets
    )


def _check_strange(do: JsonObject) -> None:
    """Check what is to be answered otherwise, though as a success.

    Raises:
        FieldError: A key is unknown or a value makes no sense.
    """
    left_out = cast("object", do.get("without") or [])
    names = cast("list[object]", left_out) if isinstance(left_out, list) else [None]
    if not all(isinstance(name, str) for name in names):
        raise problem(place="do", what="needs without to be a list of names")
    instead = read_fields(do.get("instead") or {}, _INSTEAD, "instead")
    if instead.get("status", 200) not in _SUCCESSES:
        what = "needs a status from 200 to 399; others are a `status` of `do`"
        raise problem(place="instead", what=what)


def error_of(effects: RequestEffects) -> ApiError | None:
    """Return the HTTP error that the effects ask for."""
    status = effects.get("status")
    if status is None:
        return None
    retry_after = effects.get("retry_after")
    return ApiError(
        status,
        effects.get("message") or default_message(status),
        effects.get("code"),
        effects.get("shape", "object"),
        None if retry_after is None else str(retry_after),
    )


def event_error_of(effects: ErrorEffects) -> JsonObject:
    """Return the `error` event that the effects ask for in mid-stream."""
    message = effects.get("message") or default_message(504)
    error = ApiError(504, message, effects.get("code"))
    return error.error_object() | {"event_type": "error"}


def _matches(match: JsonObject, target: Target) -> bool:
    body = target.body
    facts = {
        "model": body.get("model"),
        "stream": body.get("stream") is True,
        "store": body.get("store") is not False,
        "chained": body.get("previous_interaction_id") is not None,
        "id": target.interaction_id,
        "agent": body.get("agent"),
        "background": body.get("background") is True,
        "running": target.running,
    }
    plain = all(facts[key] == want for key, want in match.items() if key != "contains")
    return plain and _contains(match.get("contains"), body)


def _contains(want: str | None, body: JsonObject) -> bool:
    if want is None:
        return True
    try:
        return want in all_text(read_input(body.get("input")))
    except ApiError:
        return False
