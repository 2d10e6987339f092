"""`interactions doctor --live`: what is asked first, what is sent, what is written."""

import contextlib
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from interactions_core.canonical import Json
from interactions_core.cli.arguments.files import check_place
from interactions_core.client.client import InteractionsClient
from interactions_core.client.identity import address_of, credential_of
from interactions_core.doctor.checks import Check
from interactions_core.doctor.live import (
    CALLS,
    Finding,
    Models,
    Trial,
    finding_lines,
    load_recorder,
    plan_lines,
    profile_of,
    recorded,
    summary_line,
)
from interactions_core.doctor.service import client_here, keys_here
from interactions_core.exceptions import MissingPackageError

_VERSIONS: Final = ("interactions-core", "google-genai")

_SHORTEST_SECRET: Final = 8
"""Characters; keys of the service have some forty."""

Write = Callable[[str], object]


def try_live(
    models: Models,
    profile: Path,
    *,
    recordings: Path | None = None,
    key_tier: str = "",
    agreed: bool,
    write: Write,
) -> tuple[bool, dict[str, Json]]:
    """Print a plan, ask, send it, and write down what came.

    Args:
        models: Which models are asked.
        profile: The file to write.
        recordings: The folder for a cassette of it, with the profile beside it;
            `None` for none.
        key_tier: `free` or `paid`; "" to take it from what the API says of a quota.
        agreed: Whether the plan need not be asked for.
        write: Prints a line.

    Returns:
        Whether the first create was answered and nothing is left on the server, and
        what was written.
    """
    for line in plan_lines(models):
        write(line)
    if profile.exists():
        write(f"{profile}, which is there, is replaced; --profile names another.")
    if not agreed:
        click.confirm("Send them?", abort=True, err=True)
    with client_here(offline=False, clock=time.time) as client:
        if isinstance(client, Check):
            raise click.ClickException(client.text)
        return _send(client, models, profile, recordings, write, key_tier=key_tier)


def _send(
    client: InteractionsClient,
    models: Models,
    profile: Path,
    recordings: Path | None,
    write: Write,
    *,
    key_tier: str,
) -> tuple[bool, dict[str, Json]]:
    trial = Trial(client, models, hidden=_hidden(client))
    findings: list[Finding] = []
    found: dict[str, Json] = {}
    platform, host = credential_of(client.sdk(), b"").split("|")[:2]
    api_version = address_of(client.sdk())[1]
    cassette = _cassette(recordings, f"{platform}-{api_version}")
    try:
        with contextlib.ExitStack() as stack:
            if cassette is not None:
                stack.enter_context(recorded(cassette, _hidden(client)))
            running = stack.enter_context(contextlib.closing(trial.run()))
            for finding in running:
                findings.append(finding)
                for line in finding_lines(finding):
                    write(line)
    finally:
        # What was paid for is kept, also of a run that was interrupted.
        found = profile_of(
            findings,
            models,
            place=(platform, host, api_version),
            versions={name: version(name) for name in _VERSIONS},
            key_tier=key_tier or trial.key_tier,
            now=time.time(),
        )
        text = json.dumps(found, ensure_ascii=False, indent=1)
        profile.write_text(f"{text}\n", encoding="utf-8")
        places = [str(profile)]
        if cassette is not None:
            cassette.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")
            places.append(str(cassette))
        write("")
        told = summary_line(findings, trial.left)
        write(f"{told}; written to {' and '.join(places)}")
    return len(findings) == len(CALLS) and not trial.left, found


def check_places(profile: Path, recordings: Path | None) -> None:
    """Refuse places at which nothing can be written, before anything is sent.

    Raises:
        click.UsageError: There is no such folder, or nothing may be written there.
    """
    check_place(profile)
    if recordings is not None:
        _check_recordings(recordings)


def _check_recordings(folder: Path) -> None:
    try:
        load_recorder()
    except MissingPackageError as exc:
        msg = f"{exc}; nothing was sent"
        raise click.UsageError(msg) from exc
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        msg = f"recordings cannot be written into {folder}; nothing was sent"
        raise click.UsageError(msg)


def _cassette(folder: Path | None, whose: str) -> Path | None:
    """Name a cassette by whom it was recorded from, and when."""
    if folder is None:
        return None
    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    return folder / f"{whose}-{at}.yaml"


def _hidden(client: InteractionsClient) -> list[str]:
    """Return what a recording may not hold: keys, and the project's name."""
    project = credential_of(client.sdk(), b"").split("|")[2:3]
    return [one for one in (*keys_here(), *project) if _is_hideable(one)]


def _is_hideable(secret: str) -> bool:
    """Tell a secret from a word that the creates may say themselves.

    An emulator takes any key, `any` for instance, which is a tool choice as well.
    """
    return len(secret) >= _SHORTEST_SECRET
