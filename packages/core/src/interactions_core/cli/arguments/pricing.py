"""How what turns cost is priced anew, wherever that is asked for."""

from collections.abc import Callable
from typing import Final, TypeVar

import click

from interactions_core.cli.arguments.files import typed_wrong
from interactions_core.records.charges import Pricing

_Function = TypeVar("_Function", bound=Callable[..., object])

_HELP: Final = "Price everything anew, by its own time; nothing is written."


def reprice_option(function: _Function) -> _Function:
    """Add the option that prices anew what is told; see `prices_anew`."""
    return click.option("--reprice", is_flag=True, help=_HELP)(function)


def prices_anew(*, reprice: bool) -> Pricing | None:
    """Return the prices that hold here; `None` where nothing is to be priced anew.

    Raises:
        click.UsageError: The file that names them cannot be read, or is none.
    """
    if not reprice:
        return None
    # They take long to load, and are seldom asked for.
    from interactions_core.prices.current import prices_of  # noqa: PLC0415

    with typed_wrong():
        return prices_of(None)


def anew_note(prices: Pricing) -> str:
    """Say which prices were taken in place of those that were written."""
    return (
        f"priced anew by {prices.version}; nothing was written"
        if prices.version
        else ""
    )
