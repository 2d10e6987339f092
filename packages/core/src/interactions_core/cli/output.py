"""How commands write: how wide, in which colours, and how numbers look."""

import os
import shutil
import sys
import time
from typing import Final

import click

_PIPED_WIDTH: Final = 160
_LEAST_WIDTH: Final = 40
_LONG_ID: Final = 14
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Whether to colour; NO_COLOR is honoured.",
)


def colour(wanted: str) -> bool | None:
    """Tell click whether to colour; `None` leaves it to whether somebody looks."""
    if wanted == "auto":
        return False if os.environ.get("NO_COLOR") else None
    return wanted == "always"


def width() -> int:
    """Return how many columns there are; 160 where nobody looks."""
    if "COLUMNS" not in os.environ and not sys.stdout.isatty():
        return _PIPED_WIDTH
    return max(_LEAST_WIDTH, shutil.get_terminal_size().columns)


def shown_size(number: int) -> str:
    """Write a number of bytes with two or three figures."""
    size = float(number)
    for unit in ("B", "kB", "MB"):
        if size < 1000:  # noqa: PLR2004 - the step between two units
            few = unit != "B" and size < 10  # noqa: PLR2004 - one figure before the point
            return f"{size:.1f} {unit}" if few else f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def shown_steps(number: int) -> str:
    """Write a number of steps."""
    return f"{number} step{'' if number == 1 else 's'}"


def shown_time(seconds: float, *, local: bool) -> str:
    """Write a time as `28 Nov 15:00:16`, in UTC or in the machine's zone."""
    at = time.localtime(seconds) if local else time.gmtime(seconds)
    return f"{at.tm_mday} {_MONTHS[at.tm_mon - 1]} {time.strftime('%H:%M:%S', at)}"


def shown_id(key: str, *, long: bool = False) -> str:
    """Write an id by its beginning and its end."""
    if long or len(key) <= _LONG_ID:
        return key
    return f"{key[:5]}…{key[-6:]}"


def clipped(text: str, columns: int) -> str:
    """Cut a line where there is no more room."""
    return text if len(text) <= columns else f"{text[: columns - 1]}…"
