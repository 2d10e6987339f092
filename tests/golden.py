"""Digests that are in stores already: of steps, lists, tools, calls and questions.

A digest that moves makes every conversation begin anew and every job begin again, so
none of those in `tests/fixtures/golden_digests.json` may, with a release of ours or of
a framework. `python -m tests.golden ADAPTER` prints those of today.
"""

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from interactions_core.adapter import Scope, Turn, question_of, request_fingerprint
from interactions_core.canonical import canonical_hash

SCOPE = Scope("gemini|host|print", "tenant", "thread")
_FIXTURE = Path(__file__).parent / "fixtures" / "golden_digests.json"

Calls = Mapping[str, Callable[[], Turn]]


def moved_digests(adapter: str, calls: Calls) -> dict[str, tuple[Any, Any]]:
    """Return the digests that are not what they were, beside what they were.

    Where a framework's releases write one schema in several ways, the fixture names a
    digest for each.
    """
    kept = json.loads(_FIXTURE.read_text(encoding="utf-8"))[adapter]
    assert kept.keys() == calls.keys()
    return {
        f"{name}: {kind}": (digest, kept[name][kind])
        for name, found in digests(calls).items()
        for kind, digest in found.items()
        if not _is_known(kind, digest, kept[name][kind])
    }


def _is_known(kind: str, digest: object, known: Any) -> bool:
    several = kind in {"format", "call"} and isinstance(known, list)
    return digest in known if several else digest == known


def digests_of(turn: Turn) -> dict[str, Any]:
    """Return every digest that a store may hold of a call."""
    settings: Any = turn.settings
    return {
        "steps": [step.mark.hex() for step in turn.transcript.steps],
        "list": turn.transcript.request_digest.hex(),
        "tools": [canonical_hash(tool).hex() for tool in settings.get("tools", ())],
        "format": canonical_hash(settings.get("response_format")).hex(),
        "setup": turn.setup.hex(),
        "call": request_fingerprint(turn, SCOPE).hex(),
        "question": question_of(turn).digest.hex(),
    }


def digests(calls: Calls) -> dict[str, Any]:
    """Return the digests of some calls by their names."""
    return {name: digests_of(read()) for name, read in calls.items()}


def main(adapter: str) -> None:
    """Print the digests of an adapter's calls."""
    calls = importlib.import_module(f"tests.{adapter}.golden_calls").CALLS
    sys.stdout.write(json.dumps(digests(calls), indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
