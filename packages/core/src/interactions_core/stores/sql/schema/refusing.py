"""What is said of a store that lacks something, and of what may not change it."""

from collections.abc import Mapping
from typing import Final, Never

from interactions_core.exceptions import StoreError
from interactions_core.stores.sql.schema import contracts
from interactions_core.stores.sql.schema.contracts import Part, Parts, check_contracts
from interactions_core.stores.sql.schema.migrating import COMMAND

UPGRADE: Final = (
    f"Run `{COMMAND}`, or open it once with a program that may write there; nothing was "
    "changed."
)
READ_WITHOUT: Final = frozenset(
    {
        "budgets",
        "charges",
        "job_events",
        "job_looks",
        "job_traces",
        "labels",
        "outlines",
        "setups",
        "texts",
    }
)
"""The parts that a store of an older release lacks without being refused: whoever reads
them looks first whether they are there."""

ONLY_LOOKED_AT: Final = "Nothing was changed; open it without read_only=True to write."
NOT_OURS: Final = "Nothing was changed; name the store that your program uses."


def check_version(place: str, part: Part, found: int, needs: Mapping[str, int]) -> None:
    """Refuse tables that cannot be read as they are.

    Args:
        place: What to call the store.
        part: Whose tables these are.
        found: Their version; 0 for none.
        needs: The contracts in the store.

    Raises:
        StoreSchemaError: A newer version wrote them, and this one knows too little.
        StoreError: They are older, or there are none.
    """
    check_contracts(place, [part], {part.name: found}, needs)
    # What says how far a store may be newer is not missed in one that is older.
    if not part.is_needed or part.name == contracts.PART:
        return
    if found == 0 and part.name in READ_WITHOUT:
        return
    if found == 0:
        # Every store has had these from its beginning; the others came later.
        advice = NOT_OURS if part.name == "sessions" else UPGRADE
        raise StoreError(place, f"it has no tables for its {part.name!r}", advice)
    if found < part.usable:
        problem = (
            f"its {part.name!r} tables have schema version {found}, and it was opened "
            f"to be read only; this version reads {part.usable}"
        )
        raise StoreError(place, problem, UPGRADE)


def refuse_to_make(place: str, url: str) -> StoreError:
    """Say that there is no file, and that it was opened not to be made.

    Args:
        place: What to call the store.
        url: What opens it.
    """
    return StoreError(
        place,
        "there is no such file, and it was opened with auto_migrate=False",
        f"Run `{COMMAND} --create --sessions {url}`; nothing was made.",
    )


def refuse_to_migrate(
    place: str, url: str, parts: Parts, found: Mapping[str, int]
) -> StoreError:
    """Say what a store lacks that was opened not to be upgraded.

    Args:
        place: What to call the store.
        url: What opens it, without any password.
        parts: What has to be brought up to date.
        found: The versions in the store.
    """
    lacks = ", ".join(
        f"{name!r} {found.get(name, 0)} of {part.usable}"
        for name, part in parts.items()
    )
    return StoreError(
        place,
        f"it needs an upgrade ({lacks}), and was opened with auto_migrate=False",
        f"Run `{COMMAND} --sessions {url}`; nothing was changed.",
    )


def refuse_to_write(place: str) -> Never:
    """Raise for a write to what was opened to be read only."""
    raise StoreError(place, "it was opened to be read only", ONLY_LOOKED_AT)
