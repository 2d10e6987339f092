"""Anchors: what a message itself says of the interaction that made it.

Pure. An anchor is a hint that must verify, never an instruction: its digest has to
equal the digest of the list up to and with that message, and somebody who knows the
key must have signed it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from interactions_core.canonical import canonical_bytes
from interactions_core.records.interactions import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The interaction that ends with a message.

    Attributes:
        interaction_id: Its id.
        digest: The digest of the list up to and with the reply, hexadecimal.
        expires_at: Epoch seconds.
        mac: HMAC-SHA256 over scope, id, digest and expiry, hexadecimal; "" if unsigned.
    """

    interaction_id: str
    digest: str
    expires_at: float
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs anchors, and the scope that it signs them for.

    Attributes:
        key: The key.
        scope: Whose conversation it is, named alike in every store.
    """

    key: bytes = field(repr=False)
    scope: Scope


def signed(anchor: Anchor, scope: Scope, key: bytes) -> Anchor:
    """Return the anchor with its signature for one scope."""
    return Anchor(
        interaction_id=anchor.interaction_id,
        digest=anchor.digest,
        expires_at=anchor.expires_at,
        mac=_mac(anchor, scope, key),
    )


def verifies(anchor: Anchor, scope: Scope, key: bytes) -> bool:
    """Tell whether somebody with the key signed this anchor for this scope."""
    # As bytes: strings are compared only if they are ASCII, and this one is a hint.
    given = anchor.mac.encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given, _mac(anchor, scope, key).encode())


def anchor_from_metadata(value: object) -> Anchor | None:
    """Read an anchor from a message's metadata; whatever is not one gives `None`."""
    if not isinstance(value, Mapping):
        return None
    # Metadata of a message is JSON: its keys are strings.
    found = cast("Mapping[str, object]", value)
    interaction_id, digest = found.get("interaction_id"), found.get("digest")
    expires_at, mac = found.get("expires_at"), found.get("mac", "")
    if not isinstance(interaction_id, str) or not isinstance(digest, str):
        return None
    if not isinstance(expires_at, int | float) or not isinstance(mac, str):
        return None
    return Anchor(
        interaction_id=interaction_id, digest=digest, expires_at=expires_at, mac=mac
    )


def _mac(anchor: Anchor, scope: Scope, key: bytes) -> str:
    message = canonical_bytes(
        [
            scope.credential,
            scope.session_id,
            scope.thread_id,
            anchor.interaction_id,
            anchor.digest,
            anchor.expires_at,
        ]
    )
    return hmac.new(key, message, hashlib.sha256).hexdigest()
