"""Every INSERT names its columns, so that a table may have more than it knows of.

A process goes on beside a newer one, which may have added some.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.programs import ROOT

_INSERT = re.compile(
    r"\b(?:INSERT(?:\s+OR\s+\w+)?|REPLACE)\s+INTO\s+(?P<table>[\w.\"]+)\s*(?P<next>\S)",
    re.IGNORECASE,
)


def statements_of(source: Path) -> Iterator[str]:
    """Read the texts of a module; what is put in when it runs is a word of its own."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "given"
                for part in node.values
            )


def test_every_insert_names_its_columns() -> None:
    sources = [*ROOT.glob("packages/*/src/**/*.py")]
    found = [
        (str(source.relative_to(ROOT)), insert["table"], insert["next"])
        for source in sources
        for statement in statements_of(source)
        for insert in _INSERT.finditer(statement)
    ]

    assert [each for each in found if each[2] != "("] == []
    assert {table for _, table, _ in found} >= {
        *("interactions", "retention", "schema_versions", "session_meta"),
        *("checkpoint_contents", "checkpoint_nodes"),
    }
