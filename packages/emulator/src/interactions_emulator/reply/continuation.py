"""Answers that stop with `requires_continuation` and go on by token.

Never seen in a recording; the protocol is the one that the SDK speaks
(google-genai 3.4.0): each hop is a create with the token of the one before.
The token itself carries what is left to say, so nothing else is kept.
"""

import base64
import binascii
import hashlib
import hmac
import json
import math

from interactions_emulator.base import refusals

_KEY = hashlib.sha256(b"interactions-emulator continuation tokens").digest()
_CODE_SIZE = 16


def split(text: str, hops: int) -> list[str]:
    """Cut a text into the parts of `hops` interruptions and an end."""
    size = max(1, math.ceil(len(text) / (hops + 1)))
    return [text[i * size : (i + 1) * size] for i in range(hops + 1)]


def to_token(rest: list[str]) -> str:
    """Write what is left to say as a token."""
    payload = json.dumps(rest).encode()
    code = hmac.digest(_KEY, payload, "sha256")[:_CODE_SIZE]
    return base64.urlsafe_b64encode(code + payload).decode()


def from_token(token: str) -> list[str]:
    """Read a token that `to_token` wrote.

    Raises:
        ApiError: The token was not issued.
    """
    try:
        raw = base64.b64decode(token, b"-_", validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _refused() from exc
    code, payload = raw[:_CODE_SIZE], raw[_CODE_SIZE:]
    if not hmac.compare_digest(code, hmac.digest(_KEY, payload, "sha256")[:_CODE_SIZE]):
        raise _refused()
    return json.loads(payload)


def _refused() -> Exception:
    return refusals.invalid_argument(why="the continuation token was not issued")
