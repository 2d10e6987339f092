"""The calls of loggers in the packages, read from their source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parents[1]
LEVELS = ("debug", "info", "warning", "error", "exception", "critical", "log")
FIELDS = "log_fields"
PACKAGES = ("core", "langgraph", "autogen", "crewai", "emulator")


@dataclass(frozen=True)
class LogCall:
    """One call of a logger.

    Attributes:
        place: File and line.
        level: The method, in capitals; `exception` is `ERROR`.
        node: The call.
    """

    place: str
    level: str
    node: ast.Call

    def keyword(self, name: str) -> ast.expr | None:
        return next((k.value for k in self.node.keywords if k.arg == name), None)

    @property
    def fields(self) -> ast.Call | None:
        """The call of `log_fields` that makes its fields."""
        extra = self.keyword("extra")
        return extra if is_call_of(extra, FIELDS) else None


def is_call_of(node: ast.AST | None, name: str) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == name
    )


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / "packages" / package / "src").rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def loggers_of(tree: ast.Module) -> set[str]:
    """Return the names that a module gives to its own loggers.

    AutoGen's event log is not one: its contract says what an event holds.
    """
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            source = ast.unparse(node.value)
            if "getLogger" in source and "EVENT_LOGGER_NAME" not in source:
                targets = (
                    node.targets if isinstance(node, ast.Assign) else [node.target]
                )
                found |= {ast.unparse(target) for target in targets}
    return found


def log_calls() -> Iterator[LogCall]:
    """Return every call of a logger of the packages."""
    for name, tree in sources():
        loggers = loggers_of(tree)
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            ):
                continue
            if ast.unparse(node.func.value) in loggers and node.func.attr in LEVELS:
                level = node.func.attr.replace("exception", "error").upper()
                yield LogCall(f"{name}:{node.lineno}", level, node)


def field_calls() -> Iterator[tuple[str, ast.Call]]:
    """Return every call of `log_fields`, also those that are handed on."""
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and is_call_of(node, FIELDS):
                yield f"{name}:{node.lineno}", node
