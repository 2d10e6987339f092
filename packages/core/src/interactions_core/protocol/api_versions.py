"""Which models a version of the API serves, as far as the API's pages say so.

Pure.
"""

from typing import Final

from interactions_core.exceptions import ConfigurationError

_NEWEST: Final = "-latest"
_STABLE: Final = "v1"


def check_version(target: tuple[str, str], credential: str, api_version: str) -> None:
    """Refuse a model that is not served under a version of the API.

    Args:
        target: `model` or `agent`, and its name.
        credential: Whose platform is asked.
        api_version: `v1`, `v1beta`, ...

    Raises:
        ConfigurationError: It is a name without a version, under `v1`.
    """
    kind, name = target
    served = kind != "model" or not name.endswith(_NEWEST) or api_version != _STABLE
    # The enterprise platform has versions of its own.
    if served or not credential.startswith("gemini|"):
        return
    msg = (
        f"the model {name!r} is served under v1beta only, and v1 would be asked; pass "
        "api_version='v1beta', or name a version of the model. Nothing was sent"
    )
    raise ConfigurationError(msg)
