"""Interactions that survive the server, even one that is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from interactions_emulator import Emulator
from tests.patience import PATIENCE_S

HEADERS = {"x-goog-api-key": "k"}
MODEL = "gemini-3.7-flash"


@contextmanager
def process(*options: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run the command; yields the process and its first lines."""
    command = [sys.executable, "-m", "interactions_emulator", "--port", "0", *options]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert running.stdout is not None
    try:
        yield running, [running.stdout.readline().strip() for _ in range(2)]
    finally:
        running.kill()
        running.wait(PATIENCE_S)
        running.stdout.close()


def create(url: str, **body: Any) -> dict[str, Any]:
    body = {"model": "gemini-2.5-flash"} | body
    return httpx.post(f"{url}/v1/interactions", json=body, headers=HEADERS).json()


def test_a_session_goes_on_after_a_restart(
    tmp_path: Path, connect: Callable[..., Any], answer_text: Any
) -> None:
    state = tmp_path / "state.db"
    with Emulator(state=state) as emulator:
        first = connect(emulator).made("My name is Ada.")

    with Emulator(state=state) as emulator:
        http = connect(emulator)
        second = http.made("What is my name?", previous_interaction_id=first["id"])

        assert answer_text(second) == "Your name is Ada."
        assert http.get(f"/v1/interactions/{first['id']}").json() == first


def test_deletions_and_the_clock_survive_a_restart(
    tmp_path: Path, connect: Callable[..., Any]
) -> None:
    state = str(tmp_path / "state.db")
    with Emulator(state=state) as emulator:
        http = connect(emulator)
        old, deleted = http.made("Old."), http.made("Deleted.")
        http.delete(f"/v1/interactions/{deleted['id']}")
        emulator.advance(56 * 86_400)
        young = http.made("Young.")

    with Emulator(state=state) as emulator:
        http = connect(emulator)
        found = [
            http.get(f"/v1/interactions/{one['id']}").status_code
            for one in (old, deleted, young)
        ]

    assert found == [404, 404, 200]


def test_what_a_client_was_told_survives_a_killed_process(tmp_path: Path) -> None:
    state = str(tmp_path / "state.db")
    with process("--state", state) as (running, (url, _)):
        made = create(url, input="My name is Ada.")
        running.send_signal(signal.SIGKILL)
        running.wait(PATIENCE_S)

    with process("--state", state) as (_, (url, _)):
        answer = httpx.get(f"{url}/v1/interactions/{made['id']}", headers=HEADERS)

    assert answer.json() == made


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_its_url_and_stops_on_a_signal(
    number: signal.Signals,
) -> None:
    with process() as (running, (url, hint)):
        made = create(url, input="Hi.")
        running.send_signal(number)
        running.wait(PATIENCE_S)

    assert url.startswith("http://127.0.0.1:")
    assert hint.endswith(f"export GOOGLE_GEMINI_BASE_URL={url}")
    assert made["status"] == "completed"
    assert running.returncode == 0


def test_the_command_reads_a_script_and_keys(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('[{"reply": {"text": "scripted"}}]')

    with process("--script", str(script), "--api-key", "k") as (_, (url, _)):
        made = create(url, input="Hi.")

    assert made["steps"][1]["content"][0]["text"] == "scripted"


def test_an_emulator_stops_while_clients_are_connected(
    connect: Callable[..., Any],
) -> None:
    with Emulator() as emulator:
        http = connect(emulator)
        http.made("Hi.")

    with pytest.raises(httpx.TransportError):
        http.create("Hi.")


def test_a_port_in_use_is_an_error(emulator: Emulator) -> None:
    port = int(emulator.url.rsplit(":", 1)[1])

    with pytest.raises(OSError, match="in use"), Emulator(port=port):
        pass


def test_a_bad_script_is_an_error_before_anything_starts(tmp_path: Path) -> None:
    state = tmp_path / "state.db"

    with pytest.raises(ValueError, match="rule 1"), Emulator(state=state, script=[1]):
        pass

    assert not state.exists()


def test_the_command_says_how_long_background_work_takes() -> None:
    with process("--job-seconds", "60") as (_, (url, _)):
        begun = create(url, input="Hi.", model=MODEL, background=True)
        read = f"{url}/v1/interactions/{begun['id']}"

        httpx.post(f"{url}/emulator/clock", json={"advance_s": 30})
        halfway = httpx.get(read, headers=HEADERS).json()["status"]
        httpx.post(f"{url}/emulator/clock", json={"advance_s": 40})
        after = httpx.get(read, headers=HEADERS).json()["status"]

    assert (halfway, after) == ("in_progress", "completed")
