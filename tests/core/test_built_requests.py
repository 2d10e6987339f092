"""Creates as requests that are built already: the server is told the same."""

from typing import Any

import pytest
from google import genai

from interactions_core.client.built_requests import as_request
from interactions_core.client.wire import create_arguments
from interactions_emulator import Emulator

INPUT = [{"type": "user_input", "content": [{"type": "text", "text": "Hello"}]}]
MODEL = {"model": "gemini-3.5-flash", "input": INPUT, "system_instruction": "Be brief."}
AGENT = {"agent": "deep-research-preview-04-2026", "input": INPUT, "background": True}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("body", [MODEL, AGENT], ids=["model", "agent"])
def test_the_server_is_told_the_same_either_way(
    emulator: Emulator, body: dict[str, Any], *, stream: bool
) -> None:
    options: Any = {"base_url": emulator.url}
    client: Any = genai.Client(api_key="k", http_options=options)
    arguments = create_arguments(body, 60.0, stream=stream)

    for each in (arguments, as_request(arguments)):
        with client.interactions.with_streaming_response.create(**each) as answer:
            answer.read()

    one, other = (request["body"] for request in emulator.requests())
    assert one == other
    assert one["input"] == INPUT
    assert bool(one.get("stream")) is stream
    assert "request" in as_request(arguments)
    client.close()


def test_what_no_request_can_be_built_of_is_left_to_the_sdk() -> None:
    arguments = create_arguments({"input": INPUT}, 60.0, stream=False)

    assert as_request(arguments) is arguments
