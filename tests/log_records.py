"""Log records as whoever ships them gets them: lines of JSON with all their fields."""

import json
import logging
from typing import Any

from interactions_core.logs import PREFIX

OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""What every record has, and what formatters and pytest add to it."""


class JsonLines(logging.Handler):
    """Keeps each record of our loggers as a line of JSON."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._format = logging.Formatter("%(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("interactions"):
            said = {k: v for k, v in vars(record).items() if k not in OWN}
            text = self._format.format(record)
            line = {"level": record.levelname, "text": text, **said}
            self.lines.append(json.dumps(line))

    @property
    def records(self) -> list[dict[str, Any]]:
        """What was logged, without the prefix of the fields."""
        return [
            {key.removeprefix(PREFIX): value for key, value in json.loads(each).items()}
            for each in self.lines
        ]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.records if each.get("event") == event]
