"""A pytest plugin: the fixture `interactions_emulator`, one server per test.

Loaded by pytest in every run where this package is installed, so it imports the
server only when the fixture is used.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from interactions_emulator.emulator import Emulator

_INI = "interactions_emulator_script"
_MARKER = "interactions_emulator"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting that names a script for all tests."""
    parser.addini(_INI, "script of the emulator's replies, relative to the root")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker that names a script for one test."""
    about = "script=None, **options: what `Emulator` takes, for this test's emulator"
    config.addinivalue_line("markers", f"{_MARKER}({about})")


@pytest.fixture
def interactions_emulator(request: pytest.FixtureRequest) -> "Iterator[Emulator]":
    """Run an emulator for one test; `.url` is where the SDK has to be pointed."""
    # Starlette and uvicorn cost every other run too much.
    from interactions_emulator.emulator import Emulator  # noqa: PLC0415

    options = _options(request)
    known = list(signature(Emulator).parameters)
    wrong = [name for name in options if name not in known]
    if wrong:
        near = get_close_matches(wrong[0], known, n=1)
        hint = f", did you mean {near[0]!r}?" if near else ";"
        pytest.fail(
            f"the marker {_MARKER} of {request.node.nodeid} has the unknown option"
            f" {wrong[0]!r}{hint} it takes {', '.join(known)}",
            pytrace=False,
        )
    try:
        emulator = Emulator(**options)
    except ValueError as exc:
        pytest.fail(
            f"the emulator of {request.node.nodeid} cannot be made: {exc}",
            pytrace=False,
        )
    with emulator as running:
        yield running


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker(_MARKER)
    if marker is not None and len(marker.args) > 1:
        pytest.fail(
            f"the marker {_MARKER} of {request.node.nodeid} takes one script without a"
            f" name, not {len(marker.args)} values",
            pytrace=False,
        )
    options: dict[str, Any] = {} if marker is None else dict(marker.kwargs)
    if marker is not None and marker.args:
        options["script"] = marker.args[0]
    options.setdefault("script", request.config.getini(_INI) or None)
    script = options["script"]
    if isinstance(script, str | Path):
        options["script"] = request.config.rootpath / script
    return options
