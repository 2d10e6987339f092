"""How secrets inside of options stand in a component.

Pure. Where they are is core's list; here they become pydantic's `SecretStr`, which is
read again within the process and asterisks through JSON.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr

from interactions_core.adapter.secrets import Kind, is_telling, secrets_in, with_secrets


def secret_text(value: SecretStr | str | None) -> str | None:
    """Return what a secret says."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def is_masked(value: object) -> bool:
    """Tell whether asterisks stand where a secret was, as pydantic writes them."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return isinstance(text, str) and bool(text) and not text.strip("*")


def hidden(value: Any, kind: Kind = "") -> Any:
    """Return an option with its secrets hidden."""
    return with_secrets(value, _hide, kind)


def revealed(value: Any) -> Any:
    """Return an option with its secrets as they are sent."""
    return with_secrets(value, _reveal)


def masked_in(value: Any) -> Iterator[str]:
    """Yield where asterisks stand, e.g. `headers.Authorization`."""
    return (path for path, secret, _ in secrets_in(value) if is_masked(secret))


def _reveal(value: object, _: Kind) -> object:
    return secret_text(value) if isinstance(value, SecretStr | str) else value


def _hide(value: object, kind: Kind) -> object:
    if not isinstance(value, str) or (kind != "secret" and not is_telling(value, kind)):
        return value
    return SecretStr(value)
