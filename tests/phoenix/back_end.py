"""Phoenix itself: started for one play, asked by its GraphQL, and ended again."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.patience import PATIENCE_S

PROJECT: Final = "interactions"

OFFLINE: Final = {
    "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
    "PHOENIX_TELEMETRY_ENABLED": "false",
    "PHOENIX_DISABLE_AGENT_ASSISTANT": "true",
    "PHOENIX_AGENTS_DISABLE_WEB_ACCESS": "true",
    "PHOENIX_AGENTS_DISABLE_BASH": "true",
    "PHOENIX_ENABLE_MCP_SERVER": "false",
}
"""Keeps Phoenix from asking anybody by itself, and from offering what is not looked at."""

_SESSIONS: Final = """
query ($project: String!) {
  getProjectByName(name: $project) {
    sessions(first: 1000) { edges { node {
      sessionId
      tokenUsage { prompt completion }
      costSummary { total { cost } }
      traces(first: 1000) { edges { node { traceId } } }
    } } }
  }
}
"""

_SPANS: Final = """
query ($project: String!) {
  getProjectByName(name: $project) {
    spans(first: 1000, sort: {col: startTime, dir: asc}) { edges { node {
      name spanId parentId spanKind statusCode latencyMs
      tokenCountPrompt tokenCountCompletion
      costSummary { total { cost } }
      trace { traceId }
      attributes
    } } }
  }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSpan:
    """A span as Phoenix has it.

    Attributes:
        kind: `llm`, `agent`, `tool`, `chain`, `unknown`.
        parent: The span above; "" for a root.
        cost: In USD, by Phoenix's own prices; `None` where it knows none.
    """

    name: str
    span_id: str
    parent: str
    trace: str
    kind: str
    status: str
    prompt: int
    completion: int
    cost: float | None
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSession:
    """A session as Phoenix adds it up; `cost` in USD, `None` where it knows none."""

    name: str
    prompt: int
    completion: int
    cost: float | None
    traces: tuple[str, ...]


class Phoenix:
    """A Phoenix that runs."""

    def __init__(self, url: str) -> None:
        self.url = url

    def sessions(self) -> dict[str, SeenSession]:
        """Return the sessions of the project, by name."""
        nodes = _nodes(self._project(_SESSIONS), "sessions")
        found = [_session(node) for node in nodes]
        return {session.name: session for session in found}

    def spans(self) -> list[SeenSpan]:
        """Return the spans of the project."""
        return [_span(node) for node in _nodes(self._project(_SPANS), "spans")]

    def _project(self, query: str) -> Mapping[str, Any]:
        """Return the project; one without a trace is not there yet."""
        asked = {"query": query, "variables": {"project": PROJECT}}
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/graphql",
            json.dumps(asked).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            told = json.load(answer)
        assert "errors" not in told, told["errors"]
        return told["data"]["getProjectByName"] or {}


@contextmanager
def running_phoenix(program: str, folder: Path) -> Iterator[Phoenix]:
    """Run a Phoenix for as long as the block; its data goes into the folder.

    Args:
        program: The `phoenix` of an environment.
        folder: Whose files nobody needs afterwards.
    """
    port, other = _free_ports(2)
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        **OFFLINE,
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(other),
    }
    environment.pop("OTEL_EXPORTER_OTLP_ENDPOINT", None)
    log = folder / "phoenix.log"
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [program, "serve"], env=environment, stdout=lines, stderr=lines
        )
    try:
        _await_start(process, f"{url}/healthz", log)
        yield Phoenix(url)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_start(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not _answers(url):
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < give_up, log.read_text(errors="replace")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _free_ports(number: int) -> Sequence[int]:
    held = [socket.socket() for _ in range(number)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def _nodes(project: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [edge["node"] for edge in project.get(name, {"edges": []})["edges"]]


def _session(node: Mapping[str, Any]) -> SeenSession:
    return SeenSession(
        name=node["sessionId"],
        prompt=round(node["tokenUsage"]["prompt"]),
        completion=round(node["tokenUsage"]["completion"]),
        cost=node["costSummary"]["total"]["cost"],
        traces=tuple(trace["traceId"] for trace in _nodes(node, "traces")),
    )


def _span(node: Mapping[str, Any]) -> SeenSpan:
    return SeenSpan(
        name=node["name"],
        span_id=node["spanId"],
        parent=node["parentId"] or "",
        trace=node["trace"]["traceId"],
        kind=node["spanKind"],
        status=node["statusCode"],
        prompt=node["tokenCountPrompt"] or 0,
        completion=node["tokenCountCompletion"] or 0,
        cost=(node["costSummary"] or {"total": {"cost": None}})["total"]["cost"],
        attributes=json.loads(node["attributes"]),
    )
