"""How commands write: how wide, in which colours, and how numbers look."""

import json
import os
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

import click

_PIPED_WIDTH: Final = 160
_LEAST_WIDTH: Final = 40
_LONG_ID: Final = 14
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What moves the cursor, changes colours or turns the direction of writing, and halves
of characters, which no stream takes."""
_NAMES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPANS: Final = ((60, 1, "s"), (7_200, 60, "min"), (2 * 86_400, 3_600, "h"))
"""Until so many seconds, counted in so many of them."""
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
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object."
)
jsonl_option = click.option(
    "--jsonl", "as_jsonl", is_flag=True, help="Print a JSON object a line."
)
long_option = click.option("--long", is_flag=True, help="Write ids whole.")
local_option = click.option(
    "--local", is_flag=True, help="Write times of this machine, not UTC."
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


def is_cut() -> bool:
    """Tell whether lines end where the terminal does; what is piped is whole."""
    return "COLUMNS" in os.environ or sys.stdout.isatty()


def is_plain(stream: TextIO | None = None) -> bool:
    """Tell whether an output takes no more than ASCII."""
    try:
        "…│○◆".encode((stream or sys.stdout).encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return True
    return False


def write(lines: Iterable[str], *, color: bool | None = None) -> None:
    """Print lines; what the output's encoding does not have is escaped."""
    encoding = sys.stdout.encoding or "ascii"
    plain = is_plain()
    for line in lines:
        text = line.replace("…", "~") if plain else line
        known = text.encode(encoding, "backslashreplace").decode(encoding)
        click.echo(known, color=color)


def echo(line: str) -> None:
    """Print a line in which there may be texts of somebody else."""
    write([shown(line)])


def shown(text: str) -> str:
    """Write a text of somebody else's so that it does nothing to a terminal."""
    return _UNSEEN.sub(_escaped, text)


def shown_error(error: Exception) -> str:
    """Write what an error says, in as many lines as it has."""
    return "\n".join(map(shown, str(error).split("\n")))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    short = f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"  # noqa: PLR2004  one byte
    return _NAMES.get(found[0], short)


def json_text(value: object, *, indent: int | None = None) -> str:
    """Write JSON as UTF-8 in which nothing is raw that `shown` escapes.

    Args:
        value: What is written.
        indent: By how much to indent it; `None` for one line.
    """
    lines = json.dumps(value, ensure_ascii=False, indent=indent, default=dict)
    return "\n".join(_UNSEEN.sub(_in_json, line) for line in lines.split("\n"))


def _in_json(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def columns_of(text: str) -> int:
    """Return how many columns a text takes that `shown` has written."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


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


def shown_minute(seconds: float, *, local: bool) -> str:
    """Write a time as `28 Nov 15:00`, in UTC or in the machine's zone."""
    return shown_time(seconds, local=local)[:-3]


def shown_span(seconds: float) -> str:
    """Write how long something takes: `31 s`, `16 min`, `13 h`, `54 d`."""
    for until, unit_s, unit in _SPANS:
        if seconds < until:
            return f"{round(seconds / unit_s)} {unit}"
    return f"{round(seconds / 86_400)} d"


def shown_id(key: str, *, long: bool = False) -> str:
    """Write an id by its beginning and its end."""
    if long or len(key) <= _LONG_ID:
        return key
    return f"{key[:5]}…{key[-6:]}"


def clipped(text: str, columns: int) -> str:
    """Cut a line where there is no more room."""
    if columns_of(text) <= columns:
        return text
    room, kept = columns - 1, ""
    for character in text[:columns]:
        room -= _columns(character)
        if room < 0:
            break
        kept += character
    return f"{kept}…"


def wrapped(text: str, columns: int) -> list[str]:
    """Break a line between words, and words that are longer than a line."""
    lines, line, used = list[str](), list[str](), 0
    for word in text.split(" "):
        for piece in _pieces(word, columns):
            size = columns_of(piece)
            if line and used + 1 + size > columns:
                lines.append(" ".join(line))
                line, used = [], 0
            used += size + bool(line)
            line.append(piece)
    return [*lines, " ".join(line)]


def _pieces(word: str, columns: int) -> list[str]:
    """Cut a word into as many pieces as lines are needed for it."""
    if columns_of(word) <= columns:
        return [word]
    pieces, start, used = list[str](), 0, 0
    for at, character in enumerate(word):
        size = _columns(character)
        if used + size > columns and at > start:
            pieces.append(word[start:at])
            start, used = at, 0
        used += size
    return [*pieces, word[start:]]


def joined(parts: Iterable[str], columns: int) -> Iterator[str]:
    """Put parts beside each other, with their colours, as many as a line takes."""
    line = ""
    for part in filter(None, parts):
        longer = f"{line}   {part}" if line else part
        if line and columns_of(click.unstyle(longer)) > columns:
            yield line
            longer = part
        line = longer
    yield line
