"""Ask a graph, and once more as a stream, where LangSmith is told of every run.

Arguments: the URL of the emulator, a key for it, and the URL of who takes the program's
spans; without that the program sets no provider. What LangSmith is told, and where, is
in its own variables.
"""

import sys
from typing import Any

from langchain.agents import create_agent
from langchain_core.tracers.langchain import wait_for_all_tracers
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from interactions_langgraph import ChatInteractions
from tests.langgraph.agents import get_weather


def set_provider(url: str) -> None:
    """Set the program's provider, as docs/observability.md has it."""
    provider = TracerProvider()
    exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def main(emulator: str, key: str, *own: str) -> None:
    """Have a tool called and its result told, then stream an answer."""
    for url in own:
        set_provider(url)
    model = ChatInteractions(
        model="gemini-3.5-flash", base_url=emulator, api_key=key, sessions="memory:"
    )
    agent: Any = create_agent(model, [get_weather])
    said = agent.invoke({"messages": [("user", "Weather?")]})["messages"]
    asked = {"messages": [*said, ("user", "And now?")]}
    pieces = [piece for piece, _ in agent.stream(asked, stream_mode="messages")]
    assert "".join(piece.text for piece in pieces) == "Numbat"
    wait_for_all_tracers()
    provider: Any = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.force_flush()
    model.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
