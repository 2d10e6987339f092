"""LangSmith beside our spans: its real client, told of a tool's loop and a stream."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest
from opentelemetry import trace
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from interactions_emulator import Emulator
from tests import spans
from tests.langgraph.conftest import MakeModel
from tests.langsmith_receiver import Runs, receiving_runs
from tests.otlp_receiver import Receiver, attributes_of, receiving
from tests.patience import PATIENCE_S
from tests.programs import ROOT

KEY: Final = "AIzaSy-cAn4rY-key"
LANGSMITHS: Final = "lsv2-cAn4rY"
OURS: Final = "chat gemini-3.5-flash"
SCRIPT: Final[list[Any]] = [
    {"when": {"last_step": "function_result"}, "reply": {"text": "Warm."}},
    {"when": {"last_user_contains": "now"}, "reply": {"text": "Numbat"}},
    {"reply": {"calls": [{"name": "get_weather", "arguments": {"city": "R"}}]}},
]
PREFIXES: Final = ("LANGSMITH", "LANGCHAIN", "OTEL")


@dataclass(frozen=True)
class Told:
    """Who has been told what."""

    langsmith: Runs
    own: Receiver

    @property
    def bytes(self) -> bytes:
        return self.langsmith.sent() + self.own.sent()

    def named(self, name: str) -> list[Span]:
        """The program's spans of a name."""
        return [span for span in self.own.spans() if span.name == name]


@pytest.fixture
def told() -> Iterator[Told]:
    with receiving_runs() as langsmith, receiving() as own:
        yield Told(langsmith, own)


def run_graph(
    emulator: Emulator, told: Told, mode: Mapping[str, str], *, provider: bool = True
) -> None:
    """Run the graph in a process of its own: LangSmith reads its variables once."""
    emulator.script(SCRIPT)
    env = {name: os.environ[name] for name in os.environ if _is_plain(name)}
    env |= {"LANGSMITH_TRACING": "true", "LANGSMITH_ENDPOINT": told.langsmith.url}
    env |= {"LANGSMITH_API_KEY": LANGSMITHS, "LANGSMITH_DISABLE_RUN_COMPRESSION": "1"}
    own = [told.own.url] if provider else []
    done = subprocess.run(
        [sys.executable, "-m", "tests.langgraph.langsmith_on", emulator.url, KEY, *own],
        cwd=ROOT,
        env=env | mode,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _is_plain(name: str) -> bool:
    return not name.startswith(PREFIXES)


def test_langsmith_has_every_run_and_its_tokens_once(
    emulator: Emulator, told: Told
) -> None:
    run_graph(emulator, told, {})

    runs = told.langsmith.runs()
    names = {run["id"]: run["name"] for run in runs}
    assert [(run["name"], names.get(run.get("parent_run_id"))) for run in runs] == [
        ("LangGraph", None),
        ("model", "LangGraph"),
        ("ChatInteractions", "model"),
        ("tools", "LangGraph"),
        ("get_weather", "tools"),
        ("model", "LangGraph"),
        ("ChatInteractions", "model"),
        ("LangGraph", None),
        ("model", "LangGraph"),
        ("ChatInteractions", "model"),
    ]
    assert all(run["end_time"] and not run.get("error") for run in runs)
    counted = [run["name"] for run in runs if _usage(run)]
    assert counted == ["ChatInteractions"] * 3


def test_our_spans_beside_it_have_the_same_tokens_once(
    emulator: Emulator, told: Told
) -> None:
    run_graph(emulator, told, {})

    runs = [run for run in told.langsmith.runs() if run["run_type"] == "llm"]
    ours = [attributes_of(span) for span in told.own.spans()]
    assert [span.name for span in told.own.spans()] == [OURS] * 3
    assert [_tokens(span) for span in ours] == [
        (_usage(run)["input_tokens"], _usage(run)["output_tokens"]) for run in runs
    ]
    # None of ours is among what LangSmith is sent: nothing there is counted twice.
    assert b"interactions.plan.reason" not in told.langsmith.sent()


def _usage(run: Mapping[str, Any]) -> dict[str, Any]:
    return run["extra"]["metadata"].get("usage_metadata") or {}


def _tokens(span: Mapping[str, Any]) -> tuple[int, int]:
    return span["gen_ai.usage.input_tokens"], span["gen_ai.usage.output_tokens"]


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param({}, id="langsmith"),
        pytest.param({"LANGSMITH_TRACING_MODE": "hybrid"}, id="hybrid"),
        pytest.param({"LANGSMITH_OTEL_ENABLED": "true"}, id="by its older name"),
    ],
)
def test_no_key_is_in_what_either_is_sent(
    mode: Mapping[str, str], emulator: Emulator, told: Told
) -> None:
    run_graph(emulator, told, mode)

    assert b"Numbat" in told.langsmith.sent()
    assert told.own.spans()
    assert b"cAn4rY" not in told.bytes


def test_spans_of_langsmith_share_no_trace_with_ours(
    emulator: Emulator, told: Told
) -> None:
    """Known gap: a back end that is sent both has the tokens of each call twice."""
    run_graph(emulator, told, {"LANGSMITH_TRACING_MODE": "otel"})

    ours, theirs = told.named(OURS), told.named("ChatInteractions")
    traces = [{span.trace_id for span in made} for made in (ours, theirs)]
    assert len(ours) == len(theirs) == 3
    assert traces[0].isdisjoint(traces[1])
    assert sorted(_tokens(attributes_of(span)) for span in ours) == sorted(
        _tokens(attributes_of(span)) for span in theirs
    )


def test_where_langsmith_sets_the_provider_its_spans_alone_have_tokens(
    emulator: Emulator, told: Told
) -> None:
    mode = {
        "LANGSMITH_TRACING_MODE": "otel",
        "OTEL_EXPORTER_OTLP_ENDPOINT": told.own.url,
    }

    run_graph(emulator, told, mode, provider=False)

    assert len(told.named("ChatInteractions")) == 3
    assert told.named(OURS) == []
    assert b"interactions_core" not in told.own.sent()


def test_measures_alone_make_no_spans_for_langsmith(
    make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = Resource({"langsmith.internal_provider": True})
    exporter, langsmiths = InMemorySpanExporter(), TracerProvider(resource=marked)
    langsmiths.add_span_processor(SimpleSpanProcessor(exporter))

    with spans.told(monkeypatch) as found:
        monkeypatch.setattr(trace, "_TRACER_PROVIDER", langsmiths)
        make_model().invoke("Hello")
        points = found.points("gen_ai.client.token.usage")

    assert len(points) == 2
    assert exporter.get_finished_spans() == ()
