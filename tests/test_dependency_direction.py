"""Who may import whom: core no framework, the emulator no core, adapters no adapter."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parents[1] / "packages"

ALLOWED: dict[str, set[str]] = {
    # Beside google-genai those of its extras.
    "core": {
        "google",
        "click",
        "jwt",
        "packaging",
        "psycopg",
        "psycopg_pool",
        "uvicorn",
    },
    "langgraph": {
        "interactions_core",
        "langchain_core",
        "langgraph",
        "ormsgpack",
        "psycopg_pool",
        "pydantic",
        # The command line, an extra.
        "click",
        "rich",
        # What a migration reads, if it is there.
        "psycopg",
    },
    "autogen": {
        "interactions_core",
        "autogen_core",
        "autogen_agentchat",
        "opentelemetry",
        "pydantic",
    },
    "crewai": {"interactions_core", "crewai", "opentelemetry", "pydantic"},
    "emulator": {"starlette", "uvicorn", "cryptography", "pytest", "yaml"},
}
"""Roots of imports beside the standard library and the package itself."""

SPEAKS_TO_GOOGLE = {"wire.py", "client.py", "aclient.py"}


def imported(path: Path) -> Iterator[str]:
    """Yield the root of every import, those for type checkers included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize("package", ALLOWED)
def test_package_imports_only_what_it_may(package: str) -> None:
    allowed = ALLOWED[package] | {f"interactions_{package}"} | sys.stdlib_module_names

    strangers = {
        (path.name, root)
        for path in (PACKAGES / package).rglob("*.py")
        for root in set(imported(path)) - allowed
    }

    assert strangers == set()


def test_only_the_wire_and_its_drivers_know_google() -> None:
    files = (PACKAGES / "core" / "src").rglob("*.py")

    assert {p.name for p in files if "google" in imported(p)} <= SPEAKS_TO_GOOGLE


def test_only_the_postgres_store_knows_its_driver() -> None:
    files = (PACKAGES / "core" / "src").rglob("*.py")

    knowing = {p for p in files if {"psycopg", "psycopg_pool"} & set(imported(p))}
    assert {path.parent.name for path in knowing} == {"postgres"}


def test_every_package_is_listed() -> None:
    assert {path.parent.name for path in PACKAGES.glob("*/pyproject.toml")} == set(
        ALLOWED
    )
