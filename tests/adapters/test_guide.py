"""The page that builds an adapter is short, and uses the seam alone."""

import ast

from tests.adapters.toy import toy_source

SEAM = {
    "interactions_core.adapter",
    "interactions_core.adapter.options",
    "interactions_core.exceptions",
}


def test_adapter_has_at_most_150_lines_and_imports_the_seam_alone() -> None:
    lines = [line for line in toy_source().splitlines() if line.strip()]
    imported = {
        node.module
        for node in ast.walk(ast.parse(toy_source()))
        if isinstance(node, ast.ImportFrom)
    }

    assert len(lines) <= 150
    assert {name for name in imported if "interactions" in str(name)} == SEAM
