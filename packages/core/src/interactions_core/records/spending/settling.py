"""An answer that broke off is in the ledger before anybody knows what it took.

Pure. What comes to be known later goes into the entry that is there, so that the turn
counts once, and has a price.
"""

from dataclasses import replace

from interactions_core.records.interactions import LedgerEntry


def is_settlement(entry: LedgerEntry) -> bool:
    """Tell whether an entry says of an answer, and no new create, what it took."""
    return not entry.attempts and len(entry.charges) == 1


def settled_entry(earlier: LedgerEntry, later: LedgerEntry) -> LedgerEntry | None:
    """Put what came to be known into the entry of an answer.

    Args:
        earlier: What was entered when it broke off.
        later: What is known now.

    Returns:
        The entry that takes its place; `None` where the later one stands beside it,
        because the earlier one says already what the answer took.
    """
    place = next(
        (
            number
            for number, charge in enumerate(earlier.charges)
            if charge.interaction_id == earlier.key and charge.total_tokens is None
        ),
        None,
    )
    if not is_settlement(later) or place is None:
        return None
    before, after = earlier.charges[:place], earlier.charges[place + 1 :]
    return replace(
        earlier,
        status=later.status,
        usage=earlier.usage + later.usage,
        charges=(*before, *later.charges, *after),
    )
