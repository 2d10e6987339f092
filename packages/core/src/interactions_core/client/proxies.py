"""The proxies of the environment, as the HTTP libraries under the SDK find them.

Reads the environment and nothing else. No user and no password of a proxy is shown.
"""

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from interactions_core.exceptions import ConfigurationError

_SCHEMES: Final = ("http", "https", "all")
_SOCKS: Final = frozenset({"socks5", "socks5h"})
_KNOWN: Final = _SOCKS | {"http", "https"}
_SOCKS_PACKAGE: Final = "socksio"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and who says so.

    Attributes:
        variable: The variable of the environment; "the system's settings" for none.
        shown: Its address without user and password.
        scheme: How it is spoken to.
    """

    variable: str
    shown: str
    scheme: str

    def __str__(self) -> str:
        return f"{self.shown} ({self.variable})"


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy that a request to an address goes through.

    Args:
        url: The address, e.g. `"https://host:8080/path"`.
    """
    parts = _split(url)
    host = parts.hostname if parts is not None else None
    if parts is None or not host or proxy_bypass(host):
        return None
    found = dict(_proxies())
    return found.get(parts.scheme) or found.get("all")


def check_proxies() -> None:
    """Refuse a proxy that no request could go through.

    Raises:
        ConfigurationError: Its scheme is none of a proxy's, or the package that speaks
            to it is missing.
    """
    for _, proxy in _proxies():
        if proxy.scheme not in _KNOWN:
            msg = (
                f"the proxy {proxy} cannot be used: its address begins with http://, "
                "https://, socks5:// or socks5h://"
            )
            raise ConfigurationError(msg)
        if proxy.scheme in _SOCKS and not importlib.util.find_spec(_SOCKS_PACKAGE):
            msg = (
                f"the proxy {proxy} needs the package {_SOCKS_PACKAGE}, which is not "
                f"installed; run: pip install {_SOCKS_PACKAGE}, or unset "
                f"{proxy.variable} if no proxy is meant"
            )
            raise ConfigurationError(msg)


def _proxies() -> Iterator[tuple[str, Proxy]]:
    """Yield the proxies by the scheme of what goes through them."""
    found = getproxies()
    if "*" in [each.strip() for each in found.get("no", "").split(",")]:
        return
    for scheme in _SCHEMES:
        address = found.get(scheme)
        if address:
            yield scheme, _proxy(scheme, address)


def _proxy(scheme: str, address: str) -> Proxy:
    parts = _split(address if "://" in address else f"http://{address}")
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
    given = [name for name in names if os.environ.get(name)]
    variable = given[0] if given else "the system's settings"
    if parts is None:
        return Proxy(variable, "…", "")
    host = parts.netloc.rpartition("@")[2]
    return Proxy(variable, f"{parts.scheme}://{host}", parts.scheme.lower())


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
