"""With which earlier turn a setup is compared, and in how many turns it changed."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from interactions_core.explaining.setups import (
    Counts,
    SetupChange,
    compare_setups,
    count_changes,
    with_counts,
)
from interactions_core.records.conversations import Recorded
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.setups import Setup
from interactions_core.stores.protocols.sessions import SessionStore

_MOST: Final = 200
"""How many turns of a conversation are looked through."""


def setup_between(
    store: SessionStore, then: InteractionRecord, now: InteractionRecord
) -> SetupChange | None:
    """Compare the setups of any two turns of a store; `None` if one was erased."""
    one = store.find_setups(then.scope, [then.key]).get(then.key)
    other = store.find_setups(now.scope, [now.key]).get(now.key)
    if one is None or other is None:
        return None
    return compare_setups(one, other, then.key)


class SetupHistory:
    """The setups of the turns of a conversation, each beside that of the turn before it.

    The turn before is the parent, or what would have been it; else the last one of
    whoever asks. What is asked apart from the others has none, and is none.

    Args:
        store: The store.
        scope: Whose conversation it is.
        turns: Those of the conversation, oldest first.
    """

    def __init__(
        self, store: SessionStore, scope: Scope, turns: Sequence[Recorded]
    ) -> None:
        self._store, self._scope, self._turns = store, scope, turns
        self._places = _places(turns)
        keys = (turn.record.key for turn in turns)
        self._numbers = {key: at for at, key in enumerate(keys, 1)}

    def change_of(self, key: str) -> SetupChange | None:
        """Tell what differs in a turn, and in how many turns of its conversation it did.

        Returns:
            `None` where nothing was before it.
        """
        count, place = len(self._turns), self._numbers.get(key, 0)
        # The newest, but for a turn that is further back.
        end = count if place > count - _MOST else place
        setups, changes = self._read(self._turns[max(0, end - _MOST) : end])
        found = changes.get(key)
        if found is None:
            return None
        return with_counts(found, _counts(setups, changes))

    def newest(self, most: int) -> dict[str, SetupChange]:
        """Tell by key what changed in the newest turns, without those that have nothing.

        Args:
            most: How many turns are looked at.
        """
        setups, changes = self._read(self._turns[-_MOST:])
        keys = [turn.record.key for turn in self._turns[-most:]]
        found = {key: changes[key] for key in keys if key in changes}
        counts = _counts(setups, changes)
        return {
            key: with_counts(told, counts)
            for key, told in found.items()
            if told is not None and told.those("changed")
        }

    def changes(self, chosen: Sequence[Recorded]) -> dict[str, SetupChange | None]:
        """Tell by key what differs in some turns."""
        return self._read(chosen)[1]

    def _read(
        self, chosen: Sequence[Recorded]
    ) -> tuple[dict[str, Setup], dict[str, SetupChange | None]]:
        """Read the setups of some turns, and compare them; without what was erased."""
        asked = {turn.record.key for turn in chosen} & self._places.keys()
        near = {key for each in asked for key in self._places[each] if key}
        setups = dict(self._store.find_setups(self._scope, [*{*asked, *near}]))
        nearest = {setups[key].nearest for key in asked if key in setups}
        missing = nearest - setups.keys() - {""}
        if missing:
            setups |= self._store.find_setups(self._scope, [*missing])
        own = [t.record.key for t in chosen if t.record.key in asked & setups.keys()]
        changes = {key: self._compared(key, setups) for key in own}
        return {key: setups[key] for key in own}, changes

    def _compared(self, key: str, setups: Mapping[str, Setup]) -> SetupChange | None:
        setup, place = setups[key], self._places[key]
        those = (place.parent, setup.nearest, place.base, place.last)
        before = next((each for each in those if each in setups), None)
        if before is None:
            return None
        number = self._numbers.get(before, 0)
        return compare_setups(setups[before], setup, before, number)


def _counts(
    setups: Mapping[str, Setup], changes: Mapping[str, SetupChange | None]
) -> Counts:
    return count_changes([(setups[key], told) for key, told in changes.items()])


class _Place(NamedTuple):
    """What a turn was chained on, what it rests on, and the one before of whoever asks."""

    parent: str
    base: str
    last: str


def _places(turns: Sequence[Recorded]) -> dict[str, _Place]:
    """Say what is before each turn, without those that are asked apart."""
    found: dict[str, _Place] = {}
    last: dict[str, str] = {}
    for turn in turns:
        record, who = turn.record, turn.label.name
        if record.reason != "separate":
            place = _Place(record.parent_id, record.base_key, last.get(who, ""))
            found[record.key] = place
            last[who] = record.key
    return found
