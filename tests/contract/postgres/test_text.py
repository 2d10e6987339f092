"""Text comes back to the character, though PostgreSQL refuses some."""

import pytest

from interactions_core.exceptions import StoreError
from interactions_core.stores import PostgresStore
from tests.contract.postgres.databases import ADD, notes
from tests.contract.session_records import SCOPE, make_entry, make_record


@pytest.mark.parametrize(
    "text",
    [
        "a\0b",
        "\0",
        "\0\0",
        "\x01",
        "\x01\x01",
        "\x01\x02",
        "\0\x01\0\x02",
        "é\U0001f600",
    ],
)
def test_text_comes_back_to_the_character(text: str, store: PostgresStore) -> None:
    """PostgreSQL refuses NUL in text: it is written as two characters."""
    with store.database.writing("t") as db:
        db.execute(ADD, (text,))

    assert notes(store) == [text]
    with store.database.reading() as db:
        found = db.execute("SELECT count(*) FROM notes WHERE text = $1", (text,))
        assert found.fetchone() == (1,)


def test_text_is_ordered_as_in_sqlite(store: PostgresStore) -> None:
    """Ids of checkpoints are compared; NUL is written as two characters."""
    texts = ["", "\0", "\0a", "\x01", "\x01\0", "\x02", "A", "a", "a\0", "a\x01", "é"]
    with store.database.writing("t") as db:
        db.executemany(ADD, [(text,) for text in reversed(texts)])

    with store.database.reading() as db:
        rows = db.execute('SELECT text FROM notes ORDER BY text COLLATE "C"').fetchall()
    assert [text for (text,) in rows] == sorted(texts)


def test_ids_with_nul_are_kept_apart(store: PostgresStore) -> None:
    keys = ["a", "a\0", "a\x01", "a\x01\x01", "\0a"]
    for key in keys:
        store.put(make_record(key, target=f"model:{key}"), make_entry(key))

    found = [store.get(SCOPE, key) for key in keys]

    assert [each and (each.key, each.target) for each in found] == [
        (key, f"model:{key}") for key in keys
    ]
    assert [entry.key for _, entry in store.ledger()] == keys


def test_what_cannot_be_text_leaves_nothing_half_written(store: PostgresStore) -> None:
    """Ours: as on SQLite, an id with half a character is an error."""
    with pytest.raises(StoreError, match="lone surrogate"):
        store.put(make_record(), make_entry("\ud800"))

    assert store.get(SCOPE, "v1_a") is None
    assert store.ledger() == []
