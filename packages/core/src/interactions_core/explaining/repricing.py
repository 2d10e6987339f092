"""What turns would cost by other prices than those that were written. Writes nothing."""

from collections.abc import Sequence
from dataclasses import replace

from interactions_core.explaining.turn_facts import costs_of_turn
from interactions_core.records.charges import Pricing
from interactions_core.records.conversations import Conversation, Recorded
from interactions_core.records.costs import Costs
from interactions_core.records.spending.entry_prices import price_anew
from interactions_core.stores.protocols.sessions import SessionStore


def read_turns(
    store: SessionStore, told: Conversation, prices: Pricing | None
) -> tuple[Conversation, Sequence[Recorded]]:
    """Return a conversation with its turns.

    Args:
        store: Where it is.
        told: The conversation.
        prices: What both are priced with; as they were written, if none are given.
    """
    turns = store.records(told.id)
    if prices is None:
        return told, turns
    turns = [_priced(turn, prices) for turn in turns]
    return replace(told, costs=_summed(told.costs, turns)), turns


def _priced(turn: Recorded, prices: Pricing) -> Recorded:
    entries = tuple(price_anew(entry, prices) for entry in turn.entries)
    return replace(turn, entries=entries)


def _summed(costs: Costs, turns: Sequence[Recorded]) -> Costs:
    """Put the money of turns into the sums of their conversation."""
    money = sum(map(costs_of_turn, turns), Costs())
    return replace(
        costs,
        picousd=money.picousd,
        unpriced=money.unpriced,
        again_picousd=money.again_picousd,
        again_unpriced=money.again_unpriced,
    )
