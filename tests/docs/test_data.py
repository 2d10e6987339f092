"""`docs/data.md` describes every table and column of a store, and no others."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from interactions_core.stores import SqliteStore
from interactions_core.stores.sql.database import Rewrite
from interactions_core.stores.sql.store import SqlStore
from interactions_core.stores.sqlite.readers_copy import COPIED
from interactions_langgraph import InteractionsSaver
from tests.docs.data_page import PAGE, columns_that_hold, read_page
from tests.docs.pages import ROOT

READERS = {"stable", "inner"}
HOLD = {"content", "hash", "fingerprint", "secret"}
LEFT_OUT = {
    *("schema_versions", "schema_contracts", "schema_rewrites"),
    *("session_meta", "said_words"),
}
"""Tables of which a copy for readers has nothing, or its own."""
PROMISED = ROOT / "tests" / "fixtures" / "data_interface_1.json"
"""The stable columns by table of version 1; lines are added and nothing else."""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'fresh.db'}"


def columns_of(url: str) -> dict[str, list[str]]:
    """Make a store with checkpoints and return what it has, by table."""
    with InteractionsSaver(url) as saver:
        saver.setup()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return sqlite_columns(connection)
    server, _, schema = url.partition("schema=")
    with psycopg.connect(server.rstrip("?&")) as connection:
        found = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = %s ORDER BY table_name, ordinal_position",
            (schema,),
        ).fetchall()
    return by_table(found)


def sqlite_columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    found = connection.execute(
        "SELECT m.name, c.name FROM sqlite_master AS m "
        "CROSS JOIN pragma_table_info(m.name) AS c "
        "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid"
    ).fetchall()
    return by_table(found)


def by_table(found: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for table, column in found:
        tables.setdefault(table, []).append(column)
    return tables


def births(store: SqlStore) -> dict[tuple[str, str], tuple[str, int]]:
    """Say which version of which part brings each column, by making all of them."""
    born: dict[tuple[str, str], tuple[str, int]] = {}
    with closing(sqlite3.connect(":memory:")) as connection:
        for part in store.database.parts.values():
            for version, migration in enumerate(part.migrations, 1):
                if isinstance(migration, Rewrite):
                    continue
                for each in migration:
                    connection.execute(each if isinstance(each, str) else each.sqlite)
                for table, columns in sqlite_columns(connection).items():
                    for column in columns:
                        born.setdefault((table, column), (part.name, version))
    return born


def test_every_table_and_column_of_a_store_is_described_and_no_others(
    url: str,
) -> None:
    described = {table: list(columns) for table, columns in read_page().items()}

    assert described == columns_of(url)


def test_each_column_stands_with_the_part_and_the_version_that_brought_it(
    tmp_path: Path,
) -> None:
    with InteractionsSaver(f"sqlite:///{tmp_path / 'fresh.db'}") as saver:
        assert isinstance(saver.sessions, SqlStore)
        born = births(saver.sessions)

    described = {
        (table, name): (column.part, column.since)
        for table, columns in read_page().items()
        for name, column in columns.items()
        if column.part
    }
    assert described == born


def test_each_column_is_stable_or_inner_and_says_what_it_holds() -> None:
    for table, columns in read_page().items():
        for name, column in columns.items():
            assert len(column.readers & READERS) == 1, (table, name)
            assert column.readers <= READERS | HOLD, (table, name)


def test_what_is_secret_or_was_said_is_promised_to_no_reader() -> None:
    for columns in read_page().values():
        for column in columns.values():
            assert not (
                {"secret", "content"} & column.readers and "stable" in column.readers
            )


def test_what_was_promised_to_readers_is_still_there() -> None:
    promised: dict[str, list[str]] = json.loads(PROMISED.read_text(encoding="utf-8"))
    stable = {
        table: [name for name, column in columns.items() if "stable" in column.readers]
        for table, columns in read_page().items()
    }

    assert {table: names for table, names in stable.items() if names} == promised
    assert "This page is version 1 of an interface." in PAGE.read_text(encoding="utf-8")


def test_every_part_is_named(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "fresh.db")
    page = PAGE.read_text(encoding="utf-8")

    assert [part for part in store.database.parts if f"`{part}`" not in page] == []


def test_every_table_is_copied_for_readers_or_left_out_on_purpose() -> None:
    """A new table needs its word in `readers_copy`, where it is not a checkpoint's."""
    tables = {table for table in read_page() if not table.startswith("checkpoint")}

    assert tables - {*COPIED} == LEFT_OUT
    assert {*COPIED} <= tables


def test_every_column_with_content_or_a_hash_of_it_is_emptied() -> None:
    held = columns_that_hold("content", "hash", "secret")

    for table, columns in held.items():
        assert columns <= {*COPIED.get(table, columns)}, table
