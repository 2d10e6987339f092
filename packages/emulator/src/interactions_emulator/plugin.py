"""A pytest plugin: the fixture `interactions_emulator`, one server per test.

Loaded by pytest in every run where this package is installed, so it imports the
server only when the fixture is used.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from interactions_emulator import Emulator

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
    from interactions_emulator import Emulator  # noqa: PLC0415

    with Emulator(**_options(request)) as running:
        yield running


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker(_MARKER)
    options: dict[str, Any] = {} if marker is None else dict(marker.kwargs)
    if marker is not None and marker.args:
        options["script"] = marker.args[0]
    options.setdefault("script", request.config.getini(_INI) or None)
    script = options["script"]
    if isinstance(script, str | Path):
        options["script"] = request.config.rootpath / script
    return options
