"""What commands say of names that nothing goes by: what was meant, or what names all."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interactions_core import SqliteStore
from interactions_core.cli.root import interactions
from interactions_core.near_names import asked_back, near_names
from tests.core.looking import Thread, at, fill

LISTED = "`interactions sessions list` names them"
EMPTY = "nothing is recorded here yet; is it the store of your program?"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteStore:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    return SqliteStore("state.db")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(interactions, arguments)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        pytest.param("trip-kioto", ["trip-kyoto"], id="a letter"),
        pytest.param("Trip-Kyoto", ["trip-kyoto"], id="the case"),
        pytest.param("kyoto", ["trip-kyoto"], id="a part"),
        pytest.param("tirp", ["trip-kyoto", "trip-rome"], id="the beginning"),
        pytest.param("ky", [], id="too little"),
        pytest.param("zzz", [], id="nothing"),
        pytest.param("", [], id="no name"),
    ],
)
def test_near_names_are_those_that_may_be_meant(name: str, near: list[str]) -> None:
    found = near_names(name, ["trip-kyoto", "trip-rome", "garden", ""])

    assert sorted(found) == near


def test_some_names_are_asked_back_as_one_question() -> None:
    assert asked_back([]) == ""
    assert asked_back(["a"]) == "did you mean 'a'?"
    assert asked_back(["a", "b", "c"]) == "did you mean 'a', 'b' or 'c'?"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("sessions show trip-kioto", "did you mean 'trip-kyoto'?"),
        ("sessions tree kyoto", "did you mean 'trip-kyoto'?"),
        ("sessions show elsewhere", LISTED),
        ("sessions show trip --tenant globx", "did you mean 'globex'?"),
        ("explain tirp-kyoto", "did you mean 'trip-kyoto'?"),
        ("explain elsewhere", LISTED),
        ("sessions diff v1_trip-kyto-001 last", "did you mean 'v1_trip-kyoto-001'"),
        (
            "sessions diff trip-kyoto last",
            "a thread does, and `interactions sessions show trip-kyoto --long` prints",
        ),
        ("replay --dry-run v1_trip", "write more of it: v1_trip-kyoto-001, v1_trip-"),
        ("export --to steps --id elsewhere", "prints those of a thread"),
        ("jobs show job_b2f3ef51", "did you mean 'job_b2f2ef51'?"),
        ("jobs show pricing-breif", "did you mean 'pricing-brief'?"),
        ("replay --dry-run tirp-kyoto", "did you mean 'trip-kyoto'?"),
        ("explain trip-kyoto --tenant globx", "did you mean 'globex'?"),
        ("explain v1_trip-kyoto-001 --tenant acme", "`interactions sessions list --"),
        ("jobs show job_", "write more of it: job_"),
        ("jobs show elsewhere", "as `interactions jobs list --all --long` prints them"),
    ],
)
def test_a_name_of_nothing_leads_on(store: SqliteStore, line: str, hint: str) -> None:
    fill(store)

    done = run(*line.split())

    assert done.exit_code == 1
    assert hint in done.stderr


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (
            "sessions list --tenant acm",
            "no tenant is called 'acm'; did you mean 'acme'?",
        ),
        ("sessions list --thread kyoto", "did you mean 'trip-kyoto'?"),
        ("sessions list --model gemmini-3.8-flash", "did you mean 'gemini-3.8-flash'"),
        ("jobs list --thread pricing", "did you mean 'pricing-brief'?"),
        ("jobs list --tenant acm", "did you mean 'acme'?"),
        ("usage --tenant x", "no tenant is called 'x'; there are acme, globex"),
        ("usage --session x", "no tenant is called 'x'; there are acme, globex"),
        ("usage --thread kyoto --json", "did you mean 'trip-kyoto'?"),
        ("export --to steps --thread kyoto", "did you mean 'trip-kyoto'?"),
        ("sessions show --html a.html --all-threads --tenant acm", "mean 'acme'?"),
    ],
)
def test_a_filter_that_names_nothing_is_told(
    store: SqliteStore, line: str, hint: str
) -> None:
    fill(store)

    assert hint in run(*line.split()).stderr


@pytest.mark.parametrize(
    "line",
    ["sessions list --since 2099-01-01", "sessions list --tenant acme --thread job"],
)
def test_filters_that_only_meet_nowhere_are_not_taken_for_wrong(
    store: SqliteStore, line: str
) -> None:
    fill(store)
    Thread(store, "job", "globex").turn("root", at("27 Nov 10:00"))

    done = run(*line.split())

    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sessions show last", EMPTY),
        ("sessions tree trip", EMPTY),
        ("explain trip", EMPTY),
        ("sessions diff one other", EMPTY),
        ("replay --dry-run last", EMPTY),
        ("jobs show last", "this store has no jobs"),
    ],
)
def test_a_store_of_nothing_says_so(store: SqliteStore, line: str, said: str) -> None:
    store.secret()

    done = run(*line.split())

    assert done.exit_code == 1
    assert done.stderr.endswith(f"; {said}\n")


def test_only_conversations_of_the_tenant_are_meant(store: SqliteStore) -> None:
    fill(store)

    done = run("sessions", "show", "trip-kioto", "--tenant", "acme")

    assert "trip-kyoto" not in done.stderr
    assert "`interactions sessions list --tenant acme` names them" in done.stderr
