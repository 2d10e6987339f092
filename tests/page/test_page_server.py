"""`interactions ui`, as a browser and as strangers on the machine ask it."""

import http.client
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.ui import ui
from interactions_core.page.server import PageServer
from tests.browser import Looked
from tests.commands import running
from tests.page.conftest import SENTINEL
from tests.page.serving import Asked, cookie_of, serve
from tests.programs import run_program


@pytest.fixture
def server(store: SqliteStore, folder: Path) -> Iterator[PageServer]:
    del store
    yield from serve(folder)


def test_a_token_opens_the_page_once(server: PageServer) -> None:
    cookie = cookie_of(server)
    assert Asked(server, "/", Cookie=cookie).status == 200
    assert Asked(server, f"/?{urlsplit(server.url).query}").status == 403


@pytest.mark.parametrize(
    "path", ["/", "/api/threads", "/api/changes", "/?token=wrong", "/?token=%C3%A9"]
)
def test_nobody_is_let_in_without_the_token(server: PageServer, path: str) -> None:
    for headers in (
        {},
        {"Cookie": f"interactions-{server.port}=wrong"},
        {"Cookie": ";=;"},
    ):
        assert Asked(server, path, **headers).status == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", ""])
def test_a_name_that_leads_here_is_refused(server: PageServer, host: str) -> None:
    cookie = cookie_of(server)
    assert Asked(server, "/api/threads", Cookie=cookie, Host=host).status == 421


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]
)
def test_nothing_but_get_is_answered(server: PageServer, method: str) -> None:
    asked = Asked(server, "/", method, Cookie=cookie_of(server))
    assert asked.status == 405


@pytest.mark.parametrize(
    "path", ["/../state.db", "/static/main.js", "/api", "/api/threads/x", "/state.db"]
)
def test_a_path_outside_is_not_there(server: PageServer, path: str) -> None:
    assert Asked(server, path, Cookie=cookie_of(server)).status == 404


def test_no_answer_is_kept_or_says_where_it_came_from(server: PageServer) -> None:
    cookie = cookie_of(server)
    for path in ("/", "/api/threads", "/nowhere"):
        headers = Asked(server, path, Cookie=cookie).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_other_pages_of_this_machine_get_nothing(server: PageServer) -> None:
    cookie = cookie_of(server)
    strange = {"Cookie": cookie, "Sec-Fetch-Site": "same-site"}
    assert Asked(server, "/api/threads", **strange).status == 403


def test_one_tenant_is_all_that_is_told(store: SqliteStore, folder: Path) -> None:
    del store
    for server in serve(folder, tenant="acme"):
        cookie = cookie_of(server)
        said = Asked(server, "/api/threads", Cookie=cookie).text
        assert "globex" not in said
        assert {each["tenant"] for each in json.loads(said)["threads"]} == {"acme"}


def test_another_tenants_thread_is_not_there(store: SqliteStore, folder: Path) -> None:
    del store
    for server in serve(folder):
        listed = Asked(server, "/api/threads", Cookie=cookie_of(server)).text
    other = next(t for t in json.loads(listed)["threads"] if t["tenant"] == "globex")
    for server in serve(folder, tenant="acme"):
        cookie = cookie_of(server)
        for path in (
            f"/api/threads/{other['id']}",
            f"/api/threads/{other['id']}/steps",
        ):
            assert Asked(server, path, Cookie=cookie).status == 404


def test_hidden_content_is_in_no_answer(store: SqliteStore, folder: Path) -> None:
    del store
    for server in serve(folder, hide_content=True):
        cookie = cookie_of(server)
        listed = Asked(server, "/api/threads", Cookie=cookie).text
        said = listed + Asked(server, f"/api/search?q={SENTINEL}", Cookie=cookie).text
        for each in json.loads(listed)["threads"]:
            for path in (
                f"/api/threads/{each['id']}",
                f"/api/threads/{each['id']}/steps",
            ):
                said += Asked(server, path, Cookie=cookie).text
        assert SENTINEL not in said


def test_a_search_finds_a_thread_by_what_was_said(
    server: PageServer, store: SqliteStore
) -> None:
    while store.index_texts():
        pass
    cookie = cookie_of(server)
    found = json.loads(Asked(server, f"/api/search?q={SENTINEL}", Cookie=cookie).text)
    listed = json.loads(Asked(server, "/api/threads", Cookie=cookie).text)["threads"]
    names = {each["key"] for each in listed if each["id"] in found["threads"]}
    assert names == {"hostile", "v1_alone-acme"}


@pytest.mark.xdist_group("browser")
def test_a_thread_that_a_search_found_opens_at_what_was_found(
    looked: Looked, server: PageServer, store: SqliteStore
) -> None:
    while store.index_texts():
        pass
    looked.open(server.url)
    looked.press("/")
    looked.page.keyboard.type("blue cable")
    found = looked.page.locator(".item[data-thread]:not([data-thread=''])")
    looked.page.locator(".item", has_text="patent-search").wait_for(state="detached")
    found.wait_for()
    found.click()
    looked.page.locator(".detail", has_text="blue cable").wait_for()


@pytest.mark.xdist_group("browser")
def test_what_another_process_writes_shows_up_and_moves_nothing(
    looked: Looked, server: PageServer, folder: Path
) -> None:
    looked.open(server.url)
    assert "token" not in looked.page.url
    looked.thread("support-7731")
    looked.press("k", "k", "k")
    chosen = looked.chosen()
    scrolled = looked.page.evaluate("document.querySelector('.scroll').scrollTop")
    run_program("tests.page.one_more_turn", folder / "state.db")
    looked.page.locator(".totals", has_text="62").wait_for()
    assert looked.chosen() == chosen
    assert (
        looked.page.evaluate("document.querySelector('.scroll').scrollTop") == scrolled
    )
    assert looked.complaints == []


def test_the_command_serves_until_it_is_interrupted(
    store: SqliteStore, folder: Path
) -> None:
    del store
    with running(ui, "--no-open", "--sessions", f"sqlite:///{folder}/state.db") as told:
        url = urlsplit(told.wait_for("token").strip())
        line = http.client.HTTPConnection(url.netloc, timeout=30)
        line.request("GET", f"/?{url.query}")
        assert line.getresponse().status == 303
        line.close()
        assert told.end(signal.SIGINT) == 0


def test_a_store_that_is_not_there_is_said_before_anything_is_served(
    folder: Path,
) -> None:
    told = CliRunner().invoke(ui, ["--sessions", f"sqlite:///{folder}/none.db"])
    assert told.exit_code == 2
    assert "there is no session store" in told.output
    assert "token" not in told.output
