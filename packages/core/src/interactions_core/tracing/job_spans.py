"""The spans of watchers, of webhooks' deliveries and of graphs that are resumed.

None of them says what a run took: that does the turn which enters it in the ledger.
"""

import contextlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from opentelemetry.context import get_current
from opentelemetry.trace import (
    Link,
    Span,
    SpanKind,
    Status,
    StatusCode,
    use_span,
)

from interactions_core.exceptions import JobTakenOverError, NotFoundError
from interactions_core.process.forking import Origin
from interactions_core.protocol.statuses import status_of
from interactions_core.records.jobs.job import GONE, Job
from interactions_core.tracing.awaited import place_span
from interactions_core.tracing.backend_keys import backend_attributes
from interactions_core.tracing.conventions import (
    RequestFacts,
    error_type,
    finish_reason,
)
from interactions_core.tracing.facts import CallFacts, server_facts
from interactions_core.tracing.harmless import harmless, tried
from interactions_core.tracing.invocations import (
    Invocation,
    as_span_context,
    begin_invocation,
    end_invocation,
)
from interactions_core.tracing.own_attributes import PREFIX, Value, own_attributes
from interactions_core.tracing.release import own_release
from interactions_core.tracing.set_up import find_tracer_provider
from interactions_core.tracing.telemetry import SCOPE, Telemetry, as_tracers
from interactions_core.tracing.traced_jobs import RunWatch, Told
from interactions_core.transcript.streaming import steps_of

DELIVERY: Final = "receive_webhook"
RESUME: Final = "resume_graph"


def facts_of(job: Job) -> CallFacts:
    """Say what is known of a job's run without its turn."""
    return CallFacts(
        kind="wait",
        target=job.target.partition(":")[2],
        # Platform and host; what follows names the key or account.
        server=server_facts("|".join(job.scope.credential.split("|")[:2])),
        session_id=job.scope.session_id,
        thread_id=job.scope.thread_id,
        background=True,
        job=job.key,
        interaction_id=job.interaction_id,
        attempts=job.attempts,
    )


@dataclass(slots=True)
class WatchedRun(RunWatch):
    """The wait of a watcher for a run, from when it took the job until it let it go.

    Attributes:
        facts: What was known when it began.
        begun: The span.
    """

    facts: CallFacts
    begun: Invocation
    _looks: int = 0
    _is_over: bool = False
    _origin: Origin = field(default_factory=Origin)

    @classmethod
    def of(cls, job: Job, telemetry: Telemetry) -> Self | None:
        """Begin the span; `None` if that fails."""

        def begin() -> Self:
            facts = facts_of(job)
            context, link = place_span(job.trace, get_current())
            begun = begin_invocation(telemetry, facts, context)
            if link is not None:
                begun.span.add_link(as_span_context(link))
            return cls(facts, begun)

        return tried(begin)

    @property
    def is_here(self) -> bool:
        """Whether this is the process that watches."""
        return self._origin.is_here

    @contextlib.contextmanager
    def look(self) -> Generator[None]:
        """Enclose a look, in whichever thread."""
        self._looks += 1
        with self.begun.activate():
            yield

    @harmless
    def end(self, job: Job) -> None:
        """End the span: the run is over."""
        error = status_of(job.status).error
        is_gone = job.status == GONE
        self._end(
            replace(
                self.facts,
                status=job.status,
                answered_by=str(
                    job.result.get("model") or job.result.get("agent") or ""
                ),
                finish=finish_reason(job.status, steps_of(job.result), job.result),
                outcome=error.__name__ if error and not is_gone else "",
                error=NotFoundError.__name__ if is_gone else "",
            )
        )

    @harmless
    def lose(self) -> None:
        """End the span: somebody else has taken the job."""
        self._end(replace(self.facts, error=JobTakenOverError.__name__))

    @harmless
    def leave(self) -> None:
        """End the span: the job is left to others."""
        self._end(replace(self.facts, is_left=True))

    def _end(self, facts: CallFacts) -> None:
        if not self._is_over:
            self._is_over = True
            facts = replace(facts, polls=self._looks)
            end_invocation(self.begun, facts, RequestFacts())


@contextlib.contextmanager
def delivery_span(job: Job, status: str, told: Told) -> Generator[None]:
    """Enclose what a delivery says of a job."""

    def begin() -> Span:
        about = {**_about(job), "gen_ai.response.status": status}
        return _begun(DELIVERY, SpanKind.CONSUMER, job, about)

    with _own_span(begin) as last:
        yield
        last[f"{PREFIX}news"] = told.is_news


@contextlib.contextmanager
def resume_span(job: Job, told: Told) -> Generator[None]:
    """Enclose a graph that is resumed, in a trace of its own or under the caller's."""

    def begin() -> Span:
        return _begun(RESUME, SpanKind.INTERNAL, job, _about(job), is_apart=True)

    with _own_span(begin) as last:
        yield
        last[f"{PREFIX}resumed"] = told.is_news


def _begun(
    name: str,
    kind: SpanKind,
    job: Job,
    about: Mapping[str, Value],
    *,
    is_apart: bool = False,
) -> Span:
    context, link = place_span(job.trace, get_current(), is_apart=is_apart)
    links = [Link(as_span_context(link))] if link is not None else []
    tracers = as_tracers(find_tracer_provider())
    tracer = tracers.get_tracer(SCOPE, own_release())
    return tracer.start_span(name, context, kind, attributes=about, links=links)


def _about(job: Job) -> dict[str, Value]:
    facts = facts_of(job)
    told = own_attributes(facts) | backend_attributes(facts)
    told.pop(f"{PREFIX}polls", None)
    told["gen_ai.response.id"] = job.interaction_id
    if facts.conversation_id:
        told["gen_ai.conversation.id"] = facts.conversation_id
    return told


@contextlib.contextmanager
def _own_span(begin: Callable[[], Span]) -> Generator[dict[str, Value]]:
    """Enclose something in a span; what is put into the dict is written at its end.

    Of what is raised it has the kind alone. A forked child does not end it.
    """
    origin, span = Origin(), tried(begin)
    last: dict[str, Value] = {}
    if span is None:
        yield last
        return
    try:
        with use_span(span, record_exception=False, set_status_on_exception=False):
            yield last
    except BaseException as error:
        last["error.type"] = error_type(error)
        raise
    finally:
        if origin.is_here:
            tried(lambda: _end(span, last))


def _end(span: Span, last: Mapping[str, Value]) -> None:
    span.set_attributes(last)
    if "error.type" in last:
        span.set_status(Status(StatusCode.ERROR))
    span.end()
