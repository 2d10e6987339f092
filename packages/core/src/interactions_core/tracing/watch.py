"""Makes spans of a turn: one for what it asks, one for the wait, one for each aside.

Nothing here may cost a turn its answer, so that whatever OpenTelemetry raises, or a
processor of the program, is named in the log and ends there.
"""

import contextlib
import functools
import logging
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Concatenate, Final, ParamSpec, TypeVar, cast

from opentelemetry.context import Context, get_current
from opentelemetry.trace import set_span_in_context

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    CutOffError,
    EmptyReplyError,
    InteractionsError,
    JobCancelledError,
    JobFailedError,
    UndeclaredCallError,
)
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.forking import Origin
from interactions_core.records.jobs import Job
from interactions_core.tracing.conventions import error_type, request_facts
from interactions_core.tracing.facts import CallFacts, CallKind, kind_of
from interactions_core.tracing.invocations import (
    Invocation,
    as_link,
    as_span_context,
    begin_invocation,
    context_under,
    count_run,
    end_invocation,
    link_of,
)
from interactions_core.tracing.links import TraceLink, link_from
from interactions_core.tracing.messages import write_messages
from interactions_core.tracing.telemetry import Telemetry
from interactions_core.tracing.turn_facts import Seen, first_facts, last_facts
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

logger: Final = logging.getLogger("interactions_core")

P = ParamSpec("P")
T = TypeVar("T")

_OURS: Final = (Create, OpenStream, NextEvent, Fetch, ResumeStream, GiveUp)
"""Effects that ask the service."""

_WAITS: Final = (Sleep, NextEvent, Fetch, ResumeStream)
"""What a wait begins with."""

_OUTCOMES: Final = (
    CutOffError,
    EmptyReplyError,
    JobCancelledError,
    JobFailedError,
    UndeclaredCallError,
)
"""What a run has come to that was read well: by the conventions no failure to read."""


def _harmless(
    method: Callable[Concatenate["TracedTurn", P], T],
) -> Callable[Concatenate["TracedTurn", P], T | None]:
    """Let a method do nothing in a forked child, and fail without a word of a message."""

    @functools.wraps(method)
    def tried(self: "TracedTurn", *args: P.args, **kwargs: P.kwargs) -> T | None:
        if not self.is_here:
            return None
        try:
            return method(self, *args, **kwargs)
        # The outermost boundary of what is not ours: a processor may raise anything.
        except Exception as error:  # noqa: BLE001 - see above
            logger.warning(
                "a span could not be written: %s",
                shown_error(error),
                extra=log_fields("span_not_written", error=error),
            )
            return None

    return tried


@dataclass(slots=True)
class OpenCall:
    """A span under way.

    Attributes:
        run: The turn, or the call beside it.
        facts: What was known when it began.
        begun: The span.
        seen: What its effects have shown.
    """

    run: TurnContext
    facts: CallFacts
    begun: Invocation
    seen: Seen = field(default_factory=Seen)


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
        self._awaited: tuple[Job, TraceLink | None] | None = None
        self._has_spans = False
        self._broken: BaseException | None = None

    @property
    def is_here(self) -> bool:
        """Whether this is the process in which the turn was asked."""
        return self._origin.is_here

    @_harmless
    def begin_create(self) -> None:
        """Begin the span of what is asked, unless it is under way."""
        if self._create is None:
            self._create = self._open(self._run, kind_of(self._run.turn), self._around)

    def carrier(self) -> str:
        """Name the span of what is asked, or else the one around the turn."""
        return self._carrier() or ""

    @_harmless
    def _carrier(self) -> str:
        link = _link(self._create) or _link(self._wait) or link_of(self._around)
        return link.carrier() if link is not None else ""

    @_harmless
    def note_submitted(self, job: Job) -> None:
        """End the span of the create, so that it is exported before the wait."""
        call, self._create = self._create, None
        self._awaited = job, _link(call)
        if call is not None:
            self._close(call)

    @_harmless
    def note_resumed(self, job: Job, carrier: str = "") -> None:
        """Wait for a run; the span of the wait names the one of its create."""
        self._awaited = job, link_from(carrier)

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

    @_harmless
    def _begin_aside(self, asked: TurnContext) -> None:
        around = self._around
        if self._create is not None:
            # Not the create's own context: within that the handler makes no span.
            around = set_span_in_context(self._create.begun.span, around)
        self._aside = self._open(asked, kind_of(asked.turn), around)
        self._aside.facts = replace(self._aside.facts, is_separate=True)

    @_harmless
    def _end_aside(self, error: BaseException | None, *, is_left: bool) -> None:
        call, self._aside = self._aside, None
        if call is not None:
            self._close(call, error, is_left=is_left)

    def around(self, effect: Effect) -> Effect:
        """Return an effect to be carried out under the span that it belongs to."""
        return self._around_effect(effect) or effect

    @_harmless
    def _around_effect(self, effect: Effect) -> Effect:
        if isinstance(effect, HandOn):
            self._hand_on(effect)
            return effect
        if isinstance(effect, _WAITS):
            self._begin_wait()
        call = self._current
        if call is None or not isinstance(effect, _OURS):
            return effect
        return Within(effect, functools.partial(self._entered, call.begun))

    @_harmless
    def note(self, effect: Effect, answer: object) -> None:
        """Take in what an effect was answered with."""
        call = self._current
        if call is None:
            return
        seen, told = call.seen, cast("JsonObject", answer or {})
        if isinstance(effect, Create | Fetch):
            seen.polls += isinstance(effect, Fetch)
            seen.take(told)
        elif isinstance(effect, OpenStream | ResumeStream):
            seen.is_stream = True
            if isinstance(effect, ResumeStream):
                seen.cursor = effect.last_event_id or seen.cursor
        elif isinstance(effect, NextEvent) and told:
            self._note_event(call, told)

    @_harmless
    def end(self) -> None:
        """End what is under way: the turn has come to its end."""
        self._end_all(None)

    @_harmless
    def fail(self, error: BaseException) -> None:
        """End what is under way: the turn has raised."""
        if not self._has_spans:
            # Nothing was asked, which somebody will ask about.
            self.begin_create()
        self._end_all(error)

    @_harmless
    def leave(self) -> None:
        """End what is under way: nobody waits for the turn any more."""
        self._end_all(self._broken, is_left=True)

    @property
    def _current(self) -> OpenCall | None:
        return self._aside or self._wait or self._create

    def _open(self, run: TurnContext, kind: CallKind, context: Context) -> OpenCall:
        facts = first_facts(run, kind, stream=self._stream and run is self._run)
        return self._opened(run, facts, context)

    def _opened(self, run: TurnContext, facts: CallFacts, context: Context) -> OpenCall:
        self._has_spans = True
        return OpenCall(run, facts, begin_invocation(self._telemetry, facts, context))

    def _begin_wait(self) -> None:
        if self._awaited is None or self._aside is not None:
            return
        (job, link), self._awaited = self._awaited, None
        facts = first_facts(self._run, "wait", stream=False)
        facts = replace(facts, interaction_id=job.interaction_id, job=job.key)
        around = self._around
        if link is not None and link_of(around) is None:
            around = context_under(link, around)
            link = None
        self._wait = self._opened(self._run, facts, around)
        if link is not None:
            self._wait.begun.span.add_link(as_span_context(link))

    def _hand_on(self, effect: HandOn) -> None:
        for call in (self._wait, self._create):
            if call is not None:
                call.seen.hand_on(effect.reply)
        # What the framework does with a reply is no part of the call.
        self._end_all(None)

    def _note_event(self, call: OpenCall, event: JsonObject) -> None:
        kind, interaction = str(event.get("event_type")), event.get("interaction")
        if isinstance(interaction, Mapping):
            call.seen.take(interaction)
        call.seen.is_stream = True
        # Of a wait there is no such time: the run was asked for before it began.
        if kind.startswith("step.") and call.facts.kind != "wait":
            call.begun.record_stream_chunk()

    def _end_all(self, error: BaseException | None, *, is_left: bool = False) -> None:
        self._awaited = None
        wait, self._wait = self._wait, None
        create, self._create = self._create, None
        if wait is not None:
            self._close(wait, error, is_left=is_left)
            if wait.seen.has_usage:
                facts = last_facts(wait.facts, wait.run, wait.seen)
                count_run(self._telemetry, facts, kind_of(wait.run.turn))
        if create is not None:
            self._close(create, error, is_left=is_left)

    def _close(
        self,
        call: OpenCall,
        error: BaseException | None = None,
        *,
        is_left: bool = False,
    ) -> None:
        facts = replace(last_facts(call.facts, call.run, call.seen), is_left=is_left)
        if error is not None:
            word = error_type(error)
            was_read = call.facts.kind == "wait" and isinstance(error, _OUTCOMES)
            facts = replace(facts, **{"outcome" if was_read else "error": word})
        write_messages(call.begun, call.run, call.seen)
        end_invocation(call.begun, facts, request_facts(call.run.turn.settings))

    @contextlib.contextmanager
    def _entered(self, begun: Invocation) -> Generator[None]:
        """Make a span the current one while its I/O is done."""
        with begun.activate():
            try:
                yield
            except InteractionsError:
                raise
            except BaseException as error:
                # The turn is not told of it: it is closed.
                self._broken = error
                raise


def _link(call: OpenCall | None) -> TraceLink | None:
    return as_link(call.begun.span.get_span_context()) if call is not None else None
