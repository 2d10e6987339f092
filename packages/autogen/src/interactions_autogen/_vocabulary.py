"""The words for options: what those of AutoGen's other clients mean here.

Pure. None is ignored: what changes nothing is left out, all others are refused.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from interactions_core.adapter.options import PER_CALL, own_name, without_foreign
from interactions_core.exceptions import ConfigurationError

_INSTEAD: Final = {
    "response_format": (
        "give `json_output=` to `create`, or `output_content_type=` to the agent"
    ),
}
"""What AutoGen's users do where core's advice is for everybody."""


def own_options(
    owner: str, options: Mapping[str, Any], known: Collection[str]
) -> dict[str, Any]:
    """Return options without those of other clients that change nothing.

    Raises:
        ConfigurationError: One is unknown, or not here.
    """
    return without_foreign(owner, options, known, instead=_INSTEAD)


def options_of_call(
    owner: str, extra: Mapping[str, Any], options: Collection[str]
) -> dict[str, Any]:
    """Return what `extra_create_args` override.

    Args:
        owner: The client, for errors.
        extra: As the caller wrote them.
        options: The names of the client's options.

    Raises:
        ConfigurationError: One is unknown, not here, or the client's alone.
    """
    for name in extra:
        if own_name(name) in options and own_name(name) not in PER_CALL:
            msg = (
                f"{owner}: {name!r} is an option of a client, not of one call; make "
                "another client"
            )
            raise ConfigurationError(msg)
    return own_options(f"{owner}: extra_create_args", extra, PER_CALL)
