"""Signs deliveries: HMAC for registered webhooks, a JWT for those of one request.

Both follow the API's documentation: Standard Webhooks (`v1,<base64>` over id,
timestamp and body), and RS256 with the keys at `/.well-known/jwks.json`.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from functools import cached_property
from importlib import import_module
from typing import Any

from interactions_emulator.base.errors import ApiError
from interactions_emulator.base.payloads import JsonObject, dump

_PREFIX = "whsec_"
_ISSUER = "https://generativelanguage.googleapis.com"
_LIFETIME_S = 300
_KEY_BITS = 2048
_EXPONENT = 65_537


def new_secret(raw: bytes) -> str:
    """Write random bytes as a signing secret."""
    return _PREFIX + base64.b64encode(raw).decode()


def hmac_signatures(
    secrets: Iterable[str], delivery_id: str, timestamp: int, body: bytes
) -> str:
    """Return one signature per valid secret, separated by spaces."""
    signed = b"%b.%d.%b" % (delivery_id.encode(), timestamp, body)
    return " ".join(f"v1,{_hmac(secret, signed)}" for secret in secrets)


class TokenSigner:
    """Signs with one RSA key, made when it is first needed."""

    def jwks(self) -> JsonObject:
        """Return the public key as a JSON web key set."""
        numbers = self._key.public_key().public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        key = {
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": self._kid,
            "n": _url_safe(numbers.n.to_bytes(size, "big")),
            "e": _url_safe(numbers.e.to_bytes(3, "big")),
        }
        return {"keys": [key]}

    def sign(self, event: JsonObject, audience: str, delivery_id: str, now: int) -> str:
        """Return a token that carries the event, for one receiver's URI.

        Which claims the real tokens have beside the audience is not documented.
        """
        claims = event | {
            "iss": _ISSUER,
            "aud": audience,
            "iat": now,
            "exp": now + _LIFETIME_S,
            "jti": delivery_id,
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": self._kid}
        signed = f"{_url_safe(dump(header))}.{_url_safe(dump(claims))}"
        padding = _part("hazmat.primitives.asymmetric.padding")
        hashes = _part("hazmat.primitives.hashes")
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_url_safe(signature)}"

    @cached_property
    def _key(self) -> Any:  # noqa: ANN401  the library is optional
        rsa = _part("hazmat.primitives.asymmetric.rsa")
        return rsa.generate_private_key(_EXPONENT, _KEY_BITS)

    @cached_property
    def _kid(self) -> str:
        modulus = self._key.public_key().public_numbers().n
        return hashlib.sha256(str(modulus).encode()).hexdigest()[:40]


def _part(name: str) -> Any:  # noqa: ANN401  the library is optional
    """Import a part of cryptography.

    Raises:
        ApiError: It is not installed.
    """
    try:
        return import_module(f"cryptography.{name}")
    except ModuleNotFoundError as exc:
        message = (
            "Webhooks of one request are signed with RSA: pip install cryptography"
        )
        raise ApiError(501, message) from exc


def _hmac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
