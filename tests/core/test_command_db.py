"""`interactions db` on real files."""

import json
import re
import sqlite3
import time
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.db import db
from interactions_core.protocol.retention import DAY_S, Loss
from tests.schemas import check as hold


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    SqliteStore(path).close()
    return path


def run(file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(db, [*arguments, "--sessions", f"sqlite:///{file}"])


def test_the_group_is_offered_to_the_root() -> None:
    [entry] = entry_points(group="interactions_core.commands", name="db")

    assert entry.load() is db


def test_after_a_restore_nothing_older_teaches_a_retention(file: Path) -> None:
    done = run(file, "restored")

    assert done.exit_code == 0, done.output
    now = time.time() + 60
    store = SqliteStore(file)
    old = [Loss(root, DAY_S, now - 2 * DAY_S, now) for root in "ab"]
    new = [Loss(root, DAY_S, now + DAY_S, now + 3 * DAY_S) for root in "cd"]
    assert [store.note_loss("ours", loss) for loss in old + new] == [
        *(None, None),
        *(None, DAY_S),
    ]
    store.close()


def test_when_a_restore_was_noted_is_shown(file: Path) -> None:
    before = run(file, "restored", "--show")
    run(file, "restored")
    after = run(file, "restored", "--show")

    assert before.output == "no restore was noted\n"
    assert re.fullmatch(r"restored 2\d{3}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n", after.output)


def test_a_restore_without_a_list_says_that_nothing_is_erased(file: Path) -> None:
    done = run(file, "restored")

    assert "no list of deletions is named: nothing is erased again" in done.output


def test_a_list_is_looked_at_beside_a_store_that_nothing_was_written_to(
    file: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "erased.jsonl"
    listed.write_text('{"store": "0123456789abcdef", "at": 1.0, "thread": "t"}\n')
    before = file.read_bytes()

    done = run(file, "restored", "--erased", str(listed), "--dry-run")

    assert (done.exit_code, done.stderr) == (1, "")
    assert "there is none of this one (which has no name yet)" in done.stdout
    assert file.read_bytes() == before


def test_a_list_that_is_not_there_is_an_error(file: Path) -> None:
    done = run(file, "restored", "--erased", "missing.jsonl")

    assert done.exit_code == 2
    assert run(file, "restored", "--show").output == "no restore was noted\n"


def test_a_store_in_memory_is_never_restored() -> None:
    done = CliRunner().invoke(db, ["restored", "--sessions", "memory:"])

    assert done.exit_code == 2
    assert "memory: ends with its process; name a file or a database" in done.stderr


def test_what_was_learned_is_forgotten_of_one_owner_or_of_all(file: Path) -> None:
    store = SqliteStore(file)
    for owner in ("a", "b", "c"):
        store.learn_retention(owner, DAY_S)

    one = run(file, "forget-retention", "--owner", "a")
    others = run(file, "forget-retention")

    assert one.stdout == "forgotten: what was learned of a\n"
    assert others.stdout == "forgotten: what was learned of 2 keys\n"
    assert [store.retention(owner) for owner in "abc"] == [None] * 3
    store.close()


def test_an_owner_that_there_is_not_is_no_success(file: Path) -> None:
    done = run(file, "forget-retention", "--owner", "nobody")

    assert done.exit_code == 1
    assert "'nobody' names nobody in this store" in str(done.exception)


def test_an_owner_is_named_by_its_account(file: Path) -> None:
    store = SqliteStore(file)
    owner, account = "gemini|host|3fa2c1d8", "gemini|host|account:acme"
    store.link([account], owner)
    store.learn_retention(owner, DAY_S)

    done = run(file, "forget-retention", "--owner", "acme")
    again = run(file, "forget-retention", "--owner", "3fa2")

    assert done.stdout == f"forgotten: what was learned of {owner}\n"
    assert again.stdout == f"nothing was learned of {owner}\n"
    store.close()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    done = run(tmp_path / "missing.db", "restored")

    assert done.exit_code == 2
    assert "there is no session store at" in done.stderr
    assert not (tmp_path / "missing.db").exists()


def age(file: Path) -> None:
    """Let a store be as one of a release that knew no contracts."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM schema_versions WHERE part = 'contracts'")
        connection.execute("DROP TABLE schema_contracts")
        connection.execute("DROP TABLE schema_rewrites")


def test_a_store_is_checked_planned_for_migrated_and_then_found_well(
    file: Path,
) -> None:
    assert run(file, "migrate").exit_code == 0
    age(file)

    before, plan = run(file, "check"), run(file, "plan")
    done, after = run(file, "migrate"), run(file, "check")

    assert before.exit_code == 1
    assert "contracts    0 in the store, 1 known: missing\n" in before.stdout
    assert before.stdout.endswith(
        "the store has to be upgraded: interactions db migrate\n"
    )
    assert plan.stdout.startswith(
        "1. contracts to version 1: tables; locks the file, once\n"
        "     CREATE TABLE schema_contracts"
    )
    assert (done.exit_code, done.stdout) == (
        *(0, "contracts to version 1: tables\nup to date\n"),
    )
    assert after.exit_code == 0
    assert after.stdout.endswith("this release can work with the store\n")
    assert run(file, "plan").stdout == "nothing to do\n"


def test_a_store_that_no_checkpointer_has_used_lacks_nothing(file: Path) -> None:
    """Ours: AutoGen and CrewAI use a store without the tables of a saver."""
    found, told = run(file, "check"), run(file, "check", "--json")

    assert found.exit_code == 0
    assert "checkpoints  0 in the store, 4 known: unused\n" in found.stdout
    assert "can work with the store, and no checkpointer has used it" in found.stdout
    hold("db_check", json.loads(told.stdout))
    assert json.loads(told.stdout)["ok"]


def test_what_a_saver_lacks_of_its_tables_is_no_store_to_work_with(
    file: Path,
) -> None:
    run(file, "migrate")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM schema_versions WHERE part = 'checkpoints'")

    done = run(file, "check")

    assert done.exit_code == 1
    assert "checkpoints  0 in the store, 4 known: missing\n" in done.stdout


def test_checks_and_plans_are_told_as_json(file: Path) -> None:
    run(file, "migrate")
    age(file)

    found, plan = run(file, "check", "--json"), run(file, "plan", "--json")

    said = json.loads(found.stdout)
    hold("db_check", said)
    hold("db_plan", json.loads(plan.stdout))
    assert (found.exit_code, said["schema"], said["ok"]) == (1, 1, False)
    [line] = [part for part in said["parts"] if part["part"] == "contracts"]
    assert line == {
        "part": "contracts", "found": 0, "known": 1, "needs": None, "state": "missing",
    }  # fmt: skip
    [step] = json.loads(plan.stdout)["steps"]
    assert (step["part"], step["kind"], step["batches"]) == ("contracts", "tables", 0)


def test_looking_at_versions_changes_nothing(file: Path) -> None:
    age(file)
    before = file.read_bytes()

    run(file, "check")
    run(file, "plan")

    assert file.read_bytes() == before


def test_a_store_is_made_by_the_command_where_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "new.db"

    refused, made = run(file, "migrate"), run(file, "migrate", "--create")

    assert refused.exit_code == 2
    assert "give --create" in refused.stderr
    assert made.exit_code == 0
    assert run(file, "check").exit_code == 0


def test_a_store_that_takes_a_newer_release_is_told_of(file: Path) -> None:
    run(file, "migrate")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "UPDATE schema_versions SET version = 9 WHERE part = 'sessions'"
        )

    found, plan = run(file, "check"), run(file, "plan")

    said = "this release knows too little of the store: install a newer one\n"
    assert (found.exit_code, plan.exit_code) == (1, 1)
    assert found.stdout.endswith(said)
    assert plan.stderr.endswith(said)


@pytest.mark.parametrize("command", [("plan",), ("migrate", "--create")])
def test_a_file_of_another_program_is_refused_before_anything_is_said_of_it(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE checkpoints (a)")
        connection.execute("CREATE TABLE writes (a)")
    before = path.read_bytes()

    done = run(path, *command)

    assert done.exit_code != 0
    assert done.stdout == ""
    assert path.read_bytes() == before


def test_a_part_that_is_yet_to_come_is_refused_where_its_name_is_taken(
    file: Path,
) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE checkpoint_writes (a)")
    before = file.read_bytes()

    done = run(file, "migrate")

    assert "another program's table 'checkpoint_writes'" in str(done.exception)
    assert done.stdout == ""
    assert file.read_bytes() == before


def test_a_schema_of_another_program_is_refused_before_a_plan_is_printed(
    postgres_url: str,
) -> None:
    server, _, schema = postgres_url.partition("schema=")
    with psycopg.connect(server.rstrip("?&")) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"'.encode())
        connection.execute(f'CREATE TABLE "{schema}".jobs (a INT)'.encode())
    arguments = ["--sessions", postgres_url]

    for command in ("plan", "migrate"):
        done = CliRunner().invoke(db, [command, *arguments])
        assert "another program's table 'jobs'" in str(done.exception)
        assert done.stdout == ""


def test_a_folder_is_called_one_where_versions_are_looked_at(tmp_path: Path) -> None:
    for command in ("check", "plan"):
        done = run(tmp_path, command)

        assert done.exit_code == 2
        assert f"{tmp_path} is a folder; name a file in it" in done.stderr


def test_a_store_in_memory_has_nothing_to_check() -> None:
    done = CliRunner().invoke(db, ["check", "--sessions", "memory:"])

    assert done.exit_code == 2
    assert "ends with its process" in done.stderr
