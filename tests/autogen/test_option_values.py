"""Options of the model client whose values cannot be meant."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from autogen_core.models import UserMessage

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core import open_store
from interactions_core.exceptions import (
    ConfigurationError,
    NotFoundError,
    UnsupportedContentError,
)
from tests.autogen.conftest import MakeClient
from tests.wrong_values import NO_AGENTS, WRONG_VALUES

HI = UserMessage(content="Hi", source="user")


@pytest.mark.parametrize(("options", "words"), WRONG_VALUES)
def test_value_that_cannot_be_meant_is_refused_at_once(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        InteractionsChatCompletionClient(**{"model": "gemini-3.8-flash"} | options)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("agent", "words"), NO_AGENTS)
def test_agent_that_nobody_has_is_named(
    make_client: MakeClient, agent: str, words: str
) -> None:
    with pytest.raises(NotFoundError, match=words):
        asyncio.run(make_client(agent=agent).create([HI]))


def test_model_of_one_call_is_checked_too(make_client: MakeClient) -> None:
    extra = {"model": "google/gemini-3.8-flash"}

    with pytest.raises(ConfigurationError, match=r"did you mean 'gemini-3\.8-flash'"):
        asyncio.run(make_client().create([HI], extra_create_args=extra))


def test_unnamed_option_is_told_its_name() -> None:
    unnamed: Any = ["gemini-3.8-flash"]

    with pytest.raises(ConfigurationError, match=r"\(model='gemini-3.8-flash'\)"):
        InteractionsChatCompletionClient(*unnamed)


def test_dict_in_a_list_of_messages_is_told_what_belongs_there(
    make_client: MakeClient,
) -> None:
    messages: Any = [{"role": "user", "content": "Hi"}]

    with pytest.raises(UnsupportedContentError, match=r"item 1 .* type dict.*UserMess"):
        asyncio.run(make_client().create(messages))


def test_every_option_says_what_it_is() -> None:
    schema = InteractionsChatCompletionClient.component_config_schema

    fields = schema.model_json_schema()["properties"]

    assert [name for name in fields if "description" not in fields[name]] == []


def test_path_is_a_store_that_components_name(
    make_client: MakeClient, tmp_path: Path
) -> None:
    path = tmp_path / "state.db"
    client = make_client(sessions=path)

    asyncio.run(client.create([HI]))

    assert open_store(path).usage().input_tokens > 0
    assert client.dump_component().config["sessions"] == f"sqlite:///{path}"
