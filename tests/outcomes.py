"""Everything that a call may come to, for tests that hold for all of it."""

import os
import random
from typing import Any, Final, NamedTuple

from interactions_emulator import Emulator


class Outcome(NamedTuple):
    """One thing that a call may come to.

    Attributes:
        name: For the report.
        reply: What the server's script says.
        fault: What else goes wrong with the create, if anything.
        nth: With which create it does.
        ends: Whether a run in the background ever comes to it.
    """

    name: str
    reply: dict[str, Any]
    fault: dict[str, Any] | None = None
    nth: int = 1
    ends: bool = True

    def arrange(self, emulator: Emulator) -> None:
        """Have the next create come to this."""
        emulator.clear_faults()
        emulator.script([{"reply": self.reply}])
        if self.fault is not None:
            emulator.fault(do=self.fault, nth=self.nth)


_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "0")
SEEDS: Final = (0, random.Random(f"{_RUN}outcomes").randrange(10**9))
"""Orders of outcomes; the last one is new in every run."""

CALL = {"name": "get_weather", "arguments": {"city": "Rome"}}
EARLY = {"truncate_after_events": 2}
CUT = {"truncate_after_events": 8}
REFUSED = {"status": 400, "message": "no more"}

OUTCOMES = (
    Outcome("text", {"text": "Fine."}),
    Outcome("thoughts and text", {"thought": "Well.", "text": "Fine."}),
    Outcome("a call", {"calls": [CALL]}),
    Outcome("empty", {"text": ""}),
    Outcome("no steps", {"steps": []}),
    Outcome("blanks", {"text": "  "}),
    Outcome("a thought only", {"thought": "Well.", "text": ""}),
    Outcome("cut at the limit", {"text": "Once upon", "status": "incomplete"}),
    Outcome("all spent on thoughts", {"text": "", "status": "incomplete"}),
    Outcome("failed", {"text": "half", "status": "failed"}),
    Outcome("over its budget", {"text": "half", "status": "budget_exceeded"}),
    Outcome("cancelled", {"text": "half", "status": "cancelled"}),
    Outcome("unknown", {"text": "half", "status": "pondering"}),
    Outcome("not over", {"text": "half", "status": "in_progress"}, ends=False),
    Outcome("in two parts", {"text": "a b c d", "hops": 2}),
    Outcome(
        "refused after the first part", {"text": "a b c d", "hops": 2}, REFUSED, nth=2
    ),
    Outcome("a picture", {"text": "Here.", "image": True}),
    Outcome("a stream that said nothing yet", {"text": "word " * 100}, EARLY),
    Outcome("a stream that was cut", {"text": "word " * 100}, CUT),
)

ERRORS = tuple(
    one for one in OUTCOMES if one.reply.get("status") not in {None, "incomplete"}
)
"""Those that are an error everywhere."""


def shuffled(seed: int, *, background: bool) -> list[Outcome]:
    """Return all outcomes in some order, without those that a run never comes to."""
    some = [one for one in OUTCOMES if one.ends or not background]
    return random.Random(seed).sample(some, len(some))
