"""LangChain's refusal middleware understands what the API blocks."""

from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import ModelFallbackMiddleware
from langchain_core import exceptions as langchain
from langchain_core.messages import AIMessage, HumanMessage

from interactions_core.exceptions import InteractionsError
from interactions_emulator import Emulator
from tests.langgraph.conftest import MakeModel

REFUSALS = "langchain.agents.middleware.model_refusal"
ModelRefusalMiddleware: Any = pytest.importorskip(REFUSALS).ModelRefusalMiddleware
ModelRefusalError: Any = langchain.ModelRefusalError

SAFETY = [{"code": "safety", "message": "It was unsafe."}]
HALF = {"text": "First, you", "errors": SAFETY}
ASKED: Any = {"messages": [("user", "How?")]}


def run(agent: Any, way: str) -> Any:
    if way == "invoke":
        return agent.invoke(ASKED)["messages"][-1]
    [*_, (_, last)] = agent.stream(ASKED, stream_mode=["messages", "values"])
    return last["messages"][-1]


@pytest.mark.parametrize("way", ["invoke", "stream"])
@pytest.mark.parametrize("version", ["v0", "v1"])
def test_an_answer_that_was_blocked_half_way_is_a_refusal_for_the_middleware(
    way: str, version: str, make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"reply": HALF}])
    model = make_model(output_version=version)
    agent = create_agent(model, middleware=[ModelRefusalMiddleware()])

    with pytest.raises(ModelRefusalError, match="unsafe") as caught:
        run(agent, way)

    assert caught.value.raw_message is not None
    assert caught.value.raw_message.text == "First, you"


@pytest.mark.parametrize("way", ["invoke", "stream"])
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"text": "", "errors": SAFETY}, id="all of the answer"),
        pytest.param({"status": "failed", "errors": SAFETY}, id="a failed one"),
        pytest.param(
            {"error": {"status": 400, "code": "content_blocked", "message": "No."}},
            id="the request",
        ),
    ],
)
def test_what_is_blocked_as_a_whole_is_langchains_refusal_and_ours_and_asked_once(
    way: str, reply: dict[str, Any], make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"reply": reply}])

    with pytest.raises(ModelRefusalError) as caught:
        run(create_agent(make_model()), way)

    assert isinstance(caught.value, InteractionsError)
    assert not caught.value.is_retryable
    assert len(emulator.requests()) == 1


def test_another_model_answers_instead_of_one_that_refuses(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"sequence": [HALF, {"text": "Like this."}]}])
    other = make_model(model="gemini-2.5-pro")
    middleware = [ModelFallbackMiddleware(other), ModelRefusalMiddleware()]
    agent = create_agent(make_model(), middleware=middleware)

    assert run(agent, "invoke").text == "Like this."


@pytest.mark.parametrize("version", ["v0", "v1"])
def test_a_conversation_goes_on_behind_a_refusal(
    version: str, make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"sequence": [HALF, {"text": "Sure."}]}])
    model = make_model(output_version=version)
    refused = model.invoke("How?")

    said = model.invoke([HumanMessage("How?"), refused, HumanMessage("And now?")])

    about = refused.response_metadata
    assert about["finish_reason"] == "SAFETY"
    assert about["normalized_finish_reason"] == "refusal"
    assert [block["type"] for block in refused.content_blocks] == ["text", "refusal"]
    parent = said.response_metadata["previous_interaction_id"]
    assert parent == about["interaction_id"]


@pytest.mark.parametrize(
    ("reply", "reasons"),
    [
        ({"text": "Yes."}, ("STOP", "stop")),
        ({"calls": [{"name": "f", "arguments": {}}]}, ("STOP", "tool_call")),
        ({"text": "Ye", "status": "incomplete"}, ("MAX_TOKENS", "length")),
        ({"text": "Ye", "errors": [{"code": "spii"}]}, ("SPII", "content_filter")),
    ],
)
@pytest.mark.parametrize("streams", [False, True], ids=["unary", "stream"])
def test_a_message_says_why_the_model_stopped(
    streams: object,
    reply: dict[str, Any],
    reasons: tuple[str, str],
    make_model: MakeModel,
    emulator: Emulator,
) -> None:
    emulator.script([{"reply": reply}])
    tool = {"name": "f", "description": "Do it.", "parameters": {}}
    model = make_model().bind_tools([tool])

    if streams:
        first, *rest = model.stream("Hi")
        whole: Any = sum(rest, first)
    else:
        whole = model.invoke("Hi")

    assert isinstance(whole, AIMessage)
    about = whole.response_metadata
    assert (about["finish_reason"], about["normalized_finish_reason"]) == reasons
