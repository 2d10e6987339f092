"""Explains turns of one conversation, and of no other that has the same interactions."""

from collections.abc import Sequence
from typing import Final

from interactions_core.exceptions import UnknownInteractionError
from interactions_core.explaining.as_json import as_json
from interactions_core.explaining.explain import because_of_setup, explain_in
from interactions_core.explaining.setup_history import SetupHistory
from interactions_core.explaining.setup_words import setup_sentences
from interactions_core.explaining.setups import SetupChange
from interactions_core.explaining.turn_facts import is_sent_again
from interactions_core.explaining.words import sentence_of
from interactions_core.page.reading import View
from interactions_core.records.conversations import ConversationId, Recorded
from interactions_core.records.interactions import LedgerEntry, Scope

EXPLAINED: Final = 100
"""Turns of a conversation that a file explains at most, the newest."""

_KEPT: Final = ("because", "sentence", "difference", "chained", "advice")


def reasons_json(
    view: View, name: ConversationId, turns: Sequence[Recorded]
) -> dict[str, object]:
    """Explain the newest of the turns that did not simply go on.

    Of those that did it is told what changed before their list.

    Args:
        view: What is looked at.
        name: The conversation.
        turns: All of its turns, oldest first.

    Returns:
        `why`, by key, and `explained`: how many are explained at most.
    """
    asked = [t for t in turns if is_sent_again(t) or t.record.reason != "continue"]
    keys = [turn.record.key for turn in asked[-EXPLAINED:]]
    line = _line(view, name.scope) if keys else []
    told = {**_gone_on(view, name, turns)}
    told |= {key: _explained(view, name.scope, key, line) for key in keys}
    # What is not there was erased since the turns were listed.
    known = {key: each for key, each in told.items() if each is not None}
    return {"why": known, "explained": EXPLAINED}


def _gone_on(
    view: View, name: ConversationId, turns: Sequence[Recorded]
) -> dict[str, dict[str, object] | None]:
    """Tell of the newest turns that went on what changed before their list."""
    changes = SetupHistory(view.store, name.scope, turns).newest(EXPLAINED)
    records = {turn.record.key: turn.record for turn in turns}
    found: dict[str, dict[str, object] | None] = {}
    for key, change in changes.items():
        if records[key].reason != "continue":
            continue
        because = because_of_setup(records[key], change)
        found[key] = {
            **dict.fromkeys(_KEPT),
            "because": because,
            "sentence": sentence_of("continue", because, None),
            "setup": _setup_json(view, change),
        }
    return found


def _setup_json(view: View, told: SetupChange | None) -> dict[str, object] | None:
    """Write what is said of what changed; null where nothing did.

    `hidden` is what is said while content is hidden, null where that is the same.
    """
    if told is None or not told.those("changed"):
        return None
    hidden = setup_sentences(told, hide_content=True)
    said = hidden if view.hide_content else setup_sentences(told)
    return {"said": said, "hidden": None if hidden == said else hidden}


def reason_json(view: View, name: ConversationId, key: str) -> dict[str, object] | None:
    """Explain one turn; `None` if it is not of this conversation."""
    if view.store.conversation_of(name.scope, key) != name:
        return None
    return _explained(view, name.scope, key, _line(view, name.scope))


def _line(view: View, scope: Scope) -> list[LedgerEntry]:
    """Read the ledger of a scope, once for all turns that are explained."""
    found = view.store.ledger(session_id=scope.session_id, thread_id=scope.thread_id)
    return [entry for whose, entry in found if whose == scope]


def _explained(
    view: View, scope: Scope, key: str, line: list[LedgerEntry]
) -> dict[str, object] | None:
    try:
        found = explain_in(view.store, scope, key, line=line)
    except UnknownInteractionError:
        return None
    told = as_json(found, hide_content=view.hide_content)
    kept = {name: told[name] for name in _KEPT}
    return {**kept, "setup": _setup_json(view, found.setup)}
