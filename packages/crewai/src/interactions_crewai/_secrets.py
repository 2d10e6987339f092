"""Where secrets may sit inside of options, and what is shown in their place.

Pure. Headers of MCP servers, environment variables of a sandbox, what its network
adds to requests, and passwords in addresses: checkpoints, logs and events of CrewAI
show options as text.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast
from urllib.parse import urlsplit

MASK: Final = "**********"

_SECRET_KEYS: Final = frozenset(
    {"headers", "env", "transform", "credential", "api_key"}
)

_ADDRESSES: Final = frozenset({"url", "uri", "uris", "source"})


def masked(value: Any, *, secret: bool = False) -> Any:
    """Return a JSON value with asterisks for every secret in it."""
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        return {
            key: _masked_urls(item)
            if key in _ADDRESSES
            else masked(item, secret=secret or key in _SECRET_KEYS)
            for key, item in named.items()
        }
    if isinstance(value, list):
        return [masked(item, secret=secret) for item in cast("list[Any]", value)]
    return MASK if secret and isinstance(value, str) else value


def _masked_urls(value: Any) -> Any:
    if isinstance(value, list):
        return [masked_url(item) for item in cast("list[Any]", value)]
    return masked_url(value)


def masked_url(url: Any) -> Any:
    """Return an address with asterisks for its user, password and query."""
    if not isinstance(url, str):
        return url
    parts = urlsplit(url)
    _, has_user, host = parts.netloc.rpartition("@")
    if not has_user and not parts.query:
        return url
    shown = parts._replace(
        netloc=f"{MASK}@{host}" if has_user else host,
        query=MASK if parts.query else "",
    )
    return shown.geturl()


def masks_in(value: Any, path: str) -> Iterator[str]:
    """Yield where asterisks stand, e.g. `tools.headers.Authorization`."""
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            yield from masks_in(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from masks_in(item, path)
    elif isinstance(value, str) and MASK in value:
        yield path
