"""What each form of an export carries of each framework's conversations, and names.

The table of docs/export.md has a row for each conversation that is tried here.
"""

from pathlib import Path
from typing import Any, get_args

import pytest

from interactions_core import open_store
from interactions_core.exporting.export import Exported, Form, export
from interactions_core.exporting.losses import counted
from interactions_emulator import Emulator
from tests.adapters.drivers import DRIVERS
from tests.adapters.export_talks import IMPOSSIBLE, TALKS
from tests.conftest import Clock
from tests.docs.pages import ROOT
from tests.exported import MEDIA, Said, from_steps, read_back

ADAPTERS = sorted(DRIVERS.keys() & {"langgraph", "autogen", "crewai"})
FORMS: tuple[Form, ...] = get_args(Form)
PAGE = ROOT / "docs" / "export.md"
EVERYWHERE = {"thought", "signature"}
"""What models add by themselves, and only `steps` has: in the row of thoughts alone."""


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("content", TALKS)
def test_a_form_carries_a_conversation_or_names_what_it_does_not(
    adapter: str, content: str, clock: Clock, tmp_path: Path
) -> None:
    if (adapter, content) in IMPOSSIBLE:
        told = f"| {content} | {adapter} | the framework has none |"
        assert any(row.startswith(told) for row in page_rows())
        return
    done, told = exported(adapter, content, clock, tmp_path)

    assert done["steps"].body["steps"] == told
    for form in FORMS:
        check(done[form], told)
    assert row_of(adapter, content, done) in page_rows()


def test_the_table_has_a_row_for_each_conversation_and_no_other() -> None:
    rows = [tuple(row.strip("| ").split(" | ")[:2]) for row in page_rows()]

    frameworks = ("langgraph", "autogen", "crewai")
    assert rows == [(content, name) for content in TALKS for name in frameworks]


def exported(
    adapter: str, content: str, clock: Clock, folder: Path
) -> tuple[dict[Form, Exported], list[Any]]:
    """Have a conversation, export it in all forms, and ask the server what was said."""
    talk, script, options = TALKS[content]
    url = f"sqlite:///{folder}/s.db"
    with Emulator(clock=clock, script=script) as emulator:
        reached = {"sessions": url, "base_url": emulator.url, **options}
        driver = DRIVERS[adapter](reached, clock)
        talk(adapter, driver)
        driver.close()
        store = open_store(url, read_only=True)
        done = {form: next(export(store, to=form)) for form in FORMS}
        store.close()
        [*_, last] = done["steps"].as_json()["keys"]
        return done, emulator.transcript(last)


def check(done: Exported, told: list[Any]) -> None:
    """Compare what stands in an export with what was said, but for what is named."""
    lost = counted(done.not_carried)
    if done.form == "markdown":
        assert all(text in done.text() for text in texts_of(told))
        assert ("media_data" in lost) is has_media(told)
        return
    # Through JSON, as a line is read.
    said, found = from_steps(told), read_back(done.as_json())
    if "error_flag" in lost:
        assert any(failed for kind, *_, failed in said if kind == "result")
        said = [(*each[:-1], False) if each[0] == "result" else each for each in said]
    assert found == said


def texts_of(told: list[Any]) -> list[str]:
    return [part[1] for said in from_steps(told) for part in parts_of(said)]


def parts_of(said: Said) -> list[Said]:
    parts = said[1] if said[0] != "result" else said[2]
    return [part for part in parts if part[0] == "text"] if said[0] != "call" else []


def has_media(told: list[Any]) -> bool:
    blocks = [b for step in told for b in step.get("content") or ()]
    return any(block["type"] in MEDIA for block in blocks)


def row_of(adapter: str, content: str, done: dict[Form, Exported]) -> str:
    hidden = set() if content == "thoughts" else EVERYWHERE
    cells = [
        ", ".join(
            f"`{kind}`" for kind in counted(done[f].not_carried) if kind not in hidden
        )
        or "exact"
        for f in FORMS
    ]
    return f"| {' | '.join([content, adapter, *cells])} |"


def page_rows() -> list[str]:
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    table = text.partition("<!-- round trips: begin -->")[2]
    lines = table.partition("<!-- round trips: end -->")[0].splitlines()
    return [line for line in lines if line.startswith("| ")][1:]
