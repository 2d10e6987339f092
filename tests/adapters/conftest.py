import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from interactions_core.process.failpoints import FailPoint
from interactions_emulator import Emulator
from tests.adapters.drivers import DRIVERS, OPTIONAL, Driver, Message, ask_once
from tests.conftest import Clock
from tests.dead_processes import die_at
from tests.log_records import JsonLines

MakeDriver = Callable[..., Driver]
LeaveBehind = Callable[..., None]


@pytest.fixture(params=DRIVERS)
def adapter(request: pytest.FixtureRequest) -> str:
    """Name an adapter that takes the scenario."""
    names = {request.function.__name__, request.path.stem}
    if names & OPTIONAL.get(request.param, set()):
        pytest.skip(f"optional, and not in {request.param}")
    return request.param


@pytest.fixture
def shared(emulator: Emulator, tmp_path: Path) -> Mapping[str, Any]:
    """Say where the server and the sessions of all drivers of a test are."""
    return {"sessions": f"sqlite:///{tmp_path}/s.db", "base_url": emulator.url}


@pytest.fixture
def make_driver(
    adapter: str, shared: Mapping[str, Any], clock: Clock
) -> Iterator[MakeDriver]:
    """Make drivers of one adapter that share a session store, as processes would."""
    made: list[Driver] = []

    def make(**options: Any) -> Driver:
        made.append(DRIVERS[adapter](shared | options, clock))
        return made[-1]

    yield make
    for driver in made:
        driver.close()


@pytest.fixture
def leave_behind(adapter: str, shared: Mapping[str, Any], clock: Clock) -> LeaveBehind:
    """Begin a run in a process that is killed as soon as the ledger knows of it."""

    def leave(messages: list[Message], **options: Any) -> None:
        asked = (adapter, shared | options, messages, clock.now)
        die_at(FailPoint.SUBMITTED, ask_once, *asked)

    return leave


@pytest.fixture
def lines() -> Iterator[JsonLines]:
    """Take down what all loggers of ours say, at `DEBUG`."""
    loggers = [
        logging.getLogger(f"interactions_{name}")
        for name in ("core", "langgraph", "autogen", "crewai")
    ]
    handler = JsonLines()
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield handler
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
