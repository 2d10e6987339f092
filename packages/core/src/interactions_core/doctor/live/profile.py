"""What was found, as JSON that can be passed on: no content, no key. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from interactions_core.canonical import Json
from interactions_core.doctor.live.findings import Finding
from interactions_core.doctor.live.questions import Models

SCHEMA: Final = 1


def profile_of(
    findings: Sequence[Finding],
    models: Models,
    *,
    place: tuple[str, str, str],
    versions: dict[str, str],
    key_tier: str,
    now: float,
) -> dict[str, Json]:
    """Write down what the service did, and for whom.

    Args:
        findings: What came.
        models: Who was asked.
        place: Platform, host and version of the API.
        versions: Of the packages that asked.
        key_tier: `free` or `paid`; "" where nobody has said.
        now: Epoch seconds.
    """
    platform, host, api_version = place
    tiers = sorted({finding.tier for finding in findings if finding.tier})
    return {
        "schema": SCHEMA,
        "made_at": now,
        "date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d"),
        "platform": platform,
        "host": host,
        "api_version": api_version,
        "key_tier": key_tier,
        "tiers": [*tiers],
        "models": {"usual": models.usual, "newest": models.newest},
        "versions": {**versions},
        "calls": [_row(finding) for finding in findings],
    }


def _row(finding: Finding) -> dict[str, Json]:
    row = asdict(finding)
    return {**row, "events": [*finding.events], "is_new": finding.is_new}
