"""Explain a request from what a session store holds of it."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import UnknownInteractionError
from interactions_core.explaining.alignment import Change, first_change
from interactions_core.explaining.amounts import (
    chained_amount,
    chained_usd,
    repeated_steps,
    sent_amount,
)
from interactions_core.explaining.content import (
    differs_in_media,
    differs_in_numbers,
    text_of,
)
from interactions_core.explaining.explanation import (
    Because,
    Difference,
    Explanation,
    Side,
)
from interactions_core.explaining.inputs import contents_of
from interactions_core.explaining.setup_history import SetupHistory
from interactions_core.explaining.setups import SetupChange
from interactions_core.explaining.words import advice_on, sentence_of
from interactions_core.records.charges import Pricing, usd
from interactions_core.records.conversations import ConversationId, Link, Recorded
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Scope,
)
from interactions_core.records.labels import Label
from interactions_core.records.outlines import Outline, StepShape
from interactions_core.records.spending.entry_prices import price_anew
from interactions_core.stores.protocols.sessions import SessionStore

_ROLES: Final = {"user_input": "user", "function_result": "tool"}
_RECOVERED: Final[tuple[tuple[str, Because], ...]] = (
    ("rerooted", "rerooted"),
    ("not_implemented", "not_implemented"),
    ("expired", "gone"),
)
"""What was worked around on the way, and what it stands for."""

_AS_RECORDED: Final[dict[str, Because]] = {
    "foreign": "foreign",
    "stateless": "stateless",
    "explicit": "explicit",
    "separate": "separate",
    "retry": "sibling",
    "fork": "forked",
}
_MOST_COMPARED: Final = 200
"""How many turns of a conversation are looked through for the same difference."""


def explain(
    store: SessionStore,
    interaction_id: str,
    *,
    session_id: str | None = None,
    prices: Pricing | None = None,
    anew: Pricing | None = None,
) -> Explanation:
    """Explain why a request was sent as it was.

    Only the store is asked. Content is told where its mirror holds it; where it does
    not, sizes and keyed hashes are.

    Args:
        store: The session store that recorded it.
        interaction_id: The interaction, or the name that an unstored one has in the
            ledger. Where several threads have it, the one that paid for it is told of.
        session_id: Only of this session; `None` for any.
        prices: What a chained turn would have cost by; as `interactions usage` takes
            them, if none are given.
        anew: What all costs are priced with; as they were written, if none are given.

    Raises:
        UnknownInteractionError: The store has no record of it.
        StoreError: The store cannot be read.
    """
    scope, line = _place(store, interaction_id, session_id)
    return explain_in(store, scope, interaction_id, line=line, prices=prices, anew=anew)


def explain_in(
    store: SessionStore,
    scope: Scope,
    interaction_id: str,
    *,
    line: list[LedgerEntry],
    prices: Pricing | None = None,
    anew: Pricing | None = None,
) -> Explanation:
    """Explain a request of one scope, and tell of no other.

    Args:
        store: The session store that recorded it.
        scope: Whose it is.
        interaction_id: The interaction.
        line: The ledger of its scope, oldest first.
        prices: As `explain` takes them.
        anew: As `explain` takes them.

    Raises:
        UnknownInteractionError: The scope has no record of it.
        StoreError: The store cannot be read.
    """
    record = store.get(scope, interaction_id)
    if record is None:
        raise UnknownInteractionError(interaction_id)
    outline = store.find_outline(scope, interaction_id)
    turns, conversation, label = _own(store, scope, interaction_id)
    keys = [turn.record.key for turn in turns]
    entry = next((each for each in line if each.key == interaction_id), None)
    setup = SetupHistory(store, scope, turns).change_of(interaction_id)
    because = _because(store, record, entry, outline, setup)
    difference = _difference(store, record, outline)
    nearest = outline.nearest if outline is not None else ""
    same = _alike(store, scope, line, outline)
    if anew is not None:
        prices, same = anew, [price_anew(each, anew) for each in same]
        entry = entry and price_anew(entry, anew)
    chained = chained_amount(record, outline, because)
    base = store.get(scope, record.base_key) if record.base_key else None
    count = entry.steps_sent if entry is not None else None
    repeated = repeated_steps(record, len(record.sent), count, base)
    return Explanation(
        scope=scope,
        conversation=conversation,
        label=label,
        record=record,
        entry=entry,
        turn=keys.index(interaction_id) + 1 if interaction_id in keys else 0,
        turns=len(keys),
        why=record.reason,
        because=because,
        nearest=nearest,
        nearest_turn=keys.index(nearest) + 1 if nearest in keys else 0,
        difference=difference,
        listed=outline.asked if outline is not None else None,
        setup=setup,
        sent=sent_amount(record, entry, repeated),
        sent_before=repeated,
        chained=chained,
        chained_usd=chained_usd(entry, chained, prices),
        link=_link(record, line),
        same=len(same),
        among=len(line),
        usd=_cost([entry] if entry is not None else []),
        same_usd=_cost(same),
        sentence=sentence_of(record.reason, because, difference),
        advice=advice_on(because, difference),
    )


def _place(
    store: SessionStore, key: str, session_id: str | None
) -> tuple[Scope, list[LedgerEntry]]:
    """Find whose record it is, and the ledger of that thread, or of all without one."""
    scopes = [s for s in store.locate(key) if session_id in {None, s.session_id}]
    if not scopes:
        raise UnknownInteractionError(key)
    for scope in scopes:
        found = store.ledger(session_id=scope.session_id, thread_id=scope.thread_id)
        line = [entry for whose, entry in found if whose == scope]
        if any(entry.key == key for entry in line):
            return scope, line
    return scopes[0], []


def _own(
    store: SessionStore, scope: Scope, key: str
) -> tuple[list[Recorded], ConversationId, Label]:
    """Return the turns of a conversation in order, which it is, and who asks there."""
    found = store.conversation_of(scope, key) or ConversationId(scope, key)
    turns = store.records(found)
    if scope.thread_id:
        return turns, found, Label()
    return turns, found, next((t.label for t in reversed(turns) if t.label), Label())


def _link(record: InteractionRecord, line: Sequence[LedgerEntry]) -> Link:
    """Tell how a turn goes on from the one before it."""
    if record.parent_id:
        return "chained"
    if record.base_key:
        return "replayed"
    is_first = not line or line[0].key == record.key
    return "none" if is_first or not record.scope.thread_id else "followed"


def _because(
    store: SessionStore,
    record: InteractionRecord,
    entry: LedgerEntry | None,
    outline: Outline | None,
    setup: SetupChange | None,
) -> Because:
    if record.reason == "continue":
        return because_of_setup(record, setup)
    if record.reason in _AS_RECORDED:
        return _AS_RECORDED[record.reason]
    if record.reason == "expired":
        recovered = entry.recovered if entry is not None else ()
        for name, because in _RECOVERED:
            if name in recovered:
                return because
        return "expired"
    return _because_of_root(store, record, outline)


def _because_of_root(
    store: SessionStore, record: InteractionRecord, outline: Outline | None
) -> Because:
    if outline is None or not outline.sought:
        return "not_recorded"
    if outline.nearest:
        return "no_prefix_fits" if outline.differs else "not_kept"
    is_known = store.is_known_elsewhere(record.scope, record.key)
    return "another_account" if is_known else "new_conversation"


def because_of_setup(record: InteractionRecord, setup: SetupChange | None) -> Because:
    """Tell whether an answer was continued under the same instruction and tools."""
    if setup is None or setup.compared_with != record.parent_id:
        return "continues"
    states = {name: setup.part(name).state for name in ("instruction", "tools")}
    if states["instruction"] == "changed":
        return "system_changed"
    if states["tools"] == "changed":
        return "tools_changed"
    is_unknown = "unknown" in states.values()
    return "system_changed" if is_unknown and setup.is_other_digest else "continues"


def _difference(
    store: SessionStore, record: InteractionRecord, outline: Outline | None
) -> Difference | None:
    if outline is None or not outline.nearest or not outline.differs:
        return None
    nearest = store.find_outline(record.scope, outline.nearest)
    if nearest is None:
        return None
    change = first_change(nearest.shapes, outline.list)
    if change is None:
        return None
    then = contents_of(store, record.scope, nearest)
    now = contents_of(store, record.scope, outline)
    change = _refined(change, then, now)
    shape = outline.list[change.place]
    return Difference(
        step=change.place + 1,
        of=outline.asked,
        role=_ROLES.get(shape.kind, "model"),
        change=change.kind,
        gone=change.gone,
        added=change.added,
        compared_with=nearest.key,
        then=_side(nearest.shapes[change.place], then.get(change.place)),
        now=_side(shape, now.get(change.place)),
    )


def _refined(
    change: Change, then: dict[int, JsonObject], now: dict[int, JsonObject]
) -> Change:
    """Look into the content, where it is kept, for what marks do not tell."""
    before, after = then.get(change.place), now.get(change.place)
    if (change.gone, change.added) != (1, 1) or before is None or after is None:
        return change
    if before.get("type") != after.get("type"):
        return change
    if differs_in_media(before, after):
        return replace(change, kind="media_changed")
    calls = {"function_call", "function_result"}
    if before.get("type") in calls and differs_in_numbers(before, after):
        return replace(change, kind="number_changed")
    return change


def _side(shape: StepShape, wire: JsonObject | None) -> Side:
    text = text_of(wire) if wire is not None else None
    return Side(shape.kind, shape.size, shape.mark.hex(), text)


def _alike(
    store: SessionStore,
    scope: Scope,
    line: Sequence[LedgerEntry],
    outline: Outline | None,
) -> list[LedgerEntry]:
    """Return the turns of a ledger that first differ at the same step."""
    if outline is None or not outline.differs:
        return []
    why = next((each.reason for each in line if each.key == outline.key), "")
    alike = [each for each in line if each.reason == why][-_MOST_COMPARED:]
    found = ((each, store.find_outline(scope, each.key)) for each in alike)
    return [each for each, o in found if o is not None and o.differs == outline.differs]


def _cost(entries: Sequence[LedgerEntry]) -> Decimal | None:
    """Add up what turns cost; `None` if that of any is unknown."""
    costs = [each.picousd for each in entries]
    known = [cost for cost in costs if cost is not None]
    return usd(sum(known)) if known and len(known) == len(costs) else None
