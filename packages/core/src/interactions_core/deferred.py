"""Names of a package that are imported when somebody first asks for them.

What looks for one thing in a package then waits for that, and for nothing else of it: a
command for the store that it reads, and not for all kinds of stores.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def deferred(
    package: str, places: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package that has such names.

    Args:
        package: Its name.
        places: The module that has each of the names.
    """

    def find(name: str) -> object:
        place = places.get(name)
        if place is None:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg, name=name, obj=sys.modules[package])
        # A child that is forked meanwhile could never end the import.
        from interactions_core.process.forking import hold_forks  # noqa: PLC0415

        with hold_forks():
            found = getattr(import_module(place), name)
        # From now on it is found without being asked for here.
        setattr(sys.modules[package], name, found)
        return found

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *places})

    return find, names
