"""What every program is told on its command line, and how it sets OpenTelemetry up."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

MODEL: Final = "gemini-3.8-flash"
RESEARCHER: Final = "deep-research-preview-04-2026"

CITIES: Final = {"Paris": "hailstones", "Rome": "sun"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is played, and where.

    Attributes:
        scene: `talk`, `agent` or `research`.
        url: The emulator's.
        sessions: The session store's.
    """

    scene: str
    url: str
    sessions: str

    @property
    def place(self) -> dict[str, Any]:
        """The options that every adapter takes."""
        return {
            "base_url": self.url,
            "api_key": "canary-key",
            "sessions": self.sessions,
        }


@contextmanager
def traced() -> Iterator[Setting]:
    """Set OpenTelemetry up as docs/observability.md does, for one scene.

    The environment says where spans go. What a killed process has not sent by then is
    lost, as it is anywhere. A talk has a span of the program's own above it; a run has
    none, so that the process that goes on with it goes on with its trace.
    """
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    setting = Setting(*sys.argv[1:])
    above = trace.get_tracer("tests.phoenix").start_as_current_span(setting.scene)
    with above if setting.scene == "talk" else nullcontext():
        yield setting
    provider.shutdown()


def get_weather(city: str) -> str:
    """Tell the weather of a city."""
    return CITIES.get(city, "fog")
