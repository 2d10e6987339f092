"""A few cells of the weather table, each of them row for row.

`nox -s weather` prints all of it.
"""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.weather.cells import Cell, Weather, fair_weather, play
from tests.weather.faults import FAULTS
from tests.weather.speakers import MODES
from tests.weather.table import rows, total

ADAPTERS = ("crew",) if find_spec("crewai") else ("lang", "auto")
"""CrewAI has an environment of its own, the others have theirs."""

ONCE = "OK next=OK creates=1/1 ctxOK counted=all"
AGAIN = "OK next=OK creates=2/2 ctxOK counted=all but 1 unheard"
LOST = f"LostSubmitError>{AGAIN}"
REFUSED = "OK next=OK creates=4/4 ctxOK counted=all but 3 unheard"

EXPECTED = {
    # Named, then cut: read by its id.
    "trunc3": dict.fromkeys(MODES, ONCE),
    "errevent3": dict.fromkeys(MODES, ONCE),
    "px_dupevents": dict.fromkeys(MODES, ONCE),
    # Half of a stream holds its name, half of a short answer too.
    "px_truncjson": dict.fromkeys(MODES, ONCE),
    # Somebody else has answered: it would be billed again.
    "px_foreign200": {
        "unary": f"NetworkError>{AGAIN}",
        "stream": f"NetworkError>{AGAIN}",
        "bg": LOST,
    },
    # Refused, by what it says, in every mode.
    "px_error200": dict.fromkeys(MODES, f"ServiceError>{REFUSED}"),
    # Nothing came: nobody knows.
    "closeafter": {"unary": AGAIN, "stream": AGAIN, "bg": LOST},
}


@pytest.fixture(scope="module")
def weather() -> Iterator[Weather]:
    with fair_weather() as weather:
        yield weather


@pytest.mark.xdist_group("weather")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("fault", EXPECTED)
def test_cell_comes_to_what_the_table_says(
    weather: Weather, fault: str, adapter: str, mode: str
) -> None:
    outcome = str(play(weather, Cell(fault, adapter, mode)))

    named = outcome.replace("Chat", "", 1).replace("StoppedSubmit", "LostSubmit", 1)
    named = named.removeprefix("Stopped")
    assert named == EXPECTED[fault][mode]


@pytest.mark.xdist_group("weather")
def test_cells_of_one_outcome_share_a_row(weather: Weather) -> None:
    cells = [Cell("503", ADAPTERS[0], mode) for mode in MODES]

    played = [(cell, play(weather, cell)) for cell in cells]

    where = " ".join(f"{ADAPTERS[0]}/{mode}" for mode in MODES)
    row = f"503 | OK next=OK creates=1/2 ctxOK counted=all :: {where}"
    assert [*rows(played)] == [row]
    assert total(outcome for _, outcome in played).startswith("3 cells, creates=3/6")


def test_the_table_has_54_faults() -> None:
    assert len(FAULTS) == 54
