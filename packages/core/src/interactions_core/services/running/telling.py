"""Say what a watcher does: a line to whoever prints, a log record where nobody does."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

logger: Final = logging.getLogger("interactions_core")

Write = Callable[[str], object]
"""Prints a line."""


def tell(
    write: Write | None, said: str, fields: Mapping[str, object], *, why: str = ""
) -> None:
    """Print a line, or log it.

    Args:
        write: Prints it; `None` to have it logged.
        said: The line, of ids and statuses.
        fields: What a record says beside it, from `log_fields`.
        why: What the line goes on with where it is printed; an error of the API is
            for those who look, not for logs.
    """
    if write is None:
        logger.info("%s", said, extra=fields)
    else:
        write(f"{said}: {why}" if why else said)
