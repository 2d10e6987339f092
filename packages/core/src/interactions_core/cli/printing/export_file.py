"""The file of an export: written beside its place, and put there when it is whole.

What is written goes to FILE.part, line by line, so that an export that is cut off
leaves whole lines and at most one that is not. `--resume` goes on behind them.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self, cast

import click

from interactions_core.canonical import JsonObject
from interactions_core.cli.printing.output import shown

_PRIVATE: Final = 0o600
_Lines = Iterator[tuple[int, JsonObject]]

Written = tuple[str | None, str | None, str | None, str]
"""Thread, session and root of a conversation, and the key of its last turn."""


@dataclass(slots=True)
class ExportFile:
    """A file that is not there until it is whole.

    Attributes:
        path: Where it is to be.
        form: The form of its lines.
        resumes: Whether to go on with what an earlier export has left.
        done: What stands in it already.
    """

    path: Path
    form: str
    resumes: bool = False
    done: set[Written] = field(default_factory=set[Written])
    _file: IO[bytes] | None = None

    def __post_init__(self) -> None:
        self.path = Path(os.path.realpath(self.path))
        if self.path.exists() and not self.path.is_file():
            msg = f"{self.path} is no file; leave -o out to write to the terminal"
            raise click.UsageError(msg)

    @property
    def part(self) -> Path:
        """Where it is until it is whole."""
        return self.path.with_name(f"{self.path.name}.part")

    def __enter__(self) -> Self:
        self._check_form()
        try:
            self._file = os.fdopen(_open(self.part), "wb")
        except OSError as error:
            msg = f"{shown(str(self.part))} cannot be written: {error.strerror}"
            raise click.UsageError(msg) from error
        self._lock(self._file)
        kept = self._take_over() if self.resumes else 0
        self._file.truncate(kept)
        self._file.seek(kept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        if sys.platform == "win32":
            # An open file has no other name there.
            self._file.close()
        if error is None:
            self.part.replace(self.path)
        # Until here no other export takes the name.
        self._file.close()

    def write(self, content: bytes) -> None:
        """Write a whole line, or a whole piece."""
        file = cast("IO[bytes]", self._file)
        file.write(content)
        file.flush()

    def _lock(self, file: IO[bytes]) -> None:
        """Refuse to write beside another export, which would end within this one."""
        try:
            _hold(file)
            is_ours = os.path.samestat(os.fstat(file.fileno()), self.part.stat())
        except (BlockingIOError, FileNotFoundError):
            is_ours = False
        if not is_ours:
            file.close()
            msg = f"another export writes {shown(str(self.part))}"
            raise click.ClickException(msg)

    def _left(self) -> Path:
        """Return what an earlier export has left, which may not be there."""
        return self.part if self.part.exists() else self.path

    def _check_form(self) -> None:
        """Refuse to go on with an export to another form."""
        left = self._left()
        for _, line in _whole_lines(left) if self.resumes and left.exists() else ():
            if line.get("format") != self.form:
                msg = f"{left} is an export to {line.get('format')!r}: it stays"
                raise click.UsageError(msg)
        self._check_whole()

    def _check_whole(self) -> None:
        """Refuse to go on with a file that is no export.

        What is beside it may be cut within its first line; what has the name is whole.
        """
        if not self.resumes or self._left() != self.path or not self.path.exists():
            return
        is_export = next(_whole_lines(self.path), None) is not None
        if self.path.stat().st_size and not is_export:
            msg = f"{shown(str(self.path))} is no export: it stays"
            raise click.UsageError(msg)

    def _take_over(self) -> int:
        """Read what an earlier export has left; return how many bytes are whole."""
        if not self.part.stat().st_size and self.path.exists():
            shutil.copyfile(self.path, self.part)
        end = 0
        for end, line in _whole_lines(self.part):  # noqa: B007 - the last one counts
            self.done.add(written_of(line))
        return end


def _hold(file: IO[bytes]) -> None:
    """Lock a file until it is closed, where the system has such locks."""
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415  not everywhere

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _open(path: Path) -> int:
    """Open a file for this user alone; one that leads elsewhere is not followed."""
    flags = os.O_CREAT | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, flags, _PRIVATE)
    # One that was there has the rights that it had.
    path.chmod(_PRIVATE)
    return handle


def written_of(line: JsonObject) -> Written:
    """Return which conversation a line holds, and how far."""
    keys = cast("list[str]", line["keys"])
    names = (line[key] for key in ("thread", "session", "root"))
    thread, session, root = cast("Iterator[str | None]", names)
    return thread, session, root, keys[-1]


def _whole_lines(path: Path) -> _Lines:
    """Yield where each whole line ends, and what it holds."""
    end = 0
    with path.open("rb") as file:
        for line in file:
            try:
                read = json.loads(line)
            except ValueError:
                return
            if not line.endswith(b"\n") or not isinstance(read, dict):
                return
            end += len(line)
            yield end, cast("JsonObject", read)
