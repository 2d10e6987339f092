"""The blocks of steps: which are media, and what they say of themselves. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.transcript.parts import MEDIA_KINDS

_MEDIUM: Final = {"type", "mime_type", "data", "uri", "sha256", "bytes"}


def blocks_of(content: Json) -> list[JsonObject]:
    """Return the blocks of the content or the result of a step."""
    if not isinstance(content, list | tuple):
        return []
    return [block for block in content if isinstance(block, Mapping)]


def is_media(block: JsonObject) -> bool:
    """Tell whether a block is a medium."""
    return block.get("type") in MEDIA_KINDS


def settings_of(block: JsonObject) -> dict[str, Json]:
    """Return what a medium says of how the API is to look at it; a text says nothing."""
    if not is_media(block):
        return {}
    return {key: value for key, value in block.items() if key not in _MEDIUM}


def text_in(blocks: Iterable[JsonObject]) -> str:
    """Join the texts of blocks."""
    return "".join(str(b.get("text") or "") for b in blocks if not is_media(b))
