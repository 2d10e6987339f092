"""LangChain's own middleware understands what `ChatInteractions` raises and knows."""

from typing import Any

import langchain
import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import ModelFallbackMiddleware, ModelRetryMiddleware
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.exceptions import ModelInvalidRequestError
from packaging.version import Version
from pydantic import BaseModel

from interactions_emulator import Emulator
from tests.langgraph.conftest import MakeModel


class Person(BaseModel):
    """A person that the text names."""

    name: str


def asked(said: str) -> Any:
    return {"messages": [("human", said)]}


def test_retry_middleware_repeats_what_may_work_again(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 503}, times=2)
    retry = ModelRetryMiddleware(max_retries=2, initial_delay=0, jitter=False)
    agent = create_agent(make_model(max_retries=0), middleware=[retry])

    agent.invoke(asked("Hello"))

    assert len(emulator.requests()) == 3


@pytest.mark.skipif(
    Version(langchain.__version__) < Version("1.5"),
    reason="older releases repeat whatever failed",
)
def test_retry_middleware_leaves_a_refusal_alone(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 400, "message": "No."}, times=9)
    retry = ModelRetryMiddleware(max_retries=2, initial_delay=0, jitter=False)
    agent = create_agent(make_model(max_retries=0), middleware=[retry])

    with pytest.raises(ModelInvalidRequestError):
        agent.invoke(asked("Hello"))

    assert len(emulator.requests()) == 1


def test_fallback_middleware_asks_the_other_model(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 429})
    other = make_model(model="gemini-2.5-pro", max_retries=0)
    agent = create_agent(
        make_model(max_retries=0), middleware=[ModelFallbackMiddleware(other)]
    )

    answer = agent.invoke(asked("Hello"))["messages"][-1]

    assert answer.response_metadata["model_name"] == "gemini-2.5-pro"


@pytest.mark.parametrize(
    "wanted",
    [Person, ProviderStrategy(Person), ToolStrategy(Person)],
    ids=["automatic", "by the API", "by a call"],
)
def test_agent_answers_with_an_object(
    make_model: MakeModel, emulator: Emulator, wanted: Any
) -> None:
    agent = create_agent(make_model(), response_format=wanted)

    answer = agent.invoke(asked("Extract the person 'Ada'."))

    assert answer["structured_response"] == Person(name="Ada")
    by_call = isinstance(wanted, ToolStrategy)
    assert ("response_format" in emulator.requests()[-1]["body"]) is not by_call
