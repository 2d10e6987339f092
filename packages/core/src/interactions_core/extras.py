"""What an extra of an installed package brings: import it, or say how to install it."""

import re
import shlex
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from interactions_core.exceptions import MissingPackageError
from interactions_core.process.forking import hold_forks

_OURS = "interactions_"


def require(
    extra: str, module: str, *, what: str, package: str = "interactions-core"
) -> Any:  # noqa: ANN401 - a module that may not be there has no type
    """Import a module that works only with what an extra brings.

    Args:
        extra: The extra.
        module: The module, of the extra or of ours.
        what: What needs it, as the error says.
        package: The installed package that has the extra.

    Raises:
        MissingPackageError: Something is not installed; the error says what to run.
    """
    return _import(module, what, partial(install_command, extra, package))


def require_tool(name: str, module: str, *, what: str) -> Any:  # noqa: ANN401 - as above
    """Do as `require`, for a package that no extra brings, by its name on indexes."""
    return _import(module, what, lambda: shlex.join(["pip", "install", name]))


def install_command(extra: str, package: str = "interactions-core") -> str:
    """Return the command that installs what an extra brings.

    It names what is on package indexes, which these packages themselves are not.

    Args:
        extra: The extra.
        package: The installed package that has it.
    """
    # Only what is missing is looked up.
    from importlib.metadata import requires  # noqa: PLC0415

    marker = re.compile(rf"""extra\s*==\s*['"]{re.escape(extra)}['"]""")
    lines = [line.partition(";") for line in requires(package) or ()]
    wanted = sorted(name.strip() for name, _, when in lines if marker.search(when))
    return shlex.join(["pip", "install", *wanted])


def _import(module: str, what: str, command: Callable[[], str]) -> Any:  # noqa: ANN401
    try:
        with hold_forks():
            return import_module(module)
    except ModuleNotFoundError as exc:
        missing = (exc.name or "").partition(".")[0]
        # A module of ours that is missing is a fault of ours, which no extra mends.
        if not missing or missing.startswith(_OURS):
            raise
        raise MissingPackageError(what, name=missing, command=command()) from exc
