"""Connections that break, are few, or belong to somebody else."""

import gc
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from interactions_core.exceptions import (
    ConfigurationError,
    StoreError,
)
from interactions_core.stores import PostgresStore
from interactions_core.stores.postgres.limits import PoolLimits
from tests.contract.postgres.databases import (
    ADD,
    end_sessions,
    notes,
)
from tests.contract.session_records import SCOPE, make_record
from tests.forks.children import in_child


def test_connections_that_were_cut_are_replaced(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    def use(_: int) -> None:
        store.put(make_record())
        assert store.get(SCOPE, "v1_a") is not None

    with ThreadPoolExecutor(5) as executor:
        list(executor.map(use, range(20)))
        end_sessions(admin)
        list(executor.map(use, range(20)))


def test_a_transaction_that_is_cut_is_not_half_applied(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    def write() -> None:
        with store.database.writing("t") as db:
            db.execute(ADD, ("first",))
            end_sessions(admin)
            db.execute(ADD, ("second",))

    with pytest.raises(StoreError, match=r"connection was lost.*not applied"):
        write()

    assert notes(store) == []


def test_a_commit_that_is_cut_says_what_is_not_known(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    def write() -> None:
        with store.database.writing("t") as db:
            db.execute(ADD, ("first",))
            end_sessions(admin)

    with pytest.raises(StoreError, match="whole or not at all"):
        write()

    assert notes(store) == []


def test_an_interrupted_block_gives_its_connection_back(store: PostgresStore) -> None:
    def interrupt() -> None:
        with store.database.writing("t") as db:
            db.execute(ADD, ("lost",))
            raise KeyboardInterrupt

    for _ in range(2 * PoolLimits().size):
        with pytest.raises(KeyboardInterrupt):
            interrupt()

    assert notes(store) == []


def test_a_store_that_nobody_uses_any_more_closes_its_connections(
    postgres_url: str, admin: psycopg.Connection[Any]
) -> None:
    store = PostgresStore(f"{postgres_url}&application_name=forgotten")
    store.secret()
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'forgotten'"
    assert admin.execute(count).fetchone() != (0,)

    del store
    gc.collect()

    while admin.execute(count).fetchone() != (0,):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_connects_for_itself(store: PostgresStore) -> None:
    store.put(make_record("before"))

    in_child(lambda: store.put(make_record("child")))

    store.put(make_record("after"))
    assert all(store.get(SCOPE, key) for key in ("before", "child", "after"))


@pytest.fixture
def pool(postgres_server: str) -> Iterator[ConnectionPool[Any]]:
    options = {"row_factory": dict_row}
    with ConnectionPool(
        postgres_server, kwargs=options, min_size=1, max_size=2, open=True
    ) as opened:
        yield opened


def test_a_pool_that_is_handed_in_stays_as_it_was(
    pool: ConnectionPool[Any], store: PostgresStore
) -> None:
    schema = store.url.partition("schema=")[2]
    borrowing = PostgresStore(pool, schema=schema)

    borrowing.put(make_record())
    borrowing.close()

    assert store.get(SCOPE, "v1_a") == borrowing.get(SCOPE, "v1_a")
    assert borrowing.url == store.url
    assert not pool.closed
    with pool.connection() as connection:
        assert connection.autocommit is False
        found = connection.execute("SELECT 'x\x01\x01' AS text, 1 AS number").fetchone()
    assert found == {"text": "x\x01\x01", "number": 1}


def test_a_closed_pool_is_an_error_that_says_so(pool: ConnectionPool[Any]) -> None:
    pool.close()

    with pytest.raises(StoreError, match="connection pool is not open"):
        PostgresStore(pool).secret()


def test_an_async_pool_is_refused(postgres_server: str) -> None:
    asynchronous: Any = AsyncConnectionPool(postgres_server, open=False)

    with pytest.raises(ConfigurationError, match="async pools do not serve"):
        PostgresStore(asynchronous)


def test_a_pool_without_a_free_connection_is_an_error(
    pool: ConnectionPool[Any], store: PostgresStore
) -> None:
    store.secret()
    schema = store.url.partition("schema=")[2]
    borrowing = PostgresStore(pool, schema=schema, pool_timeout_s=0.05)

    with (
        pool.connection(),
        pool.connection(),
        pytest.raises(StoreError, match="no connection of the pool became free"),
    ):
        borrowing.secret()
