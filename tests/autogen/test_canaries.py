"""No canary sings: secrets of a client are in nothing that it shows, logs or keeps."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core.models import UserMessage

from interactions_autogen import InteractionsAgent, InteractionsChatCompletionClient
from interactions_core import InteractionsError
from interactions_emulator import Emulator
from tests.canaries import (
    API_KEY,
    ENVIRONMENT,
    MCP_SERVER,
    SECRET_OPTIONS,
    WEBHOOKS,
    base_url_at,
    chain_of,
    leaks,
    leaks_in_files,
    logged,
)

pytestmark = pytest.mark.anyio

Client = InteractionsChatCompletionClient
MODEL = "gemini-3.5-flash"


def secretive(**options: Any) -> Client:
    return Client(
        **{"model": MODEL, **SECRET_OPTIONS, "webhook_config": WEBHOOKS, **options}
    )


def agent() -> InteractionsAgent:
    options: dict[str, Any] = {**SECRET_OPTIONS, "webhook_config": WEBHOOKS}
    return InteractionsAgent("a", agent="antigravity-preview-05-2026", **options)


SHOWN: dict[str, Callable[[Client], object]] = {
    "repr": repr,
    "str": str,
    "options": lambda client: client._config,
    "model_dump": lambda client: client._config.model_dump(),
    "model_dump of JSON": lambda client: client._config.model_dump(mode="json"),
    "component": lambda client: client.dump_component(),
    "component as JSON": lambda client: client.dump_component().model_dump_json(),
    "team": lambda client: (
        RoundRobinGroupChat([AssistantAgent("a", client)])
        .dump_component()
        .model_dump_json()
    ),
    "agent": lambda _: repr(agent()),
    "agent as JSON": lambda _: agent().dump_component().model_dump_json(),
    "copy": lambda client: repr(Client.load_component(client.dump_component())),
    "connection": lambda client: client._connection(),
}


def test_no_canary_is_shown() -> None:
    client = secretive()

    shown = {name: show(client) for name, show in SHOWN.items()}

    assert leaks(shown) == []


@pytest.mark.parametrize(
    "fault", [None, {"status": 400}, {"status": 403}, {"close": "after"}], ids=str
)
async def test_no_canary_is_logged_raised_or_kept(
    fault: Any, emulator: Emulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = secretive(
        base_url=base_url_at(emulator.url),
        sessions=f"sqlite:///{tmp_path}/sessions.db",
        agent_config=None,
        tools=[MCP_SERVER],
        max_retries=0,
        background=True,
        poll=(0.01, 0.05),
    )
    team = RoundRobinGroupChat([AssistantAgent("a", client)], max_turns=1)
    if fault is not None:
        emulator.fault(on="create", do=fault, times=9)
    shown: dict[str, object] = {}

    with caplog.at_level(logging.DEBUG):
        try:
            shown["reply"] = await client.create(
                [UserMessage(content="Hi", source="u")]
            )
            await team.run(task="Hi")
            shown["state"] = json.dumps(await team.save_state())
        except InteractionsError as error:
            shown["error"] = chain_of(error)
    await client.close()

    body = emulator.requests()[0]["body"]
    assert (body["environment"], body["tools"][0]) == (ENVIRONMENT, MCP_SERVER)
    shown["log"] = logged(caplog.records)
    assert leaks(shown) == []
    assert leaks_in_files(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"api_key": f"{API_KEY}é"}, "api_key has U", id="no ASCII"),
        pytest.param({"api_key": f"{API_KEY}\n-"}, "api_key has U", id="line feed"),
        pytest.param({"base_url": f"http://u:{API_KEY}@[h"}, "no address", id="URL"),
        pytest.param({"sessions": f"host=h password={API_KEY}"}, "no sess", id="libpq"),
        pytest.param({"timeout_s": API_KEY}, "timeout_s", id="in the wrong place"),
        pytest.param({"tools": API_KEY}, "tools", id="in another wrong place"),
    ],
)
def test_a_wrong_option_is_refused_without_its_secrets(options: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        Client(**{"model": MODEL, "api_key": "k"} | options)

    assert leaks({"error": chain_of(refused.value)}) == []


def test_what_was_masked_is_named_all_at_once() -> None:
    config = json.loads(secretive().dump_component().model_dump_json())

    with pytest.raises(ValueError, match=r"url, headers\.Authorization.* is masked"):
        Client.load_component(
            config | {"config": {"model": MODEL, "tools": config["config"]["tools"]}}
        )
