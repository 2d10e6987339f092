"""Rows that cannot be read as what they were written as."""

import contextlib
import json
from collections.abc import Generator

from interactions_core.exceptions import StoreError


@contextlib.contextmanager
def row_of(place: str, key: str) -> Generator[None]:
    """Read a row of an interaction.

    Raises:
        StoreError: It holds something else than JSON.
    """
    try:
        yield
    except json.JSONDecodeError as error:
        raise StoreError(
            place,
            f"what is kept of the interaction {key} is broken ({error})",
            "Restore it from a backup, or delete its thread.",
        ) from error
