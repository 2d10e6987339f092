"""Names that a command takes one by one: the one that is typed, or those of a pipe."""

import sys
from collections.abc import Callable, Iterator
from typing import Final

from interactions_core.cli.arguments.unknown_names import UnknownSessionError

_PIPE: Final = "-"


def each_named(name: str, act: Callable[[str], object]) -> bool:
    """Do something for the name that is typed, or for each of standard input for `-`.

    Of several, a wrong one is named on stderr, and the others are gone on with.

    Returns:
        Whether all names were right.

    Raises:
        UnknownSessionError: The only name is wrong.
    """
    if name != _PIPE:
        act(name)
        return True
    all_right = True
    for each in _piped():
        try:
            act(each)
        except UnknownSessionError as error:
            error.show()
            all_right = False
    return all_right


def _piped() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield line.strip()
