"""What stands around a thread: lists of many, an empty store, one tenant, a server gone."""

from pathlib import Path
from typing import Any

import pytest

from interactions_core import SqliteStore
from tests.browser import Looked
from tests.core.looking import Thread, at, model, user
from tests.page.conftest import write_page
from tests.page.drawn import fill_long
from tests.page.serving import serve

pytestmark = [pytest.mark.xdist_group("browser")]

MANY = 450
CUT = """() => [...document.querySelectorAll("button, .totals dd, .tools *")]
  .filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth + 1 && !each.matches(".back"))
  .map((each) => each.textContent)"""


@pytest.fixture
def many(full: Path) -> str:
    """A page of many threads, each of a tenant of its own."""
    del full
    return write_page("--all-threads").as_uri()


@pytest.fixture
def full(folder: Path) -> Path:
    """A folder whose store has many threads, each of a tenant of its own."""
    store = SqliteStore(folder / "state.db")
    for number in range(MANY):
        thread = Thread(store, f"thread-{number:03}", f"tenant-{number:03}")
        thread.turn("root", at("28 Nov 08:00") - number, sent=[user("Hello.")], held=[model("Hello.")])  # fmt: skip
    store.close()
    return folder


def test_a_list_of_many_threads_grows_when_it_is_asked_to(
    looked: Looked, many: str
) -> None:
    looked.open(many)
    items = looked.page.locator(".item[data-thread]:not([data-thread=''])")
    assert items.count() == 200
    more = looked.page.locator(".list button")
    assert more.inner_text() == "250 more"
    more.focus()
    looked.press("Enter")
    assert items.count() == 400
    focused = looked.page.locator(".item:focus .name")
    assert focused.inner_text() == "thread-200"
    looked.press("h")
    assert focused.inner_text() == "thread-200"
    looked.press("/")
    looked.page.keyboard.type("thread-44")
    assert items.count() == 10
    assert looked.page.locator(".list button").count() == 0


def test_a_long_table_says_how_many_rows_are_left_out(
    looked: Looked, many: str
) -> None:
    looked.open(many, ".over")
    tenants = looked.page.locator(".over section", has_text="Cost by tenant")
    assert tenants.locator("tbody tr").count() == 40
    assert tenants.locator(".dim").inner_text().startswith(f"{MANY - 40} more")
    assert looked.page.locator(".care + .dim").count() == 0


def test_the_newest_threads_are_there_before_all_are_read(
    looked: Looked, full: Path
) -> None:
    held: list[Any] = []
    looked.page.route(
        "**/api/threads",
        lambda route: held.append(route),  # noqa: PLW0108  it is written to
    )
    for server in serve(full):
        looked.open(server.url, ".item")
        items = looked.page.locator(".item[data-thread]:not([data-thread=''])")
        assert items.count() == 100
        assert looked.text(".list .empty") == "Reading 350 older threads …"
        assert looked.text(".over > p").startswith(f"{MANY} threads, {MANY} turns")
        assert looked.text(".over > .dim").startswith("All threads are being read.")
        assert looked.page.locator(".over h2").count() == 0

        [asked] = held
        asked.continue_()

        looked.page.locator(".over h2", has_text="Cost by tenant").wait_for()
        assert looked.text(".list button") == "250 more"
        assert looked.page.locator(".list .empty").count() == 0
        assert looked.text(".over > p").startswith(f"{MANY} threads, {MANY} turns")
        assert looked.page.locator("[aria-label='Tenant'] option").count() == MANY + 1
        assert looked.complaints == []
        looked.page.goto("about:blank")


def test_an_address_of_an_older_thread_waits_until_all_are_read(
    looked: Looked, full: Path
) -> None:
    for server in serve(full):
        looked.open(server.url, ".over h2")
        told = looked.page.evaluate("fetch('api/threads').then((a) => a.json())")
        names = {each["name"]: each["id"] for each in told["threads"]}
        looked.page.goto(f"{looked.page.url.partition('#')[0]}#/{names['thread-449']}")
        looked.page.reload()
        looked.page.locator(".head h1", has_text="thread-449").wait_for()
        assert looked.complaints == []
        looked.page.goto("about:blank")


def test_a_tenant_that_comes_later_can_be_chosen(
    looked: Looked, store: SqliteStore, folder: Path
) -> None:
    for server in serve(folder):
        looked.open(server.url, ".over h2")
        late = Thread(store, "late", "newcomer")
        late.turn("root", at("28 Nov 19:00"), sent=[user("Hello.")], held=[model("Hello.")])  # fmt: skip
        looked.page.locator("[aria-label='Tenant'] option", has_text="newcomer").wait_for(state="attached")  # fmt: skip
        looked.page.select_option("[aria-label='Tenant']", "newcomer")
        items = looked.page.locator(".item[data-thread]:not([data-thread=''])")
        assert items.all_inner_texts()[0].startswith("late")
        assert items.count() == 1
        looked.page.goto("about:blank")


@pytest.mark.parametrize("wide", [390, 1440])
def test_an_empty_store_says_how_sessions_begin(
    browser: object, folder: Path, wide: int
) -> None:
    store = SqliteStore(folder / "state.db")
    store.secret()
    store.close()
    looked = Looked(browser, wide=wide)
    for server in serve(folder):
        looked.open(server.url, ".empty >> visible=true")
        said = looked.text(".empty")
        assert said.startswith("No sessions yet. They begin when")
        looked.page.goto("about:blank")
    looked.context.close()


@pytest.mark.parametrize("wide", [390, 1440])
def test_a_single_thread_is_searched(browser: object, folder: Path, wide: int) -> None:
    store = SqliteStore(folder / "state.db")
    fill_long(store, 300)
    store.close()
    looked = Looked(browser, wide=wide)
    looked.open(write_page("long").as_uri(), ".row")
    for view in ("tree", "transcript"):
        looked.press("Home", *(["t"] if view == "transcript" else []), "/")
        assert looked.page.locator("#search").is_visible()
        looked.page.keyboard.type("Reading 217:")
        looked.press("Enter")
        assert looked.chosen() == "v1_long-00217"
        looked.press("Escape")
    assert looked.page.locator(".talk article[aria-current]").is_visible()
    assert looked.page.evaluate("document.documentElement.scrollWidth") <= wide
    looked.context.close()


def test_a_page_of_one_tenant_says_so(looked: Looked, store: SqliteStore) -> None:
    del store
    looked.open(write_page("--all-threads", "--tenant", "acme").as_uri())
    assert "tenant acme only" in looked.text(".where")
    looked.open(write_page("--all-threads").as_uri())
    assert "only" not in looked.text(".where")


def test_a_server_that_is_gone_is_not_taken_for_news(
    looked: Looked, store: SqliteStore, folder: Path
) -> None:
    del store
    for server in serve(folder):
        looked.open(server.url, ".over")
        assert "No answer" not in looked.text(".where")
    looked.page.locator(".where", has_text="No answer from the server").wait_for()


def test_a_transcript_is_walked_along_its_branch(
    looked: Looked, store: SqliteStore
) -> None:
    del store
    looked.open(write_page("trip-kyoto").as_uri(), ".row")
    looked.press("t", "Home")
    articles = looked.page.locator(".talk article").all()
    names = [str(each.get_attribute("id")) for each in articles]
    walked = []
    for _ in names:
        walked.append(looked.page.locator("[aria-current=true]").get_attribute("id"))
        looked.press("j")
    assert walked == names


@pytest.mark.parametrize("wide", [390, 760, 900, 1100, 1240, 1440])
def test_no_word_of_a_control_is_cut_off(
    browser: object, store: SqliteStore, wide: int
) -> None:
    del store
    looked = Looked(browser, wide=wide)
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("support-7731")
    assert looked.page.evaluate(CUT) == []
    looked.context.close()
