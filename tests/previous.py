"""The packages as they were at a commit, for tests of two versions side by side.

python -m tests.previous FOLDER writes those of the release before into a folder.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.programs import ROOT

PREVIOUS: Final = "800652a"
"""The newest commit before the versions of a store were checked in every write."""

_PACKAGES: Final = ("core", "langgraph", "autogen", "crewai", "emulator")


def has_commit(commit: str) -> bool:
    """Tell whether the history is here: an archive or a shallow clone has none."""
    looked = subprocess.run(
        ["git", "cat-file", "-e", f"{commit}^{{commit}}"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    return looked.returncode == 0


def unpack(commit: str, folder: Path) -> str:
    """Write the packages of a commit into a folder.

    Returns:
        A `PYTHONPATH` of those that are installed here, which then come first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(
        ["git", "archive", commit, "packages"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    command = ["tar", "-x", "-C", str(folder)]
    subprocess.run(command, input=packed.stdout, check=True)
    # Another one would seem to be installed, without what it needs.
    installed = [name for name in _PACKAGES if find_spec(f"interactions_{name}")]
    return os.pathsep.join(str(folder / "packages" / n / "src") for n in installed)


if __name__ == "__main__":
    unpack(PREVIOUS, Path(sys.argv[1]))
