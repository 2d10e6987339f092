"""What `interactions doctor` says of the live profiles in force."""

import json
import os
import time
from pathlib import Path

import pytest

from tests.core.doctor.looking import look, run
from tests.live_profiles import answered, refused, write_profile

VARIABLE = "INTERACTIONS_PROFILE"
DAY_S = 86_400.0
USUAL, NEWEST = "gemini-3.5-flash", "gemini-3.8-flash"


def test_a_profile_is_named_with_what_it_changes(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [
        *(refused(5, USUAL), answered(6, USUAL), refused(24, NEWEST)),
        *(refused(9, USUAL), refused(7, NEWEST), refused(8, NEWEST)),
    ]
    path = write_profile(environment / "p.json", *calls, made_at=time.time() - 60)
    monkeypatch.setenv(VARIABLE, path)

    found = look("--offline")["profile"]

    assert found["level"] == "ok"
    assert found["text"].startswith(f"{path} of 20")
    assert found["text"].endswith(
        ", gemini v1 at generativelanguage.googleapis.com: "
        f"model:{USUAL} is sent as named; model:{NEWEST} is sent as foreground, "
        "bounds:response_format, keywords:response_format"
    )


@pytest.mark.parametrize(
    "option",
    [
        ("--profile", "mine.json"),
        ("--recordings", "folder"),
        ("--usual", USUAL),
        ("--newest", NEWEST),
        ("--tier", "paid"),
        ("--yes",),
    ],
    ids=lambda option: option[0],
)
def test_an_option_of_the_live_creates_is_refused_without_them(
    option: tuple[str, ...],
) -> None:
    done = run("--offline", *option)

    assert done.exit_code == 2
    assert f"{option[0]} goes with --live" in done.stderr


def test_whoever_names_a_profile_to_be_looked_at_is_told_how() -> None:
    assert VARIABLE in run("--offline", "--profile", "mine.json").stderr


def test_what_contradicts_is_named_and_not_said_to_change_anything(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [
        write_profile(environment / "a.json", refused(6, USUAL)),
        write_profile(environment / "b.json", answered(6, USUAL)),
    ]
    monkeypatch.setenv(VARIABLE, os.pathsep.join(paths))

    lines = json.loads(run("--json", "--offline").stdout)["checks"]

    said = [(one["level"], one["text"]) for one in lines if one["name"] == "profile"]
    assert [level for level, _ in said] == ["ok", "ok", "warn"]
    assert all(text.endswith(": changes nothing") for _, text in said[:2])
    assert f"{paths[0]} (" in said[2][1]
    assert f"contradict each other about schema-bounds of model:{USUAL}" in said[2][1]


def test_an_old_profile_is_a_warning(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_at = time.time() - 100 * DAY_S
    path = write_profile(environment / "p.json", made_at=made_at)
    monkeypatch.setenv(VARIABLE, path)

    found = look("--offline")["profile"]

    assert found["level"] == "warn"
    assert found["text"].endswith(": changes nothing; it is 100 days old")
    assert found["fix"] == "interactions doctor --live"


def test_a_profile_that_is_yet_to_be_written_is_written(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = environment / "interactions-profile.json"
    monkeypatch.setenv(VARIABLE, str(path))

    done = run("--live", "--yes")

    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert f"{path} cannot be read: No such file or directory" in said
    assert json.loads(path.read_text())["schema"] == 1


def test_a_file_that_is_no_profile_is_a_warning(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = environment / "p.json"
    path.write_text('{"schema": 1, "calls": [{"number": 6}]}')
    monkeypatch.setenv(VARIABLE, str(path))

    found = look("--offline")["profile"]

    assert found["level"] == "warn"
    assert found["text"] == (
        f"{path} is no profile of the service: its `made_at` is None, no time"
    )


def test_without_a_profile_nothing_is_said_of_one() -> None:
    assert "profile" not in look("--offline")
