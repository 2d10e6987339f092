"""What the tests of searches do with a store."""

from interactions_core.records.inspection.searches import SearchResult
from interactions_core.records.interactions import LedgerEntry
from interactions_core.stores import SessionStore
from tests.contract.session_records import make_record


def say(
    store: SessionStore,
    key: str,
    text: str,
    entry: LedgerEntry | None = None,
    **changes: object,
) -> None:
    """Record a turn in which something was said."""
    sent = ({"type": "user_input", "content": [{"type": "text", "text": text}]},)
    digest = text.encode("utf-8", "surrogatepass")[:32].ljust(32)
    usual = {"sent": sent, "context_digest": digest, "target": "model:none"}
    store.put(make_record(key, **usual | changes), entry)


def index(store: SessionStore) -> None:
    """Index all that there is."""
    while store.index_texts():
        pass


def keys_of(result: SearchResult) -> set[str]:
    """Return what was found by what was said."""
    return {hit.key for hit in result.found if hit.where == "text"}


def found(store: SessionStore, text: str, **where: str) -> set[str]:
    """Return what is found by what was said."""
    return keys_of(store.search(text, limit=10_000, **where))
