"""Putting parts back into values that were stored before parts had places of their own.

Those were set aside by the way to them, and are put into the finished object.
"""

from typing import Any, Final

Path = tuple[str | int | None, ...]
"""The way to a value: keys, places in lists, and `None` into a `Send`."""

_BY_KEY: Final = (dict, list)


def put_back(value: object, path: Path, part: object) -> None:
    """Place a part that was set aside from an object that was built without it."""
    for step in path[:-1]:
        value = _follow(value, step)
    _set_part(value, path[-1], part)


def _follow(value: Any, step: str | int | None) -> object:
    if step is None:
        return value.arg
    return value[step] if type(value) in _BY_KEY else getattr(value, str(step))


def _set_part(value: Any, step: str | int | None, part: object) -> None:
    if step is None:
        value.arg = part
    elif type(value) in _BY_KEY:
        value[step] = part
    else:
        # Also where the class is frozen.
        object.__setattr__(value, str(step), part)
