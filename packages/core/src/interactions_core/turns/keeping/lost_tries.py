"""Count creates that were sent and came to no answer; nobody else does.

A try is counted once, when it is known to have come to nothing. In the foreground the
entry of the answer that comes after it has it, or a note of its own where none comes.
Of a run in the background each is noted at once: another process may go on with it, or
nobody may.
"""

import logging
from typing import Final

from interactions_core.exceptions import (
    InteractionsError,
    NetworkError,
    StoreError,
)
from interactions_core.logs import bare_error, log_fields
from interactions_core.protocol.retries import may_be_billed
from interactions_core.records.charges import Unanswered
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.receiving.rerooting import RerootedError
from interactions_core.turns.spending.metering import note_answer

logger: Final = logging.getLogger("interactions_core")


def count_lost(run: TurnContext, error: InteractionsError, known: int) -> Flow[None]:
    """Count one try at a create that has failed, if it may be billed.

    Args:
        run: The turn.
        error: What the try has come to.
        known: Of how many answers it was known what they took before the try.
    """
    tally, is_run = run.tally, bool(run.tally.job)
    if isinstance(error, NetworkError) and error.paid and not is_run:
        note_answer(tally, error.paid)
    is_billed = isinstance(error, RerootedError) or may_be_billed(
        error, begins_run=run.turn.begins_run
    )
    if not is_billed:
        return
    if len(tally.answered) > known and not is_run:
        # What it took is in the turn's entry.
        return
    tally.maybe_billed += 1
    if is_run:
        tally.noted += 1
        yield from note_unanswered(run, lost_creates(run, 1))


def note_lost_tries(run: TurnContext) -> Flow[None]:
    """Note the tries of a turn in the foreground to which no answer came."""
    creates = run.tally.uncounted
    if creates:
        run.tally.noted += creates
        yield from note_unanswered(run, lost_creates(run, creates))


def lost_creates(run: TurnContext, creates: int, name: str = "") -> Unanswered:
    """Describe creates that may be billed and of which nobody knows.

    Args:
        run: The turn that has sent them, or found that another has.
        creates: How many.
        name: The run, where one is known that the service does not know.
    """
    return Unanswered(
        target=run.turn.target_name,
        at=run.now(),
        what="lost",
        creates=creates,
        interaction_id=name,
    )


def note_unanswered(run: TurnContext, lost: Unanswered) -> Flow[None]:
    """Note what may be billed; a store that cannot be written costs the note alone."""
    store, scope = run.records.store, run.records.scope
    try:
        yield from store_call(lambda: store.note_unanswered(scope, lost))
    except StoreError as error:
        logger.exception(
            "%d creates that may be billed are not noted",
            lost.creates,
            extra=log_fields("unanswered_not_noted", run.known, error=error),
            exc_info=bare_error(error),
        )
