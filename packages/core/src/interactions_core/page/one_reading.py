"""Reads a ledger once, however many of its turns are explained."""

from typing import cast

from interactions_core.records.interactions import LedgerEntry, Scope
from interactions_core.stores.protocols.sessions import SessionStore

_Ledger = list[tuple[Scope, LedgerEntry]]


def with_one_ledger(store: SessionStore) -> SessionStore:
    """Return a store that remembers the ledgers of conversations it was asked for.

    For one look at one conversation: what is written later is not seen.
    """
    return cast("SessionStore", _Remembering(store))


class _Remembering:
    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._known: dict[tuple[str | None, str | None], _Ledger] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def ledger(
        self, *, session_id: str | None = None, thread_id: str | None = None
    ) -> _Ledger:
        asked = (session_id, thread_id)
        if asked not in self._known:
            found = self._store.ledger(session_id=session_id, thread_id=thread_id)
            self._known[asked] = [*found]
        return self._known[asked]
