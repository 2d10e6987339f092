"""What is told of a session store, without changing it."""

import contextlib
import sqlite3
import time
from pathlib import Path

import pytest

from interactions_core import SqliteStore, open_store
from interactions_core.client.client import InteractionsClient
from interactions_core.client.identity import credential_of
from interactions_core.doctor.live.bodies import BOUNDED, answer_in
from interactions_core.exceptions import InteractionsError
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.jobs.job_looks import Look
from interactions_core.records.mirror import Mirror
from interactions_emulator import Emulator
from tests.contract.session_records import make_job
from tests.core.doctor.looking import levels, look, run, turn


def test_a_store_that_is_not_there_is_not_made() -> None:
    found = look("--sessions", "sqlite:///state.db")

    assert levels(found) == {"store": "warn"}
    assert not Path("state.db").exists()


def test_a_store_is_taken_from_the_environment(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERACTIONS_SESSIONS", store.url)

    assert "deletions 1" in look()["store"]["text"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("state.db", "did you mean 'sqlite:///state.db'?"),
        ("redis://user:hunter2@host", "no session store for 'redis:…'"),
        ("sqlite:///notes.txt", "not a readable SQLite database"),
        ("sqlite:///.", "this is a folder"),
    ],
)
def test_what_is_no_store_fails(url: str, said: str, environment: Path) -> None:
    (environment / "notes.txt").write_text("a shopping list " * 100)

    found = look("--sessions", url)

    assert levels(found)["store"] == "fail"
    assert said in " ".join(one["text"] for one in found.values())
    assert "hunter2@" not in str(found)


@pytest.mark.parametrize(("version", "level"), [(99, "fail"), (1, "warn")])
def test_tables_of_another_version_are_told(
    version: int, level: str, store: SqliteStore
) -> None:
    store.close()
    with contextlib.closing(sqlite3.connect("state.db")) as file, file:
        file.execute(
            "UPDATE schema_versions SET version = ? WHERE part = 'sessions'", (version,)
        )

    found = look("--sessions", store.url)

    assert levels(found) == {"store": level}
    assert f"'sessions' tables have schema version {version}" in found["store"]["text"]


@pytest.mark.usefixtures("store")
def test_a_store_that_others_may_read_is_told() -> None:
    Path("state.db").chmod(0o644)

    found = look("--sessions", "sqlite:///state.db")

    assert levels(found) == {"store": "warn"}
    assert "(0644)" in found["store"]["text"]
    assert found["store"]["fix"] == "chmod 600 'state.db'"


def test_a_store_of_another_key_is_told(
    store: SqliteStore,
    client: InteractionsClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.turn(turn(), store)
    monkeypatch.setenv("GEMINI_API_KEY", "another-key")

    found = look("--offline", "--sessions", store.url)

    assert levels(found) == {"sessions": "warn"}
    assert "1 recorded interaction, and none is this key's" in found["sessions"]["text"]
    assert "interactions accounts link" in found["sessions"]["fix"]


def test_a_later_key_of_a_named_account_is_told_nothing(
    store: SqliteStore,
    client: InteractionsClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INTERACTIONS_ACCOUNT", "acme")
    client.turn(turn(), store)
    monkeypatch.setenv("GEMINI_API_KEY", "another-key")

    assert levels(look("--offline", "--sessions", store.url)) == {}


def test_a_learned_retention_is_told(
    store: SqliteStore, client: InteractionsClient
) -> None:
    store.learn_retention(credential_of(client.sdk(), store.secret()), DAY_S)

    found = look("--sessions", store.url)

    assert levels(found) == {"retention": "warn"}
    assert "Set retention=timedelta(days=1)" in found["retention"]["fix"]


@pytest.mark.parametrize(
    ("mirrors", "level", "said"),
    [
        ([], None, ""),
        (["full"], "ok", "full: texts are kept"),
        (["signatures"], "ok", "signatures: no texts are kept"),
        (
            ["full", "signatures"],
            "warn",
            "newest 2 answers 1 hold their texts and 1 do",
        ),
    ],
)
def test_how_much_of_the_content_is_kept_is_told(
    client: InteractionsClient,
    mirrors: list[Mirror],
    level: str | None,
    said: str,
    environment: Path,
) -> None:
    path = environment / "state.db"
    for mirror in mirrors or ["full"]:
        with contextlib.closing(SqliteStore(path, mirror=mirror)) as store:
            if mirrors:
                client.turn(turn(session_id=mirror), store)

    mirror = look("--sessions", f"sqlite:///{path}").get("mirror", {})

    assert mirror.get("level") == level
    assert said in mirror.get("text", "")


def test_a_restore_is_told(store: SqliteStore) -> None:
    store.mark_restored(1_790_000_000.0)

    found = look("--sessions", store.url)

    assert levels(found) == {}
    assert found["restore"]["text"].startswith("noted 2026-09-21 14:13 UTC; ")


@pytest.mark.parametrize(
    ("path", "level", "said"),
    [
        ("erased.jsonl", "ok", "deletions are noted in erased.jsonl"),
        (".", "fail", "it is a folder"),
        ("missing/erased.jsonl", "fail", "its folder is not there"),
    ],
)
def test_where_deletions_are_noted_is_told(
    path: str, level: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERACTIONS_ERASED", path)

    found = look("--offline")

    assert found["erased"]["level"] == level
    assert said in found["erased"]["text"]
    assert not Path("erased.jsonl").exists()


def test_a_job_that_nobody_waits_for_is_named(
    store: SqliteStore, client: InteractionsClient
) -> None:
    key = client.suspend(turn(background=True), store).job_key

    found = look("--sessions", store.url)

    assert levels(found) == {"jobs": "warn"}
    assert found["jobs"]["text"] == f"1 that nobody waits for: {key}"
    assert found["jobs"]["fix"] == "interactions jobs watch"


def test_a_job_whose_run_the_server_does_not_know_is_named_though_it_is_held(
    store: SqliteStore,
) -> None:
    now = time.time()
    failed = Look(now - 200, now - 100, "404")
    held = {"lease_until": now + 60, "forget_at": now * 2, "deadline_at": now + 9_000}
    run = {"status": "in_progress", "interaction_id": "v1_run", "created_at": now - 300}
    store.add_job(make_job(**held, **run, look=failed))

    found = look("--sessions", store.url)

    assert found["jobs"]["level"] == "warn"
    assert found["jobs"]["text"] == "1 that the server does not know: job_1 (thread)"
    assert found["jobs"]["fix"] == "interactions jobs show job_1"


def test_an_answer_that_nobody_has_taken_is_named_with_the_call_that_takes_it(
    store: SqliteStore,
) -> None:
    ended = {"status": "completed", "interaction_id": "v1_run", "lease_until": 0.0}
    store.add_job(make_job(**ended, forget_at=time.time() * 2))

    found = look("--sessions", store.url)

    said = "1 with an answer that nobody has taken: job_1 (thread)"
    assert (found["jobs"]["level"], found["jobs"]["text"]) == ("warn", said)
    assert found["jobs"]["fix"] == "graph.invoke(None, config) takes it"


def test_a_create_without_an_answer_fails(
    store: SqliteStore, client: InteractionsClient, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"close": "after"})
    with pytest.raises(InteractionsError):
        client.suspend(turn(background=True), store)

    found = look("--sessions", store.url)

    assert levels(found) == {"jobs": "fail"}
    assert store.list_jobs()[0].key in found["jobs"]["text"]


def test_what_a_deletion_has_left_on_the_server_is_told(
    store: SqliteStore, client: InteractionsClient
) -> None:
    client.turn(turn(thread_id="1"), store)
    store.delete_thread("1", remote=True)

    found = look("--sessions", store.url)

    assert levels(found) == {"erasures": "warn"}
    assert found["erasures"]["fix"] == "interactions erase --pending"


def test_a_database_is_looked_at_without_its_password(
    postgres_url: str, client: InteractionsClient
) -> None:
    made = open_store(postgres_url)
    client.turn(turn(), made)
    made.close()

    found = look("--sessions", postgres_url)

    assert levels(found) == {}
    assert (
        "schema accounts 1, budgets 1, charges 1, contracts 1, counts 1, deletions 1, forms 1, job_events 1, job_looks 1, job_traces 1, jobs 1, labels 1, listings 1, lookups 1, losses 1, outlines 1, questions 1, resends 1, sessions 2"
        in found["store"]["text"]
    )
    assert found["mirror"]["text"] == "full: texts are kept in this store"


def test_a_database_that_is_not_there_fails_without_its_password() -> None:
    found = look("--sessions", "postgresql://user:hunter2@127.0.0.1:9/none")

    assert levels(found)["store"] == "fail"
    assert "hunter2@" not in str(found)


def test_a_remembered_form_is_named_and_can_be_forgotten(
    store: SqliteStore, client: InteractionsClient, emulator: Emulator
) -> None:
    settings = {"response_format": answer_in(BOUNDED)}
    emulator.fault(on="create", do={"status": 400})
    client.turn(turn(settings=settings), store)

    found = look("--sessions", store.url)
    cleared = run("--clear-forms", "--sessions", store.url)
    client.turn(turn(settings=settings, thread_id="2"), store)

    assert levels(found) == {"forms": "warn"}
    assert "model:gemini-3.5-flash at gemini|127.0.0.1" in found["forms"]["text"]
    assert "is sent as bounds:response_format for 7.0 d more" in found["forms"]["text"]
    assert cleared.stdout.startswith("1 form forgotten\n")
    assert cleared.stdout.endswith("0 failed, 0 warnings\n")
    assert "minItems" in str(emulator.requests()[-1]["body"])


def test_forms_of_no_store_cannot_be_forgotten() -> None:
    assert "needs a store" in run("--clear-forms").stderr
