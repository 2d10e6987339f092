"""Bills of materials, with what is ours told by the published files."""

from pathlib import Path
from typing import Any

from release.sums import digest_of


def published(bill: dict[str, Any], name: str, dist: Path) -> dict[str, Any]:
    """Return the bill of a package: itself as its subject, the rest as components.

    Args:
        bill: What was found in an environment, in CycloneDX's JSON.
        name: The package.
        dist: Where its wheels lie, from which the environment was installed.
    """
    parts = [_told(part, dist) for part in bill["components"]]
    (subject,) = [part for part in parts if part["name"] == name]
    rest = [part for part in parts if part is not subject]
    about = bill["metadata"] | {"component": subject}
    return bill | {"components": rest, "metadata": about}


def _told(part: dict[str, Any], dist: Path) -> dict[str, Any]:
    known = part.get("externalReferences", [])
    references = [_reference(one, dist) for one in known]
    return part | {"externalReferences": references} if known else part


def _reference(known: dict[str, Any], dist: Path) -> dict[str, Any]:
    if not known["url"].startswith("file:"):
        return known
    wheel = dist / Path(known["url"]).name
    hashes = [{"alg": "SHA-256", "content": digest_of(wheel)}]
    return known | {"url": wheel.name, "hashes": hashes}
