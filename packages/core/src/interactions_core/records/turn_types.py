"""What the fields of a turn take: whoever makes one is told what does not fit. Pure."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from interactions_core.records.labels import Label
from interactions_core.transcript.digest import Transcript


class _Kind(NamedTuple):
    """What a field takes, as Python tells it and as people say it."""

    types: tuple[type, ...]
    said: str


_TEXT: Final = _Kind((str,), "a text")
_FLAG: Final = _Kind((bool,), "True or False")
_MAPPING: Final = _Kind((Mapping,), "a mapping")
_NUMBER: Final = _Kind((int, float), "a number of seconds")
_FUNCTION: Final = _Kind((Callable,), "a function")  # type: ignore[arg-type]

KINDS: Final[Mapping[str, _Kind]] = {
    "transcript": _Kind(
        (Transcript,), "a Transcript, as Transcript.of(steps) makes it"
    ),
    "target": _Kind((tuple, list), "a pair such as ('model', NAME) or ('agent', NAME)"),
    "settings": _MAPPING,
    "asides": _MAPPING,
    "anchors": _MAPPING,
    "thoughts": _MAPPING,
    "own_names": _MAPPING,
    "session_id": _TEXT,
    "thread_id": _TEXT,
    "previous_interaction_id": _TEXT,
    "context": _TEXT,
    "nudge": _TEXT,
    "label": _Kind((Label,), "a Label"),
    "store": _FLAG,
    "background": _FLAG,
    "foreground_ok": _FLAG,
    "suspends": _FLAG,
    "glued": _FLAG,
    "only_text": _FLAG,
    "resumes_since": _NUMBER,
    "moved_on": _FUNCTION,
    "is_late": _FUNCTION,
    "deadline_s": _Kind((int, float, type(None)), "a number of seconds or None"),
}


def check_fields(turn: object, target: object) -> None:
    """Refuse a turn whose fields are of other types.

    Args:
        turn: The turn.
        target: Its target, which is looked into.

    Raises:
        TypeError: One is; it is named, with its type.
    """
    for name, kind in KINDS.items():
        value: object = getattr(turn, name)
        # A bool is an int, and no number of seconds.
        fits = isinstance(value, kind.types)
        if not fits or (isinstance(value, bool) and kind is not _FLAG):
            msg = (
                f"Turn: {name} takes {kind.said}, not an object of type {_type(value)}"
            )
            raise TypeError(msg)
    if not _is_target(target):
        msg = f"Turn: target takes {KINDS['target'].said}, not {target!r}"
        raise TypeError(msg)


def _is_target(value: object) -> bool:
    match value:
        case ("model" | "agent", str()):
            return True
        case _:
            return False


def _type(value: object) -> str:
    return type(value).__name__
