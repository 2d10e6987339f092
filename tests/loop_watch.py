"""What is done in the thread of an event loop, told by where it is done, not how fast.

Python's audit events say who opens files, connects to databases and imports; objects
that remember who reads them say the same of hashes and of JSON.
"""

import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any, Self

_EVENTS = {"open", "import", "sqlite3.connect", "os.mkdir", "os.listdir", "os.scandir"}

_OURS = "/src/interactions_"


class LoopWatch:
    """Notes what its own thread does for us while it is active.

    Made on the loop's thread.

    Attributes:
        seen: An event and what it is about, with the calls that led to it.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self._thread = threading.get_ident()
        self._active = False
        sys.addaudithook(self._hear)

    def __enter__(self) -> Self:
        self._active = True
        return self

    def __exit__(self, *_: object) -> None:
        self._active = False

    def note(self, event: str) -> None:
        """Write down what the loop's thread is doing."""
        if self._active and threading.get_ident() == self._thread:
            self._active = False
            calls = traceback.extract_stack()[:-2]
            self._active = True
            # What a framework does on its own is its own business.
            if any(_OURS in call.filename for call in calls):
                told = "".join(traceback.format_list(calls[-25:]))
                self.seen.append((event, told))

    def told(self) -> str:
        """Say what was seen, the calls of each event below it."""
        return "\n".join(f"{event}\n{calls}" for event, calls in self.seen)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _EVENTS and self._active:
            self.note(f"{event} {arguments[0]!r}")


class WatchedObject(dict[str, Any]):
    """An object of JSON that says when it is read."""

    watch: LoopWatch

    def items(self) -> Any:
        self.watch.note("JSON of an object")
        return super().items()


class WatchedText(str):
    """A text, base64 of a picture for instance, that says when it is read."""

    __slots__ = ("watch",)
    watch: LoopWatch

    def split(self, *arguments: Any) -> list[str]:
        self.watch.note("bytes of a picture")
        return super().split(*arguments)

    def __iter__(self) -> Iterator[str]:
        self.watch.note("bytes of a picture")
        return super().__iter__()
