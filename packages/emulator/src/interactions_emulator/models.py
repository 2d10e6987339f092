"""What a model's name tells about its behaviour on the wire."""

import difflib
import re

KNOWN_PREFIXES = ("gemini-", "gemma-", "nano-banana-", "lyria-")
_NAMED = (
    "gemini-2.5-flash",
    "gemini-2.5-flash-lite",
    "gemini-2.5-pro",
    "gemini-3-flash-preview",
    "gemini-3.1-pro-preview",
    "gemini-3.5-flash",
    "gemini-3.5-flash-lite",
    "gemini-3.7-flash",
    "gemini-3.8-flash",
    "gemini-flash-latest",
)
_NEWEST = (99, 0)
_ANY_LEVEL = ("minimal", "low", "medium", "high", "xhigh")


def generation(model: str) -> tuple[int, int] | None:
    """Return (major, minor) of a Gemini model; aliases count as the newest."""
    name = model.removeprefix("models/")
    if not name.startswith("gemini-"):
        return None
    found = re.match(r"gemini-(\d+)(?:\.(\d+))?", name)
    return (int(found[1]), int(found[2] or 0)) if found else _NEWEST


def needs_signatures(model: str) -> bool:
    """Whether a replayed function call must carry a thought signature."""
    return (generation(model) or (0, 0)) >= (3, 0)


def has_short_call_ids(model: str) -> bool:
    """Whether call ids have eight characters; `call_<digits>` came with 3.5."""
    made = generation(model)
    return made is not None and made < (3, 5)


def is_known(model: str) -> bool:
    """Whether the name belongs to a family that the API serves."""
    return model.removeprefix("models/").startswith(KNOWN_PREFIXES)


def nearest(model: str) -> str:
    """Return the known name to suggest for a wrong one."""
    return difflib.get_close_matches(model, _NAMED, n=1, cutoff=0.0)[0]


def thinking_levels(model: str) -> tuple[str, ...]:
    """Return the levels the model accepts."""
    if model.startswith("gemini-3-pro"):
        return ("low", "high")
    if model.startswith("gemini-3.1-pro"):
        return ("low", "medium", "high")
    return _ANY_LEVEL
