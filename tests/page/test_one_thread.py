"""A thread is read by itself, and each of its turns is explained once it is looked at."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interactions_core import SqliteStore, open_store
from interactions_core.page.reasons import EXPLAINED
from interactions_core.records.outlines import Sketch
from interactions_core.transcript.steps import text_part, user_input
from tests.browser import Looked
from tests.core.looking import RESEARCH, Thread, at, model, user
from tests.page.conftest import write_page
from tests.page.serving import Visitor, serve
from tests.postgres import Server, fresh_schema
from tests.trips import counted, logging_server

LONG = EXPLAINED + 3


@pytest.fixture(scope="module")
def logging() -> Iterator[Server]:
    with logging_server() as server:
        yield server


def statements_of(server: Server, url: str, path: str) -> int:
    """Count what one request makes the database do, after the list was asked for."""
    for page in serve(url):
        visitor = Visitor(page)
        name = visitor.threads()["asked-for"]
        with counted(server) as trips:
            visitor.json(f"/api/threads/{name}{path}")
    return trips[0].statements


@pytest.mark.parametrize("path", ["", "/steps", "/why?turn=v1_asked-for-001"])
def test_one_thread_costs_the_same_however_many_there_are(
    logging: Server, path: str
) -> None:
    with fresh_schema(logging.url) as url, closing(open_store(url)) as store:
        words = {"sent": [user("Hello")], "held": [model("Hi.")]}
        Thread(store, "asked-for").turn("root", at("28 Nov 12:00"), **words)
        few = statements_of(logging, url, path)
        for number in range(20):
            Thread(store, f"t{number}").turn("root", at("28 Nov 13:00"), **words)
            Thread(store, "").turn("root", at("28 Nov 13:00"), key=f"v1_l{number}")

        assert statements_of(logging, url, path) == few


def test_a_turn_of_another_thread_is_not_explained(
    store: SqliteStore, folder: Path
) -> None:
    del store
    for server in serve(folder):
        visitor = Visitor(server)
        kyoto = visitor.threads()["trip-kyoto"]
        asked = f"/api/threads/{kyoto}/why?turn="
        assert visitor.get(f"{asked}v1_trip-kyoto-001").status == 200
        for key in ("v1_support-7731-001", "v1_nowhere", ""):
            assert visitor.get(asked + key).status == 404


def test_what_two_tenants_have_is_explained_to_each_from_its_own(
    store: SqliteStore, folder: Path
) -> None:
    """The same interaction may be kept for several, and one of them paid for it."""
    for tenant in ("acme", "globex"):
        thread = Thread(store, "shared", tenant)
        words = {"sent": [user(f"Said to {tenant}")], "held": [model(f"{tenant}!")]}
        thread.turn("root", at("28 Nov 12:00"), key="v1_both", **words)
    for server in serve(folder, tenant="globex"):
        visitor = Visitor(server)
        shared = visitor.threads()["shared"]
        said = visitor.get(f"/api/threads/{shared}/steps").text
        said += visitor.get(f"/api/threads/{shared}/why?turn=v1_both").text
    assert "Said to globex" in said
    assert "acme" not in said


def test_a_thread_that_was_erased_is_not_there(
    store: SqliteStore, folder: Path
) -> None:
    for server in serve(folder):
        visitor = Visitor(server)
        kyoto = visitor.threads()["trip-kyoto"]
        store.delete_thread("trip-kyoto")
        assert visitor.get(f"/api/threads/{kyoto}").status == 404


def test_jobs_of_what_is_in_no_thread_are_found_one_by_one(
    store: SqliteStore, folder: Path
) -> None:
    """Of one an answer is kept, of one the run is known, of one neither is."""
    alone = Thread(store, "", "acme", RESEARCH)
    alone.job("job_run", at("28 Nov 12:00"), status="failed", interaction_id="v1_run")
    alone.job("job_lost", at("28 Nov 12:01"), status="lost")
    Thread(store, "", "globex").job("job_other", at("28 Nov 12:02"))
    found: dict[str, list[str]] = {}
    for server in serve(folder):
        visitor = Visitor(server)
        for told in visitor.json("/api/threads")["threads"]:
            if not told["thread"]:
                jobs = visitor.json(f"/api/threads/{told['id']}")["jobs"]
                found[told["key"]] = [job["key"] for job in jobs]
    assert found == {
        "v1_alone-001": ["job_b2f2ef51"],
        "v1_alone-acme": [],
        "v1_run": ["job_run"],
        "job_lost": ["job_lost"],
        "job_other": ["job_other"],
    }


@pytest.fixture
def changing(folder: Path) -> Path:
    """A store of a thread whose first message changes with every call."""
    with closing(SqliteStore(folder / "state.db")) as store:
        thread, when = Thread(store, "review", "acme"), at("28 Nov 08:00")
        for number in range(LONG):
            text = f"Current time: {number}. Review this contract."
            steps = [user_input([text_part(said)]) for said in (text, "Is it sound?")]
            sketch = Sketch(steps=steps, seeks=True)
            words = {
                "sent": [*map(user, (text, "Is it sound?"))],
                "held": [model("Yes")],
            }
            thread.turn("root", when + 60 * number, **words, again=True, sketch=sketch)
    return folder


@pytest.mark.xdist_group("browser")
def test_a_file_says_of_old_turns_which_command_explains_them(
    looked: Looked, changing: Path
) -> None:
    del changing
    looked.open(write_page("--all-threads").as_uri(), ".row")
    assert f"explains the newest {EXPLAINED} such turns" in looked.text("#why")
    assert f"interactions explain {looked.chosen()}" in looked.text("#why")
    looked.press("k", *["j"] * (LONG - EXPLAINED))
    assert "Step 1 is the first that differs" in looked.text("#why .diff")
    assert "explains the newest" not in looked.text("#why")


@pytest.mark.xdist_group("browser")
def test_a_server_explains_whatever_turn_is_looked_at(
    looked: Looked, changing: Path
) -> None:
    for server in serve(changing):
        looked.open(server.url, ".row")
        looked.press("k", *["k"] * LONG, "j")
        looked.page.locator("#why .diff mark", has_text="1").wait_for()
        looked.press("j")
        looked.page.locator("#why .diff mark", has_text="2").wait_for()
        assert "Step 1 is the first that differs" in looked.text("#why")
        asked = [url for url in looked.requests if "/why?" in url]
    assert 3 <= len(asked) <= LONG + 4
    assert looked.complaints == []
