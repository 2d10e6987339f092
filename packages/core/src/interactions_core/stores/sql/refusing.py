"""What is said of a store that is only read, where that is not enough."""

from collections.abc import Sequence
from typing import Final, Never

from interactions_core.exceptions import StoreError, StoreSchemaError
from interactions_core.stores.sql.database import Migration
from interactions_core.stores.sql.foreign import is_needed

UPGRADE: Final = "Open it once with a program that may write there, which upgrades it."
NOT_OURS: Final = "Nothing was changed; name the store that your program uses."


def check_version(
    place: str, part: str, migrations: Sequence[Migration], found: int
) -> None:
    """Refuse tables that cannot be read as they are.

    Args:
        place: What to call the store.
        part: Whose tables these are.
        migrations: The part's.
        found: Their version; 0 for none.

    Raises:
        StoreSchemaError: A newer version wrote them.
        StoreError: They are older, or there are none.
    """
    supported = len(migrations)
    if found > supported:
        raise StoreSchemaError(place, part, found=found, supported=supported)
    if not is_needed(migrations):
        return
    if found == 0:
        # Every store has had these from its beginning; the others came later.
        advice = NOT_OURS if part == "sessions" else UPGRADE
        raise StoreError(place, f"it has no tables for its {part!r}", advice)
    if found < supported:
        problem = (
            f"its {part!r} tables have schema version {found}, and it was opened to be "
            f"read only; this version reads {supported}"
        )
        raise StoreError(place, problem, UPGRADE)


def refuse_to_write(place: str) -> Never:
    """Raise for a write to what was opened to be read only."""
    raise StoreError(
        place,
        "it was opened to be read only",
        "Nothing was changed; open it without read_only=True to write.",
    )
