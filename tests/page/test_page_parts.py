"""What was said comes in parts: no answer of the server has a long thread whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from interactions_core import SqliteStore
from interactions_core.page.steps import ANSWER_BYTES, LAST_STEPS, StepsTable
from interactions_core.records.conversations import Content
from tests.browser import Looked
from tests.core.looking import Thread, at, model, user
from tests.page.conftest import SENTINEL
from tests.page.drawn import fill_heavy
from tests.page.serving import Asked, Visitor, serve

TURNS, CHARACTERS = 5_000, 1_000

NAMES_BYTES = 30_000
"""Keys and numbers beside what was said."""


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a thread of 5,000 turns of 1 kB."""
    folder = tmp_path_factory.mktemp("heavy")
    store = SqliteStore(folder / "state.db")
    fill_heavy(store, TURNS, CHARACTERS)
    store.close()
    return folder


def parts_of(visitor: Visitor, thread: str) -> list[tuple[int, dict[str, Any]]]:
    """Ask until nothing follows; return what was told, and how large each answer was."""
    found: list[tuple[int, dict[str, Any]]] = []
    after: str | None = ""
    while after is not None:
        answer = visitor.get(f"/api/threads/{thread}/steps?after={after}")
        assert answer.status == 200
        told = json.loads(answer.text)
        found.append((len(answer.text.encode()), told))
        after = told["next"]
    return found


def said_in(told: dict[str, Any]) -> list[str]:
    return [told["steps"][sent[0]]["text"] for sent, *_ in told["turns"]]


def test_a_thread_is_told_in_parts_that_make_it_whole(heavy: Path) -> None:
    for server in serve(heavy):
        visitor = Visitor(server)
        (thread,) = visitor.threads().values()
        parts = parts_of(visitor, thread)
        index = visitor.json(f"/api/threads/{thread}")
    whole = sum(size for size, _ in parts)
    assert whole > TURNS * CHARACTERS
    assert max(size for size, _ in parts) <= min(ANSWER_BYTES, whole / 50)
    keys = [key for _, told in parts for key in told["keys"]]
    assert keys == [turn["k"] for turn in index["turns"]]
    said = [text for _, told in parts for text in said_in(told)]
    assert [text.partition(":")[0] for text in said] == [f"Entry {n}" for n in range(TURNS)]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["a" * 8_000, "\u4e2d" * 8_000, "\U0001f600" * 8_000, "<" * 8_000, "b" * 99_000],
    ids=["plain", "wide", "wider", "escaped", "cut"],
)
def test_no_answer_has_more_than_it_may_whatever_was_said(
    folder: Path, text: str
) -> None:
    store = SqliteStore(folder / "state.db")
    thread = Thread(store, "large", "acme")
    steps = [user(f"{n} {text}"[: len(text)]) for n in range(200)]
    last = thread.turn("root", at("28 Nov 08:00"), sent=steps, held=[model("First.")])
    for minute in range(1, 20):
        last = thread.turn("continue", at(f"28 Nov 08:{minute:02}"), last, sent=steps[:minute], held=[model(f"Then {minute}.")])  # fmt: skip
    store.close()
    for server in serve(folder):
        visitor = Visitor(server)
        parts = parts_of(visitor, visitor.threads()["large"])
    assert max(size for size, _ in parts) <= ANSWER_BYTES + NAMES_BYTES
    turns = [turn for _, told in parts for turn in told["turns"]]
    assert len(turns) == 20
    # Of each turn at least its last step, and how many are before what is told.
    assert all(held for _, held, *_ in turns)
    sent, held, _, skipped = turns[0]
    assert len(sent) + len(held) + skipped == 201
    assert len(sent) + len(held) <= LAST_STEPS


def test_steps_of_ours_are_counted_from_the_first_that_is_told() -> None:
    steps = tuple(user(f"{n}") for n in range(100))
    content = Content(sent=steps, held=(model("x"),), synthetic=(0, 98))
    table = StepsTable(hide_content=False)
    table.add_last(content)
    [(sent, held, ours, skipped)] = table.told["turns"]  # type: ignore[misc]
    assert (len(sent), len(held), skipped) == (59, 1, 41)
    assert table.told["steps"][sent[ours[0]]]["text"] == "98"  # type: ignore[index]


def test_what_follows_an_unknown_turn_is_nothing(heavy: Path) -> None:
    for server in serve(heavy):
        visitor = Visitor(server)
        (thread,) = visitor.threads().values()
        for after in ("v1_none", "v1_heavy-05000", "%00", "'--"):
            told = visitor.json(f"/api/threads/{thread}/steps?after={after}")
            assert (told["keys"], told["next"]) == ([], None)


def names_by_tenant(folder: Path) -> dict[str, list[str]]:
    for server in serve(folder):
        found: dict[str, list[str]] = {}
        for each in Visitor(server).json("/api/threads")["threads"]:
            found.setdefault(each["tenant"], []).append(each["id"])
    return found


def test_a_part_is_for_whoever_may_look(store: SqliteStore, folder: Path) -> None:
    del store
    others = names_by_tenant(folder)["globex"]
    for server in serve(folder, tenant="acme"):
        visitor = Visitor(server)
        mine = visitor.threads()["hostile"]
        key = visitor.json(f"/api/threads/{mine}")["turns"][0]["k"]
        part = f"/api/threads/{mine}/steps?after={key}"
        find = f"/api/search?q={SENTINEL}&thread={mine}"
        for path in (part, find):
            assert Asked(server, path).status == 403
            assert visitor.get(path).status == 200
            assert visitor.get(path, Host="evil.example").status == 421
            strange = {"Sec-Fetch-Site": "cross-site"}
            assert visitor.get(path, **strange).status == 403
            assert visitor.get(path, Cookie="interactions=x").status == 403
        for other in others:
            assert visitor.get(f"/api/threads/{other}/steps?after={key}").status == 404
            assert visitor.json(f"/api/search?q=kyoto&thread={other}") == {"threads": [], "turns": []}  # fmt: skip


def test_a_search_names_the_turns_of_the_thread_that_is_open(
    store: SqliteStore, folder: Path
) -> None:
    while store.index_texts():
        pass
    for server in serve(folder):
        visitor = Visitor(server)
        names = visitor.threads()
        for name, key in (("hostile", "v1_hostile-001"), (SENTINEL, "v1_alone-acme")):
            thread = next(i for n, i in names.items() if n.startswith(name))
            found = visitor.json(f"/api/search?q={SENTINEL}&thread={thread}")
            assert (len(found["threads"]), found["turns"]) == (2, [key])
        assert visitor.json(f"/api/search?q={SENTINEL}")["turns"] == []
    for server in serve(folder, hide_content=True):
        found = Visitor(server).json(f"/api/search?q={SENTINEL}&thread={thread}")
        assert found == {"threads": [], "turns": []}


@pytest.mark.xdist_group("browser")
def test_a_browser_is_told_what_it_shows(looked: Looked, heavy: Path) -> None:
    sizes: list[int] = []
    looked.page.on("response", lambda told: sizes.append(len(told.body())) if "/steps" in told.url else None)  # fmt: skip
    for server in serve(heavy):
        looked.open(server.url, ".row")
        looked.page.locator(".row", has_text=f"Entry {TURNS - 1}:").wait_for()
        assert sum(sizes) <= ANSWER_BYTES
        for row in (0, 2_500, 4_000):
            looked.page.evaluate(
                f"document.querySelector('.main .scroll').scrollTop = {row} * 44"
            )
            looked.page.locator(".row", has_text=f"Entry {row + 3}:").wait_for()
        looked.press("Home", "t")
        looked.page.locator(".talk article", has_text="Entry 1:").wait_for()
        looked.page.goto("about:blank")
    assert sum(sizes) <= TURNS * CHARACTERS / 4
    assert looked.complaints == []
