"""What the page says was sent, for every reason, and the command that it copies."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.replay import replay
from interactions_core.page.server import PageServer
from interactions_core.records.interactions import Scope
from tests.browser import Looked
from tests.core.looking import NOW, Thread, model, user
from tests.page.conftest import write_page
from tests.page.serving import Visitor, serve

pytestmark = [pytest.mark.xdist_group("browser")]


@pytest.fixture
def server(store: SqliteStore, folder: Path) -> Iterator[PageServer]:
    thread = Thread(store, "local")
    thread.scope = Scope("gemini|127.0.0.1:8791|f", "", "local")
    first = thread.turn("root", NOW, sent=[user("Hello")], held=[model("ok")])
    thread.turn("continue", NOW + 1, first, sent=[user("More")], held=[model("ok")])
    yield from serve(folder)


def test_what_is_copied_is_what_the_command_prints_for_every_reason(
    server: PageServer, store: SqliteStore
) -> None:
    visitor = Visitor(server)
    told = {name: visitor.threads()[name] for name in ("reasons", "local")}
    keys = {
        entry.key: entry.reason
        for scope, entry in store.ledger()
        if scope.thread_id in told
    }
    assert len({*keys.values()}) == 9

    for key, reason in keys.items():
        name = told["local" if "local" in key else "reasons"]
        copied = visitor.json(f"/api/threads/{name}/curl?turn={key}")
        done = CliRunner().invoke(replay, [key, "--dry-run"])
        assert copied["text"] == done.stdout, reason
        assert done.stderr.endswith(f"{copied['note']}\n"), reason
        assert "system instruction, tools and settings" in copied["note"]
        host = "http://127.0.0.1:8791/" if "local" in key else "https://generativelanguage."  # fmt: skip
        assert copied["text"].startswith(f"curl -X POST '{host}")


def test_the_page_says_what_a_command_lacks(server: PageServer, looked: Looked) -> None:
    looked.context.grant_permissions(["clipboard-read", "clipboard-write"])
    looked.open(server.url)
    looked.thread("local")
    looked.page.locator("#sheet .step").first.wait_for()
    looked.press("y")
    looked.page.locator(".copy", has_text="Copied").wait_for()
    copied = looked.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -X POST 'http://127.0.0.1:8791/v1beta/interactions'")
    assert looked.text("#copied").startswith("The system instruction, tools and")


def test_steps_that_were_sent_again_are_counted(
    looked: Looked, store: SqliteStore, folder: Path
) -> None:
    thread = Thread(store, "lost")
    first = thread.turn("root", NOW, sent=[user("Hello")], held=[model("ok")])
    last = thread.turn("expired", NOW + 1, first, sent=[user("More")], held=[model("ok")], again=True)  # fmt: skip

    looked.open(write_page("lost").as_uri(), ".row")

    assert looked.text("#tab-sent") == "Sent (1 of 3)"
    assert "3 steps were sent: 2 of earlier turns again" in looked.text("#sheet")
    with sqlite3.connect(folder / "state.db") as db:
        db.execute("DELETE FROM interactions WHERE key = ?", (first,))
    refused = CliRunner().invoke(replay, [last, "--dry-run"])
    assert refused.exit_code == 1
    assert "does not have all that came before" in refused.stderr
