"""Secrets inside of options: shown as a stand-in wherever an option is shown.

Pure. LangChain writes bound options into cache keys, traces, reprs and dumps, as text
or as JSON; what is sealed is a harmless string in all of them.
"""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Final, Self

from interactions_core.adapter.secrets import (
    MASK,
    SCHEMAS,
    Kind,
    is_telling,
    kind_of,
    masked_address,
)
from interactions_core.exceptions import ConfigurationError

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
    """Seal what core's list calls a secret in a JSON value."""
    if isinstance(value, Mapping):
        return {
            key: item if key in SCHEMAS else _sealed_field(str(key), item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [sealed(item) for item in value]
    return value


def sealed_headers(headers: Any) -> Any:
    """Seal HTTP headers, showing their names."""
    if isinstance(headers, Mapping):
        return Sealed(dict(headers), ",".join(map(str, headers)))
    return headers


def sealed_url(url: Any, kind: Kind = "address") -> Any:
    """Seal an address that holds a secret, but for its host."""
    if not isinstance(url, str) or isinstance(url, Sealed):
        return url
    if url.startswith(_PREFIX) or not is_telling(url, kind):
        return url
    return Sealed(url, masked_address(url, kind).replace(MASK, "…"))


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
    kind = kind_of(name)
    if kind == "secret":
        return sealed_headers(value) if name == "headers" else Sealed(value, name)
    if not kind or isinstance(value, Mapping):
        return sealed(value)
    if isinstance(value, list | tuple):
        return [sealed_url(each, kind) for each in value]
    return sealed_url(value, kind)
