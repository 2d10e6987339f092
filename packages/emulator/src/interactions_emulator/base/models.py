"""What a model's name tells about its behaviour on the wire."""

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

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
_LINES = ("deep-research", "nano-banana")
"""Lines whose names are more than one word."""

Size: TypeAlias = Literal["pro", "flash", "flash-lite", ""]
Makes: TypeAlias = Literal["text", "image", "speech", "music", "video", "transcript"]


_SIZES: tuple[Size, ...] = ("flash-lite", "flash", "pro")
_MADE: dict[str, Makes] = {
    "image": "image",
    "tts": "speech",
    "transcribe": "transcript",
    "omni": "video",
    "lyria": "music",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What a model or agent is, as far as its name tells."""

    line: str
    """`gemini`, `gemma`, `lyria`, `deep-research`, `antigravity`, …"""
    generation: tuple[int, int]
    """(major, minor); aliases count as the newest, names without a number as (0, 0)."""
    size: Size = ""
    makes: Makes = "text"
    is_alias: bool = False
    """Whether the name stands for whichever version is the latest."""

    def is_gemini(
        self, since: tuple[int, int], before: tuple[int, int] = (100, 0)
    ) -> bool:
        """Whether it is a Gemini model of these generations."""
        return self.line == "gemini" and since <= self.generation < before


@lru_cache(maxsize=1024)
def family(name: str) -> Family:
    """Read the name of a model or agent, with or without `models/` before it."""
    name = name.removeprefix("models/")
    line = next((one for one in _LINES if name.startswith(one)), name.split("-")[0])
    found = re.match(r"-(\d+)(?:\.(\d+))?(?:-|$)", name.removeprefix(line))
    number = (int(found[1]), int(found[2] or 0)) if found else (0, 0)
    return Family(
        line=line,
        generation=_NEWEST if line == "gemini" and not found else number,
        size=_size(name),
        makes=_makes(name),
        is_alias=name.endswith("-latest"),
    )


def _size(name: str) -> Size:
    for size in _SIZES:
        if f"-{size}-" in f"{name}-":
            return size
    return ""


def _makes(name: str) -> Makes:
    if "nano-banana" in name:
        return "image"
    for word in name.split("-"):
        if word in _MADE:
            return _MADE[word]
    return "text"


def needs_signatures(model: str) -> bool:
    """Whether a replayed function call must carry a thought signature."""
    return family(model).is_gemini(since=(3, 0))


def streams_empty_signatures(model: str) -> bool:
    """Whether `signature: ""` comes in a stream before there is one (recorded)."""
    return family(model).is_gemini(since=(2, 5), before=(3, 0))


def has_short_call_ids(model: str) -> bool:
    """Whether call ids have eight characters; `call_<digits>` came with 3.5."""
    return family(model).is_gemini(since=(0, 0), before=(3, 5))


def runs_in_background(model: str) -> bool:
    """Whether the model takes `background`.

    2.5 does not (recorded), nor do image models; omni and Lyria do (live notes,
    Aug 2026).
    """
    makes = family(model).makes
    return makes == "music" or (makes != "image" and needs_signatures(model))


def is_known(model: str) -> bool:
    """Whether the API serves the name, or another version of what it names."""
    return _unversioned(model.removeprefix("models/")) in _FAMILIES


def _unversioned(name: str) -> str:
    return _VERSION.sub("", name)


_FAMILIES = frozenset(map(_unversioned, _SERVED))


def nearest(model: str) -> str:
    """Return the known name to suggest for a wrong one."""
    name = model.removeprefix("models/")
    others = [one for one in _SERVED if one != name]
    return difflib.get_close_matches(name, others, n=1, cutoff=0.0)[0]


def thinking_levels(model: str) -> tuple[str, ...]:
    """Return the levels the model accepts."""
    known = family(model)
    if known.size == "pro" and known.is_gemini(since=(3, 0), before=(3, 2)):
        is_first = known.generation == (3, 0)
        return ("low", "high") if is_first else ("low", "medium", "high")
    return _ANY_LEVEL
