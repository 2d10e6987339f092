"""The names that users may rely on, and the version that they carry."""

import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages

import pytest

from tests.crewai.quiet import imported

PACKAGES = Path(__file__).parents[1] / "packages"

PUBLIC = {
    "interactions_core": [
        "Explanation",
        "Exported",
        "InteractionsError",
        "MemoryStore",
        "PlanDecision",
        "PostgresStore",
        "SessionStore",
        "SqliteStore",
        "Usage",
        "explain",
        "export",
        "open_store",
    ],
    "interactions_langgraph": ["ChatInteractions", "InteractionsSaver"],
    "interactions_autogen": ["InteractionsAgent", "InteractionsChatCompletionClient"],
    "interactions_crewai": [
        "AgentProgressEvent",
        "InteractionsAgentTool",
        "InteractionsConverter",
        "InteractionsLLM",
    ],
    "interactions_emulator": ["Emulator"],
}

HEAVY = {
    "google.genai",
    "langgraph",
    "langchain_core",
    "autogen_core",
    "crewai",
    "click",
    "rich",
}


@pytest.mark.parametrize(("package", "names"), PUBLIC.items())
def test_public_names_are_those_that_were_decided_on(
    package: str, names: list[str]
) -> None:
    if package == "interactions_crewai" and find_spec("crewai") is None:
        pytest.skip("needs CrewAI: `nox -s crewai`")
    module = imported(package)

    assert module.__all__ == names
    assert all(hasattr(module, name) for name in names)


@pytest.mark.parametrize("package", [name for name in PUBLIC if "emulator" not in name])
def test_errors_that_reach_users_have_public_names(package: str) -> None:
    if package == "interactions_crewai" and find_spec("crewai") is None:
        pytest.skip("needs CrewAI: `nox -s crewai`")
    base = imported("interactions_core").InteractionsError
    modules = [
        imported(found.name)
        for found in walk_packages(imported(package).__path__, f"{package}.")
    ]

    hidden = {
        f"{kind.__module__}.{kind.__name__}"
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, base)
        if "._" in kind.__module__
        # What `interactions migrate` says is text.
        if not kind.__module__.startswith(f"{package}._migration.")
    }

    assert hidden == set()


def test_all_packages_carry_one_version() -> None:
    projects = [
        tomllib.loads(path.read_text())["project"]
        for path in PACKAGES.glob("*/pyproject.toml")
    ]

    [version] = {project["version"] for project in projects}
    assert len(projects) == len(PUBLIC)
    pinned = {
        dependency
        for project in projects
        for dependency in project["dependencies"]
        if dependency.startswith("interactions-")
    }
    assert pinned == {f"interactions-core=={version}"}


def test_core_is_imported_without_the_sdk_or_a_framework() -> None:
    """The SDK costs over a second; a program that only reads a store needs none."""
    code = "import sys, interactions_core; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )

    assert HEAVY & set(done.stdout.split()) == set()
