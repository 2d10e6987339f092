"""How secrets inside of options stand in a component.

Pure. Where they are is core's list; here they become pydantic's `SecretStr`, which is
read again within the process and asterisks through JSON.
"""

from typing import Any

from pydantic import SecretStr

from interactions_core.adapter.secrets import (
    Kind,
    is_telling,
    secret_text,
    with_secrets,
)


def hidden(value: Any, kind: Kind = "") -> Any:
    """Return an option with its secrets hidden."""
    return with_secrets(value, _hide, kind)


def revealed(value: Any) -> Any:
    """Return an option with its secrets as they are sent."""
    return with_secrets(value, _reveal)


def _reveal(value: object, _: Kind) -> object:
    return secret_text(value) if isinstance(value, SecretStr | str) else value


def _hide(value: object, kind: Kind) -> object:
    if not isinstance(value, str) or (kind != "secret" and not is_telling(value, kind)):
        return value
    return SecretStr(value)
