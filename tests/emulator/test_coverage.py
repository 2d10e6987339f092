"""The coverage table says what the emulator really serves."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from google import genai

from interactions_emulator import Emulator

SCRIPT = Path(__file__).with_name("coverage_table.py")


@pytest.fixture(scope="module")
def generator() -> dict[str, Any]:
    names = runpy.run_path(str(SCRIPT))
    if names["installed"]() != names["SDK_VERSION"]:
        pytest.skip(f"the table is made from google-genai {names['SDK_VERSION']}")
    return names


def test_the_table_is_up_to_date(generator: dict[str, Any]) -> None:
    fresh = generator["document"]()

    assert generator["DOCUMENT"].read_text() == fresh, f"run: python {SCRIPT.name}"


def test_every_operation_of_the_sdk_is_in_the_table(generator: dict[str, Any]) -> None:
    rows = generator["table"]()

    assert "| `POST /interactions` | yes |" in rows
    assert "| `POST /webhooks/{id}:ping` | yes |" in rows
    assert "| `POST /decisions` | 501 |" in rows


@pytest.mark.anyio
async def test_live_interactions_are_501_and_say_so() -> None:
    """The SDK opens a WebSocket at a path that looks like an interaction's id."""
    # google-genai 3.6.1 has it, and the oldest that adapters take has not.
    errors = pytest.importorskip("google.genai._interactions_errors")
    with Emulator() as emulator:
        options: Any = {"base_url": emulator.url, "api_version": "v1beta"}
        client = genai.Client(api_key="k", http_options=options)
        live: Any = client.aio.interactions

        with pytest.warns(Warning, match="xperimental"):
            opened = live.connect("x")
        with pytest.raises(errors.APIWebSocketError) as caught:
            await opened.__aenter__()

        [row] = emulator.requests()

    assert caught.value.http_status == 501
    assert (row["path"], row["status"]) == ("/v1beta/interactions/live", 501)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/interactions/x/auth_tokens"),
        ("DELETE", "/v1/interactions/x/auth_tokens/y"),
        ("POST", "/v1/triggers"),
        ("GET", "/v1/voices"),
        ("POST", "/v1/credentials"),
        ("POST", "/v1/decisions"),
        ("GET", "/v1/interactions/live"),
    ],
)
def test_what_is_not_served_is_501_and_named(method: str, path: str, http: Any) -> None:
    answer = http.request(method, path)

    assert answer.status_code == 501
    assert path in answer.json()["error"]["message"]
