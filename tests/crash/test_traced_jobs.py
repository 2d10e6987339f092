"""Processes that are killed, and those that go on for them, are one trace.

Each exports by OpenTelemetry's own exporter over HTTP.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

pytest.importorskip("opentelemetry.exporter.otlp.proto.http")

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from interactions_core import open_store
from interactions_emulator import Emulator
from tests.begun_jobs import HOUR_S
from tests.crash.traced import MODEL, QUESTION
from tests.otlp_receiver import Receiver, attributes_of, receiving
from tests.patience import PATIENCE_S
from tests.programs import ROOT

CREATE, WAIT, RESUMED = f"chat {MODEL}", "fetch_response", "resume_graph"
TOKENS = "gen_ai.client.token.usage"

FRAMEWORKS = {
    "langgraph": "interactions_langgraph",
    "autogen": "interactions_autogen",
    "autogen agent": "autogen_agentchat",
    "crewai": "crewai",
}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Serve runs that take an hour of its own time."""
    with Emulator(job_s=HOUR_S) as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


class Deployment:
    """Processes that share a service, a store and where they export to."""

    def __init__(self, emulator: Emulator, store: str, receiver: Receiver) -> None:
        self.emulator, self.store, self.receiver = emulator, store, receiver

    def run(self, way: str, killed_at: str = "", *, is_killed: bool = False) -> None:
        """Run a process to its end, whoever ends it."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.crash.traced", way),
                *(self.emulator.url, self.store, self.receiver.url, killed_at),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        dies = bool(killed_at) or is_killed
        assert done.returncode == (-signal.SIGKILL if dies else 0), done.stderr

    def named(self, name: str) -> list[Span]:
        return [span for span in self.receiver.spans() if span.name == name]

    def counting(self) -> list[Span]:
        """Return the spans that say what the run took."""
        return [
            span
            for span in self.receiver.spans()
            if any("usage." in name for name in attributes_of(span))
        ]

    def tokens(self) -> float:
        """Return the tokens that all processes have counted."""
        return sum(
            point.sum
            for each in self.receiver.received
            if each.path.endswith("/v1/metrics")
            for resource in ExportMetricsServiceRequest.FromString(
                each.body
            ).resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == TOKENS
            for point in metric.histogram.data_points
        )

    def spent(self) -> int:
        """Return the tokens that the ledger has."""
        with closing(open_store(self.store, read_only=True)) as store:
            return sum(entry.usage.total_tokens for _, entry in store.ledger())


@pytest.fixture
def deployment(emulator: Emulator, store_url: str, receiver: Receiver) -> Deployment:
    return Deployment(emulator, store_url, receiver)


def is_below(span: Span, other: Span) -> bool:
    return (span.trace_id, span.parent_span_id) == (other.trace_id, other.span_id)


def links_to(span: Span, other: Span) -> bool:
    return (other.trace_id, other.span_id) in [
        (link.trace_id, link.span_id) for link in span.links
    ]


def own_attributes(span: Span, *names: str) -> dict[str, Any]:
    told = attributes_of(span)
    return {name: told.get(f"interactions.{name}") for name in names}


@pytest.mark.parametrize("way", FRAMEWORKS)
def test_a_killed_process_leaves_its_create_and_the_next_one_goes_on_in_its_trace(
    way: str, deployment: Deployment
) -> None:
    pytest.importorskip(FRAMEWORKS[way])

    deployment.run(way, killed_at="LOOKED")

    # The wait of the killed one has not ended, and nobody was told of it.
    [create] = deployment.named(CREATE)
    assert deployment.named(WAIT) == []
    assert deployment.counting() == []

    deployment.emulator.advance(HOUR_S)
    deployment.run(way)

    [_], [wait] = deployment.named(CREATE), deployment.named(WAIT)
    assert is_below(wait, create) or links_to(wait, create)
    assert (way != "autogen agent") is is_below(wait, create)
    assert own_attributes(wait, "job.key") == own_attributes(create, "job.key")
    assert attributes_of(wait)["gen_ai.response.status"] == "completed"
    assert deployment.counting() == [wait]
    assert deployment.tokens() == deployment.spent() > 0
    assert QUESTION.encode() not in deployment.receiver.sent()


@pytest.mark.parametrize("point", ["ENDED", "KEPT"])
def test_a_process_that_is_killed_with_the_answer_leaves_it_to_be_counted_once(
    point: str, deployment: Deployment
) -> None:
    pytest.importorskip("interactions_langgraph")
    deployment.run("langgraph", killed_at="LOOKED")
    deployment.emulator.advance(HOUR_S)

    deployment.run("langgraph", killed_at=point)
    assert deployment.counting() == []
    deployment.run("langgraph")

    [create], [wait] = deployment.named(CREATE), deployment.named(WAIT)
    assert is_below(wait, create)
    assert deployment.counting() == [wait]
    assert deployment.tokens() == deployment.spent() > 0


def test_a_suspended_graph_goes_on_in_a_watcher_with_links_to_its_create(
    deployment: Deployment,
) -> None:
    pytest.importorskip("interactions_langgraph")
    deployment.run("suspend", is_killed=True)
    deployment.run("watch", killed_at="LOOKED")
    deployment.emulator.advance(HOUR_S)

    deployment.run("resume")

    [create], [resumed] = deployment.named(CREATE), deployment.named(RESUMED)
    watched, wait = deployment.named(WAIT)
    assert is_below(watched, create)
    assert resumed.trace_id != create.trace_id
    assert not resumed.parent_span_id
    assert links_to(resumed, create)
    assert wait.trace_id == resumed.trace_id
    assert links_to(wait, create)
    assert own_attributes(resumed, "resumed") == {"resumed": True}
    assert deployment.counting() == [wait]
    assert deployment.tokens() == deployment.spent() > 0


def test_the_ledger_says_in_which_trace_to_look(deployment: Deployment) -> None:
    pytest.importorskip("interactions_langgraph")

    deployment.run("langgraph", killed_at="LOOKED")

    [create] = deployment.named(CREATE)
    with closing(open_store(deployment.store, read_only=True)) as store:
        [job] = store.list_jobs()
    assert job.trace is not None
    assert job.trace.trace_id == create.trace_id.hex()
    assert job.trace.span_id == create.span_id.hex()
    sent = [str(each["body"]) for each in deployment.emulator.requests()]
    assert not any(job.trace.trace_id in body for body in sent)
