"""Thought signatures that can be checked without stored state.

The real ones are opaque. These keep the recorded outside (base64 of a protobuf
message whose first letter tells the model family) and carry a code over their
content, so that a replay is accepted after a restart or an expiry.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable

from interactions_emulator.base.models import needs_signatures

PLACEHOLDER = "CiRlMjQ4MzBhNy01Y2Q2LTQyZmUtOTk4Yi1lZTUzOWU3MmI5YzM="
"""What the server sends when no token was spent on thinking (Feb-Oct 2026)."""

BYPASSES = frozenset(
    {"skip_thought_signature_validator", "context_engineering_is_the_way_to_go"}
)
"""Documented values for calls that another provider made."""

_KEY = hashlib.sha256(b"interactions-emulator thought signatures, version 1").digest()
_HEAD = b"\x01" + _KEY[:4]
_CODE_SIZE = 16
_MAX_FILL = 90


def issue(model: str, thought_tokens: int, randbytes: Callable[[int], bytes]) -> str:
    """Make a signature that grows with the thinking it stands for."""
    if thought_tokens == 0:
        return PLACEHOLDER
    fill = randbytes(min(12 + thought_tokens, _MAX_FILL))
    payload = _HEAD + fill + _code(fill)
    message = b"\x0a" + bytes([len(payload)]) + payload
    if needs_signatures(model):
        message = b"\x12" + bytes([len(message)]) + message
    return base64.b64encode(message).decode()


def is_accepted(signature: str) -> bool:
    """Whether the server would take the signature back, for any model."""
    if signature == PLACEHOLDER or signature in BYPASSES:
        return True
    try:
        message = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return _is_issued(message)


def _is_issued(message: bytes) -> bool:
    payload = _unwrap(_unwrap(message, 0x12) or message, 0x0A)
    if payload is None or not payload.startswith(_HEAD):
        return False
    fill = payload[len(_HEAD) : -_CODE_SIZE]
    return hmac.compare_digest(payload[-_CODE_SIZE:], _code(fill))


def _unwrap(message: bytes, tag: int) -> bytes | None:
    framed = message[:1] == bytes([tag]) and message[1:2] == bytes([len(message) - 2])
    return message[2:] if framed else None


def _code(fill: bytes) -> bytes:
    return hmac.digest(_KEY, fill, "sha256")[:_CODE_SIZE]
