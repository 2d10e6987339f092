"""The file that `interactions sessions show --html` writes, without a browser."""

import base64
import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.sessions import sessions
from interactions_core.page.html import ASKING, SCRIPTS, STYLES
from tests.core.looking import NOW, RESEARCH, Thread, at
from tests.page.conftest import SENTINEL, write_page
from tests.page.drawn import HEARD_S, add_killed_job

pytestmark = pytest.mark.usefixtures("store")


def written(*arguments: str) -> str:
    return write_page(*arguments).read_text()


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
    assert "&lt;img src=x onerror=alert(2)&gt;" in page


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


def test_the_bar_of_a_job_has_a_hole_while_its_process_was_dead(
    store: SqliteStore,
) -> None:
    begun = at("28 Nov 12:00")
    thread = Thread(store, "killed", "acme", RESEARCH)
    add_killed_job(store, thread, "job_killed", begun)
    index = data_in(written("killed"), "index")
    (job,) = next(iter(index["turns"].values()))["jobs"]
    (from_, until), ((one, dead), (taken, end)) = job["x"], job["waits"]
    assert from_ == one < dead < taken < end == until
    heard = next(event for event in job["events"] if event[1] == "last seen")
    assert heard[:2] == [begun + HEARD_S, "last seen"]
    assert not job["open"]


def test_an_open_job_ends_now() -> None:
    index = data_in(written("pricing-brief"), "index")
    (job,) = next(iter(index["turns"].values()))["jobs"]
    assert (job["open"], job["until"], job["state"]) == (True, NOW, "nobody_waits")


def test_every_style_and_script_beside_the_page_is_in_it() -> None:
    folder = files("interactions_core.page") / "static"
    there = {each.name for each in folder.iterdir()}
    assert there == {*STYLES, *ASKING}
    assert {*ASKING} - {*SCRIPTS} == {"live.js"}
