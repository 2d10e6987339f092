"""Names of sessions and threads that no database keeps are refused by every store."""

import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core import (
    MemoryStore,
    PostgresStore,
    SessionStore,
    SqliteStore,
)
from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_core.records.interactions import Scope
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.contract.session_records import SCOPE, make_record

CUT = "name \ud83d"
# Random, because what PostgreSQL compresses fits into an index at any length.
LONG = "".join(random.Random(7).choices(string.ascii_letters, k=4_000))


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    if request.param == "sqlite":
        opened = SqliteStore(tmp_path / "sessions.db")
    else:
        opened = PostgresStore(request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[PostgresStore]:
    opened = PostgresStore(postgres_url)
    yield opened
    opened.close()


def ask(emulator: Emulator, store: SessionStore, **where: str) -> Any:
    """Ask within a graph whose state rests in memory."""
    model = ChatInteractions(
        model="gemini-3.5-flash",
        api_key="k",
        base_url=emulator.url,
        sessions=store,
        session_id=where.get("session_id", ""),
    )
    return model.invoke([HumanMessage("Hi")])


ASKS: dict[str, Callable[[SessionStore], object]] = {
    "usage of a session": lambda store: store.usage(session_id=CUT),
    "usage of a thread": lambda store: store.usage(thread_id=CUT),
    "ledger of a session": lambda store: store.ledger(session_id=CUT),
    "ledger of a thread": lambda store: store.ledger(thread_id=CUT),
    "held": lambda store: store.held_by(CUT),
    "copy from": lambda store: store.copy_thread(CUT, "2"),
    "copy to": lambda store: store.copy_thread("1", CUT),
    "delete": lambda store: store.delete_thread(CUT),
    "jobs": lambda store: store.list_jobs(thread_id=CUT),
    "find": lambda store: store.find(Scope("c", CUT), [b"1"]),
    "get": lambda store: store.get(Scope("c", "", CUT), "v1_a"),
}


@pytest.mark.parametrize("asked", ASKS.values(), ids=ASKS)
def test_a_name_with_half_a_character_is_refused_by_every_store(
    asked: Callable[[SessionStore], object], store: SessionStore
) -> None:
    with pytest.raises(ConfigurationError, match=r"lone surrogate \(U\+D83D at index"):
        asked(store)


def test_nothing_is_sent_for_a_session_that_cannot_be_recorded(
    store: SessionStore, emulator: Emulator
) -> None:
    with pytest.raises(ConfigurationError, match="session_id holds a lone surrogate"):
        ask(emulator, store, session_id=CUT)

    assert emulator.requests() == []


def test_nothing_is_sent_for_a_name_that_postgres_cannot_index(
    postgres: PostgresStore, emulator: Emulator
) -> None:
    with pytest.raises(ConfigurationError, match="session_id has 4000 bytes"):
        ask(emulator, postgres, session_id=LONG)

    assert emulator.requests() == []


@pytest.mark.parametrize(
    "filler", ["x", "\0", "\U0001f389"], ids=["letters", "nul", "emoji"]
)
def test_the_longest_names_are_kept_and_found_in_every_store(
    filler: str, store: SessionStore, emulator: Emulator
) -> None:
    """Ours: 1,000 bytes each, whatever they are, beside the longest ids of the API."""
    size = 2 if filler == "\0" else len(filler.encode())
    rng = random.Random(3)
    salt = "".join(rng.choices(string.ascii_letters, k=500))
    name = salt + filler * ((1_000 - len(salt)) // size)
    scope = Scope("gemini|host|" + salt[:40], name, name)

    store.put(make_record(scope=scope, key="v1_" + salt[:200], parent_id=salt[:200]))

    assert store.get(scope, "v1_" + salt[:200]) is not None
    assert ask(emulator, store, session_id=name).text


def app_with(saver: InteractionsSaver, emulator: Emulator) -> Any:
    model = ChatInteractions(
        model="gemini-3.5-flash", api_key="k", base_url=emulator.url
    )
    graph = StateGraph(MessagesState)
    graph.add_node("call", lambda state: {"messages": model.invoke(state["messages"])})
    return graph.add_edge(START, "call").compile(saver)


def run(app: Any, thread_id: str) -> object:
    asked = {"messages": [HumanMessage("Hi")]}
    return app.invoke(asked, {"configurable": {"thread_id": thread_id}})


def test_a_graph_does_not_begin_in_a_thread_that_cannot_be_named(
    store_url: str, emulator: Emulator
) -> None:
    with InteractionsSaver(store_url) as saver:
        app = app_with(saver, emulator)
        with pytest.raises(ConfigurationError, match="thread_id holds a lone surrog"):
            run(app, CUT)

    assert emulator.requests() == []


def test_a_graph_does_not_begin_in_a_thread_that_postgres_cannot_index(
    postgres_url: str, emulator: Emulator
) -> None:
    with InteractionsSaver(postgres_url) as saver:
        app = app_with(saver, emulator)
        with pytest.raises(ConfigurationError, match="thread_id has 4000 bytes"):
            run(app, LONG)

    assert emulator.requests() == []


def test_a_long_thread_is_a_thread_like_any_other_in_a_file(
    tmp_path: Path, emulator: Emulator
) -> None:
    with InteractionsSaver(f"sqlite:///{tmp_path}/state.db") as saver:
        app = app_with(saver, emulator)
        run(app, LONG)
        run(app, LONG)

    assert emulator.stats()["creates"] == 2


SAVER_ASKS: dict[str, Callable[[InteractionsSaver], object]] = {
    "get": lambda saver: saver.get_tuple({"configurable": {"thread_id": CUT}}),
    "list": lambda saver: list(saver.list({"configurable": {"thread_id": CUT}})),
    "delete": lambda saver: saver.delete_thread(CUT),
    "copy": lambda saver: saver.copy_thread("1", CUT),
    "prune": lambda saver: saver.prune([CUT]),
    "namespace": lambda saver: saver.get_tuple(
        {"configurable": {"thread_id": "1", "checkpoint_ns": CUT}}
    ),
}


@pytest.mark.parametrize("asked", SAVER_ASKS.values(), ids=SAVER_ASKS)
def test_a_saver_says_which_name_it_cannot_keep(
    asked: Callable[[InteractionsSaver], object], store_url: str
) -> None:
    with (
        InteractionsSaver(store_url) as saver,
        pytest.raises(ConfigurationError, match="holds a lone surrogate"),
    ):
        asked(saver)


def test_other_texts_that_cannot_be_kept_are_an_error_that_does_not_quote_them(
    store_url: str,
) -> None:
    kind = SqliteStore if store_url.startswith("sqlite") else PostgresStore
    store = kind(store_url.removeprefix("sqlite:///"))

    with pytest.raises(StoreError, match="lone surrogate") as caught:
        store.put(make_record(context=f"hunter2 {CUT}"))

    shown: list[str] = []
    error: BaseException | None = caught.value
    while error is not None:
        shown.append(f"{error!r} {error.args}")
        error = error.__cause__
    assert "hunter2" not in "".join(shown)
    assert store.get(SCOPE, "v1_a") is None
    store.close()


@pytest.mark.parametrize(
    "text", ["cut \ud83d", "nul \0", "ü🎉"], ids=["surrogate", "nul", "emoji"]
)
def test_what_is_said_may_hold_anything(
    text: str, store: SessionStore, emulator: Emulator
) -> None:
    model = ChatInteractions(
        model="gemini-3.5-flash", api_key="k", base_url=emulator.url, sessions=store
    )
    first = HumanMessage(text)

    reply = model.invoke([first])
    again = model.invoke([first, reply, HumanMessage("And?")])

    assert again.response_metadata["plan_reason"] == "continue"
