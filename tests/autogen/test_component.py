"""The client as a component and as a pickle: everything comes back, secrets hidden."""

import json
import pickle
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import RoundRobinGroupChat, SelectorGroupChat
from autogen_core import ComponentModel
from autogen_core.models import ChatCompletionClient, UserMessage
from google import genai
from pydantic import ValidationError

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core import MemoryStore, SqliteStore
from interactions_core.exceptions import AuthenticationError, ConfigurationError
from interactions_emulator import Emulator
from tests.autogen.conftest import MakeClient
from tests.docs.pages import ROOT

Client = InteractionsChatCompletionClient

KEY = "AIzaSyHUNTER2-the-key"
PASSWORD = "hunter2-the-password"  # noqa: S105 - looked for, opens nothing
HEADER = "Bearer hunter2-the-header"
VARIABLE = "hunter2-the-variable"
HOOK = "hook-secret-77"

pytestmark = pytest.mark.anyio


def through_json(component: ComponentModel) -> dict[str, Any]:
    return json.loads(component.model_dump_json())


def hello() -> list[UserMessage]:
    return [UserMessage(content="Hello", source="user")]


def test_component_from_before_the_modules_moved_is_loaded() -> None:
    path = ROOT / "tests" / "fixtures" / "before_rooms_component.json"

    client = ChatCompletionClient.load_component(json.loads(path.read_text("utf-8")))

    assert isinstance(client, Client)
    assert client.dump_component().config["session_id"] == "tenant"


def test_dump_holds_what_was_given_and_nothing_else() -> None:
    client = Client(
        model="gemini-3.5-flash", temperature=0.5, retention=timedelta(days=1)
    )

    component = client.dump_component()

    assert component.provider == "interactions_autogen.InteractionsChatCompletionClient"
    assert component.component_type == "model"
    assert through_json(component)["config"] == {
        "model": "gemini-3.5-flash",
        "temperature": 0.5,
        "retention": "PT86400S",
    }


async def test_component_loads_in_the_same_process_with_its_key(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    client = Client(
        model="gemini-3.5-flash",
        api_key=KEY,
        base_url=emulator.url,
        sessions=f"sqlite:///{tmp_path / 'sessions.db'}",
        retention=timedelta(days=1),
        tools=[{"type": "google_search"}],
        model_info={"vision": False},
    )

    loaded = ChatCompletionClient.load_component(client.dump_component())

    assert isinstance(loaded, Client)
    assert loaded.dump_component() == client.dump_component()
    assert loaded.model_info == client.model_info
    assert (await loaded.create(hello())).content


async def test_key_that_became_asterisks_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """AutoGen: the key of its own clients is ten asterisks after a trip through JSON."""
    monkeypatch.setenv("GEMINI_API_KEY", "the right key")
    with Emulator(api_keys=["the right key"]) as emulator:
        client = Client(model="gemini-3.5-flash", api_key=KEY, base_url=emulator.url)
        with pytest.raises(AuthenticationError):
            await client.create(hello())

        component = through_json(client.dump_component())
        loaded = ChatCompletionClient.load_component(component)

        assert component["config"]["api_key"] == "**********"
        assert (await loaded.create(hello())).content


@pytest.fixture
def secretive(emulator: Emulator) -> Client:
    """Make a client that knows six secrets."""
    return Client(
        model="gemini-3.5-flash",
        api_key=KEY,
        base_url=emulator.url.replace("://", f"://user:{PASSWORD}@"),
        sessions=f"postgresql://me:{PASSWORD}@host/db",
        environment={"type": "remote", "env": {"TOKEN": VARIABLE}},
        webhook_config={"uris": [f"https://hooks.example/in?token={HOOK}"]},
        tools=[
            {
                "type": "mcp_server",
                "name": "notes",
                "url": "https://notes.example/mcp",
                "headers": {"Authorization": HEADER},
            }
        ],
    )


def test_no_secret_is_in_a_dump_or_a_repr(secretive: Client) -> None:
    agent = AssistantAgent("a", secretive)
    team = SelectorGroupChat([agent, AssistantAgent("b", secretive)], secretive)

    component = secretive.dump_component()
    shown = "\n".join(
        [
            repr(secretive),
            repr(secretive._config),
            repr(component),
            component.model_dump_json(),
            team.dump_component().model_dump_json(),
        ]
    )

    words = (KEY, PASSWORD, HEADER, VARIABLE, HOOK)
    assert [word for word in words if word in shown] == []


def test_secrets_survive_a_dump_within_the_process(secretive: Client) -> None:
    loaded = Client.load_component(secretive.dump_component())

    assert loaded._config == secretive._config
    assert loaded._config.tools[0]["headers"] == {"Authorization": HEADER}


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("base_url", "base_url"),
        ("sessions", "sessions"),
        ("tools", "headers.Authorization"),
        ("environment", "env.TOKEN"),
        ("webhook_config", "uris"),
    ],
)
def test_masked_header_password_or_variable_is_an_error_that_names_it(
    secretive: Client, option: str, name: str
) -> None:
    """Ours: no environment holds them, so the request would fail without a reason."""
    component = through_json(secretive.dump_component())
    kept = {"model", "api_key", option}
    config = {k: v for k, v in component["config"].items() if k in kept}

    with pytest.raises(ValidationError, match=f"{name}.* masked.*give it again"):
        Client.load_component(component | {"config": config})


def test_unknown_option_of_a_component_names_the_nearest() -> None:
    component = through_json(Client(model="gemini-3.5-flash").dump_component())
    component["config"]["temprature"] = 1

    with pytest.raises(ValidationError, match="did you mean 'temperature'"):
        Client.load_component(component)


async def test_team_goes_through_json_and_answers(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AutoGen Studio: teams are kept as the JSON of their components."""
    monkeypatch.setenv("GEMINI_API_KEY", "any")
    client = make_client()
    team = RoundRobinGroupChat([AssistantAgent("a", client)], max_turns=1)

    loaded = RoundRobinGroupChat.load_component(through_json(team.dump_component()))
    await loaded.run(task="My name is Ada.")
    done = await loaded.run(task="What is my name?")

    assert done.messages[-1].to_text() == "Your name is Ada."


def test_store_object_is_dumped_as_its_url(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sessions.db")

    component = Client(model="m", sessions=store).dump_component()

    assert component.config["sessions"] == store.url


def test_sdk_object_cannot_be_dumped() -> None:
    client = Client(model="m", client=genai.Client(api_key="k"))

    with pytest.raises(ConfigurationError, match="client="):
        client.dump_component()


async def test_pickle_brings_the_options_and_new_connections(
    make_client: MakeClient, emulator: Emulator
) -> None:
    client = make_client(temperature=0.5)
    await client.create(hello())

    copied = pickle.loads(pickle.dumps(client))  # noqa: S301 - our own
    await copied.create(hello())

    body = emulator.requests()[-1]["body"]
    assert body["generation_config"] == {"temperature": 0.5}
    assert copied.actual_usage() == client.actual_usage()


def test_mirror_of_a_given_store_is_not_overruled() -> None:
    client = Client(model="m", api_key="k", mirror="signatures", sessions=MemoryStore())

    with pytest.raises(ConfigurationError, match="mirror='signatures' has no effect"):
        client._sessions()
