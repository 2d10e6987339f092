"""What a store finds by words and names, the same in every store."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from interactions_core.records.searches import SearchResult
from interactions_core.stores import MemoryStore, SessionStore, open_store
from tests.contract.search_cases import CASES, TEXTS
from tests.contract.session_records import SCOPE, make_record

OTHER = replace(SCOPE, session_id="elsewhere", thread_id="another")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    url = f"sqlite:///{tmp_path}/sessions.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    opened = open_store(url)
    yield opened
    opened.close()


def say(store: SessionStore, key: str, text: str, **changes: object) -> None:
    """Record a turn in which something was said."""
    sent = ({"type": "user_input", "content": [{"type": "text", "text": text}]},)
    digest = text.encode("utf-8", "surrogatepass")[:32].ljust(32)
    usual = {"sent": sent, "context_digest": digest, "target": "model:none"}
    store.put(make_record(key, **usual | changes))


def index(store: SessionStore) -> None:
    while store.index_texts():
        pass


def said(result: SearchResult) -> set[str]:
    return {hit.key for hit in result.found if hit.where == "text"}


def found(store: SessionStore, text: str, **where: str) -> set[str]:
    return said(store.search(text, **where))


@pytest.mark.parametrize("prepare", [index, lambda _: None], ids=["index", "scan"])
def test_all_stores_agree_on_what_a_query_finds(
    store: SessionStore, prepare: Callable[[SessionStore], None]
) -> None:
    for key, text in TEXTS.items():
        say(store, key, text, held=())
    prepare(store)

    wrong = {
        query: (got, wanted)
        for query, wanted in CASES.items()
        if (got := found(store, query)) != wanted
    }

    assert wrong == {}
