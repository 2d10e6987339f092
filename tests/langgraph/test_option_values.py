"""Options of `ChatInteractions` whose values cannot be meant."""

from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from interactions_core.exceptions import ConfigurationError, NotFoundError
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.langgraph.conftest import MakeModel
from tests.wrong_values import NO_AGENTS, WRONG_VALUES


@pytest.mark.parametrize(("options", "words"), WRONG_VALUES)
def test_value_that_cannot_be_meant_is_refused_at_once(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        ChatInteractions(**{"model": "gemini-3.8-flash"} | options)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("agent", "words"), NO_AGENTS)
def test_agent_that_nobody_has_is_named(
    make_model: MakeModel, agent: str, words: str
) -> None:
    with pytest.raises(NotFoundError, match=words):
        make_model(agent=agent).invoke("Hi")


def test_model_of_one_call_is_checked_too(make_model: MakeModel) -> None:
    with pytest.raises(ConfigurationError, match=r"did you mean 'gemini-3\.8-flash'"):
        make_model().invoke("Hi", model="google/gemini-3.8-flash")


def test_unnamed_option_is_told_its_name() -> None:
    unnamed: Any = ["gemini-3.8-flash"]

    with pytest.raises(ConfigurationError, match=r"\(model='gemini-3.8-flash'\)"):
        ChatInteractions(*unnamed)


def test_adopt_takes_messages_in_any_form_that_invoke_takes(
    make_model: MakeModel,
) -> None:
    model = make_model()
    said: list[Any] = [{"role": "user", "content": "Hi"}]
    reply = model.invoke(said)
    other = make_model()

    other.adopt(
        reply.response_metadata["interaction_id"],
        [*said, {"role": "assistant", "content": reply.text}],
    )

    again = other.invoke([*said, ("ai", reply.text), ("human", "And you?")])
    assert again.response_metadata["plan_reason"] == "continue"


def test_every_option_says_what_it_is() -> None:
    fields = ChatInteractions.model_fields
    own = fields.keys() - BaseChatModel.model_fields.keys()

    assert [name for name in own if not fields[name].description] == []


def test_path_is_a_store_of_models_and_savers(
    make_model: MakeModel, tmp_path: Path
) -> None:
    path = tmp_path / "state.db"

    make_model(sessions=path).invoke("Hi")

    with InteractionsSaver(path) as saver:
        assert saver.sessions.usage().input_tokens > 0
