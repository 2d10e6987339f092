"""Project files as they are published."""

import re
import tomllib
from typing import Final

PACKAGES: Final = ("core", "langgraph", "autogen", "crewai", "emulator")

_SOURCES: Final = re.compile(r"\n\[tool\.uv\.sources\]\n(?:(?!\[).*\n?)*")


def version_of(project: str) -> str:
    """Return the version that a project file states."""
    return str(tomllib.loads(project)["project"]["version"])


def published(project: str, version: str, repository: str) -> str:
    """Return a project file with this version, its addresses and no workspace.

    A source archive is built outside the workspace, where its sources are not.
    """
    text = _SOURCES.sub("\n", project).rstrip() + "\n"
    text = _renumbered(text, version_of(project), version)
    return text + _addresses(repository, version) if repository else text


def _renumbered(text: str, old: str, new: str) -> str:
    own = text.replace(f'\nversion = "{old}"\n', f'\nversion = "{new}"\n')
    return re.sub(
        rf"(interactions-\w+(?:\[\w+\])?)=={re.escape(old)}(?=\")", rf"\1=={new}", own
    )


def _addresses(repository: str, version: str) -> str:
    tree = f"{repository}/blob/v{version}"
    return (
        "\n[project.urls]\n"
        f'Source = "{repository}"\n'
        f'Documentation = "{tree}/README.md"\n'
        f'Changelog = "{tree}/CHANGELOG.md"\n'
    )
