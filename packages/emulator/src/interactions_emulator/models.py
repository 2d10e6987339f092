"""What a model's name tells about its behaviour on the wire."""

import difflib
import re

_SERVED = (
    *("gemini-4-argon", "gemini-4-carbon", "gemini-4-hydrogen", "gemini-4-neon"),
    *("gemini-3.8-flash", "gemini-3.7-flash", "gemini-3.6-flash"),
    *("gemini-3.5-flash", "gemini-3.5-flash-lite"),
    *("gemini-3.1-pro-preview", "gemini-3.1-pro-preview-customtools"),
    *("gemini-3.1-flash-lite", "gemini-3-flash-preview", "gemini-3-pro-preview"),
    *("gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"),
    *("gemini-pro-latest", "gemini-flash-latest", "gemini-flash-lite-latest"),
    *("gemma-4-26b-a4b-it", "gemma-4-31b-it"),
    *("gemini-3.1-flash-image", "gemini-3.1-flash-lite-image"),
    *("gemini-3-pro-image", "gemini-2.5-flash-image"),
    *("nano-banana-pro-preview", "gemini-nano-banana-2.1"),
    *("gemini-3.8-flash-tts", "gemini-3.8-flash-lite-tts"),
    *("gemini-3.1-flash-tts-preview", "gemini-3.5-transcribe"),
    *("lyria-3-clip-preview", "lyria-3-pro-preview", "lyria-3.5"),
    *("gemini-omni-1.1-flash", "gemini-omni-1.2-flash", "gemini-omni-flash-preview"),
    *("gemini-robotics-er-1.6-preview", "gemini-robotics-er-2-preview"),
)
"""The models that the SDK names, and `gemini-3-pro-preview`, which it once named."""
_VERSION = re.compile(r"(?:-latest|-preview(?:-\d\d-\d{4})?|-\d{3})+$")
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


def runs_in_background(model: str) -> bool:
    """Whether the model takes `background`.

    2.5 does not (recorded), nor do image models; omni and Lyria do (live notes,
    Aug 2026).
    """
    if "-image" in model or "nano-banana" in model:
        return False
    return needs_signatures(model) or "lyria-" in model


def is_known(model: str) -> bool:
    """Whether the API serves the name, or another version of what it names."""
    return _unversioned(model.removeprefix("models/")) in _FAMILIES


def _unversioned(name: str) -> str:
    return _VERSION.sub("", name)


_FAMILIES = frozenset(map(_unversioned, _SERVED))


def nearest(model: str) -> str:
    """Return the known name to suggest for a wrong one."""
    name = model.removeprefix("models/")
    return difflib.get_close_matches(name, _SERVED, n=1, cutoff=0.0)[0]


def thinking_levels(model: str) -> tuple[str, ...]:
    """Return the levels the model accepts."""
    if model.startswith("gemini-3-pro"):
        return ("low", "high")
    if model.startswith("gemini-3.1-pro"):
        return ("low", "medium", "high")
    return _ANY_LEVEL
