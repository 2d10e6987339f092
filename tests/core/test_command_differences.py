"""`interactions sessions diff` and `replay`, as they are typed."""

import json
import subprocess
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner, Result
from langchain_core.messages import HumanMessage

from interactions_core import open_store
from interactions_core.cli.replay import replay
from interactions_core.cli.sessions.diff import diff
from interactions_core.explaining.curl import curl_lines
from interactions_core.records.interactions import Scope
from interactions_core.transcript.digest import SEED
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock
from tests.core.looking import NOW, Thread, user
from tests.core.looking import model as said
from tests.schemas import check
from tests.waiting import go_by

AT_14 = "Current time: 14:56. Review this contract."
AT_15 = "Current time: 15:00. Review this contract."
PICTURE = {"type": "image", "base64": "iVBORw0KGgo" * 40, "mime_type": "image/png"}


def model_of(
    emulator: Emulator, clock: Clock, sessions: str, **options: str
) -> ChatInteractions:
    model = ChatInteractions(
        model="gemini-3.5-flash",
        api_key="the-secret-key",
        base_url=emulator.url,
        sessions=sessions,
        session_id="acme",
        **options,
    )
    go_by(model, clock)
    return model


@pytest.fixture
def url(tmp_path: Path, emulator: Emulator, clock: Clock) -> str:
    """Have a conversation whose first message says what time it is."""
    sessions = f"sqlite:///{tmp_path}/s.db"
    model = model_of(emulator, clock, sessions)
    said = [HumanMessage(AT_14)]
    said += [model.invoke(said), HumanMessage("Is it signed?")]
    said += [model.invoke(said)]
    model.invoke([HumanMessage(AT_15), *said[1:3]])
    return sessions


def keys_of(url: str) -> list[str]:
    return [entry.key for _, entry in open_store(url).ledger()]


def run(
    command: click.Command, url: str, *arguments: str, columns: int = 100
) -> Result:
    runner = CliRunner(env={"COLUMNS": str(columns)})
    return runner.invoke(command, ["--sessions", url, *arguments])


def test_two_inputs_differ_where_a_word_does(url: str) -> None:
    _, second, third = keys_of(url)

    done = run(diff, url, second, third)

    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert [line[0] for line in lines[:2]] == ["-", "+"]
    assert lines[3:] == [
        "first step that differs     step 1 of 3, user_input",
        f"  - user_input: {AT_14}",
        f"  + user_input: {AT_15}",
        "  = 2 steps are the same",
    ]
    assert max(map(len, lines)) <= 100


def test_what_differs_is_red_and_green_and_its_words_bold(url: str) -> None:
    _, second, third = keys_of(url)

    shown = run(diff, url, second, third, "--color", "always").stdout

    assert "\x1b[31m\x1b[1m14:56.\x1b[0m" in shown
    assert "\x1b[32m\x1b[1m15:00.\x1b[0m" in shown
    assert "\x1b[31mCurrent\x1b[0m" in shown
    assert "\x1b" not in run(diff, url, second, third).stdout


def test_a_longer_input_has_its_new_steps_added(url: str) -> None:
    first, second, _ = keys_of(url)

    found = json.loads(run(diff, url, first, second, "--json").stdout)

    check("sessions_diff", found)
    assert found["first"] == 2
    assert [each["kind"] for each in found["changes"]] == ["same", "added"]
    added = found["changes"][1]["now"]
    assert [each["kind"] for each in added] == ["model_output", "user_input"]
    assert added[1]["text"] == "Is it signed?"


def test_a_shorter_input_ends_where_the_longer_one_goes_on(url: str) -> None:
    first, second, _ = keys_of(url)

    done = run(diff, url, second, first)

    assert "first step that differs     the list ends after step 1\n" in done.stdout


def test_equal_inputs_differ_in_no_step(url: str) -> None:
    first = keys_of(url)[0]

    assert run(diff, url, first, first[-6:]).stdout.endswith("no step differs, of 1\n")


def test_content_is_told_by_sizes_where_it_is_hidden_or_not_kept(
    tmp_path: Path, emulator: Emulator, clock: Clock, url: str
) -> None:
    bare = f"sqlite:///{tmp_path}/bare.db"
    model = model_of(emulator, clock, bare, mirror="signatures")
    for text in (AT_14, AT_15):
        model.invoke([HumanMessage(text)])

    for hidden in (
        run(diff, url, *keys_of(url)[1:], "--hide-content"),
        run(diff, bare, *keys_of(bare)),
    ):
        assert "  - user_input, 101 B, mark " in hidden.stdout
        assert "contract" not in hidden.stdout


def test_a_store_of_a_release_without_outlines_is_compared_by_content(url: str) -> None:
    _, second, third = keys_of(url)
    store = open_store(url)
    with store.database.writing() as db:
        db.execute("DELETE FROM outlines")
    store.close()

    done = run(diff, url, second, third)

    assert f"  + user_input: {AT_15}" in done.stdout
    assert "  = 2 steps are the same" in done.stdout


def test_a_replay_is_what_a_shell_would_send_with_a_key_that_it_has(
    url: str, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `curl` of ours takes down what it is given."""
    second = keys_of(url)[1]
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > args\ncat > body\n')
    fake.chmod(0o755)

    done = run(replay, url, second, "--dry-run")

    assert done.exit_code == 0
    assert "system instruction" in done.stderr
    assert "the-secret-key" not in done.stdout
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    subprocess.run(["/bin/sh", "-c", done.stdout], check=True)
    words = Path("args").read_text().splitlines()
    assert f"{emulator.url}/v1beta/interactions" in words
    assert "x-goog-api-key: k" in words
    body = json.loads(Path("body").read_text())
    assert body["model"] == "gemini-3.5-flash"
    kinds = [step["type"] for step in body["input"] if step["type"] != "thought"]
    assert kinds == ["user_input", "model_output", "user_input"]
    assert "previous_interaction_id" not in body


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("generativelanguage.googleapis.com", "https://generativelanguage"),
        ("localhost:8080", "http://localhost:8080/"),
        ("[::1]:8080", "http://[::1]:8080/"),
        ("127.0.0.1", "http://127.0.0.1/"),
        ("10.0.0.7:8080", "https://10.0.0.7:8080/"),
        ("[::1", "https://[::1/"),
        ("", "https:///"),
    ],
)
def test_this_machine_is_asked_without_tls(host: str, address: str) -> None:
    said = next(curl_lines(Scope(f"gemini|{host}|f", "", ""), {}))

    assert said.startswith(f"curl -X POST '{address}")


def test_a_replay_has_every_step_that_the_server_holds(
    url: str, emulator: Emulator
) -> None:
    """The emulator takes it."""
    second = keys_of(url)[1]

    body = json.loads(run(replay, url, second, "--dry-run", "--json").stdout)

    store = open_store(url)
    scope = store.locate(second)[0]
    record = store.get(scope, second)
    assert record is not None
    assert record.context_digest != SEED
    assert len(body["input"]) == record.context_steps - len(record.held)
    address = f"{emulator.url}/v1beta/interactions"
    answer = httpx.post(address, json=body, headers={"x-goog-api-key": "k"})
    assert answer.json()["status"] == "completed"


def test_long_media_are_named_as_files(
    tmp_path: Path, emulator: Emulator, clock: Clock
) -> None:
    url = f"sqlite:///{tmp_path}/pictures.db"
    model = model_of(emulator, clock, url)
    model.invoke([HumanMessage([{"type": "text", "text": "What is it?"}, PICTURE])])

    done = run(replay, url, "last", "--dry-run")

    assert '"data": "@part-1.png"' in done.stdout
    assert "@part-1.png stands for 440 characters of base64" in done.stderr
    whole = json.loads(run(replay, url, "last", "--dry-run", "--json").stdout)
    assert PICTURE["base64"] in json.dumps(whole)


def test_nothing_is_replayed_without_dry_run_or_content(
    tmp_path: Path, emulator: Emulator, clock: Clock, url: str
) -> None:
    bare = f"sqlite:///{tmp_path}/bare.db"
    model_of(emulator, clock, bare, mirror="signatures").invoke([HumanMessage(AT_14)])

    refused = run(replay, url, "last")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--dry-run" in refused.stderr
    nothing = run(replay, bare, "last", "--dry-run")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert "lengths and hashes only" in nothing.stderr


@pytest.mark.parametrize("name", ["nobody", ""])
def test_a_name_of_no_interaction_is_an_error(url: str, name: str) -> None:
    done = run(replay, url, "--dry-run", name)

    assert done.exit_code == 1


def test_inputs_of_a_store_without_a_secret_are_compared(tmp_path: Path) -> None:
    """What is not written by a turn, but put there, gives a store none."""
    sessions = f"sqlite:///{tmp_path}/s.db"
    thread = Thread(open_store(sessions), "trip")
    one = thread.turn("root", NOW, sent=[user(AT_14)], held=[said("ok")])
    other = thread.turn("root", NOW + 1, sent=[user(AT_15)], held=[said("ok")])

    done = run(diff, sessions, one, other)
    hidden = json.loads(
        run(diff, sessions, one, other, "--json", "--hide-content").stdout
    )

    assert done.exit_code == 0
    assert f"  + user_input: {AT_15}" in done.stdout.splitlines()
    [change] = hidden["changes"]
    assert change["then"][0]["mark"] != change["now"][0]["mark"]
