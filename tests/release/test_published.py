"""What is read outside the repository needs nothing of it."""

import argparse
import tomllib
from pathlib import Path

import pytest

from release import projects
from release.build import UnresolvedLinksError, address, check_links
from release.links import relative_links
from release.readmes import Home, published
from tests.docs.pages import PAGES, ROOT, name_of

HOME = Home("https://example.org/it", "0.2.0")
READMES = sorted((ROOT / "packages").glob("*/README.md"))
PROJECTS = sorted((ROOT / "packages").glob("*/pyproject.toml"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
@pytest.mark.parametrize("home", [HOME, Home("", "0.2.0")], ids=["home", "homeless"])
def test_published_page_has_no_relative_link(page: Path, home: Home) -> None:
    text = page.read_text(encoding="utf-8")

    told = published(text, Path(name_of(page)).parent.as_posix(), home)

    assert relative_links(told) == []


def test_links_lead_to_the_files_of_the_release() -> None:
    text = "See [`a` guide](../../docs/a.md#b) and ![a page](shot.png), [up](#top)."

    told = published(text, "packages/core", HOME)

    tree = "https://example.org/it"
    assert told == (
        f"See [`a` guide]({tree}/blob/v0.2.0/docs/a.md#b) and "
        f"![a page]({tree}/raw/v0.2.0/packages/core/shot.png), [up](#top)."
    )


def test_words_of_a_link_stay_where_no_address_is_known() -> None:
    text = "The [guide](../../docs/a.md), `[not](a.link)` and [that](https://a.org)."

    told = published(text, "packages/core", Home("", "0.2.0"))

    assert told == "The guide, `[not](a.link)` and [that](https://a.org)."


def test_link_to_what_the_commit_does_not_have_is_named_before_anything_is_built() -> (
    None
):
    places = {"docs", "docs/a.md", "packages/core/shot.png", "."}
    whole = "[a](../../docs/a.md#b) ![s](shot.png) [d](../../docs) [e](https://a.org)"
    check_links({"packages/core/README.md": whole}, places)

    with pytest.raises(UnresolvedLinksError) as told:
        check_links({"packages/core/README.md": "[n](../docs/none.md)"}, places)

    said = "packages/core/README.md links to ../docs/none.md, which is not in it"
    assert str(told.value) == said


@pytest.mark.parametrize(
    "said",
    [
        *("http://example.org/it", "example.org/it", "https://", "https://example.org"),
        *("https://example.org/it?tab=code", "https://example.org/it#readme", "it"),
    ],
)
def test_address_that_no_link_can_lead_to_is_refused(said: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="no address"):
        address(said)


@pytest.mark.parametrize(
    ("said", "read"),
    [("https://example.org/it/", "https://example.org/it"), ("", "")],
)
def test_address_is_read_without_a_slash_at_its_end(said: str, read: str) -> None:
    assert address(said) == read


@pytest.mark.parametrize("readme", READMES, ids=name_of)
def test_published_readme_installs_by_name(readme: Path) -> None:
    told = published(readme.read_text(encoding="utf-8"), "packages/any", HOME)

    assert "checkout" not in told
    assert f"interactions-{readme.parent.name}" in told.partition("pip install")[2]


@pytest.mark.parametrize("project", PROJECTS, ids=name_of)
def test_published_project_has_one_number_and_needs_no_workspace(project: Path) -> None:
    text = projects.published(project.read_text(encoding="utf-8"), "0.2.0", "")

    read = tomllib.loads(text)
    extras = read["project"].get("optional-dependencies", {}).values()
    needs = [*read["project"]["dependencies"], *(n for extra in extras for n in extra)]
    assert read["project"]["version"] == "0.2.0"
    assert "uv" not in read.get("tool", {})
    assert "urls" not in read["project"]
    assert all("==0.2.0" in n for n in needs if n.startswith("interactions-"))
    assert read["build-system"]["build-backend"] == "hatchling.build"


@pytest.mark.parametrize("project", PROJECTS, ids=name_of)
def test_published_project_names_its_addresses(project: Path) -> None:
    text = projects.published(
        project.read_text(encoding="utf-8"), "0.2.0", HOME.repository
    )

    urls = tomllib.loads(text)["project"]["urls"]
    assert urls["Changelog"] == "https://example.org/it/blob/v0.2.0/CHANGELOG.md"
