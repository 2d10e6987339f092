"""What every session store does, and how stores are opened by URL."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from interactions_core.exceptions import (
    ConfigurationError,
)
from interactions_core.protocol.retention import Loss
from interactions_core.records.forms import LIFE_S
from interactions_core.records.interactions import ReplyForm, Scope
from interactions_core.stores import (
    MemoryStore,
    PostgresStore,
    SessionStore,
    SqliteStore,
    open_store,
)
from interactions_core.stores.sql import rows
from tests.contract.session_records import (
    DAY_S,
    HELD,
    NOW,
    SCOPE,
    SENT,
    known_form,
    make_entry,
    make_record,
    whole_record,
)
from tests.patience import PATIENCE_S

ODD_TEXT = "ünï © 🎉 \u2028 \x00 a lone \ud83d surrogate"


@pytest.fixture(
    params=[
        f"{kind}-{mirror}"
        for kind in ("memory", "sqlite", "postgres")
        for mirror in ("full", "signatures")
    ]
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    kind, mirror = request.param.split("-")
    if kind == "memory":
        yield MemoryStore(mirror=mirror)
        return
    if kind == "sqlite":
        opened = SqliteStore(tmp_path / "sessions.db", mirror=mirror)
    else:
        opened = PostgresStore(request.getfixturevalue("postgres_url"), mirror=mirror)
    yield opened
    opened.close()


# What every store does.


def test_every_field_of_a_record_comes_back(store: SessionStore) -> None:
    record = whole_record()
    defaults = make_record("x")
    same = [
        f.name
        for f in fields(record)
        if getattr(record, f.name) == getattr(defaults, f.name)
    ]
    store.put(record)
    store.put(make_record("v1_child", parent_id="v1_whole"))
    store.learn_retention(SCOPE.credential, DAY_S)

    found = store.get(SCOPE, "v1_whole")

    assert same == ["scope"]
    assert found is not None
    if store.mirror == "full":
        assert found == record
    else:
        local = record.local_results
        assert replace(found, held=HELD, sent=SENT, local_results=local) == record


def test_every_field_of_a_ledger_entry_comes_back(store: SessionStore) -> None:
    store.put(make_record(), make_entry())

    assert store.ledger() == [(SCOPE, make_entry())]


def test_a_mirror_of_signatures_keeps_no_content(store: SessionStore) -> None:
    local = ({"type": "function_result", "call_id": "1", "result": "Hello"},)
    store.put(make_record(held=HELD, sent=SENT, local_results=local))

    found = store.get(SCOPE, "v1_a")

    assert found is not None
    kept = json.dumps([found.held, found.sent, found.local_results])
    assert ("Hello" in kept) == (store.mirror == "full")
    assert "c2lnbmF0dXJl" in kept


def test_records_are_found_by_the_digest_of_their_request(store: SessionStore) -> None:
    store.put(make_record("first", request_digest=b"same", created_at=1.0))
    store.put(make_record("second", request_digest=b"same", created_at=2.0))
    store.put(make_record("other", request_digest=b"other"))

    found = store.find(SCOPE, [b"same", b"absent"])

    assert {d: [r.key for r in records] for d, records in found.items()} == {
        b"same": ["first", "second"]
    }


def test_more_digests_than_a_query_takes_are_found(store: SessionStore) -> None:
    digests = [f"{number:032}".encode() for number in range(2_500)]
    store.put(make_record("last", request_digest=digests[-1]))

    assert list(store.find(SCOPE, digests)) == [digests[-1]]
    assert store.find(SCOPE, []) == {}


def test_a_second_put_replaces_the_record_and_moves_its_digest(
    store: SessionStore,
) -> None:
    store.put(make_record(request_digest=b"old"), make_entry())
    store.put(make_record(request_digest=b"new", status="incomplete"))

    found = store.get(SCOPE, "v1_a")

    assert found is not None
    assert found.status == "incomplete"
    assert list(store.find(SCOPE, [b"old", b"new"])) == [b"new"]


def test_replacing_a_record_keeps_what_the_ledger_has(store: SessionStore) -> None:
    store.put(make_record(), make_entry())
    store.put(make_record(status="incomplete"))

    assert store.ledger() == [(SCOPE, make_entry())]
    assert store.usage() == make_entry().usage


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(SCOPE, credential="other"), id="credential"),
        pytest.param(replace(SCOPE, session_id="other"), id="session"),
        pytest.param(replace(SCOPE, thread_id="other"), id="thread"),
    ],
)
def test_nothing_is_found_across_scopes(store: SessionStore, other: Scope) -> None:
    record = make_record()
    store.put(record)

    assert store.get(other, record.key) is None
    assert store.find(other, [record.request_digest]) == {}
    assert store.mark_gone(other, record.key) == 0
    found = store.get(SCOPE, record.key)
    assert found is not None
    assert not found.gone


def test_children_are_counted_within_their_scope(store: SessionStore) -> None:
    store.put(make_record("parent"))
    store.put(make_record("one", parent_id="parent"))
    store.put(make_record("two", parent_id="parent"))
    store.put(make_record("two", parent_id="parent"))
    elsewhere = replace(SCOPE, thread_id="other")
    store.put(make_record("three", parent_id="parent", scope=elsewhere))

    found = store.get(SCOPE, "parent")

    assert found is not None
    assert found.children == 2


def test_a_lost_interaction_rules_out_its_descendants_only(store: SessionStore) -> None:
    for key, parent in [("a", ""), ("b", "a"), ("c", "b"), ("d", "a"), ("e", "")]:
        store.put(make_record(key, parent_id=parent))
    elsewhere = replace(SCOPE, thread_id="other")
    store.put(make_record("c", parent_id="b", scope=elsewhere))

    changed = store.mark_gone(SCOPE, "b")

    found = {key: store.get(SCOPE, key) for key in "abcde"}
    assert changed == 2
    assert [key for key, record in found.items() if record and record.gone] == [
        "b",
        "c",
    ]
    copy = store.get(elsewhere, "c")
    assert copy is not None
    assert not copy.gone
    assert store.mark_gone(SCOPE, "b") == 0


def test_an_unknown_ancestor_rules_out_its_descendants(store: SessionStore) -> None:
    """Ours: the parent may have come from an anchor that the store never saw."""
    store.put(make_record("child", parent_id="never recorded"))
    store.put(make_record("grandchild", parent_id="child"))

    assert store.mark_gone(SCOPE, "never recorded") == 2


def test_losing_nothing_leaves_the_roots_alone(store: SessionStore) -> None:
    store.put(make_record("root"))

    assert store.mark_gone(SCOPE, "") == 0


def test_an_interaction_that_is_its_own_parent_does_no_harm(
    store: SessionStore,
) -> None:
    store.put(make_record("loop", parent_id="loop"))

    assert store.mark_gone(SCOPE, "loop") == 1


def test_a_shorter_retention_is_news_once_and_for_one_credential(
    store: SessionStore,
) -> None:
    store.put(make_record())
    other = replace(SCOPE, credential="other")
    store.put(make_record(scope=other))

    news = [
        store.learn_retention(SCOPE.credential, days * DAY_S) for days in (7, 7, 14, 1)
    ]

    assert news == [True, False, False, True]
    assert store.retention(SCOPE.credential) == DAY_S
    assert store.retention("other") is None
    found, untouched = store.get(SCOPE, "v1_a"), store.get(other, "v1_a")
    assert found is not None
    assert untouched is not None
    assert found.ends_at == found.created_at + DAY_S
    assert untouched.ends_at == untouched.created_at + 55 * DAY_S


def test_what_was_recorded_stays_as_it_was_when_a_retention_is_learned(
    store: SessionStore,
) -> None:
    """Ours: what is learned can be taken back, and learning rewrites nothing."""
    record = make_record()
    store.put(record)

    store.learn_retention(SCOPE.credential, DAY_S)

    found = store.get(SCOPE, record.key)
    assert found is not None
    assert found.expires_at == record.created_at + 55 * DAY_S
    assert found.ends_at == record.created_at + DAY_S


def test_two_chains_of_one_day_and_one_credential_teach(store: SessionStore) -> None:
    now = 100 * DAY_S

    def lose(root: str, credential: str = SCOPE.credential, at: float = now) -> object:
        return store.note_loss(credential, Loss(root, DAY_S, 90 * DAY_S, at))

    assert [lose("a"), lose("a"), lose("b", "other")] == [None, None, None]
    assert lose("c", at=now + DAY_S) is None
    assert lose("d", at=now + DAY_S) == DAY_S


def test_one_try_a_day_is_taken_by_one_and_none_on_the_day_of_learning(
    store: SessionStore,
) -> None:
    name, now = SCOPE.credential, 100 * DAY_S
    for root in ("a", "b"):
        store.note_loss(name, Loss(root, DAY_S, 90 * DAY_S, now))

    hours = (1, 23, 24, 25, 48)
    taken = [store.claim_retention_try(name, now + hour * 3600) for hour in hours]

    assert taken == [False, False, True, False, True]


def test_a_retention_is_unlearned_of_one_credential_or_of_all(
    store: SessionStore,
) -> None:
    for name in ("a", "b", "c"):
        store.learn_retention(name, DAY_S)

    assert store.unlearn_retention("a") == 1
    assert [store.retention(name) for name in "abc"] == [None, DAY_S, DAY_S]
    assert (store.unlearn_retention(), store.unlearn_retention()) == (2, 0)
    assert store.learn_retention("a", 7 * DAY_S)


def test_what_was_made_before_the_last_restore_teaches_nothing(
    store: SessionStore,
) -> None:
    now = 100 * DAY_S
    store.mark_restored(80 * DAY_S)
    store.mark_restored(95 * DAY_S)
    losses = [Loss(root, DAY_S, 90 * DAY_S, now) for root in "ab"]

    assert [store.note_loss(SCOPE.credential, loss) for loss in losses] == [None, None]


def test_no_interaction_outlives_its_root_once_retention_is_learned(
    store: SessionStore,
) -> None:
    """Ours: an interaction expires with the first of its ancestors."""
    ages = [("a", "", 0.0), ("b", "a", 0.5), ("c", "b", 0.9), ("d", "unknown", 0.9)]
    for key, parent, age in reversed(ages):
        at = {"created_at": age * DAY_S, "expires_at": 55 * DAY_S}
        store.put(make_record(key, parent_id=parent, **at))

    store.learn_retention(SCOPE.credential, DAY_S)

    alone = [store.get(SCOPE, key) for key, _, _ in ages]
    together = store.find(SCOPE, [f"request of {key}".encode() for key, _, _ in ages])
    found = [record for records in together.values() for record in records]
    ends = {record.key: record.ends_at / DAY_S for record in [*alone, *found] if record}
    assert ends == {"a": 1, "b": 1, "c": 1, "d": 1.9}
    assert sorted(found, key=lambda record: record.key) == alone


def test_a_loop_of_ancestors_expires_with_the_oldest(store: SessionStore) -> None:
    store.put(make_record("a", parent_id="b", created_at=DAY_S))
    store.put(make_record("b", parent_id="a", created_at=2 * DAY_S))

    store.learn_retention(SCOPE.credential, DAY_S)

    found = store.get(SCOPE, "b")
    assert found is not None
    assert found.ends_at == 2 * DAY_S


def test_usage_adds_up_by_session_and_by_thread(store: SessionStore) -> None:
    for number, (session, thread) in enumerate([("a", "1"), ("a", "2"), ("b", "2")]):
        scope = Scope("credential", session, thread)
        entry = make_entry(str(number), tokens=10**number)
        store.put(make_record(str(number), scope=scope), entry)

    def tokens(**which: str) -> int:
        return store.usage(**which).input_tokens

    assert tokens() == 111
    assert tokens(session_id="a") == 11
    assert tokens(thread_id="2") == 110
    assert tokens(session_id="b", thread_id="2") == 100
    assert tokens(session_id="nobody") == 0
    assert [entry.key for _, entry in store.ledger(thread_id="2")] == ["1", "2"]


def test_a_deleted_thread_is_gone_and_others_stay(store: SessionStore) -> None:
    other = replace(SCOPE, thread_id="other")
    store.put(make_record(), make_entry())
    store.put(make_record(scope=other), make_entry())

    deleted = store.delete_thread(SCOPE.thread_id)

    assert deleted == 1
    assert store.get(SCOPE, "v1_a") is None
    assert store.find(SCOPE, [make_record().request_digest]) == {}
    assert store.ledger() == [(other, make_entry())]
    assert store.usage() == make_entry().usage
    assert store.delete_thread(SCOPE.thread_id) == 0


def test_the_secret_stays_the_same(store: SessionStore) -> None:
    secret = store.secret()
    store.close()

    assert store.secret() == secret
    assert len(secret) == 32


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ODD_TEXT, id="odd characters"),
        pytest.param("megabyte of text " * 200_000, id="megabytes"),
    ],
)
def test_content_comes_back_to_the_character(store: SessionStore, text: str) -> None:
    held = ({"type": "model_output", "content": [{"type": "text", "text": text}]},)
    store.put(make_record(held=held, form=ReplyForm.of(held)))

    found = store.get(SCOPE, "v1_a")

    assert found is not None
    assert found.form == ReplyForm.of(held)
    if store.mirror == "full":
        assert found.held == held


def test_threads_use_one_store_at_once(store: SessionStore) -> None:
    failures: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for number in range(25):
                key = f"{worker}-{number}"
                store.put(make_record(key), make_entry(key))
                assert store.find(SCOPE, [make_record(key).request_digest])
                store.mark_gone(SCOPE, key)
        except BaseException as exc:  # noqa: BLE001 - told to the main thread
            failures.append(exc)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert failures == []
    assert len(store.ledger()) == 200
    assert store.usage().input_tokens == 2_000


# Opening.


def test_a_memory_url_names_one_store_of_the_process() -> None:
    assert open_store("memory:") is open_store("memory:")
    assert open_store("memory:a test") is open_store("memory:a test")
    assert open_store("memory:a test") is not open_store("memory:")


def test_a_file_url_names_one_store_of_the_process(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/a.db")

    assert open_store(f"sqlite:///{tmp_path}/a.db") is store
    assert open_store(store) is store
    assert open_store(f"sqlite:///{tmp_path}/b.db") is not store


def test_a_relative_url_is_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    store = open_store("sqlite:///here.db")

    assert (tmp_path / "here.db").exists()
    assert store is open_store(f"sqlite:///{tmp_path}/here.db")


@pytest.mark.parametrize(
    "url",
    [
        "postgres+unknown://user:hunter2@host/db",
        "sqlite://user:hunter2@host/db",
        "redis:user:hunter2@host",
        "user:hunter2@host/db",
        "sqlite:///",
        "sessions.db",
        "",
    ],
)
def test_an_unknown_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="sqlite:///") as refused:
        open_store(url)

    assert "hunter2" not in str(refused.value)


# Memory.


def test_the_least_recently_used_interactions_go_first() -> None:
    store = MemoryStore(limit=3)
    for key in ("a", "b", "c"):
        store.put(make_record(key), make_entry(key))
    store.get(SCOPE, "a")
    store.find(SCOPE, [make_record("b").request_digest])

    store.put(make_record("d"), make_entry("d"))

    assert [key for key in "abcd" if store.get(SCOPE, key)] == ["a", "b", "d"]
    assert store.find(SCOPE, [make_record("c").request_digest]) == {}
    assert [entry.key for _, entry in store.ledger()] == ["a", "b", "d"]
    assert store.usage().input_tokens == 40


def test_a_full_memory_store_does_not_grow() -> None:
    store = MemoryStore(limit=10)
    for number in range(200):
        store.put(make_record(str(number), parent_id=str(number - 1)), make_entry())

    sizes = [len(kept) for kept in vars(store).values() if isinstance(kept, dict)]

    assert max(sizes) <= 11


def test_stores_have_secrets_of_their_own(tmp_path: Path) -> None:
    stores = [
        MemoryStore(),
        MemoryStore(),
        SqliteStore(tmp_path / "a.db"),
        SqliteStore(tmp_path / "b.db"),
    ]

    assert len({store.secret() for store in stores}) == 4


# Forms of requests.


def test_known_forms_come_back_newest_first(store: SessionStore) -> None:
    older, newer = known_form(), known_form("response_format", at=NOW + 1)

    store.keep_forms([older])
    store.keep_forms([newer])

    assert store.list_forms() == [newer, older]


def test_a_form_takes_the_place_of_the_one_of_its_feature(store: SessionStore) -> None:
    store.keep_forms([known_form()])

    store.keep_forms([known_form(change="keywords")])

    assert [form.change for form in store.list_forms()] == ["keywords:tools"]


def test_forms_out_of_date_go_with_the_next_that_is_kept(store: SessionStore) -> None:
    store.keep_forms([known_form()])

    store.keep_forms([known_form("response_format", at=NOW + LIFE_S)])
    store.keep_forms([])

    assert [form.feature for form in store.list_forms()] == ["response_format"]


def test_cleared_forms_are_gone(store: SessionStore) -> None:
    store.keep_forms([known_form(), known_form("response_format")])

    assert (store.clear_forms(), store.list_forms(), store.clear_forms()) == (2, [], 0)


def test_a_database_from_before_forms_were_remembered_is_taken_over(
    store_url: str,
) -> None:
    before = open_store(store_url)
    before.put(make_record("x"))
    with before.database.writing() as db:
        db.execute("DROP TABLE forms")
        db.execute("DELETE FROM schema_versions WHERE part = 'forms'")
    before.close()

    with contextlib.closing(open_store(store_url)) as store:
        store.keep_forms([known_form()])
        assert store.list_forms() == [known_form()]
        assert store.get(SCOPE, "x") is not None


def test_an_older_release_leaves_the_table_of_forms_alone(store_url: str) -> None:
    """Ours: what remembers forms is a part that an older release does not know."""
    with contextlib.closing(open_store(store_url)) as store:
        store.keep_forms([known_form()])
        with store.database.reading() as db:
            found = dict(db.execute("SELECT part, version FROM schema_versions"))

    assert found["forms"] == 1
    assert found["sessions"] == len(rows.MIGRATIONS)
