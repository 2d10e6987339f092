"""What a fault does to a request: each key of `do`, under the room that applies it.

A key has one place here and one reader: `fields_of` makes of these types what `do`
may hold, so that no key is taken that nobody applies.
"""

from typing import Literal, TypedDict, get_args, get_origin, get_type_hints

from interactions_emulator.base.fields import Expected


class ErrorEffects(TypedDict, total=False):
    """Applied by `engine.faults`: what an error says, as an answer or as an event."""

    message: str
    code: str | int | None


class RequestEffects(ErrorEffects, total=False):
    """Applied by `http.routes`, around the work."""

    delay_s: float
    """Real seconds before anything is done."""
    status: int
    """The error's HTTP status; without `worked` the work is not done."""
    retry_after: str | float | None
    shape: Literal["object", "front_end", "array", "sse"]
    worked: bool
    close: Literal["before", "after"]
    """The socket is closed without an answer, before or after the work."""
    slow_bytes_s: float
    """Real seconds between pieces of the answer; of a stream, by `http.answers`."""
    lost: bool
    """A create is forgotten once it is done; where it streams, by `upstream`."""


class StreamEffects(ErrorEffects, total=False):
    """Applied by `http.answers`, while events are sent; numbers count events."""

    error_event_after: int
    truncate_after_events: int
    how: Literal["silent", "abrupt", "array"]
    """How a stream ends that is truncated."""
    stall_after_events: int
    malformed_event_after: int
    repeat_events_from: int
    slow_bytes_s: float


class AnswerEffects(TypedDict, total=False):
    """Applied by `http.strange_answers`, to what is answered when the work is done."""

    without: list[str]
    """Fields that the interaction is answered without; `steps` are a stream's too."""
    instead: dict[str, object]
    """What comes in its place: `body`, JSON or text, `status`, `kind` and `headers`."""


class ParentEffects(TypedDict, total=False):
    """Applied by `store.visibility`, when a create's parent is looked up."""

    expire: bool
    """The parent is forgotten first."""


class RecordEffects(ParentEffects, total=False):
    """Applied by `engine.engine`, to what a create stores."""

    reroot: bool
    hide_s: float
    """Seconds of the emulator's clock for which the new id is unknown."""
    stall: bool
    """Background work never ends."""


class Effects(RequestEffects, StreamEffects, AnswerEffects, RecordEffects, total=False):
    """All that faults do to one request; a key that is absent does nothing."""


def fields_of(effects: type) -> dict[str, Expected]:
    """Return the keys with their types, or their words, as `fields` checks them."""
    return {key: _field(hint) for key, hint in get_type_hints(effects).items()}


def _field(hint: object) -> Expected:
    if get_origin(hint) is Literal:
        return get_args(hint)
    return hint if isinstance(hint, type) else object
