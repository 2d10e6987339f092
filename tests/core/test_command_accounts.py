"""`interactions accounts`, as it is typed."""

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.accounts import accounts
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import make_turn
from tests.patience import PATIENCE_S


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with Emulator(clock=clock, projects={"acme": ["january", "february"]}) as running:
        yield running


@pytest.fixture
def january(
    emulator: Emulator, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """Record a turn under one key, and give the environment the next; name its owner."""
    monkeypatch.setenv("GEMINI_API_KEY", "february")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.delenv("INTERACTIONS_ACCOUNT", raising=False)
    monkeypatch.chdir(tmp_path)
    return ask(emulator, clock, "january")


def ask(emulator: Emulator, clock: Clock, key: str) -> str:
    """Record a turn under a key; return its owner."""
    policy = ClientPolicy(max_retries=0, retention_s=1e9, clock=clock)
    connection = Connection(api_key=key, base_url=emulator.url, timeout_s=PATIENCE_S)
    client = InteractionsClient(connection, policy)
    with closing(SqliteStore("state.db")) as store, closing(client):
        client.turn(make_turn(["hello"]), store)
        return client.owner(store).name


def run(*arguments: str) -> Result:
    return CliRunner().invoke(accounts, arguments)


def test_owners_are_listed_with_what_they_have_and_what_is_linked(january: str) -> None:
    before = run("list")
    run("link", january, "--account", "acme")

    linked = run("list").output.splitlines()

    assert before.output.splitlines() == linked[:1]
    assert linked[0].startswith(f"{january}  1 interaction, 0 open jobs, last 20")
    assert len(linked) == 3
    assert any(line.endswith("|account:acme") for line in linked[1:])
    assert "january" not in "".join(linked)


def test_an_owner_is_named_by_the_beginning_of_its_fingerprint(january: str) -> None:
    print_ = january.rsplit("|", maxsplit=1)[-1]

    done = run("link", print_[:8])

    assert done.exit_code == 0
    assert done.output.endswith(f"owns what {january} owns\n")


def test_an_account_is_named_by_its_name(january: str) -> None:
    run("link", january, "--account", "acme")

    done = run("unlink", "acme")

    assert done.output.endswith("|account:acme owns what is its own\n")


@pytest.mark.usefixtures("january")
def test_an_owner_that_there_is_not_is_named() -> None:
    done = run("link", "deadbeef")

    assert done.exit_code == 1
    assert "'deadbeef' names nobody in this store" in str(done.exception)


def test_each_change_is_in_the_log(january: str) -> None:
    assert run("log").output == "nothing was ever linked\n"
    run("link", january)
    name = run("list").output.splitlines()[1].strip()
    run("unlink", name)

    first, second = run("log").output.splitlines()

    assert f"link {name} to {january}" in first
    assert f"unlink {name} from {january}" in second


def test_a_key_with_sessions_of_its_own_is_linked_only_if_they_are_left(
    january: str, emulator: Emulator, clock: Clock
) -> None:
    ask(emulator, clock, "february")

    refused = run("link", january)
    told = str(refused.exception).split("`")[3]
    done = run(*shlex.split(told.removesuffix(" --sessions URL"))[2:])

    assert "has sessions of its own" in str(refused.exception)
    assert done.exit_code == 0
    with closing(sqlite3.connect("state.db")) as db:
        [(kept,)] = db.execute("SELECT count(*) FROM interactions").fetchall()
    assert kept == 2


def test_what_will_be_linked_is_said_first(
    january: str, emulator: Emulator, clock: Clock
) -> None:
    """The key of the environment is linked beside the account that was named."""
    ask(emulator, clock, "february")

    would = run("link", january, "--account", "acme", "--leave-rows", "--dry-run")
    done = run("link", january, "--account", "acme", "--leave-rows")

    account, key = would.output.splitlines()
    assert "|account:acme would own what " in account
    assert key.endswith(f"{january} owns; its own 1 interaction count no more")
    assert done.output == would.output.replace("would own", "owns")


def test_that_an_owner_owns_its_own_is_not_in_the_log(january: str) -> None:
    with closing(sqlite3.connect("state.db")) as db, db:
        db.execute(
            "INSERT INTO account_events (at, actor, action, name, owner) "
            "VALUES (1.0, 'me@here', 'link', $1, $1)",
            (january,),
        )

    assert run("log").output == "nothing was ever linked\n"


def test_an_account_with_space_around_its_name_is_refused(january: str) -> None:
    """A line of an environment file that ends in a space names another account."""
    refused = run("link", january, "--account", "acme ")

    assert str(refused.exception) == "account has space around it: 'acme '"
