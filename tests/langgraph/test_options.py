"""Options under every name that users know, for the model and for one call."""

from typing import Any

import pytest
from google.genai import types
from langchain_core.messages import HumanMessage

from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.langgraph.conftest import MakeModel
from tests.langgraph.headers import heard_headers

Given = dict[str, Any]

GENERATION = [
    pytest.param({"temperature": 0.5}, {"temperature": 0.5}, id="own name"),
    pytest.param({"max_tokens": 700}, {"max_output_tokens": 700}, id="max_tokens"),
    pytest.param(
        {"max_output_tokens": 700}, {"max_output_tokens": 700}, id="max_output"
    ),
    pytest.param({"stop": ["x"]}, {"stop_sequences": ["x"]}, id="stop"),
    pytest.param({"reasoning_effort": "low"}, {"thinking_level": "low"}, id="effort"),
    pytest.param({"thinking_level": "LOW"}, {"thinking_level": "low"}, id="capitals"),
    pytest.param(
        {"include_thoughts": True}, {"thinking_summaries": "auto"}, id="with thoughts"
    ),
    pytest.param(
        {"include_thoughts": False}, {"thinking_summaries": "none"}, id="no thoughts"
    ),
    pytest.param(
        {"thinking_config": {"thinking_level": "HIGH", "include_thoughts": True}},
        {"thinking_level": "high", "thinking_summaries": "auto"},
        id="thinking_config",
    ),
    pytest.param(
        {"thinking_config": types.ThinkingConfig(include_thoughts=True)},
        {"thinking_summaries": "auto"},
        id="thinking_config of the SDK",
    ),
    pytest.param({"seed": 3, "top_p": 0.1}, {"seed": 3, "top_p": 0.1}, id="sampling"),
    pytest.param(
        {"image_config": {"aspect_ratio": "16:9"}},
        {"image_config": {"aspect_ratio": "16:9"}},
        id="image_config",
    ),
    pytest.param(
        {"model_kwargs": {"generation_config": {"top_k": 5}}},
        {"top_k": 5},
        id="model_kwargs",
    ),
]


@pytest.mark.parametrize("per_call", [False, True], ids=["constructor", "call"])
@pytest.mark.parametrize(("given", "sent"), GENERATION)
def test_option_reaches_the_generation_config(
    make_model: MakeModel,
    emulator: Emulator,
    given: Given,
    sent: Given,
    *,
    per_call: bool,
) -> None:
    if per_call:
        make_model().invoke("Hello", **given)
    else:
        make_model(**given).invoke("Hello")

    assert emulator.requests()[-1]["body"]["generation_config"] == sent


SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}}
JSON = {"type": "text", "mime_type": "application/json"}
FIELDS = [
    pytest.param({"service_tier": "flex"}, {"service_tier": "flex"}, id="tier"),
    pytest.param(
        {"response_modalities": ["TEXT"]}, {"response_modalities": ["text"]}, id="modes"
    ),
    pytest.param(
        {"response_mime_type": "application/json", "response_schema": SCHEMA},
        {"response_format": {**JSON, "schema": SCHEMA}},
        id="MIME type and schema",
    ),
    pytest.param(
        {"response_mime_type": "application/json"},
        {"response_format": JSON},
        id="MIME type alone",
    ),
    pytest.param(
        {
            "response_schema": {
                "type": "OBJECT",
                "properties": {"a": {"type": "STRING"}},
            }
        },
        {
            "response_format": {
                **JSON,
                "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
            }
        },
        id="OpenAPI schema",
    ),
    pytest.param(
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "a", "strict": True, "schema": SCHEMA},
            }
        },
        {"response_format": {**JSON, "schema": SCHEMA}},
        id="OpenAI's json_schema",
    ),
    pytest.param(
        {"response_format": {"type": "json_object"}},
        {"response_format": JSON},
        id="OpenAI's json_object",
    ),
]


@pytest.mark.parametrize("per_call", [False, True], ids=["constructor", "call"])
@pytest.mark.parametrize(("given", "sent"), FIELDS)
def test_option_reaches_the_body(
    make_model: MakeModel,
    emulator: Emulator,
    given: Given,
    sent: Given,
    *,
    per_call: bool,
) -> None:
    if per_call:
        make_model().invoke("Hello", **given)
    else:
        make_model(**given).invoke("Hello")

    body = emulator.requests()[-1]["body"]
    assert body | sent == body


@pytest.mark.parametrize(
    "given",
    [
        {
            types.HarmCategory.HARM_CATEGORY_HARASSMENT: types.HarmBlockThreshold.BLOCK_NONE
        },
        {"HARM_CATEGORY_HARASSMENT": "BLOCK_NONE"},
        [{"type": "harassment", "threshold": "block_none"}],
        [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    ],
    ids=["enums", "words", "as the API", "as the other API"],
)
def test_safety_settings_are_written_as_the_api_does(given: Any) -> None:
    model = ChatInteractions(model="m", safety_settings=given)

    assert model.safety_settings == [{"type": "harassment", "threshold": "block_none"}]


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("n", 2, "batch"),
        ("top_k", 40, "top_p"),
        ("thinking_budget", 100, "thinking_level"),
        ("presence_penalty", 0.5, "no penalties"),
        ("frequency_penalty", 0.5, "no penalties"),
        ("media_resolution", "MEDIA_RESOLUTION_LOW", "each picture"),
        ("cached_content", "cachedContents/1", "no explicit caching"),
        ("convert_system_message_to_human", True, "takes system messages"),
        ("client_args", {"proxy": "x"}, "client=genai.Client"),
        ("transport", "grpc", "HTTP"),
        ("code_execution", True, "tools="),
        ("parallel_tool_calls", False, "no switch"),
        ("logprobs", True, "no log probabilities"),
    ],
)
def test_option_that_the_api_lacks_is_refused_with_the_reason(
    make_model: MakeModel, emulator: Emulator, name: str, value: Any, advice: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"(?s)'{name}'.*{advice}"):
        make_model(**{name: value})
    with pytest.raises(ConfigurationError, match=f"(?s)'{name}'.*{advice}"):
        make_model().invoke("Hello", **{name: value})

    assert emulator.requests() == []


def test_value_that_changes_nothing_is_accepted(make_model: MakeModel) -> None:
    model = make_model(
        n=1, top_k=None, convert_system_message_to_human=False, transport="rest"
    )

    assert model.invoke("Hello", parallel_tool_calls=True).text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"max_tokens": 1}, {"max_output_tokens": 2}),
        ({"google_api_key": "a"}, {"api_key": "b"}),
        ({"timeout": 1}, {"timeout_s": 2}),
        ({"include_thoughts": True}, {"thinking_summaries": "none"}),
        ({"response_schema": SCHEMA}, {"response_format": JSON}),
    ],
)
def test_one_option_under_two_names_is_refused(first: Given, second: Given) -> None:
    with pytest.raises(ConfigurationError, match="give one"):
        ChatInteractions(model="m", **first, **second)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("modle", "model"), ("max_token", "max_tokens"), ("temprature", "temperature")],
)
def test_unknown_option_names_the_nearest(wrong: str, right: str) -> None:
    with pytest.raises(ConfigurationError, match=f"did you mean '{right}'"):
        ChatInteractions(**{wrong: 1})


def test_mime_type_that_the_api_lacks_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="use a schema with `enum`"):
        ChatInteractions(model="m", response_mime_type="text/x.enum")


def test_field_with_an_own_option_is_refused_in_model_kwargs(
    make_model: MakeModel,
) -> None:
    with pytest.raises(ConfigurationError, match="cannot hold 'tools'"):
        make_model(model_kwargs={"tools": []}).invoke("Hello")


@pytest.mark.parametrize("name", ["GOOGLE_API_KEY", "GEMINI_API_KEY"])
def test_key_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for other in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "right")

    with (
        Emulator(api_keys={"right"}) as emulator,
        ChatInteractions(model="gemini-3.5-flash", base_url=emulator.url) as model,
    ):
        assert model.invoke("Hello").text


def test_key_is_taken_under_its_google_name() -> None:
    with (
        Emulator(api_keys={"right"}) as emulator,
        ChatInteractions(
            model="gemini-3.5-flash", base_url=emulator.url, google_api_key="right"
        ) as model,
    ):
        assert model.invoke("Hello").text


def test_additional_headers_go_with_every_request() -> None:
    with heard_headers() as (url, heard):
        model = ChatInteractions(
            model="gemini-3.5-flash",
            base_url=url,
            api_key="k",
            max_retries=0,
            additional_headers={"X-Team": "blue"},
        )
        with pytest.raises(Exception, match="no such thing"), model:
            model.invoke("Hello")

    assert heard[-1]["x-team"] == "blue"
    assert heard[-1]["x-goog-api-key"] == "k"


def test_stop_of_a_call_wins_over_that_of_the_model(
    make_model: MakeModel, emulator: Emulator
) -> None:
    make_model(stop=["a"]).invoke("Hello", stop=["b"])

    sent = emulator.requests()[-1]["body"]["generation_config"]
    assert sent == {"stop_sequences": ["b"]}


@pytest.mark.parametrize("streaming", [False, True])
def test_streaming_lets_invoke_stream(
    make_model: MakeModel, emulator: Emulator, *, streaming: bool
) -> None:
    answer = make_model(streaming=streaming).invoke([HumanMessage("Hello")])

    assert answer.text
    assert emulator.requests()[-1]["body"].get("stream", False) is streaming


def test_disabled_streaming_asks_once(
    make_model: MakeModel, emulator: Emulator
) -> None:
    chunks = list(make_model(disable_streaming=True).stream("Hello"))

    assert chunks[0].text
    assert "stream" not in emulator.requests()[-1]["body"]


@pytest.mark.parametrize("name", ["retention", "timeout", "google_api_key", "cache"])
def test_option_of_the_model_is_refused_in_a_call(
    make_model: MakeModel, emulator: Emulator, name: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"'{name}' is an option of a model"):
        make_model().invoke("Hello", **{name: 1})

    assert emulator.requests() == []


@pytest.mark.parametrize(
    "option",
    [
        {"base_url": "http://127.0.0.1:9"},
        {"api_key": "k"},
        {"additional_headers": {"X-Team": "blue"}},
        {"vertexai": True, "project": "p"},
    ],
)
def test_option_that_a_given_client_would_ignore_is_refused(option: Given) -> None:
    with pytest.raises(ConfigurationError, match="`client` brings its own"):
        ChatInteractions(model="m", client=object(), **option)


def test_headers_must_be_a_dict() -> None:
    with pytest.raises(ConfigurationError, match="must be a dict"):
        ChatInteractions(model="m", additional_headers=["X-Team: blue"])
