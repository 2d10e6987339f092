"""Read the API's event stream.

Pure. Framing as recorded: `event:` and `data:` lines, one JSON object each, ended by
`[DONE]`. A cut stream may end in a bare JSON array without any field name.

Lines end with a line feed and nothing else. Line iterators of HTTP libraries also
split at U+2028, U+0085 and others, which JSON text may hold as they are.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, cast

from interactions_core.canonical import JsonObject

DONE: Final = "[DONE]"
_FIELDS: Final = ("event:", "id:", "retry:", ":")


@dataclass(slots=True)
class EventReader:
    """Collects bytes into events.

    Attributes:
        finished: Whether `[DONE]` has come.
        stray: Lines that belong to no event, e.g. an error body of the front end.
        garbled: Whether an event came that is no JSON or no UTF-8; what followed in
            the same bytes was not read.
        has_events: Whether an event came: what is no event is beside a stream then,
            and not in place of one.
    """

    finished: bool = False
    stray: list[str] = field(default_factory=list[str])
    garbled: bool = False
    has_events: bool = False
    _data: list[str] = field(default_factory=list[str])
    _rest: list[bytes] = field(default_factory=list[bytes])

    @property
    def pending(self) -> int:
        """How much has come of the event that is being read: bytes and characters."""
        return sum(map(len, self._rest)) + sum(map(len, self._data))

    def read(self, chunk: bytes) -> Iterator[JsonObject]:
        """Take bytes as they come; yield the events that they complete."""
        first, *lines = chunk.split(b"\n")
        self._rest.append(first)
        for line in lines:
            event = self.feed(self._line())
            self._rest.append(line)
            if self.garbled:
                return
            if event is not None:
                yield event

    def end(self) -> JsonObject | None:
        """Take the end of the stream for the end of what is being read."""
        return self.feed(self._line()) or self.flush()

    def feed(self, line: str) -> JsonObject | None:
        """Take one line without its end; return the event that it completes.

        A `data` field that is not a JSON object is no event: it goes to `stray`.
        """
        line = line.rstrip("\r\n")
        if not line:
            return self.flush()
        if line.startswith("data:"):
            self._data.append(line[5:].removeprefix(" "))
        elif not line.startswith(_FIELDS):
            self.stray.append(line)
        return None

    def flush(self) -> JsonObject | None:
        """End the event that is being read, as a blank line or the end would."""
        text = "\n".join(self._data)
        self._data.clear()
        if not text:
            return None
        if text == DONE:
            self.finished = True
            return None
        try:
            event: object = json.loads(text)
        except ValueError:
            self.garbled = True
            event = None
        if not isinstance(event, dict):
            self.stray.append(text)
            return None
        self.has_events = True
        # JSON objects have strings for keys.
        return cast("JsonObject", event)

    def _line(self) -> str:
        raw = b"".join(self._rest)
        self._rest.clear()
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.garbled = True
            return ""
