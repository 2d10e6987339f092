"""What a turn says of itself that its effects do not show.

Pure. A turn tells its watch, which by itself does nothing; `tracing` has the one that
makes spans of it. Whatever a watch is told, it answers at once and never raises.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final

from interactions_core.records.jobs import Job

if TYPE_CHECKING:
    from interactions_core.turns.context import TurnContext


class TurnWatch:
    """Is told where a turn is; this one lets it pass."""

    def begin_create(self) -> None:
        """Hear that the turn is about to ask, whatever comes of it."""

    def carrier(self) -> str:
        """Say under which span the turn asks, for whoever goes on with it.

        Returns:
            A `traceparent` as W3C's Trace Context has it; "" where there is none.
        """
        return ""

    def note_submitted(self, job: Job) -> None:
        """Hear that a run was begun, and that its job knows it: the wait is next.

        Args:
            job: As it was written after the create was answered.
        """
        del job

    def note_resumed(self, job: Job, carrier: str = "") -> None:
        """Hear that the turn goes on with a run that another turn has begun.

        Args:
            job: Its job.
            carrier: What `carrier` said in that turn.
        """
        del job, carrier

    def separate(self, asked: "TurnContext") -> AbstractContextManager[None]:
        """Enclose a call that is asked before the turn, in an interaction of its own."""
        del asked
        return nullcontext()


UNWATCHED: Final = TurnWatch()
"""Of a turn that nobody watches."""
