"""What is said of the prices of a conversation, below its turns."""

from collections.abc import Sequence

from interactions_core.cli.arguments.pricing import anew_note
from interactions_core.cli.printing.output import shown, wrapped
from interactions_core.records.charges import Pricing
from interactions_core.records.conversations import Recorded


def price_lines(
    turns: Sequence[Recorded], columns: int, anew: Pricing | None
) -> list[str]:
    """Write by which prices turns were priced anew, and why others have none."""
    note = anew_note(anew) if anew else ""
    said = wrapped(shown(note), columns) if note else []
    return [*said, *_no_price_lines(turns, columns)]


def _no_price_lines(turns: Sequence[Recorded], columns: int) -> list[str]:
    entries = [entry for turn in turns for entry in turn.entries]
    missing = sum(entry.picousd is None for entry in entries)
    if not missing:
        return []
    # Most have a price, and nothing else here is about what has none.
    from interactions_core.prices.missing import (  # noqa: PLC0415
        no_price_text,
        reasons_in,
    )

    text = no_price_text(missing, reasons_in(entries))
    return wrapped(shown(text), columns)
