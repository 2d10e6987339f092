"""Pictures of AutoGen as the API takes them, encoded once.

AutoGen's `Image` holds pixels and encodes them anew for every use. The same pixels
get the same identity and the same bytes here, whichever object holds them.
"""

import hashlib
import weakref
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Final

from autogen_core import Image

from interactions_core.adapter import JsonObject, Lock

_Pixels = tuple[str, str, tuple[int, int]]
"""SHA-256, mode and size of a picture's pixels."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _Encoded:
    """A PNG in base64; it is kept as long as a picture with its pixels is in use."""

    pixels: _Pixels
    data: str


_by_pixels: Final[MutableMapping[_Pixels, _Encoded]] = weakref.WeakValueDictionary()
_in_use: Final[MutableMapping[Image, _Encoded]] = weakref.WeakKeyDictionary()
_lock: Final = Lock()


def plain_image(image: Image) -> JsonObject:
    """Return a picture as a mapping; one that was changed in place is noticed."""
    picture = image.image
    content = hashlib.sha256(picture.tobytes()).hexdigest()
    pixels = (content, picture.mode, picture.size)
    with _lock:
        known = _by_pixels.get(pixels)
    if known is None:
        known = _Encoded(pixels, image.to_base64())
    with _lock:
        _by_pixels[pixels] = _in_use[image] = known
    return {
        "data": known.data,
        "image_pixels_sha256": content,
        "size": list(picture.size),
    }
