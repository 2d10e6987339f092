"""The API of the day: an emulator as a process, and everything that it was asked."""

import json
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from typing import Any, Final

from tests.deploy_day.checker import Create, creates_of
from tests.deploy_day.programs import Program

JOB_S: Final = 1.5
"""How long a run in the background takes."""

PROJECT: Final = "acme"


class Server:
    """An emulator whose keys are of one project."""

    def __init__(self, folder: Path, keys: Sequence[str], python: str) -> None:
        command = [python, "-m", "interactions_emulator", "--port", "0"]
        command += ["--project", f"{PROJECT}={','.join(keys)}"]
        command += ["--job-seconds", str(JOB_S)]
        self._program = Program("emulator", command, folder, {})
        self.url = self._program.read().strip()
        assert self.url, self._program.errors.read_text()
        self._lock = threading.Lock()
        self._rows: dict[int, Any] = {}

    def collect(self) -> None:
        """Keep what it was asked; it forgets the oldest when there is too much."""
        with self._lock:
            rows = self._get("requests")["requests"]
            assert not rows or rows[0]["number"] <= len(self._rows) + 1, "too late"
            for row in rows:
                self._rows[row["number"]] = row if row["method"] == "POST" else None

    def creates(self) -> list[Create]:
        """Return all creates that it has answered."""
        self.collect()
        rows = [self._rows[number] for number in sorted(self._rows)]
        posts = [row for row in rows if row is not None]
        names = {row["interaction"] for row in posts if row["interaction"]}
        transcripts = {name: self._get(f"transcript/{name}")["steps"] for name in names}
        return creates_of(posts, transcripts)

    def has_begun(self, call: str) -> bool:
        """Tell whether a call was asked, so far."""
        self.collect()
        rows = [*self._rows.values()]
        return any(
            row["interaction"] and call in json.dumps(row["body"]["input"][-1:])
            for row in rows
            if row is not None and row["body"]
        )

    def close(self) -> None:
        self._program.end(SIGTERM)

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/emulator/{path}") as answered:  # noqa: S310
            return json.load(answered)


@contextmanager
def running_emulator(
    folder: Path, keys: Sequence[str], python: str
) -> Iterator[Server]:
    """Run an emulator for as long as the block."""
    server = Server(folder, keys, python)
    try:
        yield server
    finally:
        server.close()
