"""Follow pages word for word in clean environments, with nothing but built wheels.

    python -m tests.docs.walk dist --python 3.13 docs/langgraph.md README.md

Each page gets an environment and an empty folder of its own. Its commands are run as
they stand, `./packages/NAME` taken from the wheels of the first argument, and its Python
is fed, block by block, to one interpreter, as if pasted; what is printed must be what
the comments of the page say. A page that installs nothing is read after the beginning of
the LangGraph guide, to which its reader is sent.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from tests.docs.pages import PAGES, ROOT, Block, blocks_of, name_of

FIRST: Final = ROOT / "docs" / "langgraph.md"
"""Where a reader without an installation is sent."""

COMMANDS: Final = ("pip", "python", "export", "interactions", "sqlite3")
"""What a line begins with that is typed; other lines of unnamed blocks are pictures."""

ELSEWHERE: Final = (
    ".venv/",
    "user@host",
    "package.module",
    "old.db",
    "state.db ",
    "interactions-profile.json",
)
"""What stands for something of the reader's own, or for the checkout itself."""

UNREAD: Final = ("CHANGELOG.md", "CONTRIBUTING.md", "examples/README.md")
"""Pages for those who work on a checkout; the tests run what they show."""

_PROJECT: Final = re.compile(r"'?\./packages/(\w+)(\[[\w,]+\])?'?")
_PROMPT: Final = "\x00"


PORT: Final = "8765"
"""Where the pages start the emulator."""


class WalkError(Exception):
    """A page does not do what it says."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


@dataclass(slots=True)
class Walk:
    """One reader: a folder, an environment, what is exported and what runs."""

    wheels: Path
    folder: Path
    python: str
    constraints: Path
    port: str
    exported: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)
    pasting: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.endswith("API_KEY")}
        kept.pop("GOOGLE_GEMINI_BASE_URL", None)
        kept.pop("PYTHONPATH", None)
        path = f"{self.programs}{os.pathsep}{kept['PATH']}"
        own = {"VIRTUAL_ENV": str(self.folder / "venv"), "PATH": path}
        return kept | own | self.exported

    @property
    def programs(self) -> Path:
        return self.folder / "venv" / ("Scripts" if os.name == "nt" else "bin")

    @property
    def errors(self) -> Path:
        return self.folder / "errors.txt"

    def prepare(self) -> None:
        """Make the environment, which has an interpreter and nothing else."""
        (self.folder / "here").mkdir()
        venv = str(self.folder / "venv")
        _run(["uv", "venv", "-q", "--python", self.python, venv], self)

    def begin(self, page: Path) -> Iterator[str]:
        """Do what the first guide says and the page does not; yield the steps."""
        install, start = blocks_of(FIRST, "")[:2]
        typed = typed_in(page)
        lines: list[str] = []
        if not any(line.startswith("pip install") for line in typed):
            lines += commands_in(install)
        if not any(line.startswith("export") for line in typed):
            lines += ["pip install ./packages/emulator", *commands_in(start)]
        for line in lines:
            self.type(line, name_of(FIRST))
            yield f"{name_of(FIRST)} {line}"

    def follow(self, page: Path) -> Iterator[str]:
        """Do what the page says; yield each step that was done, or why it was not."""
        for block in blocks_of(page, "", "python"):
            where = f"{name_of(page)}:{block.line}"
            if block.language == "python":
                said = self.paste(block, where)
                if "crewai" in where:
                    # CrewAI draws its panels around it.
                    found = [line for line in said if line in block.printed]
                    said = found if found == block.printed else said
                if block.printed and said != block.printed:
                    raise WalkError(where, f"{said} printed for {block.printed}")
                yield f"{where} python: {len(block.printed)} printed lines as said"
                continue
            for line in commands_in(block):
                if any(word in line for word in ELSEWHERE):
                    yield f"{where} left to the reader: {line}"
                    continue
                self.type(line, where)
                yield f"{where} {line}"

    def type(self, line: str, where: str) -> None:
        """Do one command as a shell would, at another port where it is taken."""
        line = line.replace(PORT, self.port)
        if line.startswith("export "):
            pairs = (pair.partition("=") for pair in line.split()[1:])
            self.exported |= {name: value for name, _, value in pairs}
        elif line.endswith("&"):
            self.running.append(self._begin(line.removesuffix("&").split()))
            _until_line(self.running[-1], where, self.errors)
        elif line.startswith("pip install"):
            # Said by name: whoever runs this may have told uv of another environment.
            where_to = str(self.folder / "venv")
            options = ["-q", "-c", str(self.constraints), "--python", where_to]
            wanted = [self._wheel(part) for part in line.split()[2:]]
            _run(["uv", "pip", "install", *options, *wanted], self)
        else:
            _run(["bash", "-c", line], self)

    def paste(self, block: Block, where: str) -> list[str]:
        """Run a block in the reader's interpreter; return the lines that it printed."""
        if self.pasting is None:
            driver = str(Path(__file__).with_name("pasting.py"))
            self.pasting = self._begin(["python", driver])
        told = json.dumps([block.text, block.line, where.partition(":")[0]])
        _stream(self.pasting.stdin).write(told + "\n")
        _stream(self.pasting.stdin).flush()
        said: list[str] = []
        for line in _stream(self.pasting.stdout):
            if line.startswith(_PROMPT):
                if line.strip(f"{_PROMPT}\n") == "done":
                    return said
                break
            said.append(line.rstrip("\n"))
        self.pasting.wait()
        raise WalkError(where, self.errors.read_text())

    def close(self) -> None:
        """End what the reader has started."""
        for process in (*self.running, *filter(None, [self.pasting])):
            process.send_signal(signal.SIGTERM)
            process.wait()

    def _begin(self, command: list[str]) -> subprocess.Popen[str]:
        program = shutil.which(command[0], path=self.environment["PATH"])
        with self.errors.open("a") as errors:
            return subprocess.Popen(
                [program or command[0], *command[1:]],
                cwd=self.folder / "here",
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def _wheel(self, part: str) -> str:
        found = _PROJECT.fullmatch(part)
        if found is None:
            return part
        name, extras = found[1], found[2] or ""
        (wheel,) = self.wheels.glob(f"interactions_{name}-*.whl")
        return f"interactions-{name}{extras} @ {wheel.resolve().as_uri()}"


def commands_in(block: Block) -> list[str]:
    """Return the lines that are typed, those that go on with `\\` put together."""
    lines = block.text.replace("\\\n", " ").splitlines()
    words = [" ".join(line.split()) for line in lines]
    return [line for line in words if line.partition(" ")[0] in COMMANDS]


def typed_in(page: Path) -> list[str]:
    """Return all lines of a page that are typed."""
    return [line for block in blocks_of(page, "") for line in commands_in(block)]


def walk(page: Path, wheels: Path, python: str) -> list[str]:
    """Follow one page in an environment of its own; return the steps.

    Raises:
        WalkError: A command or a block failed, or printed something else.
    """
    lock = "constraints-crewai.txt" if "crewai" in name_of(page) else "constraints.txt"
    with tempfile.TemporaryDirectory() as folder:
        reader = Walk(wheels, Path(folder), python, ROOT / lock, _free_port())
        try:
            reader.prepare()
            return [*reader.begin(page), *reader.follow(page)]
        finally:
            reader.close()


def _run(command: list[str], reader: Walk) -> None:
    done = subprocess.run(
        command,
        cwd=reader.folder / "here" if (reader.folder / "here").exists() else None,
        env=reader.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise WalkError(" ".join(command), f"{done.stdout}{done.stderr}")


def _until_line(process: subprocess.Popen[str], where: str, errors: Path) -> None:
    if not _stream(process.stdout).readline():
        raise WalkError(where, f"{process.args} ended by itself\n{errors.read_text()}")


def _free_port() -> str:
    with socket.socket() as trying:
        try:
            trying.bind(("127.0.0.1", int(PORT)))
        except OSError:
            trying.bind(("127.0.0.1", 0))
        return str(trying.getsockname()[1])


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def main() -> int:
    """Follow the pages that are named, or all for users; tell each step."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("wheels", type=Path)
    parser.add_argument(
        "--python", default=f"{sys.version_info[0]}.{sys.version_info[1]}"
    )
    parser.add_argument("pages", nargs="*", type=Path)
    given = parser.parse_args()
    pages = [(ROOT / page).resolve() for page in given.pages]
    failed = 0
    for page in pages or [page for page in PAGES if name_of(page) not in UNREAD]:
        if not (blocks_of(page, "python") or typed_in(page)):
            continue
        try:
            steps = walk(page, given.wheels, given.python)
            sys.stdout.write("".join(f"{step}\n" for step in steps))
        except WalkError as exc:
            failed += 1
            sys.stdout.write(f"FAILED {name_of(page)}: {exc}\n")
        sys.stdout.flush()
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
