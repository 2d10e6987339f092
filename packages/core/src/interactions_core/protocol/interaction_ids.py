"""What an interaction id says of its chain.

Pure. The form is observed, not documented (recordings of 2026: base64url of a
protobuf with field 1 = the chain's root, field 2 = the interaction's own token), so
an id that does not decode is never judged.
"""

import base64
import binascii

_ONE_BYTE_LENGTH = 0x7F
_LENGTH_DELIMITED = {1: 0x0A, 2: 0x12}


def chain_root(interaction_id: str) -> str | None:
    """Return the root token inside an id, or `None` if there is none to read."""
    if not interaction_id.startswith("v1_"):
        return None
    body = interaction_id[3:]
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None
    root = _field(raw, 0, 1)
    own = None if root is None else _field(raw, root[1], 2)
    if root is None or own is None or own[1] != len(raw):
        return None
    return root[0]


def is_rerooted(parent_id: str, child_id: str) -> bool:
    """Tell whether a child visibly belongs to another chain than its parent.

    The service has been reported to re-root chains silently and to refuse a valid
    result two turns later (https://github.com/googleapis/python-genai/issues/3003).
    """
    expected, found = chain_root(parent_id), chain_root(child_id)
    return expected is not None and found is not None and expected != found


def _field(raw: bytes, start: int, number: int) -> tuple[str, int] | None:
    if len(raw) < start + 2 or raw[start] != _LENGTH_DELIMITED[number]:
        return None
    length = raw[start + 1]
    end = start + 2 + length
    if length > _ONE_BYTE_LENGTH or end > len(raw):
        return None
    try:
        return raw[start + 2 : end].decode("ascii"), end
    except UnicodeDecodeError:
        return None
