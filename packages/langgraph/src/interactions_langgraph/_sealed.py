"""Secrets inside of options: shown as a stand-in wherever an option is shown.

Pure. LangChain writes bound options into cache keys, traces, reprs and dumps, as text
or as JSON; what is sealed is a harmless string in all of them.
"""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Final, Self
from urllib.parse import urlsplit

from interactions_core.exceptions import ConfigurationError

_SECRET_NAMES: Final = frozenset({"headers", "api_key", "env", "credential"})
"""Fields of tools and environments that hold keys (SDK types of google-genai 3.4)."""

_PREFIX: Final = "sealed:"
_salt: Final = secrets.token_bytes(16)


class Sealed(str):
    """A secret whose text, in every form, is a stand-in.

    Equal secrets have equal stand-ins within one process, so that a cache keeps the
    answers of different tenants apart; across processes they differ. Pickles and
    copies keep the secret.
    """

    __slots__ = ("_secret",)
    _secret: Any

    def __new__(cls, secret: Any, shown: str = "") -> Self:
        print_ = hmac.new(_salt, repr(secret).encode(), "sha256").hexdigest()[:12]
        sealed = super().__new__(cls, f"{_PREFIX}{shown}#{print_}")
        sealed._secret = secret
        return sealed

    def __reduce__(self) -> tuple[type[Self], tuple[Any, str]]:
        shown = str(self).removeprefix(_PREFIX).rpartition("#")[0]
        return type(self), (self._secret, shown)

    def reveal(self) -> Any:
        """Return the secret."""
        return self._secret


def sealed(value: Any) -> Any:
    """Seal what is secret in a JSON value: headers, keys, and secrets in addresses."""
    if isinstance(value, Mapping):
        return {key: _sealed_field(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sealed(item) for item in value]
    return value


def sealed_headers(headers: Any) -> Any:
    """Seal HTTP headers, showing their names."""
    if isinstance(headers, Mapping):
        return Sealed(dict(headers), ",".join(map(str, headers)))
    return headers


def sealed_url(url: Any) -> Any:
    """Seal an address that has a password or a query; others stay as they are."""
    if not isinstance(url, str) or isinstance(url, Sealed):
        return url
    parts = urlsplit(url)
    if "@" not in parts.netloc and not parts.query:
        return url
    return _sealed_whole(url)


def revealed(value: Any) -> Any:
    """Return a value with its secrets, for sending.

    Raises:
        ConfigurationError: A stand-in has lost its secret: it was saved as JSON.
    """
    if isinstance(value, Sealed):
        return value.reveal()
    if isinstance(value, Mapping):
        return {key: revealed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [revealed(item) for item in value]
    if isinstance(value, str) and value.startswith(_PREFIX):
        what = value.removeprefix(_PREFIX).rpartition("#")[0]
        msg = (
            f"the secret of {what or 'an option'} was left out when this was saved; "
            "give the option anew"
        )
        raise ConfigurationError(msg)
    return value


def _sealed_field(name: str, value: Any) -> Any:
    if value is None or isinstance(value, Sealed):
        return value
    if isinstance(value, str) and value.startswith(_PREFIX):
        return value
    if name == "headers":
        return sealed_headers(value)
    if name in _SECRET_NAMES:
        return Sealed(value, name)
    if name == "url":
        return _sealed_whole(str(value))
    return sealed_url(value) if name == "source" else sealed(value)


def _sealed_whole(url: str) -> Sealed:
    """Seal an address but for its host: MCP servers take tokens in their paths."""
    parts = urlsplit(url)
    return Sealed(url, f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
