"""A thread of LangGraph's own saver that stands in the middle of a tool loop."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.checkpoint.sqlite import SqliteSaver

from interactions_core.cli.root import interactions
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.langgraph.conftest import MakeModel
from tests.langgraph.watched import on

SIGNED = "__gemini_function_call_thought_signatures__"


class Stock(BaseChatModel):
    """Calls two tools, in the form in which `ChatGoogleGenerativeAI` has them."""

    @property
    def _llm_type(self) -> str:
        return "chat-google-generative-ai"

    def bind_tools(self, *_: Any, **__: Any) -> Any:
        return self

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        calls: list[Any] = [
            {"name": "look_up", "args": {"city": city}, "id": f"call {city}"}
            for city in ("Rome", "Oslo")
        ]
        message = AIMessage(
            [{"type": "thinking", "thinking": "Both cities.", "signature": "c2ln"}],
            tool_calls=calls,
            additional_kwargs={SIGNED: {"call Rome": "c2lnbmVk"}},
            response_metadata={"model_provider": "google_genai"},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[tuple[InteractionsSaver, list[str]]]:
    """Move a thread whose second tool was not there when its process ended."""
    old, new = tmp_path / "old.db", f"sqlite:///{tmp_path / 'new.db'}"
    used: list[str] = []
    with SqliteSaver.from_conn_string(str(old)) as saver:
        agent = create_agent(Stock(), [tools(used, missing="Oslo")], checkpointer=saver)
        with pytest.raises(ConnectionError):
            agent.invoke({"messages": "Rome and Oslo?"}, on("t"))
        assert agent.get_state(on("t")).next
    done = CliRunner().invoke(interactions, ["migrate", str(old), new])
    assert done.exit_code == 0, done.output
    with InteractionsSaver(new) as saver:
        yield saver, used


def tools(used: list[str], missing: str = "") -> Any:
    @tool
    def look_up(city: str) -> str:
        """Look up the weather of a city."""
        if city == missing:
            raise ConnectionError(city)
        used.append(city)
        return f"{city}: 21 degrees"

    return look_up


def kinds(messages: list[BaseMessage]) -> list[str]:
    return [message.type for message in messages]


def test_moved_thread_goes_on_with_the_tool_that_is_missing(
    moved: tuple[InteractionsSaver, list[str]],
    make_model: MakeModel,
    emulator: Emulator,
) -> None:
    saver, used = moved
    model = make_model(sessions=None)
    agent = create_agent(model, [tools(used)], checkpointer=saver)

    ended = agent.invoke(None, on("t"))["messages"]
    later = agent.invoke({"messages": "My name is Ada."}, on("t"))["messages"]

    assert kinds(ended) == ["human", "ai", "tool", "tool", "ai"]
    assert used == ["Rome", "Oslo"]
    assert "Rome: 21 degrees" in ended[-1].text
    assert "Oslo: 21 degrees" in ended[-1].text
    first, second = [sent["body"] for sent in emulator.requests()]
    assert [step["type"] for step in first["input"]] == [
        "user_input",
        "thought",
        *["function_call"] * 2,
        *["function_result"] * 2,
    ]
    assert [step["name"] for step in first["input"][2:]] == ["look_up"] * 4
    assert len(second["input"]) == 1
    assert second["previous_interaction_id"] == emulator.requests()[0]["interaction"]
    assert later[-1].response_metadata["plan_reason"] == "continue"


def test_moved_thread_that_is_asked_something_else_answers_the_open_call(
    moved: tuple[InteractionsSaver, list[str]],
    make_model: MakeModel,
    emulator: Emulator,
) -> None:
    saver, used = moved
    model = make_model(sessions=None)
    agent = create_agent(model, [tools(used)], checkpointer=saver)

    state = agent.invoke({"messages": "My name is Ada."}, on("t"))

    (sent,) = emulator.requests()
    results = [s for s in sent["body"]["input"] if s["type"] == "function_result"]
    assert sent["status"] == 200
    assert len(results) == 2
    assert state["messages"][-1].text
