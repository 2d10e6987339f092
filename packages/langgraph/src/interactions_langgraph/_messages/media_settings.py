"""How the API is to look at a picture, a sound or a video: what blocks say of it.

Pure. Google's other API says it in other words.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from interactions_core.adapter import Json
from interactions_core.exceptions import UnsupportedContentError
from interactions_langgraph._messages.json_values import json_value

_RESOLUTION, _PROCESSING = "resolution", "processing"
_LEVEL: Final = "media_resolution_"
_UNSAID: Final = "unspecified"
_OFFSETS: Final = {"start_offset": "startOffset", "end_offset": "endOffset"}


def media_settings(kind: str, block: Mapping[str, Any]) -> dict[str, Json]:
    """Read `resolution` and `processing` of a media block, under either API's names.

    Raises:
        UnsupportedContentError: The API has nothing of that for this kind of media.
    """
    extras = block.get("extras")
    told = {**extras, **block} if isinstance(extras, Mapping) else block
    settings: dict[str, Json] = {}
    resolution = told.get(_RESOLUTION) or _level(told.get("media_resolution"))
    if resolution:
        _check(kind, "media_resolution", {"image", "video", "document"})
        settings[_RESOLUTION] = json_value(resolution)
    processing = told.get(_PROCESSING) or _processing(kind, told)
    if processing:
        settings[_PROCESSING] = json_value(processing)
    return settings


def _level(value: Any) -> str:
    """Write `MEDIA_RESOLUTION_HIGH` as `high`."""
    if isinstance(value, Mapping):
        value = value.get("level")
    level = _word(value).removeprefix(_LEVEL)
    return "" if level == _UNSAID else level


def _processing(kind: str, told: Mapping[str, Any]) -> Json:
    mode = _word(told.get("media_processing"))
    # Google's other API ignores it for anything but a video.
    mode = mode if kind == "video" and not mode.endswith(_UNSAID) else ""
    metadata = told.get("video_metadata")
    if metadata is None:
        return mode
    if hasattr(metadata, "model_dump"):
        metadata = metadata.model_dump(exclude_none=True, mode="json")
    _check(kind, "video_metadata", {"video", "audio"})
    if mode not in {"", "static"} or not isinstance(metadata, Mapping):
        msg = "video_metadata is for static processing, and an object; leave it out"
        raise UnsupportedContentError(msg)
    segment: dict[str, Json] = {"type": "static"}
    for name, camel in _OFFSETS.items():
        offset = metadata.get(name, metadata.get(camel))
        if offset is not None:
            segment[name] = _seconds(offset)
    if kind == "video" and metadata.get("fps") is not None:
        segment["fps"] = json_value(metadata["fps"])
    layers = metadata.get("content_layers") or ()
    if kind == "video" and layers:
        segment["content_layers"] = [_word(layer) for layer in layers]
    return segment


def _check(kind: str, name: str, allowed: set[str]) -> None:
    if kind not in allowed:
        msg = f"{name} of a block of type {kind!r} has no counterpart in the API"
        raise UnsupportedContentError(msg)


def _seconds(offset: Any) -> str:
    if isinstance(offset, Mapping):
        offset = float(offset.get("seconds", 0)) + float(offset.get("nanos", 0)) / 1e9
    return f"{offset:g}s" if isinstance(offset, int | float) else str(offset)


def _word(value: Any) -> str:
    if isinstance(value, Enum):
        value = value.value
    return str(value or "").lower()
