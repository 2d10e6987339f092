"""Fixtures of the emulator's tests: a server, a raw client, and recordings."""

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from google import genai

from interactions_emulator import Emulator
from tests.patience import PATIENCE_S

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "api" / "recordings"
FLASH = "gemini-2.5-flash"
GEMINI_3 = "gemini-3.7-flash"
# Reading the system's certificates would cost more than most tests.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the current weather for a location.",
    "parameters": {
        "type": "object",
        "properties": {"location": {"type": "string"}},
        "required": ["location"],
    },
}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


class RawClient(httpx.Client):
    """Speaks the API without the SDK."""

    def create(self, text: object = None, **body: Any) -> httpx.Response:
        if text is not None:
            body["input"] = text
        return self.post("/v1/interactions", json={"model": FLASH} | body)

    def made(self, text: object = None, **body: Any) -> dict[str, Any]:
        answer = self.create(text, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, text: object = None, **body: Any) -> tuple[int, str]:
        answer = self.create(text, **body)
        return answer.status_code, answer.json()["error"]["message"]


@pytest.fixture
def connect() -> Iterator[Callable[..., RawClient]]:
    clients: list[RawClient] = []

    def connect(emulator: Emulator, key: str = "a key") -> RawClient:
        headers = {"x-goog-api-key": key}
        url = emulator.url
        client = RawClient(
            base_url=url, headers=headers, timeout=PATIENCE_S, verify=NO_TLS
        )
        clients.append(client)
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def http(emulator: Emulator, connect: Callable[..., RawClient]) -> RawClient:
    return connect(emulator)


@pytest.fixture
def sdk(emulator: Emulator) -> Iterator[genai.Client]:
    options = {"base_url": emulator.url, "retry_options": {"attempts": 1}}
    client = genai.Client(api_key="a key", http_options=options)
    yield client
    client.close()


@pytest.fixture
def weather() -> dict[str, Any]:
    return WEATHER


@pytest.fixture
def answer_text() -> Callable[[dict[str, Any]], str]:
    def answer_text(interaction: dict[str, Any]) -> str:
        outputs = [s for s in interaction["steps"] if s["type"] == "model_output"]
        return "".join(block["text"] for step in outputs for block in step["content"])

    return answer_text


@pytest.fixture
def events() -> Callable[[str], list[dict[str, Any]]]:
    def events(text: str) -> list[dict[str, Any]]:
        blocks = text.removesuffix("\n\n").split("\n\n")
        assert blocks[-1] == "event: done\ndata: [DONE]"
        return [json.loads(block.split("\ndata: ", 1)[1]) for block in blocks[:-1]]

    return events


@pytest.fixture
def recording() -> Callable[[str], list[dict[str, Any]]]:
    """Read the exchanges of a recording, or skip where there are none."""

    def recording(name: str) -> list[dict[str, Any]]:
        path = RECORDINGS / name
        if not path.exists():
            pytest.skip(f"the recording {name} is not here")
        loaded = list(yaml.safe_load_all(path.read_text()))
        return loaded[0].get("interactions", loaded)

    return recording


@pytest.fixture
def recording_text() -> Callable[[str], str]:
    """Read a recording as text, or skip where there are none."""

    def recording_text(name: str) -> str:
        path = RECORDINGS / name
        if not path.exists():
            pytest.skip(f"the recording {name} is not here")
        return path.read_text()

    return recording_text
