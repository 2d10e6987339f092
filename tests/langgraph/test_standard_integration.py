"""LangChain's published integration tests of chat models, against the emulator."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_tests.conftest import base_vcr_config
from langchain_tests.integration_tests import ChatModelIntegrationTests

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.langgraph.standard_answers import (
    SCRIPT,
    base64_of,
    download,
    wav,
)
from tests.langgraph.standard_model import StandardModel

CASSETTES = Path(__file__).parents[1] / "cassettes" / "langgraph" / "standard"
MODE = os.environ.get("CASSETTES", "play")
HOST = "http://emulator.invalid"
METHODS = ("function_calling", "json_schema", "json_mode")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try structured output with every method, not with the default alone."""
    if metafunc.function.__name__.startswith("test_structured_output"):
        metafunc.parametrize("each_method", METHODS, indirect=True)


@pytest.fixture(autouse=True, scope="module")
def server() -> Iterator[None]:
    """Run one emulator for all tests; the suite asks the class where it is."""
    with Emulator(script=SCRIPT) as emulator, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestIntegration, "url", emulator.url)
        # The suite downloads its pictures, sounds and documents.
        patch.setattr(httpx, "get", download)
        patch.setenv("LANGCHAIN_TESTS_USER_AGENT", "none")
        yield
        assert emulator.stats()["refused"] == 0


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    return str(CASSETTES)


@pytest.fixture(scope="session")
def vcr_config() -> dict[str, Any]:
    """Keep no key, and match what was recorded on another port."""
    config = base_vcr_config()
    names = ("x-goog-api-key", "x-goog-api-client", "host", "user-agent")
    return config | {
        "cassette_library_dir": str(CASSETTES),
        "record_mode": "none" if MODE == "play" else "rewrite",
        "match_on": ["method", "path", "body"],
        "filter_headers": [
            *((name, None) for name, _ in config["filter_headers"]),
            *((name, None) for name in names),
        ],
        "before_record_request": _anonymous,
        "before_record_response": _small,
    }


def _anonymous(request: Any) -> Any:
    request.uri = HOST + "/" + request.uri.split("/", 3)[3]
    return request


def _small(response: dict[str, Any]) -> dict[str, Any]:
    kept = {"content-type"}
    response["headers"] = {
        name: value
        for name, value in response["headers"].items()
        if name.lower() in kept
    }
    return response


@pytest.mark.anyio
# While a cassette is recorded, nothing is timed.
@pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")
class TestIntegration(StandardModel, ChatModelIntegrationTests):
    """All of them, none overridden."""

    method = METHODS[0]

    @property
    def chat_model_params(self) -> dict[str, Any]:
        # The API itself, when a cassette is recorded there.
        live = {"api_key": os.environ.get("GEMINI_API_KEY"), "base_url": None}
        return super().chat_model_params | (live if MODE == "live" else {})

    @pytest.fixture(autouse=True)
    def each_method(self, request: pytest.FixtureRequest) -> None:
        self.method = getattr(request, "param", METHODS[0])

    @pytest.fixture
    def model(self, request: pytest.FixtureRequest) -> Iterator[ChatInteractions]:
        """Make the model as the suite does, and close it."""
        extra = getattr(request, "param", None) or {}
        options = self.standard_chat_model_params | self.chat_model_params | extra
        with self.chat_model_class(**options) as made:
            yield made

    @property
    def structured_output_kwargs(self) -> dict[str, Any]:
        return {"method": self.method}

    @property
    def enable_vcr_tests(self) -> bool:
        return True

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> AIMessage:
        reply = self._ask("Please think.", stream=stream)
        assert reply.usage_metadata["output_token_details"]["reasoning"] > 0
        return reply

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> AIMessage:
        return self._ask("Hello", stream=stream)

    def invoke_with_audio_input(self, *, stream: bool = False) -> AIMessage:
        sound = {"type": "audio", "mime_type": "audio/wav", "base64": base64_of(wav())}
        message = HumanMessage([{"type": "text", "text": "Describe this."}, sound])
        return self._ask(message, stream=stream)

    def _ask(self, message: str | BaseMessage, *, stream: bool) -> AIMessage:
        question = HumanMessage(message) if isinstance(message, str) else message
        with self.chat_model_class(**self.chat_model_params) as model:
            if not stream:
                return model.invoke([question])
            return sum(model.stream([question]), AIMessageChunk(""))
