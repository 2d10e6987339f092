"""`interactions export`: what is typed, what is written, and what an end leaves."""

import fcntl
import json
import os
import random
import stat
from base64 import b64decode
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from langchain_core.messages import BaseMessage, HumanMessage

from interactions_core import open_store
from interactions_core.cli.export import command
from interactions_core.cli.root import interactions
from interactions_core.exporting.export import Exported
from interactions_core.records.interactions import Scope
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock
from tests.contract.session_records import make_job
from tests.waiting import go_by

LINES = ("steps", "openai", "responses", "anthropic", "langchain")
Say = Callable[..., None]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/s.db"


@pytest.fixture
def say(url: str, emulator: Emulator, clock: Clock) -> Say:
    """Have conversations, one after the other, in sessions of these names."""

    def said(*names: str, sessions: Any = url, turns: int = 1) -> None:
        for name in names:
            model = ChatInteractions(
                model="gemini-3.5-flash",
                api_key="k",
                base_url=emulator.url,
                sessions=sessions,
                session_id=name,
            )
            go_by(model, clock)
            told: list[BaseMessage] = []
            for turn in range(turns):
                told.append(HumanMessage(f"My name is {name}, {turn}."))
                told.append(model.invoke(told))
                clock.advance(1)
            model.close()

    return said


def run(url: str, *arguments: str, to: str = "openai") -> Result:
    asked = ["export", "--sessions", url, "--to", to, *arguments]
    return CliRunner().invoke(interactions, asked)


def lines_of(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("to", LINES)
def test_each_conversation_is_a_line_of_the_published_schema(
    say: Say, store_url: str, to: str
) -> None:
    say("ada", "bob", sessions=store_url, turns=2)

    done = run(store_url, to=to)

    schema = files("interactions_core.cli").joinpath("schemas", "export.json")
    found = lines_of(done.stdout)
    for line in found:
        jsonschema.validate(line, json.loads(schema.read_text()))
    assert done.exit_code == 0
    assert [line["session"] for line in found] == ["bob", "ada"]
    assert "2 conversations; not carried: " in done.stderr


def test_a_session_and_an_interaction_can_be_named(say: Say, url: str) -> None:
    say("ada", "bob", turns=2)
    [line] = lines_of(run(url, "--session", "ada").stdout)

    [named] = lines_of(run(url, "--id", line["keys"][0]).stdout)
    nobody = run(url, "--session", "eve\x1b[2J")

    assert line["session"] == "ada"
    assert named["messages"] == line["messages"][:2]
    assert nobody.exit_code == 1
    assert "eve\\x1b[2J" in nobody.stderr
    assert run(url, "--id", "nobody").exit_code == 1
    assert run(url, "--id", "nobody", "--session", "ada").exit_code == 2


def test_strict_fails_where_anything_is_not_carried(say: Say, url: str) -> None:
    say("ada")

    whole, less = run(url, "--strict", to="steps"), run(url, "--strict")

    assert (whole.exit_code, less.exit_code) == (0, 1)
    assert whole.stderr == "1 conversation; not carried: nothing\n"
    assert less.stderr == "1 conversation; not carried: thought 1\n"
    # What there is was written all the same.
    assert len(lines_of(less.stdout)) == 1


def test_a_file_is_there_when_it_is_whole_and_is_its_owners_alone(
    say: Say, url: str, tmp_path: Path
) -> None:
    say("ada", "bob")
    file = tmp_path / "out.jsonl"

    done = run(url, "-o", str(file))

    assert done.stdout == ""
    assert file.read_text() == run(url).stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.with_name("out.jsonl.part").exists()


def test_an_export_that_is_cut_off_leaves_whole_lines_and_the_file_of_before(
    say: Say, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("ada", "bob", "cleo")
    file = tmp_path / "out.jsonl"
    file.write_text("of before\n")
    whole = run(url).stdout
    export = command.export_from

    def cut_off(*arguments: Any, **options: Any) -> Any:
        found = export(*arguments, **options)
        yield next(found)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "export_from", cut_off)
    ended = run(url, "-o", str(file))
    monkeypatch.undo()

    part = file.with_name("out.jsonl.part")
    assert ended.exit_code == 1
    assert file.read_text() == "of before\n"
    assert whole.startswith(part.read_text())
    assert len(part.read_text().splitlines()) == 1
    assert run(url, "-o", str(file), "--resume").stderr.startswith("2 conversations")
    assert file.read_text() == whole
    assert not part.exists()


@pytest.mark.parametrize("seed", range(3))
def test_an_export_goes_on_wherever_it_was_cut(
    say: Say, url: str, tmp_path: Path, seed: int
) -> None:
    """A killed process may leave any beginning of the file."""
    say("ada", "bob", "cleo")
    whole = run(url, to="steps").stdout.encode()
    file, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    places = random.Random(seed).sample(range(len(whole) + 1), 12)

    begun = b'{"schema": 1, "for'

    for left in [b"", whole + begun, *(whole[:place] for place in places)]:
        part.write_bytes(left)
        done = run(url, "-o", str(file), "--resume", to="steps")

        assert done.exit_code == 0
        assert file.read_bytes() == whole, left


def test_a_finished_file_is_gone_on_with_what_came_since(
    say: Say, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "out.jsonl"
    say("ada")
    run(url, "-o", str(file))
    say("bob")

    done = run(url, "-o", str(file), "--resume")

    assert done.stderr.startswith("1 conversation;")
    found = lines_of(file.read_text())
    assert [line["session"] for line in found] == ["ada", "bob"]


def test_what_cannot_be_gone_on_with_is_refused_and_stays(
    say: Say, url: str, tmp_path: Path
) -> None:
    say("ada")
    file = tmp_path / "out"
    run(url, "-o", str(file))
    before = file.read_text()

    other = run(url, "-o", str(file), "--resume", to="steps")
    markdown = run(url, "-o", str(file), "--resume", to="markdown")
    nowhere = run(url, "--resume")
    folder = run(url, "-o", str(tmp_path))
    device = run(url, "-o", os.devnull)
    missing = run(url, "-o", str(tmp_path / "none" / "out"))

    refused = (other, markdown, nowhere, folder, device, missing)
    assert [each.exit_code for each in refused] == [2] * 6
    assert f"{file} is an export to 'openai'" in other.stderr
    assert f"there is no folder {tmp_path / 'none'}" in missing.stderr
    assert file.read_text() == before
    assert not file.with_name("out.part").exists()


def test_a_file_that_is_no_export_is_not_gone_on_with(
    say: Say, url: str, tmp_path: Path
) -> None:
    say("ada")
    file = tmp_path / "diary"
    file.write_text("Dear diary,\n")

    refused = run(url, "-o", str(file), "--resume")

    assert refused.exit_code == 2
    assert f"{file} is no export: it stays" in refused.stderr
    assert file.read_text() == "Dear diary,\n"
    assert not file.with_name("diary.part").exists()


def test_what_was_begun_for_all_to_read_is_its_owner_s_alone_then(
    say: Say, url: str, tmp_path: Path
) -> None:
    say("ada")
    file, part = tmp_path / "out", tmp_path / "out.part"
    part.touch(mode=0o644)

    assert run(url, "-o", str(file), "--resume").exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_exports_do_not_write_one_file(say: Say, url: str, tmp_path: Path) -> None:
    say("ada")
    file, part = tmp_path / "out", tmp_path / "out.part"
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b"{}")
        other.flush()

        done = run(url, "-o", str(file))

        assert (done.exit_code, file.exists()) == (1, False)
        assert f"another export writes {part}" in done.stderr
        assert part.read_bytes() == b"{}"
    assert run(url, "-o", str(file)).exit_code == 0
    assert len(lines_of(file.read_text())) == 1


def test_an_export_needs_no_right_to_write_and_changes_nothing(
    say: Say, url: str, tmp_path: Path
) -> None:
    say("ada")
    open_store(url).close()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    assert run(url).exit_code == 0

    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_names_and_texts_do_nothing_to_a_terminal(say: Say, url: str) -> None:
    hostile = "\x1b]0;x\x07\x9b2J\u202e"
    say(hostile)

    for to in LINES:
        done = run(url, to=to)
        assert not {*"\x1b\x07\x9b\u202e"} & {*done.stdout, *done.stderr}
        assert lines_of(done.stdout)[0]["session"] == hostile


def test_a_thread_without_an_answer_is_no_export(url: str, tmp_path: Path) -> None:
    store = open_store(url)
    store.add_job(make_job("asked", scope=Scope("c", "", "archive")))
    store.close()
    file = tmp_path / "archive.jsonl"

    done = run(url, "--thread", "archive", "-o", str(file))

    assert done.exit_code == 1
    assert "nothing was answered in 'archive' yet" in done.stderr
    assert not any(tmp_path.glob("archive*"))
    assert "interactions jobs list --thread archive" in done.stderr


def test_markdown_is_one_page_with_a_heading_for_each_conversation(
    say: Say, url: str, tmp_path: Path
) -> None:
    say("ada", "bob")
    file = tmp_path / "talks.md"

    run(url, "-o", str(file), to="markdown")

    assert file.read_text().count("\n# Conversation\n") == 1
    assert file.read_text().startswith("# Conversation\n")
    assert file.read_text() == run(url, to="markdown").stdout


def test_markdown_has_every_character_in_a_file_and_none_that_moves_what_is_printed(
    say: Say, url: str, tmp_path: Path
) -> None:
    say("ada\x1b]0;x\x07")
    file = tmp_path / "talks.md"

    run(url, "-o", str(file), to="markdown")

    assert "ada\x1b]0;x\x07" in file.read_text()
    assert "ada\\x1b]0;x\\x07" in run(url, to="markdown").stdout


def test_media_are_told_by_their_hash_where_they_are_to_stay_out(
    url: str, emulator: Emulator, clock: Clock
) -> None:
    from tests.adapters.export_talks import PNG  # noqa: PLC0415

    model = ChatInteractions(
        model="gemini-3.5-flash", api_key="k", base_url=emulator.url, sessions=url
    )
    go_by(model, clock)
    shown: Any = [{"type": "image", "base64": PNG, "mime_type": "image/png"}]
    model.invoke([HumanMessage(shown)])
    model.close()

    inline, told = run(url, to="steps"), run(url, "--files", "reference", to="steps")

    assert PNG in inline.stdout
    assert PNG not in told.stdout
    [line] = lines_of(told.stdout)
    [block] = line["steps"][0]["content"]
    assert block["bytes"] == len(b64decode(PNG))
    assert [each["kind"] for each in line["not_carried"]] == ["media_data"]


def test_half_a_character_is_no_obstacle() -> None:
    head = {"thread": "\ud800", "keys": ["k"]}
    done = Exported(form="openai", head=head, body={"messages": []})

    written = command._bytes(done, is_printed=False)

    assert json.loads(written)["thread"] == "\ud800"
