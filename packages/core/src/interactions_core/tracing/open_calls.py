"""One span under way: begun, told what its effects are answered with, and ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, cast

from opentelemetry.context import Context

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    CutOffError,
    EmptyReplyError,
    JobCancelledError,
    JobFailedError,
    UndeclaredCallError,
)
from interactions_core.tracing.awaited import Awaited
from interactions_core.tracing.conventions import error_type, request_facts
from interactions_core.tracing.facts import CallFacts
from interactions_core.tracing.invocations import (
    Invocation,
    begin_invocation,
    end_invocation,
)
from interactions_core.tracing.messages import write_messages
from interactions_core.tracing.telemetry import Telemetry
from interactions_core.tracing.turn_facts import Seen, last_facts, without_usage
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import (
    Create,
    Effect,
    Fetch,
    NextEvent,
    OpenStream,
    ResumeStream,
)

_OUTCOMES: Final = (
    CutOffError,
    EmptyReplyError,
    JobCancelledError,
    JobFailedError,
    UndeclaredCallError,
)
"""What a run has come to that was read well: by the conventions no failure to read."""


@dataclass(slots=True)
class OpenCall:
    """A span under way.

    Attributes:
        run: The turn, or the call beside it.
        facts: What was known when it began.
        begun: The span.
        seen: What its effects have shown.
        awaited: The run that it waits for; `None` for another call.
    """

    run: TurnContext
    facts: CallFacts
    begun: Invocation
    seen: Seen = field(default_factory=Seen)
    awaited: Awaited | None = None

    def note(self, effect: Effect, answer: object) -> None:
        """Take in what an effect was answered with."""
        seen, told = self.seen, cast("JsonObject", answer or {})
        if isinstance(effect, Create | Fetch):
            seen.polls += isinstance(effect, Fetch)
            seen.take(told)
        elif isinstance(effect, OpenStream | ResumeStream):
            seen.is_stream = True
            if isinstance(effect, ResumeStream):
                seen.cursor = effect.last_event_id or seen.cursor
        elif isinstance(effect, NextEvent) and told:
            self._note_event(told)

    def _note_event(self, event: JsonObject) -> None:
        kind, interaction = str(event.get("event_type")), event.get("interaction")
        if isinstance(interaction, Mapping):
            self.seen.take(interaction)
        self.seen.is_stream = True
        # Of a wait there is no such time: the run was asked for before it began.
        if kind.startswith("step.") and self.facts.kind != "wait":
            self.begun.record_stream_chunk()

    def end(
        self,
        error: BaseException | None = None,
        *,
        is_left: bool = False,
        counts: bool = True,
    ) -> None:
        """End the span.

        Args:
            error: What the call has raised; `None` for an answer.
            is_left: Whether nobody waits for it any more.
            counts: Whether it says what was taken, which one span of a run does.
        """
        facts = replace(last_facts(self.facts, self.run, self.seen), is_left=is_left)
        facts = facts if counts else without_usage(facts)
        if error is not None:
            word = error_type(error)
            was_read = self.facts.kind == "wait" and isinstance(error, _OUTCOMES)
            facts = replace(facts, **{"outcome" if was_read else "error": word})
        write_messages(self.begun, self.run, self.seen)
        end_invocation(self.begun, facts, request_facts(self.run.turn.settings))


def open_call(
    telemetry: Telemetry, run: TurnContext, facts: CallFacts, context: Context
) -> OpenCall:
    """Begin the span of a call, under the one of a context."""
    return OpenCall(run, facts, begin_invocation(telemetry, facts, context))
