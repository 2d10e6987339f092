"""`interactions doctor --live`: what is asked first, what is sent, what is written."""

import contextlib
import json
import os
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from interactions_core.canonical import Json
from interactions_core.client import InteractionsClient
from interactions_core.doctor.checks import Check
from interactions_core.doctor.live import (
    CALLS,
    Finding,
    Models,
    Trial,
    finding_lines,
    plan_lines,
    profile_of,
    summary_line,
)
from interactions_core.doctor.service import client_here, keys_here
from interactions_core.wire import address_of, credential_of

_VERSIONS: Final = ("interactions-core", "google-genai")

Write = Callable[[str], object]


def try_live(
    models: Models, profile: Path, *, agreed: bool, write: Write
) -> tuple[bool, dict[str, Json]]:
    """Print a plan, ask, send it, and write down what came.

    Args:
        models: Which models are asked.
        profile: The file to write.
        agreed: Whether the plan need not be asked for.
        write: Prints a line.

    Returns:
        Whether the first create was answered and nothing is left on the server, and
        what was written.
    """
    _check_place(profile)
    for line in plan_lines(models):
        write(line)
    if not agreed:
        click.confirm("Send them?", abort=True, err=True)
    with client_here(offline=False, clock=time.time) as client:
        if isinstance(client, Check):
            raise click.ClickException(client.text)
        return _send(client, models, profile, write)


def _send(
    client: InteractionsClient, models: Models, profile: Path, write: Write
) -> tuple[bool, dict[str, Json]]:
    trial = Trial(client, models, hidden=keys_here())
    findings: list[Finding] = []
    found: dict[str, Json] = {}
    try:
        with contextlib.closing(trial.run()) as running:
            for finding in running:
                findings.append(finding)
                for line in finding_lines(finding):
                    write(line)
    finally:
        # What was paid for is kept, also of a run that was interrupted.
        platform, host = credential_of(client.sdk(), b"").split("|")[:2]
        found = profile_of(
            findings,
            models,
            place=(platform, host, address_of(client.sdk())[1]),
            versions={name: version(name) for name in _VERSIONS},
            now=time.time(),
        )
        text = json.dumps(found, ensure_ascii=False, indent=1)
        profile.write_text(f"{text}\n", encoding="utf-8")
        write("")
        write(f"{summary_line(findings, trial.left)}; written to {profile}")
    return len(findings) == len(CALLS) and not trial.left, found


def _check_place(profile: Path) -> None:
    folder = profile.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        msg = f"the profile cannot be written to {profile}; nothing was sent"
        raise click.UsageError(msg)
