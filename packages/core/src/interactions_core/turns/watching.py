"""What a turn says of itself that its effects do not show.

Pure. A turn tells its watch, which by itself does nothing; `tracing` has the one that
makes spans of it. Whatever a watch is told, it answers at once and never raises.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final

from interactions_core.records.jobs.job import Job
from interactions_core.records.trace_contexts import TraceContext

if TYPE_CHECKING:
    from interactions_core.turns.context import TurnContext


class TurnWatch:
    """Is told where a turn is; this one lets it pass."""

    def begin_create(self) -> None:
        """Hear that the turn is about to ask, whatever comes of it."""

    def trace(self) -> TraceContext | None:
        """Say under which span the turn asks, for whoever goes on with it."""
        return None

    def note_submitted(self, job: Job) -> None:
        """Hear that a run was begun, and that its job knows it: the wait is next.

        Args:
            job: As it was written after the create was answered.
        """
        del job

    def note_resumed(self, job: Job) -> None:
        """Hear that the turn goes on with what another turn has begun, or waits for it.

        Args:
            job: Its job, with the trace in which that was.
        """
        del job

    def separate(self, asked: "TurnContext") -> AbstractContextManager[None]:
        """Enclose a call that is asked before the turn, in an interaction of its own."""
        del asked
        return nullcontext()


UNWATCHED: Final = TurnWatch()
"""Of a turn that nobody watches."""
