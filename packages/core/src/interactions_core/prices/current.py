"""Which prices hold here: those of a file that is named, the library's, or none."""

import functools
import logging
import os
from typing import Final

from interactions_core.exceptions import ConfigurationError, MissingPackageError
from interactions_core.logs import log_fields
from interactions_core.prices.library import library_prices
from interactions_core.prices.own import read_prices
from interactions_core.prices.tokens import unpriced
from interactions_core.records.charges import Charge, Price, Pricing

VARIABLE: Final = "INTERACTIONS_PRICES"
"""Names a file of prices of your own; see `own`."""

logger: Final = logging.getLogger("interactions_core")


class NoPrices:
    """Prices nothing, and says why.

    Args:
        reason: Why nobody knows.
    """

    version = ""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def price(self, charge: Charge, target: str) -> Price:  # noqa: ARG002 - as others do
        """Return that nobody knows."""
        return unpriced(self.reason)


def current_prices() -> Pricing:
    """Return the prices that hold here; those of nobody say why.

    For records that are about to be written: nothing about prices may keep one from
    being written, so that a file that cannot be read is named in the log, once.
    """
    return _current(os.environ.get(VARIABLE, ""))


def prices_of(path: str | None) -> Pricing:
    """Return the prices of a file, or those that hold here.

    Raises:
        ConfigurationError: The file cannot be read, or is none.
    """
    named = path or os.environ.get(VARIABLE, "")
    return read_prices(named, _installed()) if named else _installed()


@functools.cache
def _current(path: str) -> Pricing:
    try:
        return prices_of(path)
    except ConfigurationError as error:
        # It quotes the file of prices at most.
        logger.warning("%s", error, extra=log_fields("prices_unreadable", error=error))
        return NoPrices(str(error))


def _installed() -> Pricing:
    try:
        return library_prices()
    except MissingPackageError as error:
        return NoPrices(str(error))
