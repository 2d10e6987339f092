"""What pods were asked, and what came of it: a line each, on disk before it counts."""

import json
import os
import re
from pathlib import Path
from typing import Any, Final, TypeAlias

VARIABLE: Final = "DEPLOY_DAY"
"""Where a watcher finds the settings of the graph that it resumes."""

STORE_ERROR: Final = "StoreError"
"""The error of a data base that is away, after which a call is made again."""

RESUMED: Final = "tests.deploy_day.graphs:resumed"

NAME: Final = re.compile(r"\b[qr]-[a-z]+-\d+-\d+\b")
"""Of a call: q-… asks a question of a client's, r-… hands the result of its tool on."""

Row: TypeAlias = dict[str, Any]
"""`what` happened to the call of that name in a process called `pod`.

Of a client's question: "begun", "ended" with its `text`, "suspended", or "failed" with
its `error`. Of each call of a model: "asked" with its `list` as the oracle's entries,
"answered" with its `text`."""


class Ledger:
    """Adds lines to a file that any number of processes share."""

    def __init__(self, path: str, pod: str) -> None:
        self._pod = pod
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, what: str, call: str, **more: object) -> None:
        row = {"what": what, "call": call, "pod": self._pod} | more
        # One write, so that no line of another process stands in the middle of it.
        os.write(self._file, f"{json.dumps(row)}\n".encode())
        os.fsync(self._file)


def read(path: Path) -> list[Row]:
    """Read all rows; a process that was killed leaves whole lines only."""
    return [json.loads(line) for line in path.read_text().splitlines()]
