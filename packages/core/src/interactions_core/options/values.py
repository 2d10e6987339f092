"""What may stand as the value of an option, for all adapters.

Pure; knows no framework. Adapters check here before their frameworks' own validation,
which reads a number as seconds and takes any two numbers for a pair.
"""

import difflib
import math
import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

from interactions_core.exceptions import ConfigurationError
from interactions_core.protocol.agents import family_of
from interactions_core.protocol.combining import SEPARATE, check_combination
from interactions_core.records.spending.budgets import read_budget
from interactions_core.stores.opening import check_url, file_url

_PROVIDERS: Final = ("gemini/", "google/")
"""Prefixes by which other libraries choose a provider; no name of the API has them."""

_DURATION: Final = re.compile(r"P.*|.*[a-z:].*", re.IGNORECASE | re.DOTALL)
"""Texts that say what they count: ISO 8601, `"7 days"`, `"12:00:00"`."""

_FIGURES: Final = re.compile(r"[\d.,:+-]{1,12}")

_SAID: Final[Mapping[str, str]] = {
    "bool_parsing": "must be True or False",
    "bool_type": "must be True or False",
    "dict_type": "must be a dict",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "string_type": "must be a text",
    "time_delta_parsing": "must be a timedelta, e.g. timedelta(days=7)",
    "time_delta_type": "must be a timedelta, e.g. timedelta(days=7)",
}
"""The commonest kinds of pydantic's errors, in words for whoever calls."""


def check_values(owner: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as they are meant, a `Path` as the URL of a store for instance.

    Args:
        owner: Whose options these are, for the message.
        options: By their own names; what is `None`, or not known here, passes.

    Raises:
        ConfigurationError: A value cannot be meant, or not beside another.
    """
    read = dict(options)
    try:
        for name, value in options.items():
            if value is not None and name in _READ:
                read[name] = _READ[name](name, value)
        check_combination(options.get("agent"), options.get("combine_tools"))
    except ConfigurationError as exc:
        msg = f"{owner}: {exc}"
        raise ConfigurationError(msg) from None
    return read


def check_unnamed(owner: str, unnamed: Sequence[object], first: str = "model") -> None:
    """Refuse arguments without a name.

    Raises:
        ConfigurationError: There is one.
    """
    if not unnamed:
        return
    value = unnamed[0]
    example = repr(value) if isinstance(value, str) else "…"
    msg = f"{owner} takes its options by name, e.g. {owner}({first}={example})"
    raise ConfigurationError(msg)


def explain_values(owner: str, errors: Iterable[Mapping[str, Any]]) -> str:
    """Say in one sentence what pydantic found, without any value.

    Args:
        owner: Whose options these are.
        errors: As `ValidationError.errors()` lists them.
    """
    said: dict[str, list[str]] = {}
    for error in errors:
        # The second place of a union's error is a branch of the type, not an option.
        name = str(next(iter(error["loc"]), ""))
        words = _SAID.get(error["type"]) or _lower(str(error["msg"]))
        if words not in said.setdefault(name, []):
            said[name].append(words)
    lines = [f"{name} {' or '.join(said[name])}".strip() for name in said]
    return f"{owner}: {'; '.join(lines)}"


@contextmanager
def explaining_values(owner: str, invalid: type[Exception]) -> Generator[None]:
    """Say in words what a framework's validation finds wrong with options.

    Args:
        owner: Whose options these are.
        invalid: Pydantic's `ValidationError`, which core does not know.

    Raises:
        ConfigurationError: It found something; no value is in the text.
    """
    try:
        yield
    except invalid as error:
        found = cast("Any", error).errors(include_input=False, include_url=False)
        raise ConfigurationError(explain_values(owner, found)) from None


def store_place(name: str, value: object) -> object:
    """Return the URL of a session store, or a store, from what a user may give.

    Raises:
        ConfigurationError: It is neither, nor a path.
    """
    if isinstance(value, Path):
        return file_url(value)
    if isinstance(value, str):
        check_url(value)
        return value
    if hasattr(value, "mirror") and hasattr(value, "put"):
        return value
    msg = (
        f"{name} takes a session store, its URL or the path of a file, not an object "
        f"of type {type(value).__name__}"
    )
    raise ConfigurationError(msg)


def _retention(name: str, value: object) -> timedelta | str:
    if isinstance(value, str) and _DURATION.fullmatch(value):
        return value
    if not isinstance(value, timedelta):
        msg = (
            f"{name}={_shown(value)} names no unit; give a timedelta, "
            "e.g. timedelta(days=7)"
        )
        raise ConfigurationError(msg)
    if value <= timedelta(0):
        msg = f"{name} must be longer than nothing, not {value!r}"
        raise ConfigurationError(msg)
    return value


def _seconds(name: str, value: object) -> object:
    if isinstance(value, timedelta):
        msg = f"{name} takes seconds; write {name}={value.total_seconds():g}"
        raise ConfigurationError(msg)
    seconds = _number(value)
    if seconds is None:
        msg = f"{name} must be a number of seconds, not {_shown(value)}"
        raise ConfigurationError(msg)
    if not 0 < seconds < math.inf:
        msg = f"{name} must be a finite number of seconds above 0, not {seconds!r}"
        raise ConfigurationError(msg)
    return value


def _whole(name: str, value: object, least: int, which: str) -> object:
    number = _number(value)
    if number is None or number < least or not number.is_integer():
        msg = f"{name} must be {which} or more, not {_shown(value)}"
        raise ConfigurationError(msg)
    return value


def _count(name: str, value: object) -> object:
    return _whole(name, value, 0, "0, 1, 2")


def _limit(name: str, value: object) -> object:
    return _whole(name, value, 1, "1")


def _budget(_: str, value: object) -> object:
    read_budget(value)
    return value


def _poll(name: str, value: object) -> tuple[float, float]:
    is_pair = isinstance(value, list | tuple)
    numbers = (
        [_number(each) for each in cast("Sequence[object]", value)] if is_pair else []
    )
    if len(numbers) == 2 and all(each is not None for each in numbers):  # noqa: PLR2004
        first, longest = cast("list[float]", numbers)
        if 0 < first <= longest < math.inf:
            return first, longest
    msg = (
        f"{name} takes the first and the longest pause in seconds, e.g. (1, 15): the "
        f"first is more than 0, and the longest is not shorter; not {_shown(value)}"
    )
    raise ConfigurationError(msg)


def _model(name: str, value: object) -> object:
    given = _name(name, value)
    for prefix in _PROVIDERS:
        if given.startswith(prefix):
            right = given.removeprefix(prefix)
            msg = (
                f"{name}={given!r}: the API's names have no provider before them; "
                f"did you mean {right!r}?"
            )
            raise ConfigurationError(msg)
    if family_of(given) is not None:
        msg = f"{given!r} is an agent, not a model; write agent={given!r}"
        raise ConfigurationError(msg)
    return given


def _name(name: str, value: object) -> str:
    if not isinstance(value, str):
        msg = f"{name} must be a name as the API has it, not {_shown(value)}"
        raise ConfigurationError(msg)
    return value


def _word(*known: object) -> Callable[[str, object], object]:
    """Take one of a few words; a misspelt one is told the nearest."""

    def read(name: str, value: object) -> object:
        if any(value is one or value == one for one in known):
            return value
        near = difflib.get_close_matches(str(value), map(str, known), n=1, cutoff=0.5)
        hint = f", not {value!r}; did you mean {near[0]!r}?" if near else ""
        words = ", ".join(map(repr, known))
        msg = f"{name} is one of {words}{hint}"
        raise ConfigurationError(msg)

    return read


def _number(value: object) -> float | None:
    """Return a number, also from a text that is nothing else; NaN is none.

    Nor is a whole one that no float can hold.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def _shown(value: object) -> str:
    """Show a value that can be no secret, and of others what they are.

    A key that landed in another option's place is in no error.
    """
    kind = type(value).__name__
    if isinstance(value, str) and _FIGURES.fullmatch(value):
        return repr(value)
    if isinstance(value, list | tuple):
        parts = cast("Sequence[object]", value)
        if all(isinstance(each, int | float) for each in parts):
            return repr(cast("object", value))
    if value is None or isinstance(value, int | float | timedelta):
        return repr(value)
    return f"an object of type {kind}"


def _lower(text: str) -> str:
    text = text.removeprefix("Value error, ").removeprefix("Input should be ")
    return f"must be {text}" if text[:1].islower() or text[:1] == "'" else text


_READ: Final[Mapping[str, Callable[[str, Any], object]]] = {
    "budget": _budget,
    "combine_tools": _word(SEPARATE),
    "deadline_s": _seconds,
    "max_output_tokens": _limit,
    "max_retries": _count,
    "mirror": _word("full", "signatures"),
    "model": _model,
    "agent": _name,
    "on_changed_call": _word("adopt", "raise", "resubmit"),
    "on_empty": _word("return", "raise"),
    "on_lost_submit": _word("raise", "resubmit"),
    "poll": _poll,
    "retention": _retention,
    "sessions": store_place,
    "timeout_s": _seconds,
}
