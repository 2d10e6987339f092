"""Ids of interactions and function calls, in the recorded forms.

An id is opaque to clients; the root inside it is what tells them that a chain
was re-rooted (https://github.com/googleapis/python-genai/issues/3003).
"""

import base64
import binascii
import re
import struct
from collections.abc import Callable
from random import Random

from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.models import has_short_call_ids

_VERTEX_ID = re.compile(r"[A-Za-z0-9_-]{24,128}")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


class IdSource:
    """Makes ids; equal seeds and clocks give equal ids."""

    def __init__(self, clock: MovableClock, random: Random) -> None:
        self._clock = clock
        self._random = random

    def interaction(self, root: str | None = None) -> str:
        """Make an id of the Gemini API, below the given root token or a new one."""
        own = self._token()
        fields = ((1, root or own), (2, own))
        return "v1_" + _unpadded(b"".join(_field(n, text) for n, text in fields))

    def vertex_interaction(self) -> str:
        """Make an id in the one form recorded from Vertex (2026-05-19)."""
        head = _field(1, self._random.randbytes(8).hex()) + b"\x10\x08"
        number = str(self._random.randint(100, 999))
        return _unpadded(head + _field(3, number) + _field(5, "main"))

    def call(self, model: str) -> str:
        """Make a function call's id in the style of the model's generation."""
        if has_short_call_ids(model):
            return "".join(self._random.choices(_ALPHABET, k=8))
        return f"call_{self._random.randint(1_000_000, 9_999_999)}"

    def randbytes(self) -> Callable[[int], bytes]:
        """Return the source of bytes for signatures."""
        return self._random.randbytes

    def _token(self) -> str:
        seconds = int(self._clock.now()) & 0xFFFFFFFF
        return _unpadded(struct.pack("<I", seconds) + self._random.randbytes(13))


def root_of(interaction_id: str) -> str | None:
    """Return the root token of a Gemini id, or None if it has no such form."""
    if not interaction_id.startswith("v1_"):
        return None
    try:
        raw = base64.b64decode(_padded(interaction_id[3:]), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return _root_field(raw)


def is_well_formed(interaction_id: str) -> bool:
    """Whether the server would look the id up rather than refuse its form."""
    if interaction_id.startswith("v1_"):
        return root_of(interaction_id) is not None
    return _VERTEX_ID.fullmatch(interaction_id) is not None


def _root_field(raw: bytes) -> str | None:
    """Read field 1 of a message that consists of the strings 1 and 2."""
    try:
        size = raw[1]
        root, rest = raw[2 : 2 + size], raw[2 + size :]
        own = rest[2:]
        framed = raw[0] == 0x0A and rest[0] == 0x12 and rest[1] == len(own)  # noqa: PLR2004  tags of protobuf
        return root.decode("ascii") if framed and root and own else None
    except (IndexError, UnicodeDecodeError):
        return None


def _field(number: int, text: str) -> bytes:
    raw = text.encode()
    return bytes([number << 3 | 2, len(raw)]) + raw


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
