"""The glossary of `docs/concepts.md` says where words live; renames move them."""

import re

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "concepts.md").read_text(encoding="utf-8")
TABLE = re.compile(
    r"^\| word \| meaning \| where \|\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE
)
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for table in TABLE.findall(PAGE)
    for line in table.splitlines()
]


def paths_in(where: str) -> list[str]:
    """Read `module`, `room`, or `package: module` as paths without an ending."""
    package, found = "core", []
    for named, module in re.findall(r"(\w+): (?=`)|`([^`]+)`", where):
        package = named or package
        if module and module[0] != "." and "/" not in module:
            source = f"packages/{package}/src/interactions_{package}"
            found.append(f"{source}/{module.replace('.', '/')}")
        elif module:
            found.append(module)
    return found


def test_the_glossary_has_each_word_once() -> None:
    words = [word for row in ROWS for word in row[0].split(", ")]

    assert len(words) > 60
    assert len(words) == len(set(words))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_word_of_the_glossary_lives_where_it_says(row: list[str]) -> None:
    paths = paths_in(row[-1])

    assert len(row) == 3
    assert paths
    for path in paths:
        assert (ROOT / path).exists() or (ROOT / f"{path}.py").is_file(), path
