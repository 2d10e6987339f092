"""Whether a webhook delivery is from the API, and from now.

The API signs registered webhooks with a shared secret (Standard Webhooks: HMAC over
id, timestamp and body), and those of one request with a token (a JWT, RS256, with
keys that Google publishes). A token does not cover the body, so that what it says of
the event itself wins.
"""

import base64
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import ConfigurationError, WebhookRefusedError
from interactions_core.services.receiving.published_keys import load_jwt

JWKS_URL: Final = "https://generativelanguage.googleapis.com/.well-known/jwks.json"
"""Where the API publishes the keys of its tokens (API document)."""

TOLERANCE_S: Final = 300
"""How old a delivery may be, or how far ahead of this clock (API document)."""

_MOST_DIGITS: Final = 12
"""Of a time in seconds; Python refuses to compare a longer one with the clock."""

_PREFIX: Final = "whsec_"
_SIGNED: Final = ("type", "version", "timestamp", "data", "user_metadata")


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose deliveries are believed.

    Attributes:
        secrets: The signing secrets of registered webhooks, old and new ones.
        audience: This receiver's own address, as it is given to the API; "" to
            believe no tokens: one for another receiver would do as well.
        jwks_url: Where the keys of tokens are.
    """

    secrets: Sequence[str] = field(default=(), repr=False)
    # Addresses may hold tokens.
    audience: str = field(default="", repr=False)
    jwks_url: str = field(default=JWKS_URL, repr=False)

    def __post_init__(self) -> None:
        if not self.secrets and not self.audience:
            msg = "a receiver needs `secrets`, or an `audience` to believe tokens"
            raise ConfigurationError(msg)
        if isinstance(self.secrets, str):
            msg = "`secrets` is a list of webhook secrets, not one of them"
            raise ConfigurationError(msg)
        for secret in self.secrets:
            _key(secret)


def verified_event(
    trust: Trust,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float,
    keys: Callable[[str], object],
) -> JsonObject:
    """Return the event of a delivery.

    Args:
        trust: Whose deliveries are believed.
        headers: Its headers, names in lower case.
        body: Its body, as it came.
        now: Epoch seconds.
        keys: Finds the public key that a token names.

    Raises:
        WebhookRefusedError: It is not signed by any of these, not from now, or cannot
            be read.
    """
    delivery_id, signature = (
        headers.get(f"webhook-{name}", "") for name in ("id", "signature")
    )
    if not delivery_id or not signature:
        msg = "the delivery has no webhook-id or no webhook-signature"
        raise WebhookRefusedError(msg)
    stamp = _timestamp(headers.get("webhook-timestamp", ""), now)
    if is_token(signature):
        claims = _claims(trust, signature, keys, now)
        if claims.get("jti", delivery_id) != delivery_id:
            msg = "the token belongs to another delivery"
            raise WebhookRefusedError(msg)
        told = {key: claims[key] for key in _SIGNED if key in claims}
        return {**_object(body), **told}
    signed = b"%b.%b.%b" % (delivery_id.encode(), stamp.encode(), body)
    if not _is_signed(trust.secrets, signature, signed):
        msg = "no secret of this receiver has signed the delivery"
        raise WebhookRefusedError(msg)
    return _object(body)


def _timestamp(text: str, now: float) -> str:
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        msg = "the delivery has no webhook-timestamp"
        raise WebhookRefusedError(msg)
    if abs(now - int(text)) > TOLERANCE_S:
        msg = f"the delivery is not from now: it is off by {now - int(text):.0f} s"
        raise WebhookRefusedError(msg)
    return text


def is_token(signature: str) -> bool:
    """Tell whether a signature is a token, and not made with a shared secret."""
    return signature.count(".") == 2 and "," not in signature  # noqa: PLR2004 - a JWT


def _is_signed(secrets: Sequence[str], signature: str, signed: bytes) -> bool:
    given = [
        part.removeprefix("v1,").encode()
        for part in signature.split(" ")
        if part.startswith("v1,")
    ]
    wanted = [_hmac(secret, signed) for secret in secrets]
    # Every pair is compared, so that the time says nothing about them.
    equal = [hmac.compare_digest(one, other) for one in given for other in wanted]
    return any(equal)


def _hmac(secret: str, signed: bytes) -> bytes:
    return base64.b64encode(hmac.digest(_key(secret), signed, "sha256"))


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError as exc:
        msg = "a webhook secret is not base64 after 'whsec_'"
        raise ConfigurationError(msg) from exc
    if not key:
        # Everybody can sign with an empty key.
        msg = "a webhook secret is empty; is the variable set that it is read from?"
        raise ConfigurationError(msg)
    return key


def _claims(
    trust: Trust, token: str, keys: Callable[[str], object], now: float
) -> JsonObject:
    if not trust.audience:
        msg = "the delivery has a token, and this receiver has no `audience`"
        raise WebhookRefusedError(msg)
    jwt = load_jwt()
    try:
        claims = jwt.decode(
            token,
            keys(token),
            algorithms=["RS256"],
            audience=trust.audience,
            # The receiver's clock decides, below.
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except RecursionError as exc:
        msg = "the delivery's token is nested too deeply to be read"
        raise WebhookRefusedError(msg, status=400) from exc
    except jwt.PyJWTError as exc:
        msg = f"the delivery's token is not to be believed: {exc}"
        raise WebhookRefusedError(msg) from exc
    expires_at, issued_at = claims.get("exp"), claims.get("iat")
    if isinstance(expires_at, int | float) and now > expires_at:
        msg = "the delivery's token has expired"
        raise WebhookRefusedError(msg)
    if isinstance(issued_at, int | float) and abs(now - issued_at) > TOLERANCE_S:
        msg = "the delivery's token is not from now"
        raise WebhookRefusedError(msg)
    return claims


def _object(body: bytes) -> JsonObject:
    try:
        event: object = json.loads(body)
    except ValueError as exc:
        msg = "the delivery's body is not JSON"
        raise WebhookRefusedError(msg, status=400) from exc
    except RecursionError as exc:
        msg = "the delivery's body is nested too deeply to be read"
        raise WebhookRefusedError(msg, status=400) from exc
    if not isinstance(event, dict):
        msg = "the delivery's body is not an object"
        raise WebhookRefusedError(msg, status=400)
    # JSON objects have strings for keys.
    return cast("JsonObject", event)
