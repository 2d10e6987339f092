"""What stood before the list of each request, in every store: kept, told and erased."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from interactions_core import PostgresStore, SessionStore, SqliteStore, open_store
from interactions_core.canonical import Json
from interactions_core.explaining.explain import explain
from interactions_core.explaining.setup_history import SetupHistory
from interactions_core.explaining.setup_words import setup_note, setup_sentences
from interactions_core.explaining.setups import SetupChange
from interactions_core.records.conversations import ConversationId
from interactions_core.records.labels import LONGEST, Label
from interactions_core.records.outlines import Sketch
from interactions_core.stores import MemoryStore
from tests.contract.session_records import SCOPE, make_entry, make_record

SqlStore = SqliteStore | PostgresStore

OTHER = replace(SCOPE, thread_id="other")


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


def function(name: str, text: str = "") -> Mapping[str, Json]:
    return {"type": "function", "name": name, "description": text}


def settings(
    *tools: Json, system: str = "Be brief.", **options: Json
) -> Mapping[str, Json]:
    return {
        "system_instruction": system,
        "tools": [*tools],
        "generation_config": {"temperature": 0.5},
        **options,
    }


FULL = settings(function("book"), function("search"), response_format={"type": "text"})


def put(
    store: SessionStore,
    key: str,
    given: Mapping[str, Json] | None = FULL,
    *,
    after: str = "",
    label: str = "",
    is_outlined: bool = True,
    **changes: object,
) -> None:
    """Record a turn that goes on from another."""
    number = float(key.strip("abcdefghijklmnopqrstuvwxyz") or 0)
    record = make_record(
        key, parent_id=after, created_at=1_790_000_000.0 + number, **changes
    )
    sketch = Sketch(
        steps=(), system=(given or {}).get("system_instruction"), settings=given
    )
    by = Label(framework="langgraph", name=label)
    outlined = sketch if is_outlined else None
    store.put(record, make_entry(key), sketch=outlined, label=by)


def told(store: SessionStore, key: str) -> SetupChange | None:
    turns = store.records(ConversationId(SCOPE))
    return SetupHistory(store, SCOPE, turns).change_of(key)


def states(change: SetupChange | None) -> dict[str, str]:
    return {} if change is None else {each.part: each.state for each in change.parts}


SAME = dict.fromkeys(
    ("model", "instruction", "tools", "response_format", "options"), "same"
)
UNKNOWN = dict.fromkeys(("tools", "response_format", "options"), "unknown")


def rows(store: SessionStore) -> list[tuple[str, str]]:
    """Return whose rows there are, where the store has a table."""
    with cast("SqlStore", store).database.reading() as db:
        query = "SELECT thread_id, named FROM setups ORDER BY thread_id, named"
        return [tuple(row) for row in db.execute(query)]


def test_every_store_tells_the_same_of_the_same_turns(store: SessionStore) -> None:
    built_in: Json = {"type": "google_search"}
    server: Json = {"type": "mcp_server", "name": "kb", "url": "https://a"}
    put(store, "t1")
    put(store, "t2", settings(built_in, function("search"), server), after="t1")
    put(store, "t3", settings(server | {"url": "https://b"}), after="t2")
    put(store, "t4", settings(seed=7, response_format=[]), after="t3")

    turns = store.records(ConversationId(SCOPE))
    found = SetupHistory(store, SCOPE, turns).changes(turns)

    assert [setup_note(each) for each in found.values()] == [
        "",
        "tools: added google_search, mcp_server kb; gone book; response format changed",
        "tools: gone google_search, search; changed mcp_server kb",
        "tools: gone mcp_server kb; response format changed; options: added seed",
    ]


def test_what_names_a_setup_is_kept_once_for_all_turns_of_a_thread(
    store_url: str,
) -> None:
    with closing(open_store(store_url)) as store:
        for number in range(1, 30):
            given = {**FULL, "system_instruction": f"It is {number}."}
            put(store, f"t{number}", given, after=f"t{number - 1}")

        assert len(rows(store)) == 2
        change = told(store, "t29")
        assert change is not None
        assert states(change) == SAME | {"instruction": "changed"}
        part = change.part("instruction")
        assert (part.changes, part.among, part.values) == (28, 29, 29)


def test_a_record_names_both_in_48_bytes(store_url: str) -> None:
    """As docs/sizing.md has it."""
    with closing(open_store(store_url)) as store:
        put(store, "t1", None)
        put(store, "t2")
        with cast("SqlStore", store).database.reading() as db:
            query = "SELECT length(extra) FROM interactions ORDER BY key"
            [(without,), (named,)] = db.execute(query).fetchall()

    assert named - without == 48


def test_nothing_of_what_is_sent_is_kept_but_names_and_keyed_marks(
    store_url: str,
) -> None:
    secret = {"type": "mcp_server", "name": "kb", "headers": {"a": "swordfish"}}
    config: Json = {"stop_sequences": ["swordfish"]}
    given = settings(
        function("book", "swordfish"),
        secret,
        system="swordfish",
        generation_config=config,
        response_format={"title": "swordfish"},
    )
    with closing(open_store(store_url)) as store:
        put(store, "t1", given)
        put(store, "t2", given, scope=replace(OTHER, credential="another|account"))

        kept = rows(store)
        assert "swordfish" not in str(kept)
        assert "book" in str(kept)
        with closing(open_store(f"{store_url}.2" if "sqlite" in store_url else "memory:another")) as other:  # fmt: skip
            put(other, "t1", given)
            marks = [each.tools for each in other.find_setups(SCOPE, ["t1"]).values()]
        # The same in another store has other marks.
        assert marks != [
            each.tools for each in store.find_setups(SCOPE, ["t1"]).values()
        ]


def test_a_thread_that_is_deleted_leaves_none_and_one_that_is_copied_has_its_own(
    store_url: str,
) -> None:
    with closing(open_store(store_url)) as store:
        put(store, "t1")
        put(store, "t2", settings(function("book")), after="t1")
        store.copy_thread("thread", "other")

        store.delete_thread("thread")

        assert {thread for thread, _ in rows(store)} == {"other"}
        assert store.find_setups(SCOPE, ["t1", "t2"]) == {}
        found = store.find_setups(OTHER, ["t1", "t2"])
        assert [name for name, _ in found["t2"].tools or ()] == ["book"]
        store.delete_thread("other")
        assert rows(store) == []


def test_a_copied_thread_and_a_deleted_one_in_memory() -> None:
    store = MemoryStore(limit=4)
    put(store, "t1")
    store.copy_thread("thread", "other")
    store.delete_thread("thread")
    assert store.find_setups(SCOPE, ["t1"]) == {}
    assert store.find_setups(OTHER, ["t1"])["t1"].tools

    for number in range(2, 9):
        put(store, f"t{number}", settings(function(f"f{number}")))

    # What is forgotten takes what names it along.
    assert len(store._setups) == 4
    assert len(store._written) == 5


def test_of_turns_of_an_older_release_it_is_said_what_is_not_known(
    store: SessionStore,
) -> None:
    put(store, "t1", None, setup=b"one")
    put(store, "t2", after="t1", setup=b"one")
    put(store, "t3", after="t2", setup=b"other")
    put(store, "t4", None, after="t3", setup=b"more", is_outlined=False)

    same = UNKNOWN | {"model": "same", "instruction": "same", "tools": "same"}
    assert states(told(store, "t2")) == same
    assert states(told(store, "t3")) == SAME
    assert states(told(store, "t4")) == UNKNOWN | {
        "model": "same",
        "instruction": "unknown",
    }
    assert " ".join(setup_sentences(told(store, "t4"))) == (
        "Whether instruction, tools, response format and options changed since turn 3 "
        "is not known: a release that kept no marks of setups has recorded one of the "
        "two."
    )
    assert explain(store, "t2").setup is not None


def test_where_only_the_hash_of_both_is_known_other_tools_are_told(
    store: SessionStore,
) -> None:
    for number, setup in enumerate((b"one", b"other"), 1):
        sketch = Sketch(steps=(), system="Be brief.")
        record = make_record(
            f"t{number}", parent_id=f"t{number - 1}", setup=setup,
            created_at=1_790_000_000.0 + number, reason="continue",
        )  # fmt: skip
        store.put(record, make_entry(record.key), sketch=sketch)

    assert states(told(store, "t2")) == UNKNOWN | {
        "model": "same",
        "instruction": "same",
        "tools": "changed",
    }
    assert explain(store, "t2").because == "tools_changed"


def test_a_turn_without_a_parent_is_compared_with_the_last_of_whoever_asks(
    store: SessionStore,
) -> None:
    put(store, "t1", label="planner")
    put(store, "t2", settings(function("pay"), system="Pay."), label="payer")
    put(store, "t3", FULL, label="planner")
    put(store, "t4", settings(function("google")), reason="separate", label="planner")
    put(store, "t5", FULL, label="planner")

    assert told(store, "t1") is None
    assert told(store, "t2") is None
    assert told(store, "t4") is None
    for key, before in (("t3", "t1"), ("t5", "t3")):
        change = told(store, key)
        assert change is not None
        assert (change.compared_with, states(change)) == (before, SAME)


def test_callers_that_share_a_conversation_are_told_from_what_changes_always(
    store: SessionStore,
) -> None:
    for number in range(1, 9):
        given = settings(system=("Ask.", "Answer.")[number % 2])
        put(store, f"t{number}", given, after=f"t{number - 1}")

    said = setup_sentences(told(store, "t8"))

    assert (
        "The instruction has changed in 7 of 8 turns, between 2: callers that differ "
        "share the conversation." in said
    )


def test_names_do_not_grow_and_are_on_one_line(store: SessionStore) -> None:
    put(store, "t1", settings(function("a\nb" * 400), function("\ud83d"), "odd"))

    tools = store.find_setups(SCOPE, ["t1"])["t1"].tools or ()

    names = [name for name, _ in tools]
    assert [len(name) for name in names] == [LONGEST, 1, 4]
    assert "\n" not in names[0]


def test_a_name_that_two_tools_have_is_counted(store: SessionStore) -> None:
    twice = [function("book", "one"), function("book", "two")]
    put(store, "t1", settings(*twice))
    put(store, "t2", settings(twice[0]), after="t1")
    put(store, "t3", settings(twice[0], function("book", "three")), after="t2")

    assert setup_note(told(store, "t2")) == "tools: gone book"
    assert setup_note(told(store, "t3")) == "tools: added book"


def test_a_store_from_before_is_read_without_and_then_has_them(store_url: str) -> None:
    with closing(open_store(store_url)) as opened:
        put(opened, "t1")
        before = cast("SqlStore", opened)
        with before.database.writing() as db:
            db.execute("DROP TABLE setups")
            db.execute("DELETE FROM schema_versions WHERE part = 'setups'")

    with closing(open_store(store_url, read_only=True)) as store:
        found = store.find_setups(SCOPE, ["t1"])["t1"]
        assert (found.tools, found.options, found.is_outlined) == (None, None, True)
        assert explain(store, "t1").setup is None
    with closing(open_store(store_url)) as store:
        put(store, "t2", after="t1")
        put(store, "t3", after="t2")
        assert states(told(store, "t3")) == SAME
        assert store.delete_thread("thread") == 3


def test_matching_goes_by_the_one_hash_as_before(store: SessionStore) -> None:
    """What names the parts is no part of what is compared when a parent is chosen."""
    put(store, "t1", FULL, setup=b"hash")

    found = store.get(SCOPE, "t1")

    assert found is not None
    assert found.setup == b"hash"


def test_an_answer_that_is_settled_later_keeps_what_is_known(
    store: SessionStore,
) -> None:
    """As a turn does whose answer an earlier one has left."""
    put(store, "t1")
    put(store, "t2", after="t1")
    found = store.get(SCOPE, "t2")
    assert found is not None

    store.put(replace(found, status="incomplete"), make_entry("t2"))

    assert states(told(store, "t2")) == SAME


def test_a_copy_without_content_tells_the_same(tmp_path: Path) -> None:
    from click.testing import CliRunner  # noqa: PLC0415

    from interactions_core.cli.root import interactions  # noqa: PLC0415

    source, copy = tmp_path / "s.db", tmp_path / "c.db"
    with closing(SqliteStore(source)) as store:
        put(store, "t1", setup=b"one")
        put(
            store, "t2", settings(function("pay"), system="x"), after="t1", setup=b"two"
        )
        wanted = setup_sentences(told(store, "t2"))
    asked = ("db", "copy", str(copy), "--without-content", "--sessions", f"sqlite:///{source}")  # fmt: skip
    done = CliRunner().invoke(interactions, asked)
    assert done.exit_code == 0, done.output

    with closing(SqliteStore(copy, mirror="full")) as store:
        assert setup_sentences(told(store, "t2")) == wanted
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT count(*) FROM setups").fetchone() == (4,)
