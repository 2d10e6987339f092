"""Options of the client and of single calls, and what is refused."""

from typing import Any, get_args

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_core import Image
from autogen_core.models import (
    ModelFamily,
    SystemMessage,
    UserMessage,
)
from PIL import Image as Pictures

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.autogen.asking import (
    WEATHER,
    Client,
    Person,
    bodies,
    said,
    sent,
    user,
)
from tests.autogen.conftest import MakeClient
from tests.enterprise import enterprise_client

pytestmark = pytest.mark.anyio


async def test_tokens_are_counted_without_the_network_and_without_errors(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(token_limit=100)
    odd: Any = [None, object(), user("\ud800"), 3]
    picture = UserMessage(content=[Image(Pictures.new("RGB", (9, 9)))], source="u")

    assert client.count_tokens([user("four" * 10)]) == 14
    assert client.count_tokens([picture]) == 262
    assert client.count_tokens(odd) > 0
    assert client.count_tokens([], tools=[WEATHER]) > 10
    assert client.remaining_tokens([user("x" * 1000)]) < 0
    assert emulator.requests() == []


async def test_model_info_is_assumed_and_can_be_replaced(
    make_client: MakeClient,
) -> None:
    client = make_client(model="models/gemini-2.5-pro", model_info={"vision": False})

    assert client.model_info == {
        "vision": False,
        "function_calling": True,
        "json_output": True,
        "structured_output": True,
        "multiple_system_messages": True,
        "family": ModelFamily.GEMINI_2_5_PRO,
    }
    with pytest.deprecated_call():
        assert client.capabilities == client.model_info
    with pytest.raises(ConfigurationError, match="did you mean 'vision'"):
        make_client(model_info={"visoin": True})


@pytest.mark.parametrize(
    ("ability", "call"),
    [
        ("function_calling", {"tools": [WEATHER]}),
        ("json_output", {"json_output": True}),
        ("structured_output", {"json_output": Person}),
    ],
)
async def test_what_the_model_cannot_do_is_refused_before_anything_is_sent(
    make_client: MakeClient, emulator: Emulator, ability: str, call: Any
) -> None:
    client = make_client(model_info={ability: False})

    with pytest.raises(ValueError, match=ability):
        await client.create([user("Hello")], **call)

    assert emulator.requests() == []


async def test_picture_for_a_model_without_vision_is_refused(
    make_client: MakeClient,
) -> None:
    picture = UserMessage(content=[Image(Pictures.new("RGB", (1, 1)))], source="user")

    with pytest.raises(ValueError, match="vision"):
        await make_client(model_info={"vision": False}).create([picture])


async def test_call_overrides_the_constructor(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(temperature=0.1)
    extra = {"temperature": 0.9, "model": "gemini-2.5-flash", "tool_choice": "none"}

    await client.create([user("Hi")], tools=[WEATHER], extra_create_args=extra)

    config = {"temperature": 0.9, "tool_choice": "none"}
    assert sent(emulator)["generation_config"] == config
    assert sent(emulator)["model"] == "gemini-2.5-flash"


async def test_unknown_option_of_a_call_names_the_nearest(client: Client) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'temperature'"):
        await client.create([user("Hi")], extra_create_args={"temprature": 1})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temprature": 1}, "did you mean 'temperature'"),
        ({"agent": "deep-research", "model": "m"}, "both are given"),
        ({"model": None}, "neither is given"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"sessions": "mysql://u:secret@h"}, "no session store for 'mysql:…'"),
        ({"tools": [{"type": "function", "name": "f"}]}, "give functions to the agent"),
        ({"tools": [WEATHER]}, "tools"),
    ],
)
async def test_wrong_option_is_refused_at_once(
    make_client: MakeClient, options: Any, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        make_client(**options)


@pytest.mark.parametrize(
    ("option", "meaning", "advice"),
    [
        pytest.param(
            {"response_format": {"type": "json_object"}},
            "which form an answer has",
            "`json_output=` to `create`",
            id="response_format",
        ),
        pytest.param(
            {"model_capabilities": {"vision": True}},
            "what the model is able to do",
            "use `model_info`",
            id="model_capabilities",
        ),
        pytest.param(
            {"stop": ["x"]},
            "at which an answer ends",
            "use `stop_sequences`",
            id="stop",
        ),
        pytest.param({"user": "ada"}, "names the end user", "`session_id`", id="user"),
        pytest.param(
            {"interceptor": object()}, "changes HTTP", "genai.Client", id="interceptor"
        ),
        pytest.param(
            {"parallel_tool_calls": False},
            "several calls at once",
            "calls in parallel where it sees fit",
            id="parallel_tool_calls",
        ),
    ],
)
async def test_option_of_another_client_is_explained_by_its_meaning(
    make_client: MakeClient,
    emulator: Emulator,
    option: Any,
    meaning: str,
    advice: str,
) -> None:
    said = f"does not take '{next(iter(option))}': .*{meaning}.*; .*{advice}"

    with pytest.raises(ConfigurationError, match=said):
        make_client(**option)
    with pytest.raises(ConfigurationError, match=next(iter(option))):
        await make_client().create([user("Hi")], extra_create_args=option)

    assert emulator.requests() == []


async def test_option_of_another_client_that_changes_nothing_is_left_out(
    make_client: MakeClient, emulator: Emulator
) -> None:
    neutral = {"parallel_tool_calls": True, "n": 1, "user": None}
    client = make_client(**neutral)

    await client.create([user("Hi")], extra_create_args=neutral)

    assert not neutral.keys() & sent(emulator).keys()
    assert not neutral.keys() & client.dump_component().config.keys()


@pytest.mark.parametrize("name", ["timeout_s", "timeout"])
async def test_option_of_a_client_is_refused_in_a_call(
    client: Client, name: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"'{name}' is an option of a client"):
        await client.create([user("Hi")], extra_create_args={name: 1})


async def test_media_are_refused_as_modalities(make_client: MakeClient) -> None:
    client = make_client(response_modalities=["text", "image"])

    with pytest.raises(ConfigurationError, match="text only"):
        await client.create([user("Draw")])


async def test_without_storage_everything_is_sent_with_its_signatures(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(store=False)
    agent = AssistantAgent("a", client, tools=[WEATHER], reflect_on_tool_use=True)

    await agent.run(task="call get_weather for Rome")

    kinds = [step["type"] for step in sent(emulator)["input"]]
    assert kinds == ["user_input", "thought", "function_call", "function_result"]
    assert all(body["store"] is False for body in bodies(emulator))


async def test_prompts_of_one_message_may_be_left_out_of_the_server(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(stateless_prompts=True)
    prompt = [user("Who speaks next?")]

    await client.create(prompt)
    await client.create([SystemMessage(content="Be brief."), *prompt])
    await client.create(prompt, tools=[WEATHER])
    await client.create([*prompt, user("Now.")])
    await client.create(prompt, extra_create_args={"store": True})

    stored = [body.get("store", True) for body in bodies(emulator)]
    assert stored == [False, True, True, True, True]


async def test_session_ids_keep_equal_conversations_apart(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(session_id="ada")
    first = await client.create([user("Hello")])
    history = [user("Hello"), said(first), user("More")]

    await client.create(history, extra_create_args={"session_id": "bob"})
    await client.create(history)

    chained = [bool(body.get("previous_interaction_id")) for body in bodies(emulator)]
    assert chained == [False, False, True]


async def test_memory_is_one_store_for_all_clients_of_a_process(
    emulator: Emulator,
) -> None:
    def client(**options: Any) -> Client:
        where: Any = {"base_url": emulator.url, "api_key": "shared"}
        return Client(model="gemini-3.5-flash", **where, **options)

    first = await client().create([user("Hello")])
    history = [user("Hello"), said(first), user("More")]

    await client(sessions="memory:of another tenant").create(history)
    await client(session_id="another tenant").create(history)
    await client().create(history)

    chained = [bool(body.get("previous_interaction_id")) for body in bodies(emulator)]
    assert chained == [False, False, False, True]


async def test_parent_may_be_named_for_one_call(
    make_client: MakeClient, emulator: Emulator
) -> None:
    await make_client().create([user("My name is Ada.")])
    made = emulator.requests()[-1]["interaction"]

    result = await make_client().create(
        [user("What is my name?")],
        extra_create_args={"previous_interaction_id": made},
    )

    assert result.content == "Your name is Ada."


async def test_options_that_type_checkers_know_are_those_that_there_are() -> None:
    known = InteractionsChatCompletionClient.component_config_schema.model_fields

    [hint] = get_args(
        InteractionsChatCompletionClient.__init__.__annotations__["options"]
    )
    assert hint.__annotations__.keys() == known.keys() | {"client"}


@pytest.mark.parametrize("where", ["constructor", "call"])
async def test_safety_settings_are_sent_as_the_api_writes_them(
    where: str, make_client: MakeClient, emulator: Emulator
) -> None:
    given: Any = {"safety_settings": {"HARM_CATEGORY_HARASSMENT": "BLOCK_NONE"}}
    constructor, call = (given, {}) if where == "constructor" else ({}, given)
    platform = enterprise_client(emulator.url)
    place = {"client": platform, "base_url": None, "api_key": None}

    client = make_client(**constructor, **place)
    await client.create([user("Hi")], extra_create_args=call)
    await platform.aio.aclose()

    written = [{"type": "harassment", "threshold": "block_none"}]
    assert sent(emulator)["safety_settings"] == written
