"""Writes the coverage table of docs/emulator.md from google-genai's own types.

`python tests/emulator/coverage_table.py` replaces the table in the file. What the
emulator does is asked of its routes and of the tables that it works with.
"""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import google.genai._gaos as sdk
from google.genai._gaos.types.interactions import (
    createagentinteraction,
    createmodelinteraction,
    generationconfig,
    step,
    stepdeltadata,
    tool,
)
from starlette.applications import Starlette
from starlette.routing import Match, Route

from interactions_emulator.base.points import POINTS
from interactions_emulator.base.settings import Settings
from interactions_emulator.base.tool_kinds import TOOLS
from interactions_emulator.http.app import build_app
from interactions_emulator.http.state import EmulatorState
from interactions_emulator.request.generation import _CHECKS as CONFIG_KEYS
from interactions_emulator.request.tools import _TYPES as TOOL_TYPES
from interactions_emulator.request.validation import _KEYS

SDK_VERSION = "3.6.1"
DOCUMENT = Path(__file__).parents[2] / "docs" / "emulator.md"
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
_OPERATION = re.compile(r'method="([A-Z]+)",\s+path="/\{api_version\}([^"]+)"')
_MADE = {"thought", "model_output", "function_call", "function_result", "user_input"}
_DELTAS_MADE = {
    "arguments_delta",
    "audio",
    "function_result",
    "image",
    "video",
    "text",
    "text_annotation_delta",
    "thought_signature",
    "thought_summary",
}


def installed() -> str:
    return version("google-genai")


def table() -> str:
    """Return the Markdown between the two marks."""
    sections = [
        ("Routes", "route", _routes()),
        ("Steps and their deltas", "step", _steps()),
        ("Deltas of content", "delta", _deltas()),
        ("Parameters of create", "parameter", _parameters()),
        ("Keys of `generation_config`", "key", _config()),
        ("Tools", "tool", _tools()),
    ]
    parts = [f"Generated from google-genai {SDK_VERSION}.\n"]
    for title, noun, rows in sections:
        lines = [f"| `{name}` | {about} |" for name, about in rows]
        parts.append(
            f"### {title}\n\n| {noun} | |\n|---|---|\n" + "\n".join(lines) + "\n"
        )
    return "\n".join(parts)


def document() -> str:
    """Return the document with a fresh table."""
    text = DOCUMENT.read_text()
    head, rest = text.split(BEGIN, 1)
    return f"{head}{BEGIN}\n\n{table()}\n{END}{rest.split(END, 1)[1]}"


def _operations() -> list[tuple[str, str]]:
    sources = Path(sdk.__file__ or "").parent.glob("*.py")
    found = {pair for path in sources for pair in _OPERATION.findall(path.read_text())}
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def _routes() -> Iterator[tuple[str, str]]:
    state = EmulatorState(Settings())
    app: Any = build_app(state)
    assert isinstance(app, Starlette)
    for method, path in _operations():
        filled = "/v1" + re.sub(r"\{\w+\}", "x", path)
        scope = {"type": "http", "method": method, "path": filled}
        routes = (one for one in app.routes if isinstance(one, Route))
        served = any(one.matches(scope)[0] is Match.FULL for one in routes)
        yield f"{method} {path}", "yes" if served else "501"


def _steps() -> Iterator[tuple[str, str]]:
    for kind in sorted(step._STEP_VARIANTS):
        base = kind.removesuffix("_call").removesuffix("_result")
        made = kind in _MADE or base.removesuffix("_tool") in TOOLS
        yield kind, "made" if made else "by a script's raw steps"


def _deltas() -> Iterator[tuple[str, str]]:
    for kind in sorted(stepdeltadata._STEP_DELTA_DATA_VARIANTS):
        if not kind.endswith(("_call", "_result")) or kind in _DELTAS_MADE:
            yield kind, "made" if kind in _DELTAS_MADE else "by a script's raw steps"


def _parameters() -> Iterator[tuple[str, str]]:
    models = createmodelinteraction.CreateModelInteraction.model_fields
    agents = createagentinteraction.CreateAgentInteraction.model_fields
    for name in sorted({*models, *agents}):
        point = POINTS.get(name.replace("_", "-"))
        if name not in _KEYS:
            yield name, "refused"
        elif point is not None and point.platform == "gemini":
            yield name, "Vertex only, or if not strict"
        else:
            yield name, "checked"


def _config() -> Iterable[tuple[str, str]]:
    fields = generationconfig.GenerationConfig.model_fields
    return [(n, "checked" if n in CONFIG_KEYS else "refused") for n in sorted(fields)]


def _tools() -> Iterator[tuple[str, str]]:
    for kind in sorted(tool._TOOL_VARIANTS):
        used = "used" if kind in TOOLS or kind == "function" else "accepted"
        known = kind in TOOL_TYPES
        yield kind, used if known else f"{used} on Vertex"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
