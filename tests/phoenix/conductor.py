"""Let programs of three frameworks be traced by Phoenix, and hold it to their stores.

    python -m tests.phoenix.conductor --phoenix PROGRAM --python crew=PYTHON

Prints the figures of both, and fails where they differ: sessions, kinds of spans, tokens,
costs and parents. `--picture FILE` takes a picture of the run that was killed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from interactions_core import open_store
from interactions_core.records.charges import PICO
from interactions_emulator import Emulator
from tests.patience import PATIENCE_S
from tests.phoenix.back_end import PROJECT, Phoenix, SeenSpan, running_phoenix
from tests.phoenix.comparison import (
    Told,
    differences,
    is_ours,
    outline,
    session_of,
    table,
)
from tests.phoenix.pictures import take
from tests.programs import ROOT

PROGRAMS: Final = ("graph", "team", "crew")
LONG_S: Final = 3600.0
"""How long the service works on a run; its clock is moved by hand."""

CANARIES: Final = ("canary-key", "My name is Ada", "history of TPUs", "hailstones")
"""The key, and words of messages: in no span, since nobody asks for content."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where all of it happens.

    Attributes:
        pythons: The interpreter of each program.
    """

    phoenix: Phoenix
    server: Emulator
    folder: Path
    pythons: Mapping[str, str]

    def sessions(self, program: str) -> str:
        return f"sqlite:///{self.folder / program}.db"

    def start(self, program: str, scene: str) -> subprocess.Popen[str]:
        """Start a program; what it complains of is shown."""
        module = f"tests.phoenix.programs.{program}"
        told = [scene, self.server.url, self.sessions(program)]
        named = f"service.name={program},openinference.project.name={PROJECT}"
        environment = {
            **os.environ,
            "INTERACTIONS_TRACE_KEYS": "openinference",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.phoenix.url,
            "OTEL_RESOURCE_ATTRIBUTES": named,
        }
        environment.pop("OTEL_SDK_DISABLED", None)
        return subprocess.Popen(
            [self.pythons[program], "-m", module, *told],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            text=True,
        )

    def play(self, program: str, scene: str) -> None:
        """Play a scene to its end."""
        process = self.start(program, scene)
        self.end(process)

    def end(self, process: subprocess.Popen[str]) -> None:
        status = process.wait(PATIENCE_S)
        assert status == 0, f"{process.args}: {status}"


def play_agent(stage: Stage, program: str) -> None:
    """Let a managed agent work to its end in one process."""
    before = _begun(stage)
    process = stage.start(program, "agent")
    _await(lambda: _begun(stage) > before, process)
    stage.server.advance(LONG_S)
    stage.end(process)


def play_killed_run(stage: Stage, program: str) -> None:
    """Kill a process that waits for a run, and let another one go on with it.

    It is killed once the run's own span is there: it was sent before the wait.
    """
    session = f"{program}-research"
    first = stage.start(program, "research")
    _await(lambda: _submitted(stage, session), first)
    first.kill()
    first.wait()
    begun, before = stage.server.stats()["creates"], _looks(stage)
    second = stage.start(program, "research")
    _await(lambda: _looks(stage) > before, second)
    stage.server.advance(LONG_S)
    stage.end(second)
    # Of the crew, the model goes on when the tool has answered.
    again = stage.server.stats()["creates"] - begun
    assert again == (1 if program == "crew" else 0), f"{program}: {again} more creates"


def _submitted(stage: Stage, session: str) -> list[SeenSpan]:
    return [
        span
        for span in stage.phoenix.spans()
        if span.kind == "agent" and is_ours(span) and session_of(span) == session
    ]


def _begun(stage: Stage) -> int:
    """Count the runs of agents that anybody has begun."""
    bodies = [request["body"] or {} for request in stage.server.requests()]
    return sum("agent" in body for body in bodies)


def _looks(stage: Stage) -> int:
    """Count how often anybody has looked at a run, or listened to one."""
    return sum(request["method"] == "GET" for request in stage.server.requests())


def _await(
    is_so: Callable[[], object], process: subprocess.Popen[str], rest_s: float = 0.2
) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        assert process.poll() is None, f"{process.args}: {process.returncode}"
        assert time.monotonic() < give_up, f"{process.args} stands still"
        time.sleep(rest_s)


def told_by(sessions: Sequence[str]) -> dict[str, Told]:
    """Add up the ledgers of stores, by thread where there is one, else by session."""
    found: dict[str, Told] = {}
    for url in sessions:
        store = open_store(url)
        by_thread = store.cost("thread")
        by = "thread" if any(by_thread.rows) else "session"
        for name, costs in store.cost(by).rows.items():
            usage = costs.usage
            found[name] = Told(
                prompt=usage.input_tokens + usage.tool_use_tokens,
                completion=usage.output_tokens + usage.thought_tokens,
                cost=None if costs.unpriced else costs.picousd / PICO,
            )
        store.close()
    return found


def settled(stage: Stage) -> list[SeenSpan]:
    """Return all spans once there are no more to come: Phoenix writes them in turn."""
    seen: list[SeenSpan] = []
    while True:
        time.sleep(2)
        found = stage.phoenix.spans()
        if found and len(found) == len(seen):
            return found
        seen = found


def main() -> None:
    """Play, compare, and take the picture."""
    asked = _arguments()
    pythons = dict.fromkeys(PROGRAMS, sys.executable)
    pythons |= dict(pair.split("=", 1) for pair in asked.python)
    chosen = [each for each in PROGRAMS if each in (asked.programs or PROGRAMS)]
    with (
        tempfile.TemporaryDirectory() as place,
        Emulator(job_s=LONG_S) as server,
        running_phoenix(asked.phoenix, Path(place)) as phoenix,
    ):
        stage = Stage(phoenix, server, Path(place), pythons)
        for program in chosen:
            stage.play(program, "talk")
            play_agent(stage, program)
            play_killed_run(stage, program)
            _say(f"{program}: played")
        spans, sessions = settled(stage), phoenix.sessions()
        told = told_by([stage.sessions(program) for program in chosen])
        killed = [f"{program}-research" for program in chosen]
        wrong = differences(told, sessions, spans, killed)
        wrong += [f"{each} is in a span" for each in CANARIES if each in str(spans)]
        _say(outline(spans))
        _say(table(told, sessions))
        if asked.picture:
            [trace] = sessions["graph-research"].traces
            take(phoenix.url, trace, "fetch_response", asked.picture)
    if wrong:
        sys.exit("\n".join(wrong))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phoenix", required=True, help="the program `phoenix`")
    parser.add_argument("--python", action="append", default=[], help="crew=PYTHON")
    parser.add_argument("--picture", type=Path, help="where to write a picture")
    parser.add_argument("programs", nargs="*", help="some of them alone")
    return parser.parse_args()


if __name__ == "__main__":
    main()
