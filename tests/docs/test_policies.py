"""What the threat model and the policies say is what the code and its tests say."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

THREATS = ROOT / "docs" / "threat-model.md"
DEPENDENCIES = ROOT / "docs" / "dependencies.md"
OPERATIONS = ROOT / "docs" / "operations.md"
PROOF = re.compile(r"`(test_\w+|tests/[\w/]+\.py)`")
DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
REQUIREMENT = re.compile(r"([a-z-]+)(?:\[\w+\])?>=([\d.]+(?:b\d+)?)(?:,<([\d.]+))?")

Need = tuple[str, str]


def rows_of(page: Path) -> list[list[str]]:
    """Return the cells of all rows of all tables, heads left out."""
    lines = page.read_text(encoding="utf-8").splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for at, line in enumerate(lines)
        if line.startswith("|")
        and not lines[min(at + 1, len(lines) - 1)].startswith("|--")
    ]
    return [row for row in rows if not row[0].startswith("--")]


def required() -> dict[Need, tuple[str, str | None]]:
    """Return what published packages need of others, with both bounds."""
    found: dict[Need, tuple[str, str | None]] = {}
    for path in (ROOT / "packages").glob("*/pyproject.toml"):
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        package = path.parent.name
        needs = {package: project["dependencies"]}
        for extra, listed in project.get("optional-dependencies", {}).items():
            needs[f"{package}, `{extra}`"] = listed
        for owner, listed in needs.items():
            for each in listed:
                match = REQUIREMENT.fullmatch(each)
                if match:
                    found[owner, match[1]] = match[2], match[3]
                else:
                    assert each.startswith("interactions-core"), each
    return found


@pytest.mark.parametrize(("page", "least"), [(THREATS, 30), (OPERATIONS, 15)])
def test_every_test_that_a_page_names_is_there(page: Path, least: int) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", text))
    files = set(re.findall(r"`(tests/[\w/]+\.py)`", text))

    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in DEFINED.findall(path.read_text(encoding="utf-8"))
    }

    assert len(named) + len(files) >= least
    assert named <= defined
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_every_promise_of_operations_names_a_test() -> None:
    _, *tables = OPERATIONS.read_text(encoding="utf-8").split("| promise | test |\n")
    promises = [
        line for each in tables for line in each.partition("\n\n")[0].splitlines()[1:]
    ]

    assert len(promises) > 10
    assert [each for each in promises if not PROOF.search(each)] == []


def test_every_claim_of_the_threat_model_names_a_test_or_says_that_there_is_none() -> (
    None
):
    claims = [row for row in rows_of(THREATS) if len(row) == 2]

    for claim, shown in claims:
        assert "`test_" in shown or shown.startswith("not guarded against"), claim


def test_the_page_gives_a_reason_for_each_dependency_and_no_other() -> None:
    listed = {(row[0], row[1].strip("`")) for row in rows_of(DEPENDENCIES)}

    assert listed == required().keys()


@pytest.mark.parametrize(("need", "bounds"), required().items(), ids=str)
def test_the_page_names_the_bounds_of_each_dependency(
    need: Need, bounds: tuple[str, str | None]
) -> None:
    [row] = [r for r in rows_of(DEPENDENCIES) if (r[0], r[1].strip("`")) == need]
    *_, why, lower, upper = row

    assert why
    assert re.match(re.escape(bounds[0]) + r"(?![.\d])", lower)
    assert upper.startswith(bounds[1]) if bounds[1] else upper in {"", "|"}
