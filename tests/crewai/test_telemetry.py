"""CrewAI's telemetry beside our spans: each goes to its own, none to the other's."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from interactions_emulator import Emulator
from tests.otlp_receiver import Receiver, attributes_of, receiving
from tests.patience import PATIENCE_S
from tests.programs import ROOT

OFF: Final = ("CREWAI_DISABLE_TELEMETRY", "OTEL_SDK_DISABLED")


def run_crew(
    when: str, emulator: Emulator, crewai: Receiver, own: Receiver, home: Path
) -> str:
    """Run a crew in a process of its own; return what it answered."""
    env = {name: value for name, value in os.environ.items() if name not in OFF}
    urls = (emulator.url, crewai.url, own.url)
    done = subprocess.run(
        [sys.executable, "-m", "tests.crewai.telemetry_on", when, *urls],
        cwd=ROOT,
        env=env | {"CREWAI_STORAGE_DIR": str(home), "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("when", ["never", "before", "after"])
def test_crewai_is_sent_none_of_our_spans(
    when: str, emulator: Emulator, tmp_path: Path
) -> None:
    """CrewAI's telemetry once set the provider of the whole program."""
    emulator.script([{"reply": {"text": "Numbat"}}])

    with receiving() as crewai, receiving() as own:
        answer = run_crew(when, emulator, crewai, own, tmp_path)

    theirs = {span.name for span in crewai.spans()}
    ours = [(span.name, attributes_of(span)) for span in own.spans()]
    assert answer.endswith("Numbat")
    assert "Crew Created" in theirs
    assert [name for name in theirs if name.startswith(("chat", "interactions"))] == []
    for word in (b"Numbat", b"interactions_core", b"gen_ai.", b"interactions."):
        assert word not in crewai.sent()
    assert [name for name, _ in ours] == ["chat gemini-3.5-flash"] * (when != "never")
    for _, said in ours:
        assert said["interactions.framework"] == "crewai"
        assert said["gen_ai.usage.input_tokens"] > 0
