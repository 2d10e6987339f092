"""What holds for every page: its code runs, its links lead somewhere."""

from pathlib import Path

import pytest

from interactions_emulator import Emulator
from tests.docs.pages import (
    PAGES,
    ROOT,
    anchors_of,
    blocks_of,
    links_of,
    name_of,
    run_block,
)

# `tests/crewai` runs those of CrewAI, in an environment of their own.
WITH_CODE = [
    page
    for page in PAGES
    if blocks_of(page, "python") and "crewai" not in name_of(page)
]


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_code_of_a_page_runs_and_prints_what_it_says(
    page: Path, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.setenv("GEMINI_API_KEY", "any")
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": page.stem}

    for block in blocks_of(page, "python"):
        said = run_block(block, page, names)

        if block.printed:
            assert said == block.printed


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for file, anchor in links_of(page):
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), file
        assert not anchor or anchor in anchors_of(target), f"{file}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page_names_no_registry_and_no_path_of_a_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    for word in ("pypi.", "/home/", "/tmp/", "/root/"):  # noqa: S108 - not used
        assert word not in text


@pytest.mark.parametrize("package", ["core", "langgraph", "autogen", "crewai"])
def test_package_readme_is_short_and_links_up(package: str) -> None:
    text = (ROOT / "packages" / package / "README.md").read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 40
    assert "../../README.md" in text
