"""`interactions migrate` from the database of a PostgresSaver."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ormsgpack
import pytest
from click.testing import CliRunner, Result
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.serde.jsonplus import EXT_CONSTRUCTOR_POS_ARGS
from langgraph.checkpoint.serde.types import TASKS
from langgraph.types import Command, Send

from interactions_core.cli.root import interactions
from interactions_langgraph import InteractionsSaver
from tests.langgraph.conftest import MakeModel
from tests.langgraph.old_savers import (
    build,
    encrypted,
    everything,
    put_some,
    said,
    talk_for_long,
)
from tests.langgraph.test_migration_degraded import Order

psycopg = pytest.importorskip("psycopg")
PostgresSaver = pytest.importorskip("langgraph.checkpoint.postgres").PostgresSaver

COUNTS = (
    "SELECT (SELECT count(*) FROM checkpoints), (SELECT count(*) FROM checkpoint_blobs)"
    ", (SELECT count(*) FROM checkpoint_writes), (SELECT sum(n_tup_ins + n_tup_upd "
    "+ n_tup_del) FROM pg_stat_user_tables)"
)


OTHERS = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def old(stock_database: str) -> str:
    return stock_database


@pytest.fixture
def url(store_url: str) -> str:
    return store_url


def migrate(*arguments: object) -> Result:
    return CliRunner().invoke(interactions, ["migrate", *map(str, arguments)])


def counts(url: str) -> Any:
    """Count once every other session is over: each adds to the sums as it ends."""
    with psycopg.connect(url) as connection:
        while connection.execute(OTHERS).fetchone() != (0,):
            connection.rollback()
        connection.execute("SELECT pg_stat_force_next_flush()")
        return connection.execute(COUNTS).fetchone()


def test_a_long_conversation_moves_as_it_was_and_goes_on(
    old: str, url: str, make_model: MakeModel
) -> None:
    with PostgresSaver.from_conn_string(old) as saver:
        saver.setup()
        talk_for_long(make_model(), saver)
        before = everything(saver)
    rows = counts(old)

    done = migrate(old, url)

    assert done.exit_code == 0, done.output
    assert counts(old) == rows
    with InteractionsSaver(url) as saver:
        assert everything(saver) == before
        graph = build(make_model(sessions=None), saver)
        thread: Any = {"configurable": {"thread_id": "long"}}
        assert graph.invoke(Command(resume="yes"), thread)["notes"] == ["they said yes"]
        reply = graph.invoke(said("What is my order number?"), thread)["messages"][-1]
        assert "7731" in reply.text


def test_of_a_thread_that_grew_in_the_source_the_rest_is_added(
    old: str, url: str
) -> None:
    with PostgresSaver.from_conn_string(old) as saver:
        saver.setup()
        put_some(saver, "t", ["a"])
        assert migrate(old, url).exit_code == 0
        put_some(saver, "t", ["b"])
        before = everything(saver)

    done = migrate(old, url)

    assert done.exit_code == 0, done.output
    with InteractionsSaver(url) as saver:
        assert everything(saver) == before


def test_encrypted_values_are_read(old: str, url: str) -> None:
    with PostgresSaver.from_conn_string(old) as saver:
        saver.serde = encrypted()
        saver.setup()
        put_some(saver, "t", [["a"], {"b": b"c"}, "inline", None, 1.5])
        before = everything(saver)

    assert (
        migrate(old, url, "--serde", "tests.langgraph.old_savers:encrypted").exit_code
        == 0
    )
    with InteractionsSaver(url, serde=encrypted()) as saver:
        assert everything(saver) == before


def test_sends_of_old_checkpoints_are_read_as_postgres_saver_does(
    old: str, url: str
) -> None:
    """PostgresSaver: before version 4, `Send`s lay among the parent's writes."""
    with PostgresSaver.from_conn_string(old) as saver:
        saver.setup()
        config: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
        for _ in range(2):
            checkpoint: Any = {
                "v": 3,
                "id": str(uuid6()),
                "ts": "",
                "channel_values": {"c": 1},
                "channel_versions": {"c": "1.5"},
                "versions_seen": {},
            }
            config = saver.put(config, checkpoint, {}, {"c": "1.5"})
            saver.put_writes(config, [(TASKS, Send("node", {"x": 1}))], "task")
        before = everything(saver)

    assert migrate(old, url).exit_code == 0
    with InteractionsSaver(url) as saver:
        assert everything(saver) == before
        newest = saver.get_tuple({"configurable": {"thread_id": "t"}})
        assert newest is not None
        values = newest.checkpoint["channel_values"]
        assert values[TASKS] == [Send("node", {"x": 1})]


def test_no_password_is_shown(old: str, url: str) -> None:
    parts = urlsplit(old)
    secret = parts._replace(netloc=f"nobody:xyzzy@{parts.hostname}:1")

    done = migrate(secret.geturl(), url)

    assert done.exit_code == 3
    assert "it cannot be read" in done.stderr
    assert "xyzzy" not in done.output


def test_a_database_without_the_tables_is_said_so(old: str, url: str) -> None:
    done = migrate(old, url)

    assert done.exit_code == 2
    assert "has no table 'checkpoints' of PostgresSaver" in done.stderr


def test_a_database_of_the_shallow_saver_is_said_so(old: str, url: str) -> None:
    with PostgresSaver.from_conn_string(old) as saver:
        saver.setup()
    with psycopg.connect(old) as connection:
        connection.execute("ALTER TABLE checkpoints DROP COLUMN checkpoint_id CASCADE")

    done = migrate(old, url)

    assert done.exit_code == 2
    assert "is a database of ShallowPostgresSaver" in done.stderr


def test_a_url_that_cannot_be_parsed_is_not_repeated(url: str) -> None:
    done = migrate("postgresql://u:xyz%zzy@h/d", url)

    assert done.exit_code == 2
    assert "is no URL that psycopg understands" in done.stderr
    assert "zzy" not in done.output


def test_a_row_of_the_source_runs_nothing_and_degraded_values_move(
    old: str, url: str, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    touch = ("subprocess", "Popen", (["touch", str(mark)],))
    forged = ormsgpack.Ext(EXT_CONSTRUCTOR_POS_ARGS, ormsgpack.packb(touch))
    with PostgresSaver.from_conn_string(old) as saver:
        saver.setup()
        put_some(saver, "t", [{"forged": forged, "degraded": Order.Phase.OPEN}])

    done = migrate(old, url, "--allow", f"{Order.__module__}:Phase")

    assert done.exit_code == 0, done.output
    assert not mark.exists()
    said = " ".join(done.stderr.split())
    assert "channel 'c' keeps the data of subprocess:Popen in place" in said
    assert f"channel 'c' keeps the data of {Order.__module__}:Phase in place" in said
    with InteractionsSaver(url) as saver:
        [(checkpoint, *_)] = everything(saver).values()
    argv = [["touch", str(mark)]]
    assert checkpoint["channel_values"] == {"c": {"forged": argv, "degraded": "open"}}
