"""Run a crew with CrewAI's telemetry switched on, beside a provider of the program's.

Arguments: when the provider is set (`never`, `before` CrewAI is imported, `after`), and
the URLs of the emulator, of who takes CrewAI's spans and of who takes the program's.
"""

import os
import sys
import warnings
from typing import Any

from crewai_core import telemetry
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor


class ToReceiver(telemetry.SafeOTLPSpanExporter):
    """CrewAI's own exporter; the address that it has for a constant is another."""

    def __init__(self, endpoint: str, **options: Any) -> None:
        self.meant = endpoint
        super().__init__(endpoint=f"{sys.argv[3]}/v1/traces", **options)


def set_provider(url: str) -> None:
    """Set the program's provider, as docs/observability.md has it."""
    provider = TracerProvider()
    exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def run_crew(url: str) -> str:
    """Ask the emulator through a crew of one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from crewai import Agent, Crew, Task  # noqa: PLC0415
        from crewai.events import crewai_event_bus  # noqa: PLC0415

        from interactions_crewai import InteractionsLLM  # noqa: PLC0415
    llm = InteractionsLLM(
        model="gemini-3.5-flash", base_url=url, api_key="key", sessions="memory:"
    )
    guide = Agent(role="Guide", goal="Help", backstory="Knows towns", llm=llm)
    task = Task(description="Where?", expected_output="text", agent=guide)
    answer = Crew(agents=[guide], tasks=[task]).kickoff().raw
    crewai_event_bus.flush()
    llm.close()
    return str(answer)


def main(when: str, emulator: str, _: str, own: str) -> None:
    """Set the provider when it is asked for, run the crew, and send all there is."""
    telemetry.SafeOTLPSpanExporter = ToReceiver
    if when == "before":
        set_provider(own)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from crewai.telemetry.telemetry import Telemetry  # noqa: PLC0415
    if when == "after":
        set_provider(own)
    answer = run_crew(emulator)
    anonymous = Telemetry()
    assert anonymous.ready, "CrewAI's telemetry is off"
    assert anonymous.provider is not trace.get_tracer_provider()
    anonymous.provider.force_flush()
    sys.stdout.write(answer)


if __name__ == "__main__":
    assert "OTEL_SDK_DISABLED" not in os.environ
    main(*sys.argv[1:])
