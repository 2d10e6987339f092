"""The page of stores of every kind: where they are, of which version, for whom."""

import http.client
import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from interactions_core import MemoryStore, SessionStore, SqliteStore, open_store
from interactions_core.cli.root import interactions
from interactions_core.cli.ui import ui
from interactions_core.page.html import page_file
from interactions_core.page.reading import View
from tests.browser import Looked
from tests.commands import running
from tests.core.looking import NOW, Thread, at, model, user
from tests.docs.pages import ROOT
from tests.page.conftest import SENTINEL, fill_wholly, write_page
from tests.page.serving import Visitor, serve

LATER_PARTS = ("charges", "job_events", "labels", "outlines", "setups", "words")
OLD = ROOT / "tests" / "fixtures" / "before_rooms_state.sql"


@pytest.fixture
def database(postgres_url: str) -> Iterator[SessionStore]:
    with closing(open_store(postgres_url)) as store:
        fill_wholly(store)
        yield store


def page_of(store: SessionStore) -> str:
    view = View(store=store, url="one", now=NOW)
    return page_file(view, view.conversations())


def test_three_stores_with_one_content_have_one_page(
    store: SqliteStore, database: SessionStore
) -> None:
    memory = MemoryStore()
    fill_wholly(memory)

    assert page_of(store) == page_of(database) == page_of(memory)


def test_a_page_of_a_server_names_it_without_a_password(
    database: SessionStore, postgres_url: str
) -> None:
    del database
    password = urlsplit(postgres_url).password
    assert password
    asked = ("sessions", "show", "--all-threads", "--html", "page.html")
    done = CliRunner().invoke(interactions, [*asked, "--sessions", postgres_url])
    assert done.exit_code == 0, done.output
    page = Path("page.html").read_text()
    assert "support-7731" in page
    assert password not in page + done.output


@pytest.mark.xdist_group("browser")
def test_news_of_a_server_show_up(
    looked: Looked, database: SessionStore, postgres_url: str
) -> None:
    for server in serve(postgres_url):
        looked.open(server.url)
        looked.thread("support-7731")
        fresh = {"sent": [user("Fresh from elsewhere")], "held": [model("Seen.")]}
        thread = Thread(database, "support-7731", "acme")
        thread.turn("continue", at("28 Nov 19:00"), "v1_support-7731-061", key="v1_new", **fresh)  # fmt: skip
        looked.page.locator(".totals", has_text="62").wait_for()
        looked.page.evaluate("document.querySelector('.scroll').scrollTop = 1e9")
        looked.page.locator(".row", has_text="Fresh from elsewhere").wait_for()
    assert looked.complaints == []


@pytest.mark.parametrize("command", ["show", "ui"])
def test_a_store_in_memory_is_refused_with_the_reason(command: str) -> None:
    asked = {"show": ["sessions", "show", "--all-threads", "--html", "a.html"], "ui": ["ui"]}  # fmt: skip
    done = CliRunner().invoke(
        interactions, [*asked[command], "--sessions", "memory:here"]
    )
    assert done.exit_code == 2
    assert "ends with its process" in done.output


@pytest.fixture
def signatures(folder: Path) -> Iterator[SqliteStore]:
    url = f"sqlite:///{folder / 'state.db'}"
    with closing(open_store(url, mirror="signatures")) as made:
        assert isinstance(made, SqliteStore)
        fill_wholly(made)
        yield made


@pytest.mark.usefixtures("signatures")
@pytest.mark.xdist_group("browser")
def test_a_store_of_signatures_has_lengths_and_says_so(looked: Looked) -> None:
    page = write_page("--all-threads")
    assert SENTINEL not in page.read_text()
    looked.open(page.as_uri())
    looked.thread("hostile")
    looked.press("k", "k")
    # Of what was sent nothing is kept, of the answer its length.
    assert f"not kept · {len(SENTINEL) + 1} characters" in looked.text(".row")
    assert "Only lengths and hashes are kept in this store" in looked.text(".detail")
    looked.press("t")
    looked.page.wait_for_selector(".talk")
    assert SENTINEL not in looked.page.content()
    assert looked.complaints == []


def test_a_store_of_signatures_is_served_without_a_word(
    signatures: SqliteStore, folder: Path
) -> None:
    del signatures
    for server in serve(folder):
        visitor = Visitor(server)
        said = visitor.get(f"/api/search?q={SENTINEL}").text
        for name in visitor.threads().values():
            said += visitor.get(f"/api/threads/{name}/steps").text
    assert SENTINEL not in said
    assert "Kyoto, Osaka" not in said


def states(folder: Path) -> dict[str, str]:
    files = [path for path in folder.iterdir() if path.name.startswith("state.db")]
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


def forget_later_parts(path: Path) -> None:
    """Leave what a release had that knew none of the parts that came later."""
    with closing(sqlite3.connect(path)) as db:
        known = {name for (name,) in db.execute("SELECT part FROM schema_versions")}
        gone = [part for part in LATER_PARTS if part in known]
        assert gone
        for part in gone:
            db.execute("DELETE FROM schema_versions WHERE part = ?", (part,))
        tables = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        for (name,) in tables:
            if name in LATER_PARTS:
                db.execute(f'DROP TABLE "{name}"')
        db.commit()


def test_a_store_of_an_older_release_is_shown_and_stays_as_it_is(
    store: SqliteStore, folder: Path
) -> None:
    store.close()
    forget_later_parts(folder / "state.db")
    before = states(folder)
    write_page("--all-threads")
    for server in serve(folder):
        visitor = Visitor(server)
        threads = visitor.threads()
        assert visitor.json("/api/changes")["version"]
        turns = visitor.json(f"/api/threads/{threads['support-7731']}")["turns"]
        assert len(turns) == 61
        for name in threads.values():
            visitor.json(f"/api/threads/{name}/steps")
    assert states(folder) == before


@pytest.mark.parametrize("command", ["show", "ui"])
def test_a_store_that_is_too_old_says_which_command_helps_and_stays_as_it_is(
    command: str, folder: Path
) -> None:
    with closing(sqlite3.connect(folder / "state.db")) as db:
        db.executescript(OLD.read_text(encoding="utf-8"))
    before = states(folder)
    asked = {"show": ["sessions", "show", "--all-threads", "--html", "a.html"], "ui": ["ui", "--no-open"]}  # fmt: skip
    done = CliRunner().invoke(interactions, asked[command])
    assert done.exit_code == 3
    assert "interactions db migrate" in done.output
    assert "token" not in done.output
    assert states(folder) == before
    assert not (folder / "a.html").exists()


OF_GLOBEX = "globex-only"


def told_to(visitor: Visitor, names: set[str], keys: list[str]) -> str:
    """Ask every route for every thread and turn that there is, whoever has it."""
    paths = ["/", "/api/threads", "/api/changes", f"/api/search?q={OF_GLOBEX}"]
    for name in names:
        paths += [f"/api/threads/{name}", f"/api/threads/{name}/steps"]
        paths += [f"/api/threads/{name}/why?turn={key}" for key in keys]
    return "".join(visitor.get(path).text for path in paths)


def test_no_route_tells_one_tenant_of_another(store: SqliteStore, folder: Path) -> None:
    said = {"sent": [user(f"{OF_GLOBEX} one")], "held": [model(OF_GLOBEX)]}
    for name in ("shared", "theirs", ""):
        other = Thread(store, name, "globex")
        key = other.turn("root", at("28 Nov 12:00"), key=f"v1_{name}-theirs", **said)
        other.turn("fork", at("28 Nov 12:01"), key, key=f"v1_{name}-forked", **said)
        other.job(
            f"job_{name}", at("28 Nov 12:00"), status="failed", interaction_id=key
        )
    own = {"sent": [user("ours")], "held": [model("Yes.")]}
    Thread(store, "shared", "acme").turn("root", at("28 Nov 12:02"), key="v1_shared-theirs", **own)  # fmt: skip
    while store.index_texts():
        pass
    for server in serve(folder):
        visitor = Visitor(server)
        names = {*visitor.threads().values()}
        names |= {each["id"] for each in visitor.json("/api/threads")["threads"]}
        keys = [f"v1_{name}-{end}" for name in ("shared", "theirs", "") for end in ("theirs", "forked")]  # fmt: skip
        assert OF_GLOBEX in told_to(visitor, names, keys)
    for server in serve(folder, tenant="acme"):
        said_to_acme = told_to(Visitor(server), names, keys)
    assert "support-7731" in said_to_acme
    for word in (OF_GLOBEX, "globex", "v1_theirs", "trip-kyoto", "garden-diary"):
        assert word not in said_to_acme


def test_the_command_serves_one_tenant(store: SqliteStore, folder: Path) -> None:
    del store
    place = f"sqlite:///{folder}/state.db"
    with running(ui, "--no-open", "--tenant", "acme", "--sessions", place) as told:
        url = urlsplit(told.wait_for("token").strip())
        line = http.client.HTTPConnection(url.netloc, timeout=30)
        line.request("GET", f"/?{url.query}")
        opened = line.getresponse()
        opened.read()
        cookie = str(opened.headers["Set-Cookie"]).partition(";")[0]
        line.request("GET", "/api/threads", headers={"Cookie": cookie})
        said = line.getresponse().read().decode()
        line.close()
        assert told.end(signal.SIGINT) == 0
    assert {each["tenant"] for each in json.loads(said)["threads"]} == {"acme"}
    assert "globex" not in said


def test_what_another_tenant_does_is_no_news(store: SqliteStore, folder: Path) -> None:
    for server in serve(folder, tenant="acme"):
        visitor = Visitor(server)
        before = visitor.json("/api/changes")
        other = Thread(store, "theirs", "globex")
        other.turn("root", at("28 Nov 19:00"), sent=[user("Hi")], held=[model("Ho")])
        other.job("job_theirs", at("28 Nov 19:00"))
        assert visitor.json("/api/changes") == before
        Thread(store, "ours", "acme").turn("root", at("28 Nov 19:01"), sent=[user("a")])
        assert visitor.json("/api/changes") != before


def test_sums_of_one_tenant_are_those_of_its_turns(
    store: SqliteStore, folder: Path
) -> None:
    for server in serve(folder, tenant="acme"):
        told: dict[str, Any] = Visitor(server).json("/api/threads")
    whole = store.cost(session_id="acme").total
    for by in ("day", "model", "session", "reason_again"):
        assert sum(sums["turns"] for _, sums in told["sums"][by]) == whole.turns
    assert json.dumps(told["sums"]).count("globex") == 0
