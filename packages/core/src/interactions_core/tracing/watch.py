"""Makes spans of a turn: one for what it asks, one for the wait, one for each aside.

Nothing here may cost a turn its answer, so that whatever OpenTelemetry raises, or a
processor of the program, is named in the log and ends there.
"""

import contextlib
import functools
from collections.abc import Generator
from dataclasses import replace
from typing import Final

from opentelemetry.context import Context, get_current
from opentelemetry.trace import set_span_in_context

from interactions_core.exceptions import InteractionsError
from interactions_core.process.forking import Origin
from interactions_core.records.jobs.job import Job
from interactions_core.records.trace_contexts import TraceContext
from interactions_core.tracing.awaited import Awaited
from interactions_core.tracing.facts import CallFacts, CallKind, kind_of
from interactions_core.tracing.harmless import harmless
from interactions_core.tracing.invocations import (
    Invocation,
    as_span_context,
    as_trace,
    count_run,
    trace_of,
)
from interactions_core.tracing.open_calls import OpenCall, open_call
from interactions_core.tracing.telemetry import Telemetry
from interactions_core.tracing.turn_facts import first_facts, last_facts
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import (
    Create,
    Effect,
    Fetch,
    GiveUp,
    HandOn,
    NextEvent,
    OpenStream,
    ResumeStream,
    Sleep,
    Within,
)
from interactions_core.turns.watching import TurnWatch

_OURS: Final = (Create, OpenStream, NextEvent, Fetch, ResumeStream, GiveUp)
"""Effects that ask the service."""

_WAITS: Final = (Sleep, NextEvent, Fetch, ResumeStream)
"""What a wait begins with."""


class TracedTurn(TurnWatch):
    """The spans of one turn.

    They stand under the span that is current when the turn is asked for. A forked
    child ends none of them.
    """

    def __init__(self, run: TurnContext, telemetry: Telemetry, *, stream: bool) -> None:
        self._run, self._telemetry, self._stream = run, telemetry, stream
        self._around, self._origin = get_current(), Origin()
        self._create: OpenCall | None = None
        self._aside: OpenCall | None = None
        self._wait: OpenCall | None = None
        self._awaited: Awaited | None = None
        self._has_spans = False

    @property
    def is_here(self) -> bool:
        """Whether this is the process in which the turn was asked."""
        return self._origin.is_here

    @harmless
    def begin_create(self) -> None:
        """Begin the span of what is asked, unless it is under way."""
        if self._create is None:
            # What was waited for until now has ended otherwise.
            self._awaited = None
            self._end_wait(None)
            self._create = self._open(self._run, kind_of(self._run.turn), self._around)

    @harmless
    def trace(self) -> TraceContext | None:
        """Name the span of what is asked, or else the one around the turn."""
        return _trace(self._create) or _trace(self._wait) or trace_of(self._around)

    @harmless
    def note_submitted(self, job: Job) -> None:
        """End the span of the create, so that it is exported before the wait.

        It never says what the run took: its process may die now, and another one read
        that.
        """
        call, self._create = self._create, None
        self._awaited = Awaited(job, _trace(call))
        if call is not None:
            call.end(counts=False)

    @harmless
    def note_resumed(self, job: Job) -> None:
        """Wait for a run; the span of the wait names the one of its create."""
        if self._wait is None:
            self._awaited = Awaited(job, job.trace, is_resumed=True)
        elif self._wait.awaited is not None:
            self._wait.awaited = replace(self._wait.awaited, job=job)

    @contextlib.contextmanager
    def separate(self, asked: TurnContext) -> Generator[None]:
        """Enclose a call in a span of its own."""
        self._begin_aside(asked)
        try:
            yield
        except GeneratorExit:
            self._end_aside(None, is_left=True)
            raise
        except BaseException as error:
            self._end_aside(error, is_left=False)
            raise
        self._end_aside(None, is_left=False)

    @harmless
    def _begin_aside(self, asked: TurnContext) -> None:
        around = self._around
        if self._create is not None:
            # Not the create's own context: within that the handler makes no span.
            around = set_span_in_context(self._create.begun.span, around)
        self._aside = self._open(asked, kind_of(asked.turn), around)
        self._aside.facts = replace(self._aside.facts, is_separate=True)

    @harmless
    def _end_aside(self, error: BaseException | None, *, is_left: bool) -> None:
        call, self._aside = self._aside, None
        if call is not None:
            call.end(error, is_left=is_left)

    def around(self, effect: Effect) -> Effect:
        """Return an effect to be carried out under the span that it belongs to."""
        return self._around_effect(effect) or effect

    @harmless
    def _around_effect(self, effect: Effect) -> Effect:
        if isinstance(effect, HandOn):
            self._hand_on(effect)
            return effect
        if isinstance(effect, _WAITS):
            self._begin_wait()
        call = self._current
        if call is not None and isinstance(effect, _OURS):
            return Within(effect, functools.partial(self._entered, call.begun))
        if call is not None and isinstance(effect, Sleep):
            return Within(effect, self._ending)
        return effect

    @harmless
    def note(self, effect: Effect, answer: object) -> None:
        """Take in what an effect was answered with."""
        call = self._current
        if call is not None:
            call.note(effect, answer)

    @harmless
    def end(self) -> None:
        """End what is under way: the turn has come to its end."""
        self._end_all(None)

    @harmless
    def fail(self, error: BaseException) -> None:
        """End what is under way: the turn has raised."""
        awaited = self._awaited
        if not self._has_spans and (awaited is None or not awaited.is_known):
            # Nothing was asked, which somebody will ask about.
            self.begin_create()
            if self._create is not None and awaited is not None:
                _add_link(self._create, awaited.trace)
        self._end_all(error)

    @harmless
    def leave(self, error: BaseException | None = None) -> None:
        """End what is under way: nobody waits for the turn any more.

        Args:
            error: What its I/O has raised, if that is why. It is not kept: it has the
                turn in its traceback, which would live on with it.
        """
        self._end_aside(error, is_left=True)
        self._end_all(error, is_left=True)

    @property
    def _current(self) -> OpenCall | None:
        return self._aside or self._wait or self._create

    def _open(self, run: TurnContext, kind: CallKind, context: Context) -> OpenCall:
        facts = first_facts(run, kind, stream=self._stream and run is self._run)
        return self._opened(run, facts, context)

    def _opened(self, run: TurnContext, facts: CallFacts, context: Context) -> OpenCall:
        self._has_spans = True
        return open_call(self._telemetry, run, facts, context)

    def _begin_wait(self) -> None:
        if self._awaited is None or self._aside is not None:
            return
        awaited, self._awaited = self._awaited, None
        job, (context, link) = awaited.job, awaited.place(self._around)
        facts = first_facts(self._run, "wait", stream=False)
        facts = replace(facts, interaction_id=job.interaction_id, job=job.key)
        self._wait = self._opened(self._run, facts, context)
        self._wait.awaited = awaited
        _add_link(self._wait, link)
        if job.result:
            # Another process has read it, and kept it in the ledger.
            self._wait.seen.take(job.result)

    def _hand_on(self, effect: HandOn) -> None:
        self._begin_wait()
        for call in (self._wait, self._create):
            if call is not None:
                call.seen.hand_on(effect.reply)
        # What the framework does with a reply is no part of the call.
        self._end_all(None)

    def _end_all(self, error: BaseException | None, *, is_left: bool = False) -> None:
        if not is_left and (error or self._run.tally.entry or self._is_resumed):
            # What needed no wait has a span that says what it took.
            self._begin_wait()
        self._awaited = None
        self._end_wait(error, is_left=is_left)
        create, self._create = self._create, None
        if create is not None:
            create.end(error, is_left=is_left)

    @property
    def _is_resumed(self) -> bool:
        return self._awaited is not None and self._awaited.is_resumed

    def _end_wait(self, error: BaseException | None, *, is_left: bool = False) -> None:
        wait, self._wait = self._wait, None
        if wait is None or wait.awaited is None:
            return
        counts = wait.awaited.counts(wait.run.tally, error)
        wait.end(error, is_left=is_left, counts=counts)
        if counts and wait.seen.has_usage:
            facts = last_facts(wait.facts, wait.run, wait.seen)
            count_run(self._telemetry, facts, kind_of(wait.run.turn))

    @contextlib.contextmanager
    def _entered(self, begun: Invocation) -> Generator[None]:
        """Make a span the current one while its I/O is done."""
        with self._ending(), begun.activate():
            yield

    @contextlib.contextmanager
    def _ending(self) -> Generator[None]:
        """End what is under way where its I/O ends the turn, which is not told of that.

        It is closed when nobody holds the error any more, perhaps much later.
        """
        try:
            yield
        except InteractionsError:
            raise
        except BaseException as error:
            self.leave(error)
            raise


def _trace(call: OpenCall | None) -> TraceContext | None:
    return as_trace(call.begun.span.get_span_context()) if call is not None else None


def _add_link(call: OpenCall, trace: TraceContext | None) -> None:
    if trace is not None:
        call.begun.span.add_link(as_span_context(trace))
