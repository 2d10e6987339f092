"""Whole screens of `jobs list`, `usage` and `doctor`: two widths, piped, and coloured."""

import re
import time
from pathlib import Path

import pytest

from tests.core.looking import NOW
from tests.core.screens import COMMANDS, FOLDER, make_store, screens

NAMES = [*COMMANDS, "doctor"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.setenv("INTERACTIONS_PRICES", "flat.json")
    monkeypatch.delenv("NO_COLOR", raising=False)
    make_store()


@pytest.mark.parametrize("name", NAMES)
def test_every_screen_is_as_it_is_kept(name: str) -> None:
    kept = FOLDER / f"{name.replace(' ', '_')}.txt"

    assert screens(name) == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_has_its_width_and_tells_nothing_by_colour_only(name: str) -> None:
    titles, texts = zip(
        *re.findall(r"== (.*) ==\n((?:(?!== ).*\n?)*)", screens(name)), strict=True
    )
    shown = dict(
        zip(
            titles,
            (re.sub("␛\\[[0-9;]*m", "", text).rstrip() for text in texts),
            strict=True,
        )
    )
    coloured = dict(zip(titles, texts, strict=True))

    assert {*titles} == {
        "100 columns", "160 columns", "piped", "100 columns, coloured",
        "160 columns, coloured",
    }  # fmt: skip
    for width in (100, 160):
        lines = shown[f"{width} columns"].splitlines()
        assert max(map(len, lines)) <= width
        assert shown[f"{width} columns, coloured"] == shown[f"{width} columns"]
        assert "␛[" in coloured[f"{width} columns, coloured"]
    assert "␛" not in coloured["piped"]
    assert "…" not in coloured["piped"]
