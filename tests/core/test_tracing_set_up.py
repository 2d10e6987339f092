"""What a program that traces nothing pays, and what one is told that lacks the extra."""

import subprocess
import sys
from typing import Final

import pytest

from tests.patience import PATIENCE_S

TURN: Final = """
import sys, logging
{before}
from interactions_core.tracing.set_up import find_telemetry
from interactions_core.tracing.traced import traced
import interactions_core.client.client
found = find_telemetry()
print(found is not None, *sorted(
    name for name in sys.modules
    if name.startswith(("opentelemetry.util.genai", "interactions_core.tracing"))
    and name.rpartition(".")[2] in ("genai", "telemetry", "watch", "invocations")
))
"""
PROVIDERS: Final = """
from opentelemetry import {kind}
from opentelemetry.sdk.{kind} import {provider}
{kind}.set_{what}_provider({provider}())
"""


def ran(before: str) -> str:
    """Look for telemetry in a process of its own; return what it says."""
    program = TURN.format(before=before)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
        env={"PATH": ""},
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("", id="nothing is imported"),
        pytest.param("import opentelemetry.trace, opentelemetry.metrics", id="the API"),
        pytest.param("import opentelemetry.sdk.trace", id="the SDK of traces"),
        pytest.param("import opentelemetry.sdk.metrics", id="the SDK of metrics"),
        pytest.param(
            "from opentelemetry import trace\n"
            "trace.set_tracer_provider(trace.NoOpTracerProvider())",
            id="a provider that does nothing",
        ),
    ],
)
def test_without_a_provider_nothing_that_makes_spans_is_imported(before: str) -> None:
    assert ran(before) == "False"


@pytest.mark.parametrize(
    ("kind", "provider", "what"),
    [("trace", "TracerProvider", "tracer"), ("metrics", "MeterProvider", "meter")],
)
def test_either_provider_is_enough(kind: str, provider: str, what: str) -> None:
    said = ran(PROVIDERS.format(kind=kind, provider=provider, what=what))

    assert said.startswith("True ")
    assert "opentelemetry.util.genai" in said


def test_a_program_without_the_extra_is_told_so_once() -> None:
    before = (
        PROVIDERS.format(kind="trace", provider="TracerProvider", what="tracer")
        + "sys.modules['opentelemetry.util.genai.handler'] = None\n"
        + "logging.basicConfig(level=logging.INFO, stream=sys.stdout)\n"
        + "from interactions_core.tracing.set_up import find_telemetry as again\n"
        + "again(); again()"
    )

    said = ran(before)

    assert said.count("without the extra `otel`") == 1
    assert said.splitlines()[-1].startswith("False")


def test_a_release_that_lacks_a_part_of_it_costs_spans_and_no_turn() -> None:
    """Some other package may hold `opentelemetry-util-genai` back."""
    before = (
        PROVIDERS.format(kind="trace", provider="TracerProvider", what="tracer")
        + "import opentelemetry.util.genai.types as types\n"
        + "del types.ReasoningPart\n"
        + "logging.basicConfig(level=logging.INFO, stream=sys.stdout)"
    )

    said = ran(before)

    assert said.count("without the extra `otel`") == 1
    assert said.splitlines()[-1].startswith("False")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(
            "import os, opentelemetry.trace\n"
            "os.environ['OTEL_PYTHON_TRACER_PROVIDER'] = 'nobody'",
            id="a provider that is not there",
        ),
        pytest.param(
            "from opentelemetry import trace\n"
            "class Provider(trace.TracerProvider):\n"
            "    def get_tracer(self, *args, **options): raise OSError('hunter2')\n"
            "trace.set_tracer_provider(Provider())",
            id="a provider that raises",
        ),
    ],
)
def test_what_is_set_up_wrongly_costs_spans_and_no_turn(before: str) -> None:
    said = ran(f"{before}\nlogging.basicConfig(stream=sys.stdout)")

    assert "a span could not be written: " in said
    assert "hunter2" not in said
    assert said.splitlines()[-1].startswith("False")


def test_a_meter_provider_that_is_not_there_costs_no_service() -> None:
    said = ran(
        "import os, opentelemetry.metrics\n"
        "os.environ['OTEL_PYTHON_METER_PROVIDER'] = 'nobody'\n"
        "logging.basicConfig(stream=sys.stdout)\n"
        "from interactions_core.services.measure_export import export_measures\n"
        "print('is told:', export_measures().is_told)"
    )

    assert "is told: False" in said
    assert "a span could not be written: " in said
