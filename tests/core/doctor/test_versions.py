"""What is installed, and whether it goes together."""

from pathlib import Path

import pytest

from interactions_core.protocol.statuses import STATUSES
from tests.core.doctor.looking import levels, look


def install(folder: Path, name: str, version: str, field: str) -> None:
    """Make a distribution that consists of its metadata."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", field]
    (info / "METADATA").write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("package", "failed", "said"),
    [
        (("interactions-crewai", "0.1.0", "Requires-Dist: pytest<2"), "crewai", "<2"),
        (
            ("interactions-crewai", "0.1.0", "Requires-Dist: no-such"),
            "crewai",
            "no-such",
        ),
        (("interactions-crewai", "0.1.0", "Requires-Python: <3"), "python", "takes <3"),
        (("interactions-crewai", "9.9", ""), "packages", "versions differ"),
        (("old", "1", "Requires-Dist: google-genai<2"), "google-genai", "old 1 wants"),
    ],
    ids=["out of range", "missing", "python", "another version", "another's range"],
)
def test_what_does_not_go_together_is_told(
    package: tuple[str, str, str],
    failed: str,
    said: str,
    environment: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(environment, *package)
    monkeypatch.syspath_prepend(environment)

    found = look("--offline")

    assert list(levels(found)) == [failed]
    assert said in found[failed]["text"]


def test_a_status_that_only_the_sdk_knows_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(STATUSES, "queued")  # type: ignore[arg-type]

    found = look("--offline")

    assert levels(found) == {"google-genai": "warn"}
    assert "knows the status 'queued', this version does not" in str(found)
