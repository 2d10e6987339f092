"""Spans of scenarios, and what they say, in `tests/fixtures/golden_spans.json`.

`python -m tests.golden_spans` says which names OpenTelemetry's packages have, as
`tests/fixtures/genai_conventions.json` keeps them. Golden spans that differ are
printed by the tests that hold adapters to them.
"""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from opentelemetry.sdk.trace import ReadableSpan

from tests.spans import Told, attributes

FIXTURES: Final = Path(__file__).parent / "fixtures"
GOLDEN: Final = FIXTURES / "golden_spans.json"
CONVENTIONS: Final = FIXTURES / "genai_conventions.json"

_MASKED: Final = {
    "gen_ai.request.previous_response.id",
    "gen_ai.response.id",
    "gen_ai.response.time_to_first_chunk",
    "interactions.cost.amount",
    "interactions.job.key",
    "interactions.polls",
    "server.port",
}
"""What differs from run to run: its type alone is held."""


def golden(scenario: str, *, stream: bool) -> list[dict[str, Any]]:
    """Return what the spans of a scenario are to be."""
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = kept[scenario]["stream" if stream else "whole"]
    return found


def described(told: Told) -> list[dict[str, Any]]:
    """Say of each of our spans what a golden one says, in the order in which they end."""
    names = {
        span.context.span_id: span.name
        for span in told.exporter.get_finished_spans()
        if span.context is not None
    }
    return [_described(span, names) for span in told.spans]


def _described(span: ReadableSpan, names: Mapping[int, str]) -> dict[str, Any]:
    said = attributes(span)
    # Which adapter asked is all in which they may differ.
    said.pop("interactions.framework", None)
    return {
        "name": span.name,
        "kind": span.kind.name,
        "status": span.status.status_code.name,
        "under": names[span.parent.span_id] if span.parent is not None else None,
        "linked": [names[link.context.span_id] for link in span.links],
        "events": len(span.events),
        "attributes": {key: _masked(key, said[key]) for key in sorted(said)},
    }


def _masked(key: str, value: object) -> object:
    if key in _MASKED:
        return f"<{type(value).__name__}>"
    return (
        list(value)
        if isinstance(value, Sequence) and not isinstance(value, str)
        else value
    )


def convention_names() -> dict[str, Any]:
    """Read from the installed packages which names the conventions have.

    The registry of the conventions has left `opentelemetry-semantic-conventions`; what
    came since is known from the handler that writes it.
    """
    module = import_module(
        "opentelemetry.semconv._incubating.attributes.gen_ai_attributes"
    )
    assert module.__file__ is not None
    known, replaced = _documented(Path(module.__file__))
    spec = find_spec("opentelemetry.util.genai")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    newer = {name for file in folder.glob("*.py") for name in _literals(file)}
    return {
        "opentelemetry-semantic-conventions": {
            "version": version("opentelemetry-semantic-conventions"),
            "names": sorted(known),
            "replaced": sorted(replaced),
        },
        "opentelemetry-util-genai": {
            "version": version("opentelemetry-util-genai"),
            "names": sorted(newer - known - replaced),
        },
    }


def _documented(file: Path) -> tuple[set[str], set[str]]:
    """Return the names of a module of constants, and those that others replace."""
    known: set[str] = set()
    replaced: set[str] = set()
    body = ast.parse(file.read_text(encoding="utf-8")).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(
            node.value, ast.Constant
        ):
            continue
        said = after.value if isinstance(after, ast.Expr) else None
        text = str(said.value) if isinstance(said, ast.Constant) else ""
        is_replaced = text.strip().startswith(
            ("Deprecated: Replaced", "Deprecated: Removed")
        )
        (replaced if is_replaced else known).add(str(node.value.value))
    return known, replaced


def _literals(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
            if (
                name.startswith("gen_ai.")
                and name[-1] != "."
                and name.replace(".", "").replace("_", "").isalpha()
            ):
                yield name


if __name__ == "__main__":
    print(json.dumps(convention_names(), indent=2))  # noqa: T201 - a command
