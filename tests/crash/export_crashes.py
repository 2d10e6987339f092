"""Export a store and be killed: python -m … URL FILE FORM LINE SHARE.

The process is killed once SHARE of a line, 0 to 1, has reached the disk's cache; past the
last line, once all lines have and the file has not its name yet. A real kill: no block
is left, no buffer is emptied, and no lock is given back by hand.
"""

import os
import signal
import sys

from interactions_core.cli.export import command
from interactions_core.cli.printing.export_file import ExportFile


class Killed(ExportFile):
    """Writes until it is killed."""

    at_line = 0
    share = 0.0
    written = 0

    def write(self, content: bytes) -> None:
        is_last = type(self).written == self.at_line
        super().write(content[: int(len(content) * self.share)] if is_last else content)
        if is_last:
            die()
        type(self).written += 1

    def __exit__(self, *error: object) -> None:
        assert type(self).written == self.at_line, "there are not so many lines"
        die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    url, file, form, line, share = sys.argv[1:]
    Killed.at_line, Killed.share = int(line), float(share)
    command.ExportFile = Killed
    command.export(["--sessions", url, "--to", form, "-o", file])


if __name__ == "__main__":
    main()
