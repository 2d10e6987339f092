"""What the server was asked: every API request, without its credentials."""

from collections import deque
from dataclasses import dataclass

from interactions_emulator.base.effects import Effects
from interactions_emulator.base.payloads import JsonObject, parse

_MOST_ROWS = 10_000
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class LoggedRequest:
    """One request; filled in while it is served."""

    number: int
    method: str
    path: str
    """Path and query, without the key."""
    body: bytes
    status: int | None = None
    """None while it runs, and for good when the socket was closed instead."""
    interaction: str | None = None
    """The interaction made or read; of `store:false` too, unlike on the wire."""
    why: str = ""
    fault: Effects | None = None

    def to_json(self) -> JsonObject:
        """Return the row that `/emulator/requests` shows."""
        row: JsonObject = {
            "number": self.number,
            "method": self.method,
            "path": self.path,
            "body": _readable(self.body),
            "bytes": len(self.body),
            "status": self.status,
            "interaction": self.interaction,
        }
        extra = {"why": self.why, "fault": self.fault}
        return row | {key: value for key, value in extra.items() if value}


class RequestLog:
    """The latest requests; the oldest go first when there are too many."""

    def __init__(self) -> None:
        self._rows: deque[LoggedRequest] = deque()
        self._kept_bytes = 0
        self._number = 0
        self.bytes_in = 0
        """Bytes of all request bodies since the last reset."""

    def add(self, method: str, path: str, body: bytes) -> LoggedRequest:
        """Note a request as it arrives."""
        self._number += 1
        row = LoggedRequest(self._number, method, path, body)
        self._rows.append(row)
        self._kept_bytes += len(body)
        self.bytes_in += len(body)
        while len(self._rows) > _MOST_ROWS or self._kept_bytes > _MOST_BYTES:
            self._kept_bytes -= len(self._rows.popleft().body)
        return row

    def to_json(self) -> list[JsonObject]:
        """Return all rows, oldest first."""
        return [row.to_json() for row in self._rows]

    def clear(self) -> None:
        """Forget all rows and start counting again."""
        self._rows.clear()
        self._kept_bytes = self._number = self.bytes_in = 0


def _readable(body: bytes) -> object:
    if not body:
        return None
    try:
        return parse(body)
    except ValueError:
        return body.decode("utf-8", "replace")
