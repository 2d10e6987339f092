"""Which names of threads and sessions a store can keep.

Pure. Names are refused before anything is sent, in every store alike: an answer that
cannot be recorded is paid for and lost.
"""

from typing import Final

from interactions_core.exceptions import ConfigurationError

_ESCAPED: Final = "\0\x01"
"""What takes two bytes in a database that has no NUL in texts."""


def check_names(longest: int | None = None, /, **names: str | None) -> None:
    """Refuse names that cannot be kept.

    Args:
        longest: How many bytes of UTF-8 a store takes; `None` for any number.
        names: The names by what the user calls them; `None` is none.

    Raises:
        ConfigurationError: One holds a lone surrogate, or is too long.
    """
    for option, name in names.items():
        if name is not None:
            _check(option, name, longest)


def is_keepable(name: str) -> bool:
    """Tell whether a database can have a name; one with a lone surrogate is nobody's."""
    # Most are, and are asked about by the thousand.
    return name.isascii() or not any("\ud800" <= each <= "\udfff" for each in name)


def _check(option: str, name: str, longest: int | None) -> None:
    if longest is None and name.isascii():
        return
    try:
        size = len(name.encode())
    except UnicodeEncodeError as exc:
        msg = (
            f"{option} holds a lone surrogate (U+{ord(name[exc.start]):04X} at index "
            f"{exc.start}), half of a character that was cut in two; no database keeps "
            "it: leave it out"
        )
        # The error itself quotes the whole text.
        raise ConfigurationError(msg) from None
    if longest is None or size <= longest - sum(map(name.count, _ESCAPED)):
        return
    msg = (
        f"{option} has {size} bytes, and this store takes {longest}: give a shorter "
        "one, the hash of it for instance"
    )
    raise ConfigurationError(msg)
