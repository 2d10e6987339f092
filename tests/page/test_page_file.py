"""The file that `interactions sessions show --html` writes, without a browser."""

import base64
import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.session_commands import sessions
from tests.core.looking import NOW, Thread, at, fill, model, user

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
SENTINEL = "xyzzy-plugh"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    monkeypatch.setattr(time, "time", lambda: NOW)
    store = SqliteStore("state.db")
    fill(store)
    words = {"sent": [user(f"{SENTINEL} {HOSTILE}")], "held": [model(f"{SENTINEL}!")]}
    Thread(store, "hostile", "acme").turn("root", at("28 Nov 18:00"), **words)
    Thread(store, "", "acme").turn("root", at("28 Nov 18:10"), key="v1_alone", **words)
    store.close()


def written(*arguments: str) -> str:
    told = CliRunner().invoke(sessions, ["show", *arguments, "--html", "page.html"])
    assert told.exit_code == 0, told.output
    return Path("page.html").read_text()


def data_in(page: str, name: str) -> Any:
    found = re.search(
        rf'<script type="application/json" id="{name}">(.*?)</script>', page
    )
    assert found is not None
    return json.loads(found[1])


def test_the_page_has_the_counts_of_the_list() -> None:
    index = data_in(written("--all-threads"), "index")
    told = CliRunner().invoke(sessions, ["list", "--json"])
    listed = {each["id"]: each for each in json.loads(told.stdout)["sessions"]}
    assert {each["key"] for each in index["threads"]} == listed.keys()
    for each in index["threads"]:
        other = listed[each["key"]]
        assert each["turns"] == other["turns"]
        assert each["again"] == other["sent_again"]
        assert each["tokens"] == other["usage"]["total_tokens"]
        assert each["unpriced"] == other["cost"]["unpriced_turns"]
        known = other["cost"]["usd"]
        assert each["usd"] == (None if known is None else float(known))


def test_a_cost_that_nobody_knows_is_not_nothing() -> None:
    index = data_in(written("--all-threads"), "index")
    alone = next(t for t in index["threads"] if t["key"] == "v1_alone-001")
    assert alone["usd"] is None
    assert "c" not in index["turns"][alone["id"]]["turns"][0]


def test_a_file_that_hides_content_has_no_word_of_it() -> None:
    page = written("--all-threads", "--hide-content")
    assert SENTINEL not in page
    assert "Kyoto, Osaka" not in page
    assert SENTINEL in written("--all-threads")


def test_only_this_script_and_this_style_may_be_used() -> None:
    page = written("hostile")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert "unsafe" not in policy[1]
    for element, name in (("script", "script-src"), ("style", "style-src")):
        (body,) = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy[1]


def test_what_was_said_ends_no_element() -> None:
    page = written("hostile")
    assert "<img" not in page
    assert "<script>alert" not in page
    # What is shown to whoever runs no script.
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_one_thread_is_written_by_its_name() -> None:
    index = data_in(written("trip-kyoto"), "index")
    assert [each["name"] for each in index["threads"]] == ["trip-kyoto"]


def test_only_the_conversations_of_a_tenant_are_written() -> None:
    page = written("--all-threads", "--tenant", "acme")
    tenants = {each["tenant"] for each in data_in(page, "index")["threads"]}
    assert tenants == {"acme"}
    assert "globex" not in page


def test_all_threads_are_for_a_page() -> None:
    told = CliRunner().invoke(sessions, ["show", "--all-threads"])
    assert told.exit_code == 2
    assert "--html" in told.output


def test_nobody_else_may_read_the_file() -> None:
    written("hostile")
    assert Path("page.html").stat().st_mode & 0o077 == 0


def test_a_page_is_small_beside_its_content() -> None:
    page = written("support-7731")
    data = re.findall(r'<script type="application/json".*?</script>', page, re.DOTALL)
    index = next(each for each in data if 'id="index"' in each)
    plain = re.search(r"<noscript.*?</noscript>", page, re.DOTALL)
    assert plain is not None
    assert len(page) - sum(map(len, data)) - len(plain[0]) < 95_000
    assert len(index) < 61 * 260
