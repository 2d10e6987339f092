"""Whatever changes on an object after it was made is in the guide, with its reason."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "shared-objects.md"

# Whatever an object does to itself there, it does before anybody has it.
BEGINNINGS = {"__init__", "__post_init__", "__setstate__", "_begin", "_clear"}

CHANGES = {"append", "appendleft", "add", "clear", "discard", "extend", "insert"} | {
    *("move_to_end", "pop", "popitem", "popleft", "remove", "setdefault", "update")
}
"""Methods that change what they are called on; `put` and `set` mean too much else."""


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    """Yield every class of the packages, by the name that the guide has for it."""
    for path in sorted(ROOT.glob("packages/*/src/**/*.py")):
        ours = "" if "interactions_emulator" not in path.parts else " of the emulator"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                both = node.name in {"MemoryStore", "SqliteStore"}
                yield f"{node.name}{ours if both else ''}", node


def attribute(node: ast.expr) -> str:
    """Name the attribute of `self` that a target is, or is a part of."""
    while isinstance(node, ast.Subscript | ast.Starred):
        node = node.value
    if isinstance(node, ast.Attribute):
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return node.attr
        return ""
    return ""


def targets(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=given):
            return [
                part
                for target in given
                for part in (target.elts if isinstance(target, ast.Tuple) else [target])
            ]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return [target]
        case ast.Delete(targets=given):
            return given
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in CHANGES:
            return [value]
        case _:
            return []


def changed(source: ast.ClassDef) -> set[str]:
    """Return the attributes that the methods of a class change."""
    methods = (
        method
        for method in source.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
        and method.name not in BEGINNINGS
    )
    found = {
        attribute(target)
        for method in methods
        for node in ast.walk(method)
        for target in targets(node)
    }
    return found - {""}


def told() -> dict[str, set[str]]:
    """Read the table: attributes by class."""
    rows = re.findall(
        r"^\| (`\w+`.*?) \| (.*?) \| .+ \|$", PAGE.read_text(), re.MULTILINE
    )
    return {name.replace("`", ""): set(re.findall(r"`(\w+)`", of)) for name, of in rows}


def of_one_call() -> set[str]:
    """Read the list of classes that nobody shares."""
    return set(re.findall(r"`(\w+)`", PAGE.read_text().rpartition("## ")[2]))


def test_every_attribute_that_changes_is_argued_for() -> None:
    found: dict[str, set[str]] = {}
    for name, source in classes():
        found.setdefault(name, set()).update(changed(source))
    changing = {name: names for name, names in found.items() if names}

    shared = {n: a for n, a in changing.items() if n not in of_one_call()}
    assert shared == told()
    assert of_one_call() <= changing.keys()


@pytest.mark.parametrize(
    "body",
    [
        "self.runs.append(1)",
        "self.runs[1] = 2",
        "self.last, other = 1, 2",
        "self.count += 1",
        "del self.known[1]",
    ],
)
def test_a_new_attribute_that_changes_is_seen(body: str, tmp_path: Path) -> None:
    path = tmp_path / "tool.py"
    path.write_text(f"class Tool:\n    def use(self):\n        {body}\n")
    [tool] = ast.parse(path.read_text()).body

    assert isinstance(tool, ast.ClassDef)
    assert changed(tool)
