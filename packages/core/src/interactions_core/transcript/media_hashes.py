"""The hashes of media, remembered by content: a list brings the same ones every time.

Pure, but for what it remembers. The text itself is the key, so that another picture
never has the hash of this one.
"""

import base64
import hashlib
from collections import OrderedDict
from typing import Final

from interactions_core.process.forking import Lock

_MOST: Final = 32_000_000
"""Characters of media that are remembered, and so kept alive, all in all."""

_known: Final = OrderedDict[str, tuple[str, bool]]()
_lock: Final = Lock()


def media_hash(data: str) -> str:
    """Hash the bytes behind base64 text; line breaks in it make no difference.

    Returns:
        SHA-256, in hexadecimal.
    """
    return _found(data)[0]


def is_base64(data: str) -> bool:
    """Tell whether a text is base64; line breaks in it make no difference."""
    return _found(data)[1]


def _found(data: str) -> tuple[str, bool]:
    with _lock:
        found = _known.get(data)
        if found is not None:
            _known.move_to_end(data)
            return found
    found = _read(data)
    if len(data) <= _MOST:
        _remember(data, found)
    return found


def _read(data: str) -> tuple[str, bool]:
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except ValueError:
        content = data.encode("utf-8", "surrogatepass")
        return hashlib.sha256(content).hexdigest(), False
    return hashlib.sha256(content).hexdigest(), True


def _remember(data: str, found: tuple[str, bool]) -> None:
    """Keep what was found; the least recently used go first."""
    with _lock:
        _known[data] = found
        characters = sum(map(len, _known))
        while characters > _MOST:
            characters -= len(_known.popitem(last=False)[0])
