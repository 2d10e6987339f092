"""Copying what a thread knows, and telling what others rest on, in every store."""

from dataclasses import replace

import pytest

from interactions_core.records.interactions import StoredInteraction
from interactions_core.stores import SessionStore
from tests.contract.session_records import (
    DAY_S,
    SCOPE,
    make_entry,
    make_record,
    whole_record,
)

OTHER = replace(SCOPE, thread_id="other")


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


def test_a_copy_has_every_field_but_no_ledger_and_owes_nothing(
    store: SessionStore,
) -> None:
    """Ours: an answer that was not handed on is owed to one of the two threads."""
    store.put(replace(whole_record(), children=0), make_entry("v1_whole"))
    store.learn_retention(SCOPE.credential, DAY_S)

    copied = store.copy_thread(SCOPE.thread_id, "other")

    owing = {"call_digest": b"", "owed": 0, "holder": ""}
    expected = replace(whole_record(), scope=OTHER, children=0, **owing)
    assert (copied, store.get(OTHER, "v1_whole")) == (1, expected)
    assert len(store.ledger()) == 1


def test_a_copy_replaces_nothing(store: SessionStore) -> None:
    store.put(make_record(context="theirs"))
    store.put(make_record(scope=OTHER, context="ours"))

    copied = store.copy_thread(SCOPE.thread_id, "other")

    found = store.get(OTHER, "v1_a")
    assert copied == 0
    assert found is not None
    assert found.context == "ours"


def test_held_interactions_are_told_with_who_else_needs_them(
    store: SessionStore,
) -> None:
    store.put(make_record("v1_known"))
    store.put(make_record("v1_continued", created_at=2_000.0))
    store.put(make_record("v1_alone", created_at=3_000.0, parent_id="v1_continued"))
    store.put(make_record("local", stored=False))
    store.put(make_record("v1_known", scope=OTHER))
    store.put(make_record("v1_child", scope=OTHER, parent_id="v1_continued"))
    elsewhere = replace(OTHER, credential="another")
    store.put(make_record("v1_alone", scope=elsewhere))

    assert store.held_by(SCOPE.thread_id) == [
        StoredInteraction(SCOPE, "v1_known", "", is_shared=True, created_at=1_000.25),
        StoredInteraction(
            SCOPE, "v1_continued", "", is_shared=True, created_at=2_000.0
        ),
        StoredInteraction(
            SCOPE, "v1_alone", "v1_continued", is_shared=False, created_at=3_000.0
        ),
    ]
