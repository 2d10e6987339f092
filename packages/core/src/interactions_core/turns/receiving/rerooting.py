"""Notice an answer that is not on the chain of its parent."""

from interactions_core.exceptions import InteractionsError
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.interaction_ids import is_rerooted
from interactions_core.turns.receiving.answers import RootCheck


class RerootedError(InteractionsError):
    """The answer belongs to another chain than its parent.

    Attributes:
        interaction_id: The answer.
        parent_id: What it was to be chained on.
    """

    interaction_id = ""
    parent_id = ""


def root_check(plan: Plan) -> RootCheck:
    """Return what raises if an answer visibly belongs to another chain."""

    def check(interaction_id: str) -> None:
        parent = plan.previous_interaction_id
        if parent and is_rerooted(parent, interaction_id):
            msg = (
                f"the answer {interaction_id} is not on the chain of {parent}: "
                "the service has dropped what came before it"
            )
            error = RerootedError(msg)
            error.interaction_id, error.parent_id = interaction_id, parent
            raise error

    return check
