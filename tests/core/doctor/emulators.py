"""Emulators of three kinds, and what `doctor --live` finds of each."""

from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner

from interactions_core.cli.doctor import doctor
from interactions_emulator import Emulator

KINDS: Final[dict[str, dict[str, Any]]] = {
    "kind": {"strict": False},
    "strict": {},
    "strictest": {"disputed": "all"},
}
"""By name, what makes an emulator so."""

ENVIRONMENT: Final = ("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL")


def profile_from(emulator: Emulator, path: Path) -> str:
    """Ask an emulator all creates and return the path of the profile."""
    done = CliRunner().invoke(
        doctor,
        ["--live", "--yes", "--profile", str(path)],
        env=dict(zip(ENVIRONMENT, ("a key", emulator.url), strict=True)),
    )
    assert done.exit_code == 0, done.output
    return str(path)
