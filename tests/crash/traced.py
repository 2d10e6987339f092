"""A traced process: python -m tests.crash.traced WAY URL STORE RECEIVER [POINT].

Asks in one of `WAYS`, or goes on with what another one has asked. It exports each span
when it ends, by OTLP over HTTP, and its metrics at its end. At POINT it is killed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from interactions_core.process import failpoints
from interactions_core.process.failpoints import FailPoint

MODEL: Final = "gemini-3.5-flash"
QUESTION: Final = "What is a TPU?"


def set_up(receiver: str) -> Callable[[], object]:
    """Trace and measure as a program does; return what exports the metrics."""
    tracers = TracerProvider()
    exporter = OTLPSpanExporter(f"{receiver}/v1/traces")
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(tracers)
    reader = PeriodicExportingMetricReader(
        OTLPMetricExporter(f"{receiver}/v1/metrics"), export_interval_millis=1e9
    )
    meters = MeterProvider([reader], shutdown_on_exit=False)
    metrics.set_meter_provider(meters)
    return meters.force_flush


def _settings(url: str, store: str) -> dict[str, Any]:
    return {
        "model": MODEL,
        "background": True,
        "base_url": url,
        "api_key": "k",
        "sessions": store,
        "poll": (0.02, 0.05),
    }


def _langgraph(url: str, store: str) -> None:
    from interactions_langgraph import ChatInteractions  # noqa: PLC0415

    ChatInteractions(**_settings(url, store)).invoke(QUESTION)


def _autogen(url: str, store: str) -> None:
    from autogen_core.models import UserMessage  # noqa: PLC0415

    from interactions_autogen import InteractionsChatCompletionClient  # noqa: PLC0415

    async def ask() -> None:
        client = InteractionsChatCompletionClient(**_settings(url, store))
        await client.create([UserMessage(content=QUESTION, source="user")])
        await client.close()

    asyncio.run(ask())


def _autogen_agent(url: str, store: str) -> None:
    from autogen_agentchat.agents import AssistantAgent  # noqa: PLC0415

    from interactions_autogen import InteractionsChatCompletionClient  # noqa: PLC0415

    async def ask() -> None:
        client = InteractionsChatCompletionClient(**_settings(url, store))
        await AssistantAgent("assistant", client).run(task=QUESTION)
        await client.close()

    asyncio.run(ask())


def _crewai(url: str, store: str) -> None:
    from tests.crewai.quiet import imported  # noqa: PLC0415

    imported("interactions_crewai").InteractionsLLM(**_settings(url, store)).call(
        QUESTION
    )


def _suspend(url: str, store: str) -> None:
    """Suspend a graph, and be killed: what goes on is elsewhere."""
    _go_into(url, store)
    from tests.crash.traced_graph import AT, app  # noqa: PLC0415

    state: Any = app.invoke({"messages": QUESTION}, AT)
    assert state["__interrupt__"]
    os.kill(os.getpid(), signal.SIGKILL)


def _watch(url: str, store: str, *more: str) -> None:
    _go_into(url, store)
    from interactions_core.cli.jobs import jobs  # noqa: PLC0415

    arguments = ["watch", "--until-idle", "--sessions", store, *more]
    jobs.main(arguments, standalone_mode=False)


def _resume(url: str, store: str) -> None:
    _watch(url, store, "--resume", "tests.crash.traced_graph:app")


def _go_into(url: str, store: str) -> None:
    os.environ |= {
        "GEMINI_API_KEY": "k",
        "GOOGLE_GEMINI_BASE_URL": url,
        "TRACED_STORE": store,
    }


WAYS: Final[Mapping[str, Callable[[str, str], None]]] = {
    "langgraph": _langgraph,
    "autogen": _autogen,
    "autogen agent": _autogen_agent,
    "crewai": _crewai,
    "suspend": _suspend,
    "watch": _watch,
    "resume": _resume,
}


def main(way: str, url: str, store: str, receiver: str, point: str = "") -> None:
    """Ask or go on; with a point, be killed there."""

    def kill(at: object) -> None:
        if point and at is FailPoint[point]:
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.hook = kill
    export = set_up(receiver)
    WAYS[way](url, store)
    export()


if __name__ == "__main__":
    main(*sys.argv[1:])
