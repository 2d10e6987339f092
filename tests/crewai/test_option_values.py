"""Options of the LLM and the tool whose values cannot be meant."""

from pathlib import Path
from typing import Any

import pytest

from interactions_core import open_store
from interactions_core.exceptions import (
    ConfigurationError,
    NotFoundError,
    UnsupportedContentError,
)
from tests.crewai.conftest import MakeLLM
from tests.crewai.quiet import imported
from tests.wrong_values import NO_AGENTS, WRONG_VALUES

adapter = imported("interactions_crewai")
RESEARCH = "deep-research-preview-04-2026"


@pytest.mark.parametrize(("options", "words"), WRONG_VALUES)
def test_value_that_cannot_be_meant_is_refused_at_once(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        adapter.InteractionsLLM(**{"model": "gemini-3.8-flash"} | options)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [each for each in WRONG_VALUES if "deadline_s" in each.values[0]],
)
def test_tool_checks_its_values_alike(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        adapter.InteractionsAgentTool(agent=RESEARCH, **options)


@pytest.mark.parametrize(("agent", "words"), NO_AGENTS)
def test_agent_that_nobody_has_is_named(
    make_llm: MakeLLM, agent: str, words: str
) -> None:
    with pytest.raises(NotFoundError, match=words):
        make_llm(agent=agent).call("Hi")


def test_second_option_without_a_name_is_told_how() -> None:
    unnamed: Any = ["gemini-3.8-flash", "tenant"]

    with pytest.raises(ConfigurationError, match="takes its options by name"):
        adapter.InteractionsLLM(*unnamed)


def test_item_that_is_no_message_is_told_what_belongs_there(make_llm: MakeLLM) -> None:
    with pytest.raises(
        UnsupportedContentError, match=r"item 1 .* type int, not a dict"
    ):
        make_llm().call([3])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("InteractionsLLM", "crewai.llms.base_llm.BaseLLM"),
        ("InteractionsAgentTool", "crewai.tools.BaseTool"),
    ],
)
def test_every_option_says_what_it_is(ours: str, theirs: str) -> None:
    module, _, name = theirs.rpartition(".")
    fields = getattr(adapter, ours).model_fields
    own = fields.keys() - getattr(imported(module), name).model_fields.keys()

    assert [name for name in own if not fields[name].description] == []


def test_path_is_a_store(make_llm: MakeLLM, tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    make_llm(sessions=path).call("Hi")

    assert open_store(path).usage().input_tokens > 0
