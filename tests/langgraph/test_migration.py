"""`interactions migrate` takes over the threads of LangGraph's own savers."""

import hashlib
import importlib
import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Command

from interactions_core.cli.root import interactions
from interactions_langgraph import InteractionsSaver
from interactions_langgraph._migration.loader import Loader, UnreadableValueError
from tests.langgraph.checkpoints import put
from tests.langgraph.conftest import MakeModel
from tests.langgraph.old_savers import (
    Named,
    Sized,
    TurnedBits,
    build,
    encrypted,
    everything,
    put_some,
    said,
    sqlite_saver,
    talk_for_long,
)
from tests.programs import run_kills

CRASHES = "tests.langgraph.migration_crashes"
KILLS = int(os.environ.get("MIGRATION_CRASHES", "12"))
HELPERS = "tests.langgraph.old_savers"
INDEXES = "SELECT task_id, idx, channel FROM writes ORDER BY task_id, idx"
CLASS_MODULE = """
import dataclasses

@dataclasses.dataclass
class Order:
    number: int
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return tmp_path / "old.db"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state.db'}"


def migrate(*arguments: object) -> Result:
    return CliRunner().invoke(interactions, ["migrate", *map(str, arguments)])


def fill(path: Path, *threads: str) -> dict[tuple[str, str, str], Any]:
    with sqlite_saver(path) as saver:
        for thread in threads:
            messages = [HumanMessage(f"{thread} {n}", id=str(n)) for n in range(4)]
            put_some(saver, thread, [messages[: n + 1] for n in range(4)])
        return everything(saver)


def moved(url: str, **options: Any) -> dict[tuple[str, str, str], Any]:
    with InteractionsSaver(url, **options) as saver:
        return everything(saver)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows_of(output: str) -> dict[str, str]:
    """Read the table at the end back."""
    return {m[1]: m[2] for m in re.finditer(r"│ (\S.*?) +│ +(\S.*?) │", output)}


def test_a_long_conversation_moves_as_it_was_and_goes_on(
    old: Path, url: str, make_model: MakeModel
) -> None:
    with sqlite_saver(old) as saver:
        talk_for_long(make_model(), saver)
        before = everything(saver)
    digest = sha256(old)

    done = migrate(old, url)

    assert done.exit_code == 0, done.output
    assert sha256(old) == digest
    assert {namespace for _, namespace, _ in before} == {"", "inner"}
    assert moved(url) == before
    with InteractionsSaver(url) as saver:
        graph = build(make_model(sessions=None), saver)
        thread: Any = {"configurable": {"thread_id": "long"}}
        answered = graph.invoke(Command(resume="yes"), thread)
        assert answered["notes"] == ["they said yes"]
        replies = [
            graph.invoke(said(text), thread)["messages"][-1]
            for text in ("What is my order number?", "And again?")
        ]
        assert "7731" in replies[0].text
        reasons = [reply.response_metadata["plan_reason"] for reply in replies]
        assert reasons == ["foreign", "continue"]
        assert len(graph.get_state(thread).values["log"]) == 2 * 50 + 1 + 2 * 2


def test_the_table_says_what_was_moved_and_how_large_it_is(old: Path, url: str) -> None:
    fill(old, "a", "b")

    shown = rows_of(migrate(old, url).stdout)

    assert shown["threads"] == "2"
    assert shown["checkpoints"] == "8"
    assert shown["writes"] == "8"
    assert {key for key in shown if key.startswith("size")} == {
        "size of the source",
        "size of the target before",
        "size of the target after",
    }


def test_a_second_run_finds_all_threads_there(old: Path, url: str) -> None:
    fill(old, "a", "b")
    migrate(old, url)
    before = moved(url)

    again = migrate(old, url)

    assert again.exit_code == 0
    shown = rows_of(again.stdout)
    assert shown["threads"] == "0"
    assert shown["threads that were there already"] == "2"
    assert moved(url) == before


def test_a_thread_that_went_on_in_the_target_is_left_alone(old: Path, url: str) -> None:
    fill(old, "a")
    migrate(old, url)
    with InteractionsSaver(url) as saver:
        put_some(saver, "a", ["later"])
    before = moved(url)

    assert migrate(old, url).exit_code == 0
    assert moved(url) == before


def test_of_a_thread_that_grew_in_the_source_only_the_rest_is_added(
    old: Path, url: str
) -> None:
    with sqlite_saver(old) as saver:
        put_some(saver, "a", ["first"])
        put_some(saver, "b", ["b"])
        migrate(old, url)
        put_some(saver, "a", ["second"])
        put_some(saver, "c", ["c"])
        before = everything(saver)

    done = migrate(old, url)

    assert done.exit_code == 0, done.output
    assert moved(url) == before


def test_a_thread_that_went_on_in_both_is_refused_until_it_may_be_replaced(
    old: Path, url: str
) -> None:
    fill(old, "a", "b")
    migrate(old, url)
    with InteractionsSaver(url) as saver:
        put_some(saver, "a", ["mine"])
    before = fill(old, "a", "c")

    refused = migrate(old, url)

    assert refused.exit_code == 1
    assert "thread 'a' was not moved" in refused.stderr
    assert "; the source 8 checkpoints and 8 writes)" in refused.stderr
    assert len([key for key in moved(url) if key[0] == "c"]) == 4
    assert migrate(old, url, "--replace").exit_code == 0
    assert moved(url) == before


def test_a_thread_whose_values_differ_is_refused_until_it_may_be_replaced(
    old: Path, url: str
) -> None:
    fill(old, "a")
    migrate(old, url)
    before = fill(old, "a")
    with closing(sqlite3.connect(old)) as db, db:
        db.execute(
            "UPDATE checkpoints SET metadata = replace(metadata, 'loop', 'fork') "
            "WHERE checkpoint_id IN (SELECT min(checkpoint_id) FROM checkpoints)"
        )

    refused = migrate(old, url)

    assert refused.exit_code == 1
    assert "other metadata): the thread was pruned" in refused.stderr
    assert migrate(old, url, "--replace").exit_code == 0
    assert moved(url).keys() == before.keys()


def test_a_thread_that_was_deleted_in_the_target_is_moved_again(
    old: Path, url: str, make_model: MakeModel
) -> None:
    with sqlite_saver(old) as saver:
        talk_for_long(make_model(), saver)
        before = everything(saver)
    migrate(old, url)
    with InteractionsSaver(url) as saver:
        saver.delete_thread("long")

    done = migrate(old, url)

    assert done.exit_code == 0, done.output
    assert moved(url) == before


def test_a_thread_of_the_target_with_the_same_id_is_not_touched(
    old: Path, url: str
) -> None:
    fill(old, "a")
    with InteractionsSaver(url) as saver:
        put_some(saver, "a", ["mine"])
        mine = everything(saver)

    assert migrate(old, url).exit_code == 1
    assert moved(url) == mine


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the runs are forked")
def test_a_run_that_was_killed_anywhere_is_completed_by_the_next(
    old: Path, tmp_path: Path
) -> None:
    """Ours: MIGRATION_CRASHES sets how many runs are killed; the seed is printed."""
    fill(old, *(f"thread {n}" for n in range(40)))

    done = run_kills(CRASHES, "there", old, tmp_path, KILLS)

    assert int(done) > 0


def test_what_comes_back_changed_is_reported_and_not_kept(old: Path, url: str) -> None:
    with sqlite_saver(old) as saver:
        [own_id] = put_some(saver, "numbers", [7])
        put_some(saver, "words", ["seven"])

    done = migrate(old, url, "--target-serde", f"{HELPERS}:Forgetful")

    assert done.exit_code == 1
    assert f"checkpoint {own_id} of thread 'numbers' came back" in done.stderr
    assert "another value of channel 'c'" in done.stderr
    assert {key[0] for key in moved(url)} == {"words"}


def test_objects_of_a_class_that_is_gone_keep_only_their_own_thread(
    old: Path, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "orders_of_a_test.py").write_text(CLASS_MODULE)
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(app))
        orders_of_a_test = importlib.import_module("orders_of_a_test")
        with sqlite_saver(old) as saver:
            put_some(saver, "orders", [{"o": [orders_of_a_test.Order(7)]}])
            put_some(saver, "words", ["seven"])
    del sys.modules["orders_of_a_test"]

    refused = migrate(old, url)

    assert refused.exit_code == 1
    assert "of thread 'orders' holds objects that cannot be built" in refused.stderr
    assert "orders_of_a_test:Order" in refused.stderr
    assert {key[0] for key in moved(url)} == {"words"}
    assert "--allow orders_of_a_test:Order" in refused.stderr
    monkeypatch.syspath_prepend(str(app))
    # A row imports nothing, although it could now.
    assert migrate(old, url, "--app-dir", app).exit_code == 1
    allowed = ("--app-dir", app, "--allow", "orders_of_a_test:Order")
    assert migrate(old, url, *allowed).exit_code == 0
    assert {key[0] for key in moved(url)} == {"orders", "words"}


def test_only_allowed_classes_are_built(old: Path, url: str) -> None:
    with sqlite_saver(old) as saver:
        put_some(saver, "a", [Sized(7)])
        put_some(saver, "b", [Named("seven")])

    done = migrate(old, url, "--allow", f"{HELPERS}:Sized")

    assert done.exit_code == 1
    assert f"cannot be built here: {HELPERS}:Named" in done.stderr
    assert {key[0] for key in moved(url)} == {"a"}


def test_an_encrypted_database_moves_into_an_encrypted_one(
    old: Path, url: str, tmp_path: Path
) -> None:
    with sqlite_saver(old, encrypted()) as saver:
        put_some(saver, "t", [[HumanMessage("xyzzy-7291", id="1")], Sized(7)])
        before = everything(saver)

    done = migrate(old, url, "--serde", f"{HELPERS}:encrypted")

    assert done.exit_code == 0, done.output
    assert moved(url, serde=encrypted()) == before
    assert b"xyzzy-7291" not in (tmp_path / "state.db").read_bytes()


def test_classes_that_are_gone_are_noticed_behind_encryption(old: Path) -> None:
    strict = EncryptedSerializer(
        TurnedBits(), JsonPlusSerializer(allowed_msgpack_modules=None)
    )
    with sqlite_saver(old, encrypted()) as saver:
        put_some(saver, "t", [Sized(7)])
        [(_, body)] = saver.conn.execute("SELECT type, value FROM writes")

    with pytest.raises(UnreadableValueError, match=f"{HELPERS}:Sized"):
        Loader(strict).load(("msgpack+turned", body), "a write")


def test_a_wrong_key_moves_nothing_and_says_so(old: Path, url: str) -> None:
    with sqlite_saver(old, encrypted()) as saver:
        put_some(saver, "t", ["text"])

    done = migrate(old, url)

    assert done.exit_code == 1
    assert "of thread 't' cannot be read (NotImplementedError" in done.stderr
    assert moved(url) == {}


def test_a_dry_run_reads_all_and_writes_nothing(old: Path, tmp_path: Path) -> None:
    fill(old, "a")
    with sqlite_saver(old) as saver:
        put_some(saver, "b", [Sized(7)])
    target = tmp_path / "state.db"

    done = migrate(
        old, f"sqlite:///{target}", "--dry-run", "--allow", f"{HELPERS}:Named"
    )

    assert done.exit_code == 1
    assert rows_of(done.stdout)["threads"] == "1"
    assert rows_of(done.stdout)["threads that cannot be read"] == "1"
    assert f"{HELPERS}:Sized" in done.stderr
    assert not target.exists()


def test_only_the_threads_that_are_asked_for_move(old: Path, url: str) -> None:
    fill(old, "a-1", "a-2", "b", "[c]")

    assert migrate(old, url, "--thread", "a-*", "--thread", "[c]").exit_code == 0
    assert {key[0] for key in moved(url)} == {"a-1", "a-2", "[c]"}


def test_a_thread_that_is_not_there_is_an_error(old: Path, url: str) -> None:
    fill(old, "a")

    done = migrate(old, url, "--thread", "b")

    assert done.exit_code == 1
    assert "the source has no thread 'b'" in done.stderr


def test_a_source_in_use_is_read_with_its_log(old: Path, url: str) -> None:
    with sqlite_saver(old) as saver:
        put_some(saver, "a", ["in the log"])
        before = everything(saver)
        assert old.with_name("old.db-wal").stat().st_size

        assert migrate(old, url).exit_code == 0

    assert moved(url) == before


def test_a_row_without_a_checkpoint_keeps_only_its_own_thread(
    old: Path, url: str
) -> None:
    """The column of `SqliteSaver` may be empty, and one row of a thread is enough."""
    fill(old, "whole", "torn")
    with closing(sqlite3.connect(old)) as connection, connection:
        query = "UPDATE checkpoints SET checkpoint = NULL WHERE thread_id = 'torn'"
        connection.execute(query)

    done = migrate(old, url)

    assert done.exit_code == 1
    assert "thread 'torn' was not moved" in done.stderr
    assert {thread_id for thread_id, *_ in moved(url)} == {"whole"}


def test_a_file_from_before_task_paths_is_read(old: Path, url: str) -> None:
    fill(old, "a")
    with closing(sqlite3.connect(old)) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(writes)")]
        # The oldest release of that saver has not got it either.
        if "task_path" in columns:
            db.execute("ALTER TABLE writes DROP COLUMN task_path")

    assert migrate(old, url).exit_code == 0
    assert len(moved(url)) == 4


def test_writes_keep_their_order_whatever_their_indexes_are(
    old: Path, url: str
) -> None:
    """LangGraph numbers its own channels below zero, which leaves gaps."""
    with sqlite_saver(old) as saver:
        [own_id] = put_some(saver, "t", ["x"])
        at: Any = {
            "configurable": {
                "thread_id": "t",
                "checkpoint_ns": "",
                "checkpoint_id": own_id,
            }
        }
        saver.put_writes(at, [("a", 1), ("__interrupt__", 2), ("b", 3)], "one")
        saver.put_writes(at, [("__error__", 1), ("__error__", 2), ("c", 3)], "two")
        saver.put_writes(at, [("__resume__", [1])], "two")
        before = everything(saver)
        indexes = saver.conn.execute(INDEXES).fetchall()

    assert migrate(old, url).exit_code == 0
    assert moved(url) == before
    with InteractionsSaver(url) as saver, saver.sessions.database.reading() as db:
        found = db.execute(INDEXES.replace("writes", "checkpoint_writes")).fetchall()
        assert found == indexes


def test_writes_that_came_before_their_checkpoint_move_too(old: Path, url: str) -> None:
    with sqlite_saver(old) as saver:
        put_some(saver, "t", ["x"])
        early: Any = {
            "configurable": {
                "thread_id": "t",
                "checkpoint_ns": "",
                "checkpoint_id": "9",
            }
        }
        saver.put_writes(early, [("c", "early")], "task")

    assert migrate(old, url).exit_code == 0
    with InteractionsSaver(url) as saver:
        put(saver, {"c": 1}, own_id="9")
        found = saver.get_tuple(early)
        assert found is not None
        assert found.pending_writes == [("task", "c", "early")]


def test_defaults_of_channels_that_were_never_written_are_named(
    old: Path, url: str
) -> None:
    """LangGraph stored them before its first release; a saver does not keep them."""
    checkpoint: Any = {
        "v": 1,
        "id": str(uuid6()),
        "ts": "",
        "channel_values": {"c": 1, "never": []},
        "channel_versions": {"c": 1},
        "versions_seen": {},
        "pending_sends": [],
    }
    with sqlite_saver(old) as saver:
        config: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
        saver.put(config, checkpoint, {}, {})

    done = migrate(old, url)

    assert done.exit_code == 0
    assert "never written, which are their defaults (never)" in done.stdout
    [(found, *_)] = moved(url).values()
    assert found == {**checkpoint, "channel_values": {"c": 1}}


@pytest.mark.parametrize(
    ("source", "said_of_it"),
    [
        pytest.param("missing.db", "there is no file", id="no file"),
        pytest.param(".", ". is a folder; name the file in it", id="folder"),
        pytest.param("text.db", "it cannot be read", id="no database"),
        pytest.param("empty.db", "its table 'checkpoints' is missing", id="no tables"),
        pytest.param("state.db", "the same file", id="the target itself"),
        pytest.param("ours.db", "a file of InteractionsSaver already", id="ours"),
        pytest.param("redis://u:secret@h/0", "no saver is known behind redis", id="?"),
    ],
)
def test_what_is_no_source_is_said_in_a_sentence(
    source: str, said_of_it: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.db").write_text("not a database, but long enough to look at" * 30)
    Path("empty.db").touch()
    for path in ("state.db", "ours.db"):
        InteractionsSaver(f"sqlite:///{path}").close()

    done = migrate(source, "sqlite:///state.db")

    # What cannot be read ends with 3, as in every command.
    assert done.exit_code == (3 if source == "text.db" else 2)
    assert said_of_it in done.stderr
    assert "secret" not in done.output


@pytest.mark.parametrize(
    ("options", "said_of_it"),
    [
        (["--serde", "json"], "--serde takes MODULE:NAME"),
        (["--serde", "no_such_module:x"], "there is no 'no_such_module:x'"),
        (["--serde", "builtins:dict"], "is no serializer"),
        (["--allow", "Order"], "--allow takes MODULE:NAME"),
        (["--allow", "a:B", "--serde", f"{HELPERS}:encrypted"], "not with --serde"),
    ],
)
def test_a_serializer_that_is_none_is_said_in_a_sentence(
    options: list[str], said_of_it: str, old: Path, url: str
) -> None:
    fill(old, "a")

    done = migrate(old, url, *options)

    assert done.exit_code == 2
    assert said_of_it in done.stderr
