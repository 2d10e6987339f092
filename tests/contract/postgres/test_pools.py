"""How many connections a process takes, and what happens when there are no more."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context

import psycopg
import pytest

from interactions_core.exceptions import ConfigurationError, StoreError
from interactions_core.services.measures import measure
from interactions_core.stores import PostgresStore
from interactions_core.stores.postgres.limits import PoolLimits
from interactions_core.stores.postgres.urls import read_url
from interactions_emulator import Emulator
from tests.contract.postgres.crowd import THREADS, take_turns
from tests.contract.session_records import SCOPE
from tests.postgres import running_server

PROCESSES = 32


def test_the_limits_of_a_pool_are_read_from_the_url_and_libpq_sees_none() -> None:
    target = read_url(
        "postgresql://me:hunter2@host/db?pool_size=3&sslmode=require&pool_timeout=2.5"
        "&schema=s"
    )

    assert target.limits == PoolLimits(size=3, timeout_s=2.5)
    assert target.shown == "postgresql://me@host/db?schema=s"
    assert "pool" not in target.conninfo
    assert "sslmode=require" in target.conninfo
    assert read_url("postgresql://host/db").limits == PoolLimits()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("pool_size=0", "from 1 to 1000, not 0"),
        ("pool_size=hunter2", "pool_size= of the PostgreSQL URL is no whole number"),
        ("pool_size=1.5", "pool_size= of the PostgreSQL URL is no whole number"),
        ("pool_timeout=0", "a number of seconds, not 0.0"),
        ("pool_timeout=inf", "a number of seconds, not inf"),
        ("pool_timeout=hunter2", "pool_timeout= of the PostgreSQL URL is no number"),
    ],
)
def test_limits_that_there_cannot_be_are_an_error_without_the_password(
    query: str, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        PostgresStore(f"postgresql://me:hunter2@host/db?{query}")

    assert "hunter2" not in str(caught.value)


def test_an_argument_counts_more_than_the_url(postgres_url: str) -> None:
    store = PostgresStore(f"{postgres_url}&pool_size=7", pool_size=2)
    store.secret()

    assert store.pool_use().largest == 2
    assert measure(store).pool.open == 1
    store.close()


def test_waiting_too_long_for_a_small_pool_is_an_error_that_says_how_to_enlarge_it(
    postgres_url: str,
) -> None:
    store = PostgresStore(f"{postgres_url}&pool_size=1&pool_timeout=0.3")
    store.secret()
    before = measure(store)
    pool = store._server._connections._pool()

    with (
        store._server._connections.lend("SELECT 1"),
        pytest.raises(
            StoreError,
            match=r"no connection of the pool became free within 0\.3 s, all 1 were in "
            r"use\. Give it more, `\?pool_size=20`",
        ) as caught,
    ):
        _elsewhere(partial(store.get, SCOPE, "v1_a"))

    assert caught.value.retryable
    assert measure(store).pool_timeouts == before.pool_timeouts + 1
    assert measure(store).pool.waits > before.pool.waits
    assert pool.get_stats()["pool_size"] == 1
    store.close()


def _elsewhere(call: partial[object]) -> None:
    """Do something in another thread, which shares no transaction with this one."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(call).result()


def test_a_server_without_a_connection_left_is_waited_for() -> None:
    settings = {"max_connections": "6", "superuser_reserved_connections": "0"}
    with running_server(**settings) as server:
        url = f"{server.url}?schema=s"
        first = PostgresStore(url)
        first.secret()
        first.close()
        others = [psycopg.connect(server.url) for _ in range(6)]
        store = PostgresStore(f"{url}&pool_timeout=0.5")

        with pytest.raises(StoreError, match=r"too many.*smaller pools") as caught:
            store.secret()
        for one in others:
            one.close()

        assert caught.value.retryable
        assert store.secret()
        store.close()


def test_more_processes_than_a_server_has_connections_for_their_pools_take_turns() -> (
    None
):
    """Ours: 32 processes with three threads each, on 40 connections."""
    context = get_context("forkserver")
    context.set_forkserver_preload([take_turns.__module__])
    with running_server(max_connections="40") as server, Emulator() as emulator:
        url = f"{server.url}?schema=s&pool_size=1&pool_timeout=120"
        first = PostgresStore(url)
        first.secret()
        first.close()
        work = [(url, emulator.url, number) for number in range(PROCESSES)]
        with context.Pool(PROCESSES) as pool:
            recorded = pool.starmap(take_turns, work, chunksize=1)
        stats = emulator.stats()

    assert recorded == [THREADS] * PROCESSES
    assert stats["creates"] == PROCESSES * THREADS
