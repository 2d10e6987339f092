"""Which stores and files a saver takes, and how it fails on damaged ones."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.sqlite import SqliteSaver

from interactions_core.exceptions import (
    ConfigurationError,
    StoreError,
    StoreSchemaError,
)
from interactions_core.stores.memory.store import MemoryStore
from interactions_core.stores.opening import open_store
from interactions_core.stores.sqlite.store import SqliteStore
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.checkpoints import at, put


@pytest.fixture
def saver() -> Iterator[InteractionsSaver]:
    with InteractionsSaver.from_conn_string("sqlite:///:memory:") as saver:
        yield saver


@pytest.mark.parametrize(
    "url", ["memory:", "mysql://me:secret@host/db", "state.db", ":memory:", ""]
)
def test_other_urls_are_refused_with_what_to_use(url: str) -> None:
    with pytest.raises(ConfigurationError, match="sqlite:///:memory:") as caught:
        InteractionsSaver.from_conn_string(url)

    assert "secret" not in str(caught.value)


def test_a_memory_store_is_refused_with_what_to_use() -> None:
    with pytest.raises(ConfigurationError, match="MemoryStore"):
        InteractionsSaver(MemoryStore("m"))


def test_saver_shares_the_file_of_the_store_it_is_given(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "state.db")

    with InteractionsSaver(store) as saver:
        put(saver, {"a": 1})

    assert saver.sessions is store
    # Leaving `with` has not closed what is not the saver's own.
    with store.database.reading() as connection:
        count = connection.execute("SELECT count(*) FROM checkpoints").fetchone()
    assert count == (1,)
    store.close()


def test_saver_from_a_url_works_under_async_with(tmp_path: Path) -> None:
    async def chat() -> object:
        url = f"sqlite:///{tmp_path / 'state.db'}"
        async with InteractionsSaver.from_conn_string(url) as saver:
            put(saver, {"a": 1})
            return await saver.aget(at())

    assert asyncio.run(chat()) is not None


def test_a_file_of_another_kind_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)

    with pytest.raises(StoreError, match="not a readable SQLite database"):
        InteractionsSaver(f"sqlite:///{path}")

    assert path.read_text() == "not a database " * 100


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "state.db")
    with InteractionsSaver(store), store.database.writing() as connection:
        connection.execute(
            "UPDATE schema_versions SET version = 9 WHERE part = 'checkpoints'"
        )
    store.close()

    with pytest.raises(StoreSchemaError) as caught:
        InteractionsSaver(f"sqlite:///{tmp_path / 'state.db'}")

    assert caught.value.found == 9


def test_a_missing_row_is_an_error_and_never_a_missing_message(
    saver: InteractionsSaver,
) -> None:
    config = put(saver, {"messages": [HumanMessage("a"), HumanMessage("b")]})
    with saver.sessions.database.writing() as connection:
        connection.execute(
            "DELETE FROM checkpoint_contents WHERE number = "
            "(SELECT content FROM checkpoint_nodes LIMIT 1)"
        )

    with pytest.raises(StoreError, match="is missing"):
        saver.get_tuple(config)
    with pytest.raises(StoreError, match="is missing"):
        list(saver.list(at()))


def test_bytes_that_cannot_be_read_are_an_error(saver: InteractionsSaver) -> None:
    """Known bug of another saver: a failed read came back as `None`."""
    config = put(saver, {"a": {"b": "text"}})
    with saver.sessions.database.writing() as connection:
        connection.execute("UPDATE checkpoint_contents SET body = substr(body, 1, 3)")

    with pytest.raises(Exception, match=r".+"):
        saver.get_tuple(config)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def open_by_url(path: Path) -> object:
    return InteractionsSaver(f"sqlite:///{path}")


def open_by_store(path: Path) -> object:
    return InteractionsSaver(SqliteStore(path))


def open_on_a_loop(path: Path) -> object:
    async def use() -> object:
        return await InteractionsSaver(f"sqlite:///{path}").aget(at())

    return asyncio.run(use())


def open_for_sessions(path: Path) -> object:
    model = ChatInteractions(
        model="gemini-3.8-flash", api_key="k", sessions=f"sqlite:///{path}"
    )
    return model.invoke("Hi")


@pytest.mark.parametrize(
    "open_it", [open_by_url, open_by_store, open_on_a_loop, open_for_sessions]
)
def test_file_of_langgraphs_saver_is_refused_with_the_command_and_left_as_it_is(
    tmp_path: Path, open_it: Callable[[Path], object]
) -> None:
    path = tmp_path / "state.db"
    with SqliteSaver.from_conn_string(str(path)) as old:
        put(old, {"a": 1})
    before = contents(tmp_path)

    with pytest.raises(StoreError, match="LangGraph's SqliteSaver") as caught:
        open_it(path)

    assert f"`interactions migrate {path} sqlite:///NEW.db`" in str(caught.value)
    assert contents(tmp_path) == before


def test_file_that_sessions_were_added_to_before_is_refused_as_well(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.db"
    SqliteStore(path).close()
    with SqliteSaver.from_conn_string(str(path)) as old:
        put(old, {"a": 1})
    before = contents(tmp_path)

    with pytest.raises(StoreError, match="interactions migrate"):
        InteractionsSaver(f"sqlite:///{path}")

    assert contents(tmp_path) == before


@pytest.mark.parametrize("table", ["jobs", "outlines"])
def test_a_store_adds_nothing_to_a_file_with_another_programs_table(
    tmp_path: Path, table: str
) -> None:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE {table} (a)")
    before = contents(tmp_path)

    with pytest.raises(StoreError, match=f"another program's table '{table}'"):
        open_store(f"sqlite:///{path}").usage()

    assert contents(tmp_path) == before


@pytest.mark.parametrize("kind", ["url", "path"])
@pytest.mark.parametrize(
    "table", ["jobs", "checkpoint_writes", "checkpoint_tombstones"]
)
def test_table_of_another_program_is_named_and_nothing_is_added(
    tmp_path: Path, table: str, kind: str
) -> None:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE {table} (a)")
    before = contents(tmp_path)

    with pytest.raises(StoreError, match=f"another program's table '{table}'"):
        InteractionsSaver(path if kind == "path" else f"sqlite:///{path}")

    assert contents(tmp_path) == before


def test_a_saver_on_a_loop_adds_nothing_to_such_a_file_either(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE checkpoint_writes (a)")
    before = contents(tmp_path)

    async def use() -> None:
        await InteractionsSaver(f"sqlite:///{path}").aget(at())

    with pytest.raises(StoreError, match="another program's table"):
        asyncio.run(use())

    assert contents(tmp_path) == before


def test_a_store_gets_no_table_of_a_saver_where_one_name_is_taken(
    tmp_path: Path,
) -> None:
    store = SqliteStore(tmp_path / "state.db")
    with store.database.writing() as connection:
        connection.execute("CREATE TABLE checkpoint_tombstones (a)")

    with pytest.raises(StoreError, match="another program's table"):
        InteractionsSaver(store)

    with store.database.reading() as connection:
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'checkpoint%'"
        ).fetchall()
    assert found == [("checkpoint_tombstones",)]
    store.close()


def test_other_tables_of_an_application_are_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE customers (a)")

    with InteractionsSaver(f"sqlite:///{path}") as saver:
        put(saver, {"a": 1})

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM customers").fetchone() == (0,)
