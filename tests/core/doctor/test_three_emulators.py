"""`doctor --live` on a kind, a strict and the strictest emulator."""

import json
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.core.doctor.emulators import KINDS, profile_from
from tests.docs.pages import ROOT

ROWS = ("number", "model", "came", "otherwise", "status", "message")
REFUSED: dict[str, list[int]] = {
    "kind": [18],
    "strict": [5, 18, 25],
    "strictest": [3, 5, 7, 8, 10, 12, 15, 17, 18, 22, 25],
}
"""What the page says, by kind; all others are answered."""


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)


def calls_of(emulator: Emulator, path: Path) -> list[dict[str, Any]]:
    profile_from(emulator, path)
    found = json.loads(path.read_text(encoding="utf-8"))
    return [{key: call[key] for key in ROWS} for call in found["calls"]]


@pytest.mark.parametrize("kind", KINDS)
def test_each_gives_the_documented_result(kind: str, tmp_path: Path) -> None:
    with Emulator(**KINDS[kind]) as emulator:
        calls = calls_of(emulator, tmp_path / "profile.json")
        stats = emulator.stats()

    refused = [call["number"] for call in calls if call["came"] == "refused"]
    answered = [call["number"] for call in calls if call["came"] == "answered"]
    again = {c["number"]: c["otherwise"] for c in calls if c["otherwise"]}
    assert refused == REFUSED[kind]
    assert again == {n: "answered" for n in (3, 25) if n in refused}
    assert len(answered) == 25 - len(refused)
    listed = ", ".join(map(str, refused))
    row = f"| {kind} | {len(answered)} | {len(refused)}: {listed} |"
    assert row in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    # Unstored ones are five or six; the rest is deleted, what is asked twice included.
    stored = {"kind": 18, "strict": 17, "strictest": 13}
    assert stats["deletes"] == stored[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_an_emulator_that_follows_the_profile_gives_it_again(
    kind: str, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    with Emulator(**KINDS[kind]) as emulator:
        calls = calls_of(emulator, first)
    other = "strictest" if kind == "kind" else "kind"

    with Emulator(**KINDS[other], profile=first) as follower:
        again = calls_of(follower, second)

    assert again == calls
