"""Read a live profile: what it settles, of whom, and when. Pure.

What is not understood is refused by name; creates that a newer version asks are left
alone.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, cast

from interactions_core.exceptions import ConfigurationError
from interactions_core.profiles.points import POINTS, refused_point
from interactions_core.protocol.blocking import BLOCKED
from interactions_core.protocol.refusals import NOT_IMPLEMENTED

SCHEMA: Final = 1
"""Of the file; other numbers of creates, or another meaning of one, are another."""

Came = Literal["answered", "refused"]

_TEXTS: Final = ("platform", "host", "api_version")
_REFUSED: Final = frozenset({400, NOT_IMPLEMENTED})
"""Other statuses are about the key, the model or the quota, not about the form."""


@dataclass(frozen=True, slots=True)
class Settled:
    """One point of one model.

    Attributes:
        point: Its name.
        target: `model:NAME`.
        came: What became of the create that asked.
    """

    point: str
    target: str
    came: Came


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one file says.

    Attributes:
        path: The file.
        made_at: Epoch seconds.
        platform: `gemini` or `vertex`.
        host: Who was asked, with the port where there is one.
        api_version: `v1`, `v1beta`, ...
        settled: The points, in the order in which they were asked.
    """

    path: str
    made_at: float
    platform: str
    host: str
    api_version: str
    settled: tuple[Settled, ...]

    @property
    def date(self) -> str:
        """The day on which it was made."""
        return datetime.fromtimestamp(self.made_at, UTC).strftime("%Y-%m-%d")


def read_profile(path: str, text: str) -> Profile:
    """Return what a file says.

    Raises:
        ConfigurationError: It is no profile, or one of a newer version.
    """
    try:
        found = json.loads(text)
    except ValueError as exc:
        raise _foreign(path, f"it is not JSON ({exc})") from exc
    if not isinstance(found, dict) or "calls" not in found:
        raise _foreign(path, "it has no `calls`")
    whole = cast("Mapping[str, object]", found)
    if whole.get("schema") != SCHEMA:
        why = f"its `schema` is {whole.get('schema')!r}, and {SCHEMA} is what is read"
        raise _foreign(path, why)
    made_at = whole.get("made_at")
    # A number that is no date cannot be shown as one.
    if type(made_at) not in {int, float} or not 0 < cast("float", made_at) < 1e11:  # noqa: PLR2004
        raise _foreign(path, f"its `made_at` is {made_at!r}, no time")
    texts = {key: _text(path, whole, key) for key in _TEXTS}
    settled = tuple(_settled(path, whole["calls"]))
    return Profile(
        path=path, made_at=float(cast("float", made_at)), settled=settled, **texts
    )


def _settled(path: str, calls: object) -> Iterator[Settled]:
    if not isinstance(calls, list):
        raise _foreign(path, "its `calls` is no list")
    for call in cast("list[object]", calls):
        if not isinstance(call, dict):
            raise _foreign(path, "one of its `calls` is no object")
        yield from _points(path, cast("Mapping[str, object]", call))


def _points(path: str, call: Mapping[str, object]) -> Iterator[Settled]:
    number, came = call.get("number"), call.get("came")
    if not isinstance(number, int) or number not in POINTS:
        return
    target = f"model:{_text(path, call, 'model')}"
    if came == "answered":
        yield from (Settled(point, target, "answered") for point in POINTS[number])
    elif came == "refused" and _is_about_form(call):
        point = refused_point(number, str(call.get("message") or ""))
        yield Settled(point, target, "refused")
        first, *rest = POINTS[number]
        if point == first and call.get("otherwise") == "answered":
            yield from (Settled(other, target, "answered") for other in rest)


def _is_about_form(call: Mapping[str, object]) -> bool:
    return call.get("status") in _REFUSED and call.get("code") not in BLOCKED


def _text(path: str, of: Mapping[str, object], key: str) -> str:
    value = of.get(key)
    if not isinstance(value, str) or not value:
        raise _foreign(path, f"`{key}` is {value!r}, no text")
    return value


def _foreign(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"{path} is no profile of the service: {why}")
