"""What is told of the key, the API and the clock, and how it is printed."""

import socket
import subprocess
import sys
import time
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from interactions_core import SqliteStore
from interactions_core.cli.doctor import doctor
from interactions_core.client.client import InteractionsClient
from interactions_core.doctor import examine
from interactions_emulator import Emulator
from tests.core.doctor.looking import KEY, SAID, levels, look, run, serving, turn
from tests.patience import PATIENCE_S

COMMAND = "from interactions_core.cli.entry import main; main()"
CORE = Path(__file__).parents[3] / "packages" / "core"


def test_the_command_is_offered_to_the_root() -> None:
    project = tomllib.loads((CORE / "pyproject.toml").read_text())["project"]
    offered = project["entry-points"]["interactions_core.commands"]

    assert EntryPoint("doctor", offered["doctor"], "").load() is doctor


def test_a_sound_installation_is_told_so_without_its_secrets(
    store: SqliteStore, client: InteractionsClient, emulator: Emulator
) -> None:
    client.turn(turn(), store)
    billed = emulator.stats()["creates"]

    done = run("--sessions", "sqlite:///state.db")

    assert done.exit_code == 0, done.output
    assert "ok    key            GEMINI_API_KEY, gemini|127.0.0.1:" in done.stdout
    assert "(GOOGLE_GEMINI_BASE_URL) answered in " in done.stdout
    assert (
        "sqlite:///state.db, schema accounts 1, budgets 1, charges 1, contracts 1, counts 1, deletions 1, "
        "forms 1, job_events 1, job_looks 1, job_traces 1, jobs 1, labels 1, listings 1, lookups 1, losses 1, outlines 1, "
        "questions 1, resends 1, sessions 2" in " ".join(done.stdout.split())
    )
    assert KEY not in done.output
    assert SAID not in done.output
    assert emulator.stats()["creates"] == billed


def test_what_is_found_is_printed_before_the_api_has_answered(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks at a service that is down sees what is well meanwhile."""
    del environment
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", address)
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "doctor"], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        assert process.poll() is None
    rest = process.stdout.read()
    process.stdout.close()

    assert first.startswith("ok    python ")
    assert "fail  api " in rest
    assert process.wait(PATIENCE_S) == 1


def test_a_key_that_is_refused_fails_and_the_api_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "another-key")

    found = look()

    assert levels(found) == {"key": "fail"}
    assert "was refused, HTTP 400: API key not valid." in found["key"]["text"]
    assert "another-key" not in str(found)


def test_a_restricted_key_fails_with_what_the_service_says(emulator: Emulator) -> None:
    emulator.fault(on="get", do={"status": 403, "message": "Requests are blocked."})

    assert "HTTP 403: Requests are blocked." in look()["key"]["text"]


def test_no_key_is_told_with_the_variables_that_hold_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")

    found = look()

    assert levels(found) == {"key": "fail"}
    assert "Set GEMINI_API_KEY or GOOGLE_API_KEY" in found["key"]["text"]


def test_two_keys_that_differ_are_told_with_the_one_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    monkeypatch.setenv("GEMINI_API_KEY", "another-key")

    found = look()

    assert levels(found) == {"key": "warn"}
    assert found["key"]["text"].startswith("GOOGLE_API_KEY and GEMINI_API_KEY")


def test_a_server_that_is_not_there_fails_and_the_clock_is_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")

    found = look()

    assert levels(found) == {"api": "fail"}
    assert found["api"]["text"].startswith(
        "http://127.0.0.1:9 (GOOGLE_GEMINI_BASE_URL)"
    )
    assert "clock" not in found


def test_a_proxy_that_is_down_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:hunter2@127.0.0.1:9")
    for name in ("http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    found = look()

    assert "the proxy http://127.0.0.1:9 (HTTP_PROXY)" in found["api"]["text"]
    assert "hunter2@" not in str(found)


@pytest.mark.parametrize("status", [200, 404])
def test_a_server_that_is_not_the_api_fails(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(status, dated=False) as url:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", url)
        found = look()

    assert levels(found) == {"api": "fail", "clock": "warn"}
    assert "is that the API?" in found["api"]["fix"]
    assert found["clock"]["text"] == "the answer has no Date to compare with"


@pytest.mark.parametrize("address", ["localhost:8080", "ftp://127.0.0.1"])
def test_an_address_that_cannot_be_used_fails(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", address)

    found = look()

    assert levels(found) == {"api": "fail"}
    assert found["api"]["text"].startswith("GOOGLE_GEMINI_BASE_URL begins with")


def test_a_password_in_the_address_is_not_shown(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = emulator.url.replace("://", "://user:hunter2@")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", address)

    assert "hunter2@" not in run().output


def test_a_used_up_quota_is_a_warning(emulator: Emulator) -> None:
    emulator.fault(on="get", do={"status": 429})

    assert levels(look()) == {"api": "warn"}


def test_a_service_that_is_down_fails(emulator: Emulator) -> None:
    emulator.fault(on="get", do={"status": 503})

    assert "HTTP 503 service_unavailable" in look()["api"]["text"]


def test_offline_asks_the_api_nothing(emulator: Emulator) -> None:
    found = look("--offline")

    assert emulator.requests() == []
    assert "api" not in found
    assert "clock" not in found
    assert found["key"]["level"] == "ok"


@pytest.mark.parametrize(
    ("ahead_s", "level", "side"),
    [
        (0.0, "ok", ""),
        (60.0, "warn", "ahead of the API"),
        (-60.0, "warn", "behind the API"),
        (3_600.0, "fail", "ahead of the API"),
    ],
)
def test_the_clock_is_compared_with_the_servers(
    ahead_s: float, level: str, side: str
) -> None:
    checks = examine(clock=lambda: time.time() + ahead_s)

    (clock,) = [check for check in checks if check.name == "clock"]
    assert clock.level == level
    assert side in clock.text


def test_lines_are_wrapped_and_coloured_as_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    plain = run("--offline", "--color", "never").stdout
    coloured = run("--offline", "--color", "always").stdout

    assert max(map(len, plain.splitlines())) <= 60
    assert any(line.startswith(" " * 21) for line in plain.splitlines())
    assert plain.splitlines()[-1] == "0 failed, 0 warnings"
    assert "\x1b[32mok" in coloured
    assert "\x1b" not in run("--offline").stdout
