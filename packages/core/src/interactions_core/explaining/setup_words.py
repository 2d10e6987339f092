"""What is said of a setup that changed, in sentences and as JSON. Pure."""

from collections.abc import Sequence
from typing import Final

from interactions_core.explaining.setups import PartChange, PartName, SetupChange

_NAMES: Final[dict[PartName, str]] = {
    "model": "model",
    "instruction": "instruction",
    "tools": "tools",
    "response_format": "response format",
    "options": "options",
}
_CACHED: Final[frozenset[PartName]] = frozenset({"model", "instruction", "tools"})
"""Parts that change what the service reads first, or who reads it."""

_PLURAL: Final[frozenset[PartName]] = frozenset({"tools", "options"})

_OFTEN: Final = 3
"""Changes from which on it is worth saying how many."""

CACHE: Final = (
    "Nothing is sent again for this, but less comes from the cache: that goes by how an "
    "input begins, and it begins with the instruction and the tools."
)
"""Documented by the API under "Context caching"; see `docs/costs.md`."""

_OTHER_MODEL: Final = (
    "Nothing is sent again for this, but another model has a cache of its own."
)
_MOVE: Final[dict[PartName, str]] = {
    "instruction": "such as a time; put that into the newest message",
    "tools": "such as an order or a description that is made anew; keep it as it was",
}


def setup_sentences(
    told: SetupChange | None, *, hide_content: bool = False
) -> tuple[str, ...]:
    """Say what changed, how often, and what it costs; nothing where nothing did.

    Args:
        told: What is known of it.
        hide_content: Whether to tell numbers in place of the names of tools.
    """
    if told is None:
        return ()
    changed, unknown = told.those("changed"), told.those("unknown")
    if not changed:
        return (upper(_unknown(unknown, told)),) if unknown else ()
    said = [_changed(each, told, hide_content=hide_content) for each in changed]
    if same := told.those("same"):
        said.append(f"{_listed(same)} {_are(same)} the same.")
    if unknown:
        said.append(_unknown(unknown, told))
    said += [often for each in changed if (often := _often(each))]
    parts = {each.part for each in changed} & _CACHED
    if parts:
        said.append(_OTHER_MODEL if parts == {"model"} else CACHE)
    return tuple(upper(each) for each in said)


def setup_note(told: SetupChange | None, *, hide_content: bool = False) -> str:
    """Name in a few words what changed; "" for nothing.

    Args:
        told: What is known of it.
        hide_content: As `setup_sentences` takes it.
    """
    changed = told.those("changed") if told is not None else ()
    return "; ".join(_short(each, hide_content=hide_content) for each in changed)


def setup_json(
    told: SetupChange | None, *, hide_content: bool = False
) -> dict[str, object] | None:
    """Write what changed as one JSON object, keys in this order.

    Args:
        told: What is known of it; `None` where nothing was before.
        hide_content: Whether names of tools are left out.
    """
    if told is None:
        return None
    return {
        "compared_with": told.compared_with,
        "compared_with_turn": told.turn or None,
        "parts": [_part_json(each, hide_content=hide_content) for each in told.parts],
        "sentences": list(setup_sentences(told, hide_content=hide_content)),
    }


def upper(text: str) -> str:
    """Begin a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def _part_json(part: PartChange, *, hide_content: bool) -> dict[str, object]:
    hidden = hide_content and part.part == "tools"
    return {
        "part": part.part,
        "state": part.state,
        "then": part.then or None,
        "now": part.now or None,
        "then_bytes": part.then_bytes,
        "now_bytes": part.now_bytes,
        "added": None if hidden else list(part.added),
        "removed": None if hidden else list(part.removed),
        "changed": None if hidden else list(part.changed),
        "moved": part.is_moved,
        "changes": part.changes or None,
        "among": part.among or None,
        "values": part.values or None,
    }


def _changed(part: PartChange, told: SetupChange, *, hide_content: bool) -> str:
    other = f"turn {told.turn}" if told.turn else "the other turn"
    if part.part == "model":
        return f"another model was asked than in {other}, {_target(part.then)}."
    name = (
        "the instruction" if part.part == "instruction" else f"the {_NAMES[part.part]}"
    )
    if part.part == "instruction" and part.then_bytes is None:
        return f"there is an instruction, and there was none in {other}."
    if part.part == "instruction" and part.now_bytes is None:
        return f"there is no instruction any more, as there was in {other}."
    if details := _details(part, hide_content=hide_content):
        return f"{name} changed since {other}: {details}."
    differs = (
        "they differ from those" if part.part in _PLURAL else "it differs from that"
    )
    return f"{name} changed: {differs} of {other}."


def _details(part: PartChange, *, hide_content: bool) -> str:
    if part.part not in _PLURAL:
        return ""
    hidden = hide_content and part.part == "tools"
    named = (("added", part.added), ("gone", part.removed), ("changed", part.changed))
    said = [
        f"{word} {len(names)}" if hidden else f"{word} {', '.join(names)}"
        for word, names in named
        if names
    ]
    if part.is_moved:
        said.append("in another order")
    return "; ".join(said)


def _short(part: PartChange, *, hide_content: bool) -> str:
    if part.part == "model":
        return f"model was {_target(part.then)}"
    details = _details(part, hide_content=hide_content)
    name = _NAMES[part.part]
    return f"{name}: {details}" if details else f"{name} changed"


def _unknown(parts: Sequence[PartChange], told: SetupChange) -> str:
    other = f"turn {told.turn}" if told.turn else "the other turn"
    return (
        f"whether {_listed(parts)} changed since {other} is not known: a release that "
        "kept no marks of setups has recorded one of the two."
    )


def _often(part: PartChange) -> str:
    """Say in how many turns a part changed, and what that looks like."""
    if part.changes < _OFTEN:
        return ""
    name = _NAMES[part.part]
    verb = "have" if part.part in _PLURAL else "has"
    said = f"the {name} {verb} changed in {part.changes} of {part.among} turns"
    if part.values <= (part.changes + 1) // 2:
        return f"{said}, between {part.values}: callers that differ share the conversation."
    if part.part not in _MOVE:
        return f"{said}."
    return f"{said}: something in it changes with every call, {_MOVE[part.part]}."


def _listed(parts: Sequence[PartChange]) -> str:
    names = [_NAMES[each.part] for each in parts]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _are(parts: Sequence[PartChange]) -> str:
    plural = len(parts) > 1 or parts[0].part in _PLURAL
    return "are" if plural else "is"


def _target(target: str) -> str:
    return target.partition(":")[2] or "none"
