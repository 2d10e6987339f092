"""What `doctor --live` keeps of what was sent and answered, and that it plays."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from interactions_core.cli.doctor import doctor
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.doctor.live import Models, Trial, profile_of
from interactions_core.doctor.live.recordings import HOST
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.core.doctor.looking import KEY
from tests.recorded import CASSETTES, cassette_at
from tests.test_cassettes import SECRETS, strings_in

RECORDED = sorted((CASSETTES / "live").glob("*.yaml"))
"""Those that somebody with a key has made."""


@pytest.fixture
def folder(environment: Path) -> Path:
    made = environment / "recordings"
    made.mkdir()
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(doctor, ["--live", "--yes", *arguments])


def record(folder: Path) -> Path:
    done = run("--recordings", str(folder))
    assert done.exit_code == 0, done.output
    [cassette] = folder.glob("*.yaml")
    assert done.stdout.endswith(f" and {cassette}\n")
    return cassette


def played(cassette: Path) -> dict[str, Any]:
    """Ask what a cassette was recorded of, and return what it answers."""
    before = json.loads(cassette.with_suffix(".json").read_text(encoding="utf-8"))
    models = Models(**before["models"])
    connection = Connection(
        api_key="not-a-key", base_url=HOST, api_version=before["api_version"]
    )
    policy = ClientPolicy(max_retries=0, retention_s=0.0, clock=time.time)
    client = InteractionsClient(connection, policy)
    with cassette_at(cassette):
        findings = list(Trial(client, models, sleep=lambda _: None).run())
    client.close()
    place = (before["platform"], before["host"], before["api_version"])
    return profile_of(
        findings,
        models,
        place=place,
        versions=before["versions"],
        key_tier=before["key_tier"],
        now=before["made_at"],
    )


def test_a_recording_gives_the_profile_that_was_written_without_a_server(
    emulator: Emulator, folder: Path
) -> None:
    emulator.fault(
        on="create", nth=6, do={"status": 400, "message": f"{KEY} of projects/p-7"}
    )
    cassette = record(folder)
    asked = len(emulator.requests())

    profile = played(cassette)

    assert len(emulator.requests()) == asked
    assert profile == json.loads(Path("interactions-profile.json").read_text())
    assert profile["calls"][5]["message"] == "hidden of projects/project"


def test_a_key_that_is_a_word_of_the_creates_is_left_in_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours: the guides begin with `GEMINI_API_KEY=any` for an emulator."""
    monkeypatch.setenv("GEMINI_API_KEY", "any")
    with Emulator() as taking_any_key:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", taking_any_key.url)
        cassette = record(folder)

    assert played(cassette) == json.loads(cassette.with_suffix(".json").read_text())


@pytest.mark.parametrize("cassette", RECORDED, ids=lambda path: path.stem)
def test_a_recording_of_the_service_gives_the_profile_beside_it(cassette: Path) -> None:
    before = cassette.with_suffix(".json").read_text(encoding="utf-8")

    assert played(cassette) == json.loads(before)


def test_a_recording_names_no_key_no_machine_and_no_project(
    emulator: Emulator, folder: Path
) -> None:
    emulator.fault(on="create", nth=6, do={"status": 400, "message": f"not {KEY}"})

    cassette = record(folder)

    text = cassette.read_text(encoding="utf-8")
    found = list(strings_in(yaml.safe_load(text)))
    assert KEY not in text
    assert "not hidden" in text
    assert emulator.url.removeprefix("http://") not in text
    assert not [said for said in found if any(leak(said) for leak in SECRETS)]


def test_without_the_option_nothing_is_recorded(folder: Path) -> None:
    run()

    assert [*folder.iterdir()] == []


def test_a_folder_that_is_not_there_is_told_before_anything_is_sent(
    emulator: Emulator,
) -> None:
    done = run("--recordings", "no/such/folder")

    assert done.exit_code == 2
    assert "recordings cannot be written into no/such/folder" in done.stderr
    assert emulator.stats()["creates"] == 0


def test_without_vcrpy_that_is_told_before_anything_is_sent(
    emulator: Emulator, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vcr", None)

    done = run("--recordings", str(folder))

    assert done.exit_code == 2
    assert "needs vcr, which is not installed; run: pip install vcrpy" in done.stderr
    assert "nothing was sent" in done.stderr
    assert emulator.stats()["creates"] == 0
