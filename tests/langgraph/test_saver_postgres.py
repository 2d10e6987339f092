"""What `InteractionsSaver` does on PostgreSQL beyond what it does on SQLite."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_core.stores import PostgresStore
from interactions_langgraph import InteractionsSaver
from tests.langgraph.checkpoints import (
    at,
    bytes_of,
    put,
    put_value,
    statements_of,
    tables_of,
    talk,
    value_of,
)
from tests.postgres import running_server

TEXT = "xyzzy-plugh-7291"


@pytest.fixture
def saver(postgres_url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(postgres_url) as saver:
        yield saver


def test_a_saver_connects_with_its_first_use_only() -> None:
    """Ours: a saver may be made in an event loop, which must not wait for a server."""
    saver = InteractionsSaver("postgresql://me@127.0.0.1:1/db")

    with pytest.raises(StoreError, match=r"me@127\.0\.0\.1:1/db.*cannot be reached"):
        saver.setup()
    with pytest.raises(StoreError, match="cannot be reached"):
        asyncio.run(saver.aget_tuple(at()))
    saver.close()


def test_setup_may_be_called_any_number_of_times(saver: InteractionsSaver) -> None:
    """LangGraph: its own saver on PostgreSQL has to be set up once."""
    saver.setup()
    put_value(saver, talk(1))
    saver.setup()
    asyncio.run(saver.asetup())

    assert value_of(saver, at()) == talk(1)


def test_an_event_loop_goes_on_while_a_write_waits(
    saver: InteractionsSaver, postgres_url: str
) -> None:
    other = PostgresStore(f"{postgres_url}&")
    saver.setup()

    async def chat() -> None:
        with other.database.writing("t"):
            putting = asyncio.create_task(asyncio.to_thread(put_value, saver, talk(3)))
            reading = asyncio.create_task(saver.aget_tuple(at()))
            assert await reading is None
            for _ in range(100):
                await asyncio.sleep(0)
            assert not putting.done()
        await putting

    asyncio.run(chat())
    other.close()

    assert value_of(saver, at()) == talk(3)


def test_a_cancelled_put_is_there_whole_or_not_at_all(saver: InteractionsSaver) -> None:
    async def chat() -> None:
        for version in range(20):
            putting = asyncio.create_task(
                asyncio.to_thread(put_value, saver, talk(30), version=version)
            )
            await asyncio.sleep(version / 2000)
            putting.cancel()
            await asyncio.wait([putting])

    asyncio.run(chat())

    for found in saver.list(at()):
        assert found.checkpoint["channel_values"]["c"] == talk(30)


def test_a_pool_that_is_handed_in_is_used_and_left_open(postgres_server: str) -> None:
    with ConnectionPool(postgres_server, min_size=1, max_size=2, open=True) as pool:
        saver = InteractionsSaver(pool)
        put_value(saver, talk(3), at("pooled"))
        saver.close()

        with InteractionsSaver(PostgresStore(pool)) as again:
            assert value_of(again, at("pooled")) == talk(3)
            again.delete_thread("pooled")
        with pool.connection() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_async_pool_is_refused_with_what_to_use(postgres_server: str) -> None:
    pool: Any = AsyncConnectionPool(postgres_server, open=False)

    with pytest.raises(ConfigurationError, match=r"psycopg_pool\.ConnectionPool"):
        InteractionsSaver(pool)


def test_tables_of_another_saver_are_left_alone(
    saver: InteractionsSaver, postgres_server: str
) -> None:
    """LangGraph: PostgresSaver has a table `checkpoints` too, in another schema."""
    put_value(saver, talk(1))

    schema = saver.sessions.url.partition("schema=")[2]
    with psycopg.connect(postgres_server) as connection:
        rows = connection.execute(
            "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = ANY(%s)",
            (tables_of(saver),),
        ).fetchall()
    assert (schema,) in rows
    assert ("public",) not in rows


def test_schema_of_another_saver_is_refused_and_left_alone(postgres_url: str) -> None:
    server, _, schema = postgres_url.partition("schema=")
    in_it = f"{server}options=-csearch_path%3D{schema}"
    with psycopg.connect(server.rstrip("?&")) as made:
        made.execute(f'CREATE SCHEMA "{schema}"')
    with PostgresSaver.from_conn_string(in_it) as official:
        official.setup()

    with pytest.raises(StoreError, match="tables of LangGraph's PostgresSaver"):
        InteractionsSaver(postgres_url).setup()

    with psycopg.connect(in_it) as looking:
        found = looking.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = %s"
            " AND tablename IN ('jobs', 'schema_versions')",
            (schema,),
        ).fetchone()
    assert found == (0,)


def test_the_newest_checkpoint_is_read_without_the_others(
    saver: InteractionsSaver,
) -> None:
    config = at()
    for version in range(50):
        config = put_value(saver, talk(version), config, version=version)

    with statements_of(saver) as seen:
        saver.get_tuple(at())

    assert len(seen) <= 8
    [find] = [each for each in seen if "checkpoint_threads t" in each]
    with saver.sessions.database.reading() as db:
        db.execute("SET LOCAL enable_sort TO off")
        named = find.replace("$1", "'t'").replace("$2", "''")
        explain = f"EXPLAIN {named}".encode()
        plan = "".join(line for (line,) in db.raw.execute(explain).fetchall())
    assert "Index Scan Backward" in plan
    assert "Seq Scan" not in plan


def test_deleted_text_is_in_no_table_file_after_a_vacuum() -> None:
    """Ours: a server erases with VACUUM FULL, which `docs/operations.md` says."""
    with running_server() as server:
        saver = InteractionsSaver(server.url)
        for n in range(3):
            messages = [HumanMessage(f"{TEXT} {n}"), *talk(20)]
            config = put(saver, {"c": messages, "d": TEXT}, metadata={"note": TEXT})
            saver.put_writes(config, [("c", {"x": TEXT})], TEXT, TEXT)
        put_value(saver, talk(3), at("other"))
        assert TEXT.encode() in files_of(server)

        saver.delete_thread("t")
        assert TEXT.encode() not in bytes_of(saver)
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("VACUUM FULL")
            connection.execute("CHECKPOINT")

        assert TEXT.encode() not in files_of(server)
        assert value_of(saver, at("other")) == talk(3)
        saver.close()


def files_of(server: Any) -> bytes:
    folder: Path = server.folder
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
