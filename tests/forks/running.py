"""Run the workers' program, and compare all that was said with the server's transcript."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from interactions_emulator import Emulator
from tests.forks.tls import tls_front
from tests.forks.workers import Setting, Told
from tests.programs import ROOT


@contextmanager
def served(
    emulator: Emulator, folder: Path
) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Yield the emulator's addresses, plain and TLS, and the environment for them."""
    clean = {k: v for k, v in os.environ.items() if k != "GOOGLE_API_KEY"}
    with tls_front(emulator.url, folder) as (url, certificate):
        mine = {"GEMINI_API_KEY": "k", "SSL_CERT_FILE": str(certificate)}
        yield [emulator.url, url], {**clean, **mine}


def run_workers(
    settings: Sequence[Setting], environment: Mapping[str, str]
) -> list[Told]:
    """Return what the workers of each setting were told, and their master last."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.forks.workers",
            json.dumps([asdict(each) for each in settings]),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # CrewAI prints what its users like to see.
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"answers"')]
    return [Told(**json.loads(line)) for line in lines]


def differences(emulator: Emulator, told: list[Told]) -> list[str]:
    """Say where an answer is not what the server holds for its question."""
    held: dict[str, list[str]] = {}
    for row in emulator.requests():
        steps = emulator.transcript(row["interaction"]) if row["interaction"] else []
        texts = [_text(step) for step in steps if "content" in step]
        if texts:
            held.setdefault(texts[0], []).append(texts[-1])
    said = {q: a for each in told for q, a in each.answers.items()}
    return [
        f"{q}: {a!r}, held {held.get(q)}" for q, a in said.items() if held.get(q) != [a]
    ]


def _text(step: Mapping[str, Any]) -> str:
    return "".join(block.get("text", "") for block in step["content"])
