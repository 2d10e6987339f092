"""Servers that are not there, and URLs that do not lead to one."""

import logging
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import psycopg
import pytest

from interactions_core.exceptions import (
    ConfigurationError,
    StoreError,
)
from interactions_core.stores import PostgresStore, open_store
from tests.contract.postgres.databases import replaced
from tests.contract.session_records import SCOPE, make_record
from tests.postgres import PASSWORD, running_server

ROOT = Path(__file__).parents[3]


def test_a_server_that_comes_back_is_used_again() -> None:
    with running_server() as server:
        store = PostgresStore(f"{server.url}?schema=s")
        store.put(make_record())

        server.stop(signal.SIGINT)
        with pytest.raises(StoreError, match="cannot be reached"):
            store.get(SCOPE, "v1_a")
        server.start()

        assert store.get(SCOPE, "v1_a") is not None
        store.close()


def test_a_statement_that_the_server_cancels_is_not_called_a_lost_connection(
    postgres_url: str,
) -> None:
    store = PostgresStore(f"{postgres_url}&options=-c%20statement_timeout%3D100")
    store.database.setup()

    with (
        pytest.raises(StoreError, match="statement timeout") as caught,
        store.database.writing("t") as db,
    ):
        db.execute("SELECT pg_sleep(4)")

    store.close()
    assert "connection was lost" not in str(caught.value)
    assert "The change was not applied." in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "said", "retryable"),
    [
        pytest.param({"port": "1"}, "cannot be reached.*refused", True, id="no server"),
        pytest.param(
            {"name": "nobody"}, "does not exist.*Create", False, id="no database"
        ),
        pytest.param({"user": "nobody"}, "does not exist.*Create", False, id="no user"),
    ],
)
def test_a_server_that_refuses_is_named_without_the_password(
    parts: dict[str, str],
    said: str,
    retryable: bool,  # noqa: FBT001
    postgres_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    url = replaced(postgres_url, **parts)
    store = PostgresStore(url)

    with pytest.raises(StoreError, match=said) as caught:
        store.secret()

    shown = f"{caught.value} {caught.value!r} {store!r} {store.url} {caplog.text}"
    assert "127.0.0.1" in str(caught.value)
    assert caught.value.retryable is retryable
    assert PASSWORD not in shown
    assert PASSWORD not in f"{store.database!r} {vars(store)}"
    assert PASSWORD not in str(caught.value.__cause__)
    store.close()


def test_another_encoding_is_refused(
    postgres_url: str, admin: psycopg.Connection[Any]
) -> None:
    admin.execute(
        "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 "
        "LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    store = PostgresStore(replaced(postgres_url, name="latin"))

    with pytest.raises(StoreError, match=r"encoding LATIN1.*UTF8"):
        store.secret()
    store.close()
    admin.execute("DROP DATABASE latin")


def test_a_server_url_names_one_store_of_the_process(postgres_url: str) -> None:
    store = open_store(postgres_url)

    assert open_store(postgres_url) is store
    assert open_store(f"{postgres_url}&") is not store
    assert isinstance(store, PostgresStore)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:hunter2@host/db", "postgresql://me@host/db"),
        ("postgres://me:hunter2@host:5433/db", "postgresql://me@host:5433/db"),
        ("postgresql://host/db?password=hunter2", "postgresql://host/db"),
        (
            "postgresql://me:hunter2@a:1,b:2/db?sslmode=require&schema=s%20t",
            "postgresql://me@a:1,b:2/db?schema=s%20t",
        ),
        ("postgresql:///db?host=/run/pg&schema=", "postgresql://%2Frun%2Fpg/db"),
        ("postgresql://", "postgresql://"),
    ],
)
def test_a_store_shows_its_place_without_the_password(url: str, shown: str) -> None:
    """Ours: nothing is connected before the first use."""
    store = PostgresStore(url)

    assert store.url == shown
    assert "hunter2" not in f"{store!r} {store.database!r} {vars(store)}"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@x@host/db",
        "postgresql://me:12/hunter2@host/db",
        "postgresql://me:hunter2/x@host/db",
        "postgresql://me:hunter2?x@host/db",
        "postgresql://me:[hunter2@host/db",
        "postgresql://host:hunter2/db",
        "postgresql://host/db?hunter2=1",
    ],
)
def test_an_unreadable_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        PostgresStore(url)

    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value)[1:])


WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from interactions_core import open_store
from interactions_core.exceptions import ConfigurationError
try:
    open_store("postgresql://me@host/db")
except ConfigurationError as exc:
    print(exc)
"""


@pytest.mark.parametrize("missing", ["psycopg", "psycopg_pool"])
def test_a_missing_driver_is_an_error_that_names_the_extra(missing: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, missing],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == (
        f"PostgreSQL needs {missing}, which is not installed; "
        "run: pip install 'psycopg-pool<4,>=3.2' 'psycopg[binary]<4,>=3.2'\n"
    )


def test_other_stores_do_not_load_the_driver() -> None:
    look = "import interactions_core, sys; print('psycopg' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
