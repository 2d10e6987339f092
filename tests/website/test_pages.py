"""The copy that Sphinx reads has every page, file and public name."""

import posixpath
import re
from importlib import import_module
from pathlib import Path

import pytest

from release.links import relative_links
from tests.docs.pages import PAGES, ROOT, name_of
from website import contents
from website.lay_out import laid_out, linked_files, main, place_of
from website.reference import pages as reference_pages


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "source"
    main(folder)
    return folder


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    return reference_pages()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_of_a_page_lead_to_pages_of_the_copy(page: Path, source: Path) -> None:
    place = place_of(page)

    for target in relative_links(laid_out(page)):
        file = posixpath.join(posixpath.dirname(place), target.partition("#")[0])
        assert (source / posixpath.normpath(file)).is_file(), target


def test_pages_are_otherwise_as_they_are_read_in_the_repository() -> None:
    page = ROOT / "docs" / "concepts.md"

    targets = re.compile(r"\]\([^)]*\)")
    assert targets.sub("", laid_out(page)) == targets.sub("", page.read_text("utf-8"))


def test_files_that_pages_link_to_are_shown(source: Path) -> None:
    (example,) = [
        file
        for file in linked_files(ROOT / "examples" / "README.md")
        if file.name == "quickstart.py"
    ]

    shown = (source / place_of(example)).read_text(encoding="utf-8")

    assert example.read_text(encoding="utf-8").strip() in shown


def test_side_bar_has_every_page_once() -> None:
    places = [place_of(page) for page in PAGES]

    listed = re.findall(r"^[\w/.-]+$", contents.tables(places, []), re.MULTILINE)

    assert sorted(listed) == sorted(
        place.removesuffix(".md") for place in places if place != "index.md"
    )


def test_side_bar_has_no_page_for_users_among_those_of_the_project() -> None:
    own = {"compatibility", "dependencies", "versioning"}
    guides = {page.stem for page in (ROOT / "docs").glob("*.md")} - own

    placed = {name for names in contents.GROUPS.values() for name in names}

    assert guides <= placed


@pytest.mark.parametrize(
    "module",
    [
        "interactions_core",
        "interactions_core.adapter",
        "interactions_core.exceptions",
        "interactions_langgraph",
        "interactions_autogen",
        "interactions_emulator",
    ],
)
def test_reference_has_every_public_name(
    module: str, reference: dict[str, str]
) -> None:
    page = reference[module]

    for name in getattr(import_module(module), "__all__", []):
        told = re.search(rf"{{py:\w+}} {name}\b|^- `{name}`, see", page, re.MULTILINE)
        assert told, name


def test_reference_tells_arguments_and_errors(reference: dict[str, str]) -> None:
    page = reference["interactions_core"]

    told = page.partition("{py:function} open_store(")[2].partition("\n`````")[0]
    assert "Arguments:\n\n- `" in told
    assert "Raises:\n\n- `" in told


def test_reference_has_nothing_private(reference: dict[str, str]) -> None:
    for name, page in reference.items():
        assert "._" not in name
        assert not re.search(r"{py:\w+} _", page), name
