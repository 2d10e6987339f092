"""Take over an interaction that some other program made.

Pure. The record says what the caller vouches for: that the interaction answered
exactly this list. Turns are planned from it like from any other.
"""

from interactions_core.exceptions import ConfigurationError
from interactions_core.records.interactions import InteractionRecord, ReplyForm
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.steps import MODEL_KINDS
from interactions_core.turns.context import TurnContext


def adopted_record(run: TurnContext, interaction_id: str) -> InteractionRecord:
    """Describe an interaction that answered all but the last reply of a list.

    Args:
        run: The list, up to and with the reply that the interaction gave.
        interaction_id: The interaction.

    Raises:
        ConfigurationError: The list does not end with a model's reply, or the id is
            empty.
    """
    steps = run.turn.transcript.steps
    start = len(steps)
    while start and steps[start - 1].kind in MODEL_KINDS:
        start -= 1
    if not interaction_id or start == len(steps):
        msg = (
            f"cannot adopt {interaction_id!r}: the messages must end with the reply "
            "that the interaction gave"
        )
        raise ConfigurationError(msg)
    held = tuple(step.wire for step in steps[start:])
    return InteractionRecord(
        key=interaction_id,
        scope=run.records.scope,
        made_by=run.records.maker,
        request_digest=Transcript.of(steps[:start]).request_digest,
        form=ReplyForm.of(held),
        target=run.turn.target_name,
        held=held,
        setup=run.turn.setup,
        reason="explicit",
        created_at=run.now(),
        expires_at=run.now() + run.policy.retention_s,
    )
