"""Spans and metrics that a test has been told of, by the real SDK."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from interactions_core.tracing import harmless


class Told:
    """What was exported so far."""

    def __init__(self) -> None:
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers, self.meters = TracerProvider(), MeterProvider([self.reader])
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))

    @property
    def spans(self) -> list[ReadableSpan]:
        """Our spans, in the order in which they ended."""
        return [
            span
            for span in self.exporter.get_finished_spans()
            if span.instrumentation_scope is not None
            and span.instrumentation_scope.name.startswith("interactions_core")
        ]

    def named(self, name: str) -> list[ReadableSpan]:
        """All spans of a name, whoever made them."""
        return [s for s in self.exporter.get_finished_spans() if s.name == name]

    def points(self, name: str) -> list[tuple[Mapping[str, Any], Any]]:
        """The points of a metric, as attributes and values, whoever made them."""
        data = self.reader.get_metrics_data()
        return [
            (dict(point.attributes or {}), point)
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@contextmanager
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Take the place of the providers, which a process can otherwise set only once."""
    monkeypatch.delenv("OTEL_SDK_DISABLED", raising=False)
    # What has failed in another test is a warning here, too.
    monkeypatch.setattr(harmless, "_told", set())
    found = Told()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", found.tracers)
    monkeypatch.setattr("opentelemetry.metrics._internal._METER_PROVIDER", found.meters)
    yield found
    found.tracers.shutdown()
    found.meters.shutdown()
    assert metrics.get_meter_provider() is found.meters


def attributes(span: ReadableSpan) -> dict[str, Any]:
    """Return what a span says."""
    return dict(span.attributes or {})
