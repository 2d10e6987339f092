"""What the server still holds, and who may see it or chain on it."""

from interactions_emulator.base import refusals
from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.effects import ParentEffects
from interactions_emulator.base.ids import is_well_formed
from interactions_emulator.base.payloads import Step
from interactions_emulator.base.settings import Settings
from interactions_emulator.base.statuses import meaning_of
from interactions_emulator.request.caller import Caller
from interactions_emulator.request.validation import CreateRequest
from interactions_emulator.store import jobs
from interactions_emulator.store.interactions import Interaction
from interactions_emulator.store.lineage import context_of, lineage
from interactions_emulator.store.stores import Store


class VisibleInteractions:
    """The interactions of one store as callers see them at a time."""

    def __init__(self, settings: Settings, store: Store, clock: MovableClock) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock

    def get(self, interaction_id: str, caller: Caller) -> Interaction:
        """Return a stored interaction.

        Raises:
            ApiError: Its name is malformed, or the caller may not see it (any more).
        """
        if not is_well_formed(interaction_id):
            raise refusals.bad_name(interaction_id)
        record = self._store.get(interaction_id)
        if record is None or not self._is_visible(record, caller):
            raise refusals.not_found()
        return record

    def visible_now(self, record: Interaction) -> Interaction:
        """Return the interaction as it shows itself by now."""
        return jobs.visible_at(record, self._clock.now())

    def get_parent(
        self, request: CreateRequest, caller: Caller, effects: ParentEffects
    ) -> Interaction | None:
        """Return what a create is chained on; None for a root.

        Raises:
            ApiError: The parent cannot be seen, or cannot be a parent.
        """
        if request.previous is None:
            return None
        if effects.get("expire"):
            self._store.delete(request.previous)
        parent = self.visible_now(self.get(request.previous, caller))
        if not meaning_of(parent.status).is_parent:
            why = f"the parent's status is {parent.status}"
            raise refusals.invalid_argument(why)
        self._check_ancestry(parent)
        return parent

    def get_context(self, parent: Interaction | None) -> list[Step]:
        """Return what the server remembers for a child of the parent."""
        chain = [] if parent is None else lineage(self._store, parent)
        if self._settings.orphans == "truncate":
            chain = _living_tail([(self._is_alive(one), one) for one in chain])
        return context_of(chain)

    def get_transcript(self, interaction_id: str) -> list[Step] | None:
        """Return all that is held up to an interaction, of whatever owner and age."""
        record = self._store.get(interaction_id)
        if record is None:
            return None
        *before, last = lineage(self._store, record)
        return context_of([*before, self.visible_now(last)])

    def _is_visible(self, record: Interaction, caller: Caller) -> bool:
        ours = record.owner == caller.owner or not self._settings.isolate_keys
        alive = self._is_alive(record) and record.hidden_until <= self._clock.now()
        return record.stored and ours and alive

    def _is_alive(self, record: Interaction) -> bool:
        return self._clock.now() < record.created_at + self._settings.retention_s

    def _check_ancestry(self, parent: Interaction) -> None:
        if self._settings.orphans == "truncate":
            return
        chain = lineage(self._store, parent)
        if chain[0].parent is not None or not all(map(self._is_alive, chain)):
            raise refusals.not_found()


def _living_tail(chain: list[tuple[bool, Interaction]]) -> list[Interaction]:
    """Return what follows the last dead ancestor."""
    dead = [index for index, (alive, _) in enumerate(chain) if not alive]
    return [one for _, one in chain[dead[-1] + 1 if dead else 0 :]]
