"""Explains turns of one conversation, and of no other that has the same interactions."""

from collections.abc import Sequence
from typing import Final

from interactions_core.exceptions import UnknownInteractionError
from interactions_core.explaining.as_json import as_json
from interactions_core.explaining.explain import explain_in
from interactions_core.explaining.turn_facts import is_sent_again
from interactions_core.page.reading import View
from interactions_core.records.conversations import ConversationId, Recorded
from interactions_core.records.interactions import LedgerEntry, Scope

EXPLAINED: Final = 100
"""Turns of a conversation that a file explains at most, the newest."""

_KEPT: Final = ("because", "sentence", "difference", "chained", "advice")


def reasons_json(
    view: View, name: ConversationId, turns: Sequence[Recorded]
) -> dict[str, object]:
    """Explain the turns that did not simply go on, the newest of them.

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
    told = {key: _explained(view, name.scope, key, line) for key in keys}
    # What is not there was erased since the turns were listed.
    known = {key: each for key, each in told.items() if each is not None}
    return {"why": known, "explained": EXPLAINED}


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
    return {name: told[name] for name in _KEPT}
