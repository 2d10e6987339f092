"""How numbers of things are said, in all packages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from interactions_core.counted import counted
from tests.docs.pages import ROOT

BRACKETS = re.compile(r"[a-z]\(e?s\)(?![\w(])")


@pytest.mark.parametrize(
    ("number", "nouns", "said"),
    [
        (0, ("job",), "0 jobs"),
        (1, ("job",), "1 job"),
        (2, ("open job",), "2 open jobs"),
        (1_234, ("interaction",), "1,234 interactions"),
        (2, ("try", "tries"), "2 tries"),
        (1, ("try", "tries"), "1 try"),
    ],
)
def test_one_thing_is_said_in_the_singular(
    number: int, nouns: tuple[str, ...], said: str
) -> None:
    assert counted(number, *nouns) == said


def texts() -> Iterator[tuple[Path, str]]:
    """Yield what stands between quotes in the packages, but for docstrings."""
    for path in sorted(ROOT.glob("packages/*/src/**/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path, node.value


def test_no_text_leaves_the_plural_to_the_reader() -> None:
    assert [(p.name, text) for p, text in texts() if BRACKETS.search(text)] == []
