"""A run that a turn waits for: under which span it does, and whether it counts it."""

from dataclasses import dataclass

from opentelemetry.context import Context

from interactions_core.exceptions import DeadlineExceededError
from interactions_core.records.jobs.job import Job
from interactions_core.records.trace_contexts import TraceContext
from interactions_core.tracing.invocations import context_under, trace_of
from interactions_core.turns.context import TurnStats


def place_span(
    create: TraceContext | None, around: Context, *, is_apart: bool = False
) -> tuple[Context, TraceContext | None]:
    """Say where the span of whoever goes on with a run stands.

    Under the caller's own span, where there is one, with a link to that of the create;
    otherwise under that of the create, so that a process which only goes on is in the
    same trace.

    Args:
        create: The span of the create; `None` where nobody traced it.
        around: The caller's context.
        is_apart: Whether it begins a trace of its own where the caller has no span.

    Returns:
        The context to begin it in, and which span to link to.
    """
    if create is None or is_apart or trace_of(around) is not None:
        return around, create
    return context_under(create, around), None


@dataclass(frozen=True, slots=True)
class Awaited:
    """A run that was begun, by this turn or by another one.

    Attributes:
        job: Its job.
        trace: The span of its create; `None` where nobody traced it.
        is_resumed: Whether another turn has begun it, perhaps in another process.
    """

    job: Job
    trace: TraceContext | None
    is_resumed: bool = False

    @property
    def is_known(self) -> bool:
        """Whether there is a run to wait for; of a lost create nobody knows."""
        return bool(self.job.interaction_id)

    def place(self, around: Context) -> tuple[Context, TraceContext | None]:
        """Say where the span of the wait stands, as `place_span` does.

        A graph that was suspended goes on in a trace of its own: that may be days later.
        """
        is_suspended = self.is_resumed and bool(self.job.interrupts)
        return place_span(self.trace, around, is_apart=is_suspended)

    def counts(self, tally: TurnStats, error: BaseException | None) -> bool:
        """Tell whether this wait is the one that says what the run took.

        That is the turn which enters it in the ledger, or gives it up for good. Any
        other one leaves it to whoever comes next, or comes after it was handed on.
        """
        if self.job.handed_on_at:
            return False
        return tally.entry is not None or isinstance(error, DeadlineExceededError)
