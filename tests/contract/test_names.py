"""What is meant by a part of a name, in every store."""

import random
from dataclasses import replace

import pytest

from interactions_core.records.outlines import Sketch
from interactions_core.stores import SessionStore
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from tests.contract.session_records import SCOPE, make_entry, make_job, make_record

ELSEWHERE = replace(SCOPE, thread_id="thread 2", session_id="another")


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


def test_an_interaction_is_found_by_its_beginning_and_by_its_end(
    store: SessionStore,
) -> None:
    keys = ["v1_abcdef123456", "v1_abcxyz", "v1_ABC%_", "v1_ü123456"]
    for key in keys:
        store.put(make_record(key))
        store.put(make_record(key, scope=ELSEWHERE))

    assert store.keys_named("v1_abc") == ["v1_abcdef123456", "v1_abcxyz"]
    assert store.keys_named("v1_ABC%") == ["v1_ABC%_"]
    assert store.keys_named("123456") == ["v1_abcdef123456", "v1_ü123456"]
    assert store.keys_named("v1_", limit=2) == sorted(keys)[:2]
    for nobody in ("", "23456", "%", "V1_", "abcdef", "v1_\ud800"):
        assert store.keys_named(nobody) == []


def test_parts_of_random_names_are_found_as_text_is(store: SessionStore) -> None:
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    keys = {"".join(dice.choices("aAb%_é\\'", k=dice.randint(1, 9))) for _ in range(40)}
    for key in keys:
        store.put(make_record(key))

    for _ in range(60):
        part = "".join(dice.choices("aAb%_é\\'", k=dice.randint(1, 7)))
        is_end = len(part) >= 6
        wanted = {
            k for k in keys if k.startswith(part) or (is_end and k.endswith(part))
        }
        assert store.keys_named(part) == sorted(wanted), (seed, part)


def test_threads_are_named_in_order_and_those_with_jobs_only_as_well(
    store: SessionStore,
) -> None:
    store.put(make_record("v1_a", scope=replace(SCOPE, thread_id="")))
    store.put(make_record("v1_b", scope=replace(SCOPE, thread_id="trip-kyoto")))
    store.put(make_record("v1_c", scope=replace(SCOPE, thread_id="Trip")))
    job = make_job(scope=replace(SCOPE, thread_id="trip-by-train"))
    store.add_job(job)

    assert store.threads_named("trip-") == ["trip-by-train", "trip-kyoto"]
    assert store.threads_named("") == ["Trip", "trip-by-train", "trip-kyoto"]
    assert store.threads_named("", limit=1) == ["Trip"]
    assert store.threads_named("\udfff") == []


def test_the_newest_that_was_sent_again_is_told_from_a_first_one(
    store: SessionStore,
) -> None:
    assert store.newest_key() == store.newest_key(sent_again=True) == ""

    asked = [user_input([text_part(text)]) for text in ("one", "two")]
    first = Sketch(steps=asked, seeks=True)
    store.put(make_record("1"), replace(make_entry("1"), reason="root"), sketch=first)

    assert store.newest_key() == "1"
    assert store.newest_key(sent_again=True) == ""

    again = Sketch(steps=[asked[0], asked[0]], seeks=True)
    store.put(make_record("2"), replace(make_entry("2"), reason="root"), sketch=again)
    store.put(make_record("3"), make_entry("3"))

    assert store.newest_key() == "3"
    assert store.newest_key(sent_again=True) == "2"

    store.put(make_record("4"), replace(make_entry("4"), reason="expired"))
    store.put(make_record("5"), make_entry("5"))

    assert store.newest_key(sent_again=True) == "4"

    other = replace(SCOPE, session_id="globex")
    store.put(make_record("6", scope=other), make_entry("6"))

    assert store.newest_key() == store.newest_key(session_id="globex") == "6"
    assert store.newest_key(session_id=SCOPE.session_id) == "5"
    assert store.newest_key(sent_again=True, session_id=SCOPE.session_id) == "4"
    assert store.newest_key(sent_again=True, session_id="globex") == ""
    assert store.newest_key(session_id="nobody") == ""
