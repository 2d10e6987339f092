"""What an LLM can be told, and what it refuses."""

import copy
import pickle
from typing import Any

import pytest
from google import genai
from pydantic import BaseModel

from interactions_core import MemoryStore
from interactions_core.exceptions import ConfigurationError
from interactions_crewai import InteractionsLLM
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.flows import WEATHER, user
from tests.enterprise import enterprise_client

KEY = "hunter2-the-key"
MCP = {
    "type": "mcp_server",
    "name": "files",
    "url": "https://mcp.example/sse?token=hunter2",
    "headers": {"Authorization": "hunter2"},
}


def bodies(emulator: Emulator) -> list[dict[str, Any]]:
    return [request["body"] for request in emulator.requests()]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"temprature": 1}, "did you mean 'temperature'", id="misspelt"),
        pytest.param({"n": 2}, "'n': it asks for several answers", id="of other APIs"),
        pytest.param({"timeout": 5}, "use `timeout_s`", id="another name"),
        pytest.param({"interceptor": 1}, "it changes HTTP requests", id="of HTTP"),
        pytest.param({"response_format": 1}, "`output_pydantic`", id="of the task"),
        pytest.param({"additional_params": {"a": 1}}, "additional_params", id="more"),
        pytest.param({"agent": "deep-research"}, "both are given", id="both"),
        pytest.param({"model": None}, "neither is given", id="neither"),
        pytest.param(
            {"max_tokens": 1, "max_output_tokens": 2}, "CrewAI's name", id="limit twice"
        ),
        pytest.param(
            {"tools": [WEATHER]}, "give functions to the agent", id="function"
        ),
        pytest.param({"response_modalities": ["image"]}, "text only", id="pictures"),
        pytest.param(
            {"sessions": "mysql://u:hunter2@h"}, "no session store", id="store"
        ),
        pytest.param({"llm_type": "gemini"}, "llm_type", id="another class"),
        pytest.param({"timeout_s": 0}, "timeout_s", id="no time"),
        pytest.param({"deadline_s": -1}, "deadline_s", id="no deadline"),
        pytest.param({"api_key": 123456789}, "api_key", id="a key of another type"),
    ],
)
def test_wrong_options_are_refused_by_name(options: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as refused:
        InteractionsLLM(**{"model": "gemini-3.5-flash"} | options)

    assert "hunter2" not in str(refused.value)
    assert "123456789" not in str(refused.value)


def test_generation_options_of_an_agent_are_refused_before_anything_is_sent(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm(agent="deep-research-preview-04-2026", temperature=0.5)

    with pytest.raises(ConfigurationError, match="unset temperature"):
        llm.call("Hi.")

    assert emulator.requests() == []


def test_options_are_sent_as_the_api_names_them(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm(
        model="models/gemini-3.5-flash",
        temperature=0.5,
        top_p=0.9,
        seed=7,
        max_tokens=100,
        stop=["END"],
        thinking_level="low",
        thinking_summaries="auto",
        service_tier="flex",
        tools=[{"type": "google_search"}],
        store=False,
    )

    llm.call([{"role": "system", "content": "Be kind."}, user("Hi.")], tools=[WEATHER])

    [body] = bodies(emulator)
    assert body["model"] == "gemini-3.5-flash"
    assert body["generation_config"] == {
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 7,
        "stop_sequences": ["END"],
        "max_output_tokens": 100,
        "thinking_level": "low",
        "thinking_summaries": "auto",
    }
    assert body["service_tier"] == "flex"
    assert [tool["type"] for tool in body["tools"]] == ["google_search", "function"]
    assert body["system_instruction"] == "Be kind."
    assert body["store"] is False


@pytest.mark.parametrize("name", ["gemini/gemini-3.5-flash", "google/gemini-3.5-flash"])
def test_prefix_of_crewai_is_no_part_of_the_models_name(name: str) -> None:
    llm = InteractionsLLM(model=name)

    assert (llm.model, llm.provider) == ("gemini-3.5-flash", "gemini")


def test_option_that_is_changed_holds_from_the_next_call_on(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm()
    llm.call("Hi.")
    llm.temperature = 0.1
    llm.max_output_tokens = 50

    with Emulator() as other:
        llm.base_url = other.url
        llm.call("Hi.")
        [body] = bodies(other)

    assert body["generation_config"] == {"temperature": 0.1, "max_output_tokens": 50}
    assert len(emulator.requests()) == 1


def test_client_that_is_given_is_used_and_left_open(emulator: Emulator) -> None:
    options: Any = {"base_url": emulator.url}
    with genai.Client(api_key="k", http_options=options) as client:
        llm = InteractionsLLM(model="gemini-3.5-flash", client=client)

        llm.call("Hi.")
        llm.close()
        copy.deepcopy(llm).call("Hi again.")

        assert len(emulator.requests()) == 2


def test_store_that_was_opened_with_another_mirror_is_refused() -> None:
    store = MemoryStore(mirror="signatures")

    with pytest.raises(ConfigurationError, match="mirror='full' has no effect"):
        InteractionsLLM(model="gemini-3.5-flash", sessions=store, mirror="full").call(
            "Hi."
        )


def test_secrets_are_in_nothing_that_crewai_shows_or_keeps(emulator: Emulator) -> None:
    llm = InteractionsLLM(
        model="gemini-3.5-flash",
        api_key=KEY,
        base_url=emulator.url.replace("://", "://user:hunter2@"),
        tools=[MCP],
        environment={
            "type": "remote",
            "env": {"TOKEN": "hunter2"},
            "sources": [{"type": "repository", "source": "https://u:hunter2@host/r"}],
        },
        webhook_config={"uris": ["https://u:hunter2@host/hook?token=hunter2"]},
        sessions="postgresql://ada:hunter2@127.0.0.1/sessions",
    )

    shown = (
        repr(llm),
        str(llm),
        str(llm.model_dump()),
        llm.model_dump_json(),
        str(llm.to_config_dict()),
    )

    assert not [text for text in shown if "hunter2" in text]
    assert "Authorization" in llm.model_dump_json()


def test_secret_that_was_left_out_is_asked_for(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    restored = InteractionsLLM(**make_llm(tools=[MCP]).model_dump())

    with pytest.raises(ConfigurationError, match=r"tools\.url is masked.*set tools"):
        restored.call("Hi.")

    assert emulator.requests() == []


def test_address_of_a_webhook_that_was_left_out_is_asked_for(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    hook = {"uris": ["https://127.0.0.1/hook?token=hunter2"]}
    dumped = make_llm(background=True, webhook_config=hook).model_dump()
    restored = InteractionsLLM(**dumped, api_key=KEY)

    with pytest.raises(ConfigurationError, match=r"webhook_config\.uris is masked"):
        restored.call("Hi.")

    assert emulator.requests() == []


def test_pickle_keeps_the_password_of_its_store() -> None:
    url = "postgresql://ada:hunter2@127.0.0.1/sessions"
    llm = InteractionsLLM(model="gemini-3.5-flash", sessions=url)

    assert pickle.loads(pickle.dumps(llm)).sessions == url  # noqa: S301 - our own bytes


@pytest.mark.parametrize("sessions", [None, 3])
def test_sessions_that_are_no_store_are_refused(sessions: object) -> None:
    with pytest.raises(ConfigurationError, match="sessions takes a session store"):
        InteractionsLLM(model="gemini-3.5-flash", sessions=sessions)


class City(BaseModel):
    name: str


def test_stop_words_cut_text_and_no_structure(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    # Raw steps are not cut by the emulator.
    cut = {
        "type": "model_output",
        "content": [{"type": "text", "text": "Rome END Oslo"}],
    }
    emulator.script([{"sequence": [{"steps": [cut]}, {"text": '{"name": "END"}'}]}])
    llm = make_llm(stop_sequences=["END"])

    assert llm.call("Which?") == "Rome"
    assert llm.call("Which?", response_model=City) == City(name="END")
    assert "generation_config" not in bodies(emulator)[1]


def test_model_may_be_named_first_as_in_crewais_own_class() -> None:
    assert InteractionsLLM("gemini/gemini-3.5-flash").model == "gemini-3.5-flash"


class Place(BaseModel):
    city: str


FLAT = {
    "name": "get_weather",
    "description": "Get the weather.",
    "parameters": Place.model_json_schema(),
}


@pytest.mark.parametrize(
    "given",
    [
        FLAT,
        {"type": "function", **FLAT},
        {"type": "function", "function": FLAT},
        {"function": FLAT},
        {
            "name": FLAT["name"],
            "description": FLAT["description"],
            "args_schema": Place,
        },
    ],
    ids=["flat", "typed", "inner", "untyped", "class"],
)
def test_tool_is_declared_from_each_form_that_crewais_own_classes_take(
    given: dict[str, Any], make_llm: MakeLLM, emulator: Emulator
) -> None:
    make_llm().call("Hi.", tools=[given])

    assert bodies(emulator)[0]["tools"] == [{"type": "function", **FLAT}]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"type": "function", "function": {"parameters": {}}}, "without a name"),
        ({"parameters": {}}, "without a name"),
        ({"type": "function", "function": "get_weather"}, "without a name"),
    ],
    ids=["inner", "flat", "text"],
)
def test_tool_that_names_no_function_is_refused_before_anything_is_sent(
    given: Any, said: str, make_llm: MakeLLM, emulator: Emulator
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        make_llm().call("Hi.", tools=[given])

    assert emulator.requests() == []


@pytest.mark.parametrize(
    "given",
    [
        {"HARM_CATEGORY_HARASSMENT": "BLOCK_NONE"},
        [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        [{"type": "harassment", "threshold": "block_none"}],
    ],
    ids=["as CrewAI", "as the other API", "as the API"],
)
def test_safety_settings_are_sent_as_the_api_writes_them(
    given: Any, make_llm: MakeLLM, emulator: Emulator
) -> None:
    """CrewAI's own class takes a dict; only the enterprise platform takes any."""
    with enterprise_client(emulator.url) as client:
        place = {"client": client, "base_url": None, "api_key": None}
        make_llm(safety_settings=given, labels={"team": "a"}, **place).call("Hi.")

    written = [{"type": "harassment", "threshold": "block_none"}]
    [body] = bodies(emulator)
    assert (body["safety_settings"], body["labels"]) == (written, {"team": "a"})
