"""Whether a store may be upgraded by whoever opens it, and what does it otherwise."""

import os
from typing import Final

from interactions_core.exceptions import ConfigurationError

COMMAND: Final = "interactions db migrate"

VARIABLE: Final = "INTERACTIONS_AUTO_MIGRATE"
"""The environment variable for stores of which neither program nor URL says it."""

PARAMETER: Final = "auto_migrate"
"""The parameter of the URL of a database."""

_WORDS: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def may_migrate(given: bool | None = None, *, in_url: str | None = None) -> bool:  # noqa: FBT001
    """Tell whether the first use makes and upgrades tables.

    Args:
        given: What the program says; `None` if nothing.
        in_url: What the URL says; `None` if nothing.

    Raises:
        ConfigurationError: URL or environment say neither yes nor no.
    """
    if given is not None:
        return given
    if in_url is not None:
        return _read(PARAMETER, in_url)
    said = os.environ.get(VARIABLE, "").strip()
    return _read(VARIABLE, said) if said else True


def _read(name: str, said: str) -> bool:
    word = said.strip().lower()
    if word not in _WORDS:
        msg = f"{name} is 'true' or 'false', not {said!r}"
        raise ConfigurationError(msg)
    return _WORDS[word]
