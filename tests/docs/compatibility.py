"""The compatibility table, from the project files.

`python -m tests.docs.compatibility` writes it into the README and the page.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
PAGE: Final = ROOT / "docs" / "compatibility.md"
PACKAGES: Final = ("core", "langgraph", "autogen", "crewai", "emulator")

_HEAD: Final = """\
# Compatibility

Python and the ranges that each package accepts are in its `pyproject.toml`; `constraints.txt` is what the tests of this repository run on, and `constraints-crewai.txt` those of CrewAI, which needs pydantic below 2.13.
All packages have the same version, and an adapter needs the `interactions-core` of its own version.

"""
_TAIL: Final = """
`nox -s compat` installs each of the last four alone, at the oldest and at the newest versions of these ranges, and runs their tests.
`langchain-google-genai` 4.4.3 takes google-genai 3 as well, so that it stands beside these packages at the newest versions of all; 4.4.2 and older require google-genai below 3, and 2.34 or a later 2.x beside them.
`crewai[google-genai]` requires google-genai 1.65, whose requests the API has ceased to take; install `crewai` without that extra.
"""


def table() -> str:
    """Say for each package which Python and which libraries it takes."""
    rows = ["| package | Python | takes | tested with |", "|---|---|---|---|"]
    for package in PACKAGES:
        project = _project(package)
        locked = _locked(package)
        needs = [n for n in project["dependencies"] if not n.startswith("interactions")]
        tested = [f"{name} {locked[name]}" for name in map(_name, needs)]
        cells = [
            f"`{project['name']}` {project['version']}",
            ", ".join(_pythons(project)),
            ", ".join(f"`{need}`" for need in needs) or "no other library",
            ", ".join(tested) or "-",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def page() -> str:
    """Return the whole page."""
    return _HEAD + table() + _TAIL


def readme() -> str:
    """Return the README with the table of today."""
    return re.sub(
        r"(?<=## Compatibility\n\n).*?(?=\nGenerated from)",
        lambda _: table(),
        README.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )


def _project(package: str) -> dict[str, Any]:
    text = (ROOT / "packages" / package / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]


def _pythons(project: dict[str, Any]) -> list[str]:
    prefix = "Programming Language :: Python :: "
    return [c.removeprefix(prefix) for c in project["classifiers"] if prefix in c]


def _name(requirement: str) -> str:
    return re.split(r"[<>=!~\[; ]", requirement, maxsplit=1)[0]


def _locked(package: str) -> dict[str, str]:
    name = "constraints-crewai.txt" if package == "crewai" else "constraints.txt"
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [line.partition(";")[0].strip() for line in lines if "==" in line]
    return dict(pin.split("==") for pin in pins)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")
