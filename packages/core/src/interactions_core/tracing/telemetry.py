"""Where turns are reported: OpenTelemetry's own handler, and one instrument beside it.

The only module that makes them. It is imported by the first turn of a program that has
set OpenTelemetry up, and not before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from opentelemetry.metrics import Histogram, get_meter
from opentelemetry.trace import NoOpTracerProvider, TracerProvider
from opentelemetry.util.genai.completion_hook import load_completion_hook  # pyright: ignore[reportMissingTypeStubs]
from opentelemetry.util.genai.handler import TelemetryHandler  # pyright: ignore[reportMissingTypeStubs]

from interactions_core.process.forking import Lock
from interactions_core.tracing.release import own_release

SCOPE: Final = "interactions_core"
"""The name of the instrumentation scope of all spans and metrics."""

_TOKENS: Final = "gen_ai.client.token.usage"
_BUCKETS: Final = tuple(4**power for power in range(14))
"""As the conventions have them."""

_held: "list[tuple[tuple[object, ...], Telemetry]]" = []
_lock: Final = Lock()


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Where turns are reported. Serves any number of threads.

    Attributes:
        handler: Makes spans and metrics.
        tokens: The handler's own `gen_ai.client.token.usage`, for the tokens of runs:
            by the conventions the span that reads one has none.
    """

    handler: TelemetryHandler
    tokens: Histogram

    def count_tokens(self, counts: Mapping[str, int], about: Mapping[str, str]) -> None:
        """Record the tokens of an operation that no span of ours stands for.

        Args:
            counts: By the conventions' types, `input` and `output`.
            about: The conventions' attributes of the metric.
        """
        for kind, count in counts.items():
            self.tokens.record(count, {**about, "gen_ai.token.type": kind})


def telemetry_for(providers: tuple[object, ...]) -> Telemetry:
    """Return where to report with these global providers; made once for them."""
    with _lock:
        if not _held or any(
            a is not b for a, b in zip(_held[0][0], providers, strict=True)
        ):
            _held[:] = [(providers, _made(as_tracers(providers[0])))]
        return _held[0][1]


def as_tracers(provider: object | None) -> TracerProvider:
    """Return the program's provider, or one that makes nothing where it has none."""
    found = cast("TracerProvider | None", provider)  # as `find_tracer_provider` has it
    return NoOpTracerProvider() if found is None else found


def _made(tracers: TracerProvider) -> Telemetry:
    release = own_release()
    handler = TelemetryHandler(
        tracer_provider=tracers,
        completion_hook=load_completion_hook(),
        instrumentation_scope_name=SCOPE,
        instrumentation_scope_version=release,
    )
    # A scope of its own: an SDK warns of an instrument that is made twice in one.
    tokens = get_meter(f"{SCOPE}.runs", release).create_histogram(
        _TOKENS,
        unit="{token}",
        description="Number of input and output tokens used by GenAI clients",
        explicit_bucket_boundaries_advisory=_BUCKETS,
    )
    return Telemetry(handler, tokens)
