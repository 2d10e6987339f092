"""Where secrets may sit inside the options that are sent as they are.

Pure. Headers of MCP servers, environment variables of a sandbox, and what its network
adds to requests: every text below one of these keys counts as a secret. So do addresses
with a user or a query.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from pydantic import SecretStr

SECRET_KEYS: Final = frozenset({"headers", "env", "transform", "credential"})

_ADDRESS_KEYS: Final = frozenset({"url", "uri", "uris", "source"})


def secret_text(value: SecretStr | str | None) -> str | None:
    """Return what a secret says."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def is_masked(value: object) -> bool:
    """Tell whether asterisks stand where a secret was, as pydantic writes them."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return isinstance(text, str) and bool(text) and not text.strip("*")


def with_secrets(
    value: Any, change: Callable[[Any], Any], *, found: bool = False
) -> Any:
    """Return a value with every secret in it changed."""
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        return {
            key: with_secrets(item, change, found=found or _is_secret(key, item))
            for key, item in named.items()
        }
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [with_secrets(item, change, found=found) for item in items]
    return change(value) if found and isinstance(value, str | SecretStr) else value


def secrets_in(
    value: Any, path: str = "", *, found: bool = False
) -> Iterator[tuple[str, SecretStr | str]]:
    """Yield every secret with where it is, e.g. `headers.Authorization`."""
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        for key, item in named.items():
            where = f"{path}.{key}" if path else key
            yield from secrets_in(item, where, found=found or _is_secret(key, item))
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from secrets_in(item, path, found=found)
    elif found and isinstance(value, str | SecretStr):
        yield path, value


def _is_secret(key: str, value: object) -> bool:
    if key not in _ADDRESS_KEYS:
        return key in SECRET_KEYS
    addresses = cast("list[object]", value) if isinstance(value, list) else [value]
    return any(map(_tells, addresses))


def _tells(address: object) -> bool:
    """Tell whether an address holds a user or a query, or did before it was hidden."""
    if isinstance(address, SecretStr) or is_masked(address):
        return True
    return isinstance(address, str) and ("@" in address or "?" in address)
