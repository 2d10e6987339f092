"""Pruning, deleting runs and copying: what stays, what goes, what lies in the file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from interactions_core.exceptions import ConfigurationError
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    ReplyForm,
    Scope,
)
from interactions_core.stores.sqlite.database import SqliteDatabase
from interactions_core.usage import Usage
from interactions_langgraph import InteractionsSaver
from interactions_langgraph._storage.tables import MIGRATIONS
from tests.langgraph.checkpoints import (
    at,
    bytes_of,
    count,
    on_postgres,
    put,
    put_value,
    read_everything,
    talk,
    value_of,
)

TEXT = "xyzzy-plugh-7291"


@pytest.fixture
def saver(store_url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(store_url) as saver:
        yield saver


def rows(saver: InteractionsSaver) -> dict[str, int]:
    names = ("threads", "spaces", "contents", "nodes", "writes")
    found = {name: count(saver, f"checkpoint_{name}") for name in names}
    return found | {"checkpoints": count(saver, "checkpoints")}


def make_record(thread: str = "t") -> InteractionRecord:
    return InteractionRecord(
        scope=Scope(credential="c", session_id="s", thread_id=thread),
        key="k",
        request_digest=b"d",
        form=ReplyForm(()),
        held=({"type": "model_output", "content": [{"type": "text", "text": TEXT}]},),
        created_at=1.0,
        expires_at=2.0,
    )


def test_prune_erases_what_only_older_checkpoints_held(
    saver: InteractionsSaver,
) -> None:
    old = put(saver, {"c": [HumanMessage(TEXT)]}, metadata={"note": f"note {TEXT}"})
    saver.put_writes(old, [("c", {"in a write": TEXT})], f"task {TEXT}")
    new = put_value(saver, talk(2), old, version=2)

    saver.prune(["t"])

    assert TEXT.encode() not in bytes_of(saver)
    assert value_of(saver, new) == talk(2)
    assert rows(saver)["nodes"] == 2
    assert len(read_everything(saver)) == 1


def test_prune_erases_what_a_replaced_checkpoint_held(saver: InteractionsSaver) -> None:
    put(saver, {"c": [HumanMessage(TEXT)]}, own_id="1")
    put(saver, {"c": talk(1)}, own_id="1")

    saver.prune(["t"])

    assert TEXT.encode() not in bytes_of(saver)
    assert value_of(saver, at()) == talk(1)


def test_prune_twice_changes_nothing(saver: InteractionsSaver) -> None:
    config = put_value(saver, [*talk(3), AIMessage(TEXT)])
    saver.put_writes(config, [("c", {"state": talk(3)})], "task")
    saver.prune(["t"])
    once = (rows(saver), read_everything(saver))

    saver.prune(["t"])

    assert (rows(saver), read_everything(saver)) == once


def test_the_newest_checkpoint_names_no_parent_that_is_gone(
    saver: InteractionsSaver,
) -> None:
    put_value(saver, 2, put_value(saver, 1), version=2)

    saver.prune(["t"])

    assert saver.list(None).__next__().parent_config is None


def test_a_pruned_thread_goes_on(saver: InteractionsSaver) -> None:
    config = at()
    for length in range(1, 9):
        config = put_value(saver, talk(length), config, version=length)
        saver.put_writes(config, [("c", talk(length))], "task")
        saver.prune(["t"])

    assert value_of(saver, config) == talk(8)
    assert rows(saver)["nodes"] == 8
    assert len(read_everything(saver)) == 1


def test_numbers_are_not_given_out_again(saver: InteractionsSaver) -> None:
    """A `list` under way remembers what numbers meant."""
    config = at()
    for n in range(40):
        config = put_value(saver, [HumanMessage(f"first {n}")], config, version=n)
    listing = saver.list(None)
    newest = next(listing)

    saver.delete_for_runs(["nobody"])
    saver.prune(["t"])
    put_value(saver, [HumanMessage("later")], newest.config, version=99)

    texts = [t.checkpoint["channel_values"]["c"][0].text for t in [newest, *listing]]
    assert all(text.startswith("first") for text in texts)


def test_prune_names_the_strategies_that_there_are(saver: InteractionsSaver) -> None:
    with pytest.raises(ConfigurationError, match="'keep_latest' or 'delete'"):
        saver.prune(["t"], strategy="oldest")


def test_deleting_a_run_leaves_no_byte_of_it(saver: InteractionsSaver) -> None:
    metadata = {"run_id": "r1", "note": f"note {TEXT}"}
    old = put(saver, {"c": [HumanMessage(TEXT)]}, metadata=metadata)
    saver.put_writes(old, [("c", {"in a write": TEXT})], "task")
    new = put(saver, {"c": talk(2)}, config=old, metadata={"run_id": "r2"}, version=2)

    saver.delete_for_runs(["r1"])

    assert TEXT.encode() not in bytes_of(saver)
    assert value_of(saver, new) == talk(2)
    assert len(read_everything(saver)) == 1


def test_a_copy_is_equal_and_independent(saver: InteractionsSaver) -> None:
    config = at()
    for n in range(1, 30):
        config = put_value(saver, talk(n), config, version=n)
        saver.put_writes(config, [("c", {"state": talk(n)})], "task")
    put_value(saver, [HumanMessage(TEXT)], at("t", "child:1"))
    expected = [(t.checkpoint, t.metadata, t.pending_writes) for t in saver.list(None)]

    saver.copy_thread("t", "u")
    saver.delete_thread("t")

    found = [(t.checkpoint, t.metadata, t.pending_writes) for t in saver.list(None)]
    assert found == expected
    longer = put_value(saver, talk(31), at("u", found[1][0]["id"]), version=31)
    assert value_of(saver, longer) == talk(31)
    read_everything(saver)


def test_a_longer_copy_shares_what_it_copied(saver: InteractionsSaver) -> None:
    put_value(saver, talk(20))
    saver.copy_thread("t", "u")

    put_value(saver, talk(21), at("u"), version=2)

    assert rows(saver)["nodes"] == 41


def test_a_copy_onto_a_thread_in_use_is_refused_and_changes_nothing(
    saver: InteractionsSaver,
) -> None:
    put_value(saver, "source")
    put_value(saver, "target", at("u"))

    with pytest.raises(ConfigurationError, match="'u' already has checkpoints"):
        saver.copy_thread("t", "u")

    assert value_of(saver, at("u")) == "target"


def test_a_copy_onto_itself_is_refused_also_of_an_empty_thread(
    saver: InteractionsSaver,
) -> None:
    """A thread whose runs were all deleted is still known, with nothing in it."""
    put_value(saver, "source")
    metadata: Any = {"source": "loop", "run_id": "r"}
    put(saver, {"c": 1}, config=at("empty"), metadata=metadata)
    saver.delete_for_runs(["r"])

    for thread_id in ("t", "empty", "unknown"):
        with pytest.raises(ConfigurationError, match="cannot be copied onto itself"):
            saver.copy_thread(thread_id, thread_id)

    assert value_of(saver, at("t")) == "source"


def test_a_copy_takes_the_sessions_along_but_not_the_bill(
    saver: InteractionsSaver,
) -> None:
    paid = LedgerEntry(
        key="k",
        target="model:m",
        reason="root",
        status="completed",
        usage=Usage(1, 0, 1, 0, 0, 2),
        created_at=1.0,
    )
    saver.sessions.put(make_record(), paid)
    put_value(saver, talk(1))

    saver.copy_thread("t", "u")

    assert saver.sessions.get(make_record("u").scope, "k") == make_record("u")
    assert len(saver.sessions.ledger()) == 1


Erase = Callable[[InteractionsSaver], None]


@pytest.mark.parametrize(
    "erase",
    [
        pytest.param(lambda saver: saver.delete_thread("t"), id="delete_thread"),
        pytest.param(lambda saver: saver.prune(["t"], strategy="delete"), id="prune"),
    ],
)
def test_no_byte_of_a_deleted_thread_is_left_anywhere(
    erase: Erase, saver: InteractionsSaver
) -> None:
    """Values, writes, metadata, ids of tasks, and the mirror of its sessions."""
    metadata: Any = {"note": TEXT, "run_id": TEXT}
    config = put(saver, {"c": [HumanMessage(TEXT)], "d": TEXT}, metadata=metadata)
    saver.put_writes(config, [("c", {"x": TEXT})], TEXT, TEXT)
    put_value(saver, [AIMessage(TEXT)], at("t", f"{TEXT}:1"))
    saver.sessions.put(make_record())
    saver.copy_thread("t", "u")
    saver.delete_thread("u")
    assert TEXT.encode() in bytes_of(saver)

    erase(saver)

    assert TEXT.encode() not in bytes_of(saver)
    if not on_postgres(saver):
        with saver.sessions.database.reading() as connection:
            connection.execute("VACUUM")
    assert TEXT.encode() not in bytes_of(saver)
    assert set(rows(saver).values()) == {0}


def test_a_file_of_the_first_schema_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    database = SqliteDatabase(path)
    database.install("checkpoints", MIGRATIONS[:1])
    database.close()

    with InteractionsSaver(f"sqlite:///{path}") as saver:
        put_value(saver, talk(3))
        saver.prune(["t"])

        assert value_of(saver, at()) == talk(3)
