"""Statements that are written once, as SQLite and PostgreSQL read them."""

from typing import Any

import psycopg
import pytest

from interactions_core.stores import PostgresStore, SqliteStore, open_store
from interactions_core.stores.sql.statements import in_dialects, placeholders
from interactions_langgraph import InteractionsSaver

KINDS = {
    "BLOB": "bytea",
    "REAL": "double precision",
    "INTEGER": "bigint",
    "INT": "integer",
}
"""What a column of SQLite is in PostgreSQL, where it is not called the same."""


@pytest.fixture
def store(store_url: str) -> SqliteStore | PostgresStore:
    opened = open_store(store_url)
    assert isinstance(opened, SqliteStore | PostgresStore)
    return opened


@pytest.mark.parametrize(
    ("sql", "values", "found"),
    [
        pytest.param(
            "SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT)",
            ("a", "b"), [("b", "a", "b")], id="by number",
        ),
        pytest.param(
            "SELECT 7 % 4, '?', '%s', ':a', '{}'", (), [(3, "?", "%s", ":a", "{}")], id="as it is",
        ),
        pytest.param(
            in_dialects("SELECT value FROM {numbers} WHERE value > $2 ORDER BY value"),
            ("[3, 1, 4294967297]", 1), [(3,), (4294967297,)], id="numbers",
        ),
        pytest.param(
            in_dialects("SELECT value FROM {numbers}"), ("[]",), [], id="no numbers",
        ),
        pytest.param(
            f"SELECT 1 WHERE 'c' IN ({placeholders(3, after=1)}) AND $1 = 'a'",
            ("a", "b", "c", "d"), [(1,)], id="placeholders",
        ),
    ],
)  # fmt: skip
def test_a_statement_gives_the_same_on_both(
    store: SqliteStore | PostgresStore,
    sql: Any,
    values: tuple[Any, ...],
    found: list[Any],
) -> None:
    with store.database.reading() as db:
        assert db.execute(sql, values).fetchall() == found


def test_many_rows_are_written_by_number(store: SqliteStore | PostgresStore) -> None:
    with store.database.writing() as db:
        added = "INSERT INTO retention (seconds, credential) VALUES ($2, $1)"
        db.executemany(added, [("a", 1.0), ("b", 2.0)])

    with store.database.reading() as db:
        found = db.execute("SELECT credential, seconds FROM retention ORDER BY 1")
        assert found.fetchall() == [("a", 1.0), ("b", 2.0)]


def test_both_have_the_same_tables_with_columns_as_wide(
    postgres_url: str, tmp_path: Any
) -> None:
    """A plain `INTEGER` would have half the bits in PostgreSQL."""
    servers, file = PostgresStore(postgres_url), SqliteStore(tmp_path / "a.db")
    for store in (servers, file):
        InteractionsSaver(store)
        store.database.setup()

    with file.database.reading() as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        wanted = {
            (table, name): KINDS.get(kind, kind.lower())
            for (table,) in tables.fetchall()
            for _, name, kind, *_ in db.execute(
                f"PRAGMA table_info({table})"
            ).fetchall()
        }
    with psycopg.connect(postgres_url.partition("?")[0]) as admin:
        rows = admin.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = %s",
            (postgres_url.partition("schema=")[2],),
        ).fetchall()
    # What is looked up there is content of an index in SQLite.
    wanted["said_words", "words"] = "tsvector"
    assert {(table, name): kind for table, name, kind in rows} == wanted
    assert len(wanted) > 100
