"""Print what 54 faults come to, for three adapters in three modes each.

One row an outcome: the fault, what the call came to and what it came to when it was
asked again, what the next turn came to, creates that made an interaction of those that
were sent, whether the server held what the framework's list says, and whether every
answer is counted. It needs all packages: `nox -s weather`.
"""

import argparse
import contextlib
import faulthandler
import io
import itertools
import logging
import sys
from collections.abc import Iterable, Iterator
from typing import Final

from tests.weather.cells import Cell, Outcome, fair_weather, play
from tests.weather.faults import FAULTS
from tests.weather.speakers import MODES, SPEAKERS

_LIMIT_S: Final = 7_200.0


def cells(faults: Iterable[str], adapters: Iterable[str]) -> Iterator[Cell]:
    """Yield the cells of a table, fault by fault."""
    for fault, adapter, mode in itertools.product(faults, adapters, MODES):
        yield Cell(fault, adapter, mode)


def rows(played: Iterable[tuple[Cell, Outcome]]) -> Iterator[str]:
    """Yield a row for each fault and outcome, with the cells that came to it."""
    for fault, group in itertools.groupby(played, lambda one: one[0].fault):
        alike: dict[str, list[str]] = {}
        for cell, outcome in group:
            alike.setdefault(str(outcome), []).append(f"{cell.adapter}/{cell.mode}")
        for outcome, where in alike.items():
            yield f"{fault} | {outcome} :: {' '.join(where)}"


def total(outcomes: Iterable[Outcome]) -> str:
    """Add up a table."""
    every = list(outcomes)
    made, sent = sum(one.made for one in every), sum(one.sent for one in every)
    wrong = sum(one.context.startswith("DIFF") for one in every)
    less = sum("LESS" in one.counted for one in every)
    return (
        f"{len(every)} cells, creates={made}/{sent}, {wrong} with another context, "
        f"{less} with an answer that is not counted"
    )


def main() -> None:
    """Play the cells and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", nargs="*", default=[*FAULTS], choices=[*FAULTS])
    parser.add_argument("--adapters", nargs="*", default=[*SPEAKERS])
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    # Whatever hangs, the process ends, and its servers are threads of it.
    faulthandler.dump_traceback_later(_LIMIT_S, exit=True)
    outcomes: list[Outcome] = []

    def played() -> Iterator[tuple[Cell, Outcome]]:
        with fair_weather() as weather:
            for cell in cells(chosen.faults, chosen.adapters):
                # CrewAI prints what its streams say.
                with contextlib.redirect_stdout(io.StringIO()):
                    outcomes.append(play(weather, cell))
                yield cell, outcomes[-1]

    for row in rows(played()):
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{total(outcomes)}\n")


if __name__ == "__main__":
    main()
