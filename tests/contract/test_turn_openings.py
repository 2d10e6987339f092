"""What a store tells a turn as it begins: the same as its methods one by one."""

from dataclasses import replace

import pytest

from interactions_core.exceptions import AccountConflictError
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.accounts import Claimant, Owner
from interactions_core.records.interactions import Scope
from interactions_core.records.openings import Asked, Opening
from interactions_core.stores import (
    SessionStore,
)
from tests.contract.session_records import PLACE, SCOPE, make_job, make_record

KEY = SCOPE.credential
ACCOUNT = "gemini|host|account:mine"


@pytest.fixture
def store(kept: SessionStore) -> SessionStore:
    return kept


def open_turn(
    store: SessionStore, claimant: Claimant, *digests: bytes, call: bytes = b""
) -> Opening:
    def ask(owner: Owner) -> Asked:
        return Asked(
            scope=replace(SCOPE, credential=owner.name),
            request_digests=digests,
            call_digest=call,
            place=PLACE,
        )

    return store.open_turn(lambda _: claimant, ask)


def test_a_turn_is_told_all_that_is_known_of_its_thread(store: SessionStore) -> None:
    record, job = make_record(), make_job("job", scope=SCOPE)
    store.delete_thread(SCOPE.thread_id)
    store.put(record)
    store.add_job(job)
    store.learn_retention(KEY, DAY_S)

    told = open_turn(
        store, Claimant(KEY), record.request_digest, b"none", call=job.call_digest
    )

    asked = told.asked
    assert told == Opening(
        owner=store.find_owner(lambda _: Claimant(KEY)),
        asked=asked,
        mark=store.deletion_mark(SCOPE.thread_id),
        learned_s=store.retention(KEY),
        known=store.find(SCOPE, asked.request_digests),
        jobs=store.find_jobs(SCOPE, job.call_digest, PLACE),
    )
    assert told.mark
    assert told.learned_s == DAY_S
    assert [each.key for each in told.known[record.request_digest]] == [record.key]
    assert [each.key for each in told.jobs] == [job.key]


def test_the_first_turn_of_a_store_is_told_that_nothing_is_known(
    store: SessionStore,
) -> None:
    told = open_turn(store, Claimant(KEY), b"some", call=b"call")

    assert (told.owner.name, told.mark, told.learned_s) == (KEY, b"", None)
    assert (dict(told.known), [*told.jobs]) == ({}, [])


def test_a_turn_that_names_its_account_first_is_told_what_its_key_has(
    store: SessionStore,
) -> None:
    record = make_record()
    store.put(record)

    told = open_turn(store, Claimant(KEY, ACCOUNT), record.request_digest)
    again = open_turn(store, Claimant("gemini|host|new", ACCOUNT), b"none")

    assert (told.owner.name, [*told.known]) == (KEY, [record.request_digest])
    assert again.owner.name == KEY
    assert store.links_of([ACCOUNT]) == {ACCOUNT: KEY}


def test_a_turn_of_a_key_with_rows_beside_its_account_is_refused(
    store: SessionStore,
) -> None:
    other = Scope("gemini|host|other", SCOPE.session_id, SCOPE.thread_id)
    store.put(make_record())
    open_turn(store, Claimant(KEY, ACCOUNT))
    store.put(make_record(scope=other))

    with pytest.raises(AccountConflictError):
        open_turn(store, Claimant(other.credential, ACCOUNT))


def test_a_turn_that_nobody_waits_for_asks_for_no_jobs(store: SessionStore) -> None:
    store.add_job(make_job("job", scope=SCOPE))

    assert [*open_turn(store, Claimant(KEY)).jobs] == []
