"""Times and spans as people type them."""

import re
import time
from datetime import UTC, datetime
from typing import Final

import click

_UNITS_S: Final = {"m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_AGO: Final = re.compile(r"(\d+)([mhdw])")


def read_time(_: click.Context, __: click.Parameter, said: str | None) -> float | None:
    """Read a time: so long ago, or a day or time, of UTC where it says no other.

    Returns:
        Epoch seconds; `None` for none.

    Raises:
        click.BadParameter: It is neither.
    """
    if said is None:
        return None
    ago = _span(said)
    if ago is not None:
        return time.time() - ago
    try:
        read = datetime.fromisoformat(said)
    except ValueError as error:
        msg = f"{said!r} is neither so long ago, e.g. 7d or 24h, nor a day, 2026-11-21"
        raise click.BadParameter(msg) from error
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def read_span(_: click.Context, __: click.Parameter, said: str | None) -> float | None:
    """Read how long: `7d`, `24h`, `90m`, `2w`.

    Returns:
        Seconds; `None` for none.

    Raises:
        click.BadParameter: It is nothing of that kind.
    """
    if said is None:
        return None
    span = _span(said)
    if span is None:
        msg = f"{said!r} is no span of time, e.g. 7d or 24h"
        raise click.BadParameter(msg)
    return span


def _span(said: str) -> float | None:
    found = _AGO.fullmatch(said)
    return int(found[1]) * _UNITS_S[found[2]] if found else None
