"""Ask with separate tools, and be killed: python -m … URL STORE WAY BACKGROUND.

In the foreground the turn itself is answered with an error that is waited for: the
process is killed where it would wait. In the background it is killed where it would
write down that a run is to begin.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from interactions_core.client.connection import Connection
from interactions_core.process import failpoints
from interactions_core.records.turn import Turn
from interactions_core.stores import open_store
from interactions_core.transcript.steps import Step
from tests.contract.asking import Asker, make_turn
from tests.patience import PATIENCE_S
from tests.searches import FUNCTION, QUESTION

SEARCH = {"type": "google_search"}
DECLARED = {
    "type": "function",
    "name": FUNCTION,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def separated(
    steps: Sequence[Step | str],
    *,
    tools: Sequence[dict[str, Any]] = (SEARCH, DECLARED),
    combine_tools: str | None = "separate",
    system_instruction: str = "Be brief.",
    response_format: Any = None,
    generation_config: Any = None,
    **options: Any,
) -> Turn:
    settings: dict[str, Any] = {
        "system_instruction": system_instruction,
        "tools": list(tools),
        "response_format": response_format,
        "generation_config": generation_config,
    }
    given = {key: settings[key] for key in settings if settings[key] is not None}
    return make_turn(steps, settings=given, combine_tools=combine_tools, **options)


def die(_: float | failpoints.FailPoint | failpoints.DeletionFailPoint) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_as_planned(point: failpoints.FailPoint | failpoints.DeletionFailPoint) -> None:
    if point is failpoints.FailPoint.PLANNED:
        die(point)


def main(url: str, place: str, way: str, background: str) -> None:
    """Ask until killed."""
    connection = Connection(api_key="the key", base_url=url, timeout_s=PATIENCE_S)
    asker = Asker(way, connection, open_store(place), time.time, die)
    if background == "True":
        failpoints.hook = _die_as_planned
    turn = separated([QUESTION], background=background == "True")
    asker.take(replace(turn, session_id=way))


if __name__ == "__main__":
    main(*sys.argv[1:])
