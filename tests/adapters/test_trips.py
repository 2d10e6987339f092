"""How many transactions a turn of each adapter is on PostgreSQL."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from tests.adapters.conftest import MakeDriver
from tests.adapters.talk import talk, user
from tests.postgres import Server, fresh_schema
from tests.spans import told
from tests.trips import Trips, counted, logging_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with logging_server() as running:
        yield running


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, Trips(reads=1, writes=1), id="at once"),
        # An intent, which run it is, its result, and the record of the answer.
        pytest.param(
            {"background": True, "poll": (0.01, 0.01)},
            Trips(reads=1, writes=4),
            id="in the background",
        ),
        pytest.param(
            {"background": True, "poll": (0.01, 0.01), "traced": True},
            Trips(reads=1, writes=4),
            id="in the background and traced",
        ),
    ],
)
def test_a_turn_reads_once_and_writes_what_has_happened(
    options: dict[str, Any],
    expected: Trips,
    make_driver: MakeDriver,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = {**options}
    tracing = told(monkeypatch) if options.pop("traced", False) else nullcontext()
    with tracing, fresh_schema(server.url) as url:
        driver = make_driver(sessions=url, **options)
        for way in driver.ways:
            said = talk(driver, f"My name is Ada, {way}.", way=way)
            with counted(server) as trips:
                driver.ask([*said, user("What is my name?")], way=way)

            assert trips == [expected], way
