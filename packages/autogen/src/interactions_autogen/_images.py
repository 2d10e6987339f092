"""Pictures of AutoGen as the API takes them, encoded once.

AutoGen's `Image` holds pixels and encodes them anew for every use. The same pixels
get the same identity and the same bytes here, whichever object holds them.
"""

import hashlib
import threading
import weakref
from collections.abc import MutableMapping
from typing import Final

from autogen_core import Image

from interactions_core.canonical import JsonObject

_encoded: Final[MutableMapping[Image, tuple[str, str]]] = weakref.WeakKeyDictionary()
"""Of each picture in use: the SHA-256 of its pixels, and its PNG in base64."""
_lock: Final = threading.Lock()


def plain_image(image: Image) -> JsonObject:
    """Return a picture as a mapping; one that was changed in place is noticed."""
    picture = image.image
    pixels = hashlib.sha256(picture.tobytes()).hexdigest()
    with _lock:
        known, data = _encoded.get(image, ("", ""))
    if known != pixels:
        data = image.to_base64()
        with _lock:
            _encoded[image] = (pixels, data)
    return {"data": data, "image_pixels_sha256": pixels, "size": list(picture.size)}
