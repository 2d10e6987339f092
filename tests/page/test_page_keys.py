"""The keys of the page: each does what the guide says, and none where somebody types."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Looked
from tests.page.conftest import write_page

pytestmark = [pytest.mark.usefixtures("store"), pytest.mark.xdist_group("browser")]

WORDS = "arrows|Home|End|Enter|Esc"
GUIDE = Path(__file__).parents[2] / "docs" / "page.md"

WHERE = """() => {
  const text = (selector) => document.querySelector(selector)?.textContent ?? "";
  return {
    thread: text(".head h1"), heading: text(".detail h2"),
    turn: location.hash.split("?")[0].split("/")[2] ?? "",
    view: text(".tools [aria-label=View] [aria-pressed=true]"),
    sheet: text(".sheet [aria-selected=true]").replace(/ .*/, ""),
    hidden: text(".bar [aria-pressed]"), copied: text(".copy"),
    dialog: Boolean(document.querySelector("dialog[open]")),
    focus: document.activeElement.id || document.activeElement.className,
  };
}"""


def where(looked: Looked) -> dict[str, Any]:
    """Say what is chosen, how it is shown, and where the keyboard is."""
    return looked.page.evaluate(WHERE)


def changed(looked: Looked, key: str) -> dict[str, Any]:
    """Press a key; return what is another than before."""
    before = where(looked)
    looked.press(key)
    return {name: is_ for name, is_ in where(looked).items() if is_ != before[name]}


@pytest.fixture
def opened(looked: Looked) -> Looked:
    """The thread with 61 turns, where nothing is hidden."""
    looked.context.grant_permissions(["clipboard-read", "clipboard-write"])
    looked.open(write_page("--all-threads").as_uri())
    looked.thread("support-7731")
    return looked


def test_the_guide_has_the_keys_of_the_page(opened: Looked) -> None:
    opened.press("?")
    shown = opened.page.locator("dialog kbd").all_inner_texts()
    table = GUIDE.read_text("utf-8").partition("## Keys\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.*?) \|", table, re.MULTILINE)[1:]
    told = [re.findall(rf"`(.)`|({WORDS})", row) for row in rows]
    keys = [{one or word for one, word in row} for row in told]
    assert keys == [set(re.findall(rf"{WORDS}|[^\s,]", each)) for each in shown]


@pytest.mark.parametrize(
    ("down", "up"), [("j", "k"), ("ArrowDown", "ArrowUp")], ids=["letters", "arrows"]
)
def test_the_next_turn_and_the_one_before_it(
    opened: Looked, down: str, up: str
) -> None:
    before = where(opened)["turn"]
    assert before == "v1_support-7731-032"
    assert changed(opened, down)["turn"] == "v1_support-7731-033"
    assert changed(opened, up)["turn"] == before


def test_the_first_turn_and_the_last(opened: Looked) -> None:
    assert changed(opened, "Home")["turn"] == "v1_support-7731-001"
    assert opened.page.locator(".row[aria-selected=true]").is_visible()
    assert changed(opened, "End")["turn"] == "v1_support-7731-061"
    assert opened.page.locator(".row[aria-selected=true]").is_visible()
    opened.page.locator("select[aria-label=Highlight]").focus()
    assert "turn" not in changed(opened, "Home")


def test_enter_leads_to_what_was_searched_for_and_round(opened: Looked) -> None:
    opened.press("Home", "/")
    opened.page.keyboard.type("blue cable")
    assert changed(opened, "Enter")["turn"] == "v1_support-7731-032"


def test_the_next_thread_and_the_one_before_it(opened: Looked) -> None:
    names = opened.page.locator(".item[data-thread]:not([data-thread='']) .name").all_inner_texts()  # fmt: skip
    after = names[names.index("support-7731") + 1]
    opened.press("]")
    opened.page.locator(".head h1", has_text=after).wait_for()
    opened.press("[")
    opened.page.locator(".head h1", has_text="support-7731").wait_for()


def test_f_visits_each_branch_of_a_fork_and_comes_back(looked: Looked) -> None:
    looked.open(write_page("trip-kyoto").as_uri(), ".row")
    looked.page.locator(".row", has_text="Kobe").click()
    begun, visited = where(looked)["turn"], []
    for _ in range(3):
        looked.press("f")
        visited.append(where(looked)["turn"])
    assert len({*visited}) == 3
    assert visited[-1] == begun


def test_p_leads_to_what_a_turn_goes_on_from(opened: Looked) -> None:
    assert changed(opened, "p")["turn"] == "v1_support-7731-031"


def test_r_leads_to_what_was_sent_again_and_round(opened: Looked) -> None:
    first = where(opened)["turn"]
    assert changed(opened, "r")["turn"] != first
    assert where(opened)["heading"] == "Sent again: expired"
    assert changed(opened, "r")["turn"] == first


def test_digits_choose_how_a_turn_is_shown(opened: Looked) -> None:
    assert changed(opened, "2") == {"sheet": "Sent"}
    assert changed(opened, "3") == {"sheet": "Raw"}
    assert changed(opened, "1") == {"sheet": "Rendered"}


def test_t_changes_between_tree_and_transcript(opened: Looked) -> None:
    assert changed(opened, "t")["view"] == "Transcript"
    opened.page.wait_for_selector(".talk article[aria-current]")
    assert changed(opened, "t")["view"] == "Tree"


def test_y_copies_the_turn_as_a_command(opened: Looked) -> None:
    opened.press("j", "y")
    opened.page.locator(".copy", has_text="Copied").wait_for()
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("interactions replay v1_")


def test_h_hides_content_and_shows_it(opened: Looked) -> None:
    assert changed(opened, "h")["hidden"] == "Content hidden"
    assert changed(opened, "h")["hidden"] == "Hide content"


def test_slash_is_for_searching_and_escape_leads_out_step_by_step(
    opened: Looked,
) -> None:
    assert changed(opened, "/")["focus"] == "search"
    opened.page.keyboard.type("kyoto")
    assert opened.page.locator(".item .name").all_inner_texts()[1:] == ["trip-kyoto"]
    opened.press("Escape")
    assert where(opened)["focus"] != "search"
    assert opened.page.input_value("#search") == ""
    opened.press("?")
    assert where(opened)["dialog"]
    opened.press("Escape")
    assert not where(opened)["dialog"]
    assert where(opened)["thread"] == "support-7731"
    opened.press("Escape")
    opened.page.wait_for_selector(".over")
    # The keyboard is where the thread was opened.
    focused = "document.activeElement.querySelector('.name').textContent"
    assert opened.page.evaluate(focused) == "support-7731"


EVERY = ("j", "k", "ArrowDown", "ArrowUp", "]", "[", "f", "p", "r", "1", "2", "3", "t", "y", "h", "?")  # fmt: skip


def test_no_key_does_anything_where_somebody_types(opened: Looked) -> None:
    opened.press("/")
    before = where(opened)
    letters = [key for key in EVERY if len(key) == 1]
    opened.press(*letters, "/")
    assert opened.page.input_value("#search") == "".join([*letters, "/"])
    opened.press("ArrowDown", "ArrowUp")
    assert where(opened) == before
    assert "No thread matches" in opened.text(".list")


def test_no_key_chooses_a_turn_where_a_list_has_the_keyboard(opened: Looked) -> None:
    opened.page.locator("select[aria-label=Highlight]").focus()
    before = where(opened)
    opened.press("j", "k", "r", "p")
    assert where(opened) == before


def test_single_keys_can_be_turned_off(opened: Looked) -> None:
    opened.press("?")
    opened.page.locator("#keys-on").uncheck()
    opened.press("Escape")
    before = where(opened)
    opened.press(*(key for key in EVERY if len(key) == 1), "/")
    assert where(opened) == before
    assert changed(opened, "ArrowDown")["turn"] == "v1_support-7731-033"


def test_a_page_that_is_loaded_anew_shows_the_same_turn(opened: Looked) -> None:
    opened.press("j", "j")
    before = where(opened)
    opened.page.reload()
    opened.page.wait_for_selector(".row[aria-selected=true]")
    assert where(opened) == before


def test_back_leads_to_the_turn_that_was_left(opened: Looked) -> None:
    opened.press("j", "j")
    before = where(opened)
    opened.thread("trip-kyoto")
    opened.page.go_back()
    opened.page.locator(".head h1", has_text="support-7731").wait_for()
    assert where(opened) | {"focus": ""} == before | {"focus": ""}
    opened.page.go_back()
    opened.page.wait_for_selector(".over")
