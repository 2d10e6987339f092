"""What a family of agents does not take: told otherwise, added, or refused by name."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from interactions_core import MemoryStore
from interactions_core.exceptions import (
    ConfigurationError,
    InteractionsError,
    UnsupportedContentError,
)
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock, on_clock
from tests.langgraph.conftest import MakeModel
from tests.waiting import wait_by

RESEARCH = "deep-research-preview-04-2026"
ANTIGRAVITY = "antigravity-preview-09-2026"
NO_BACKGROUND = "The agent does not support using background=True"
BRIEF = SystemMessage("Be brief.")
FUNCTION = {"name": "fetch", "description": "Fetch", "parameters": {"type": "object"}}
SCHEMA = {"title": "Answer", "type": "object", "properties": {"a": {"type": "string"}}}


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with on_clock(clock) as running:
        yield running


@pytest.fixture
def make(make_model: MakeModel, clock: Clock) -> Callable[..., ChatInteractions]:
    """Make models on one store that pass the time between two looks at once."""
    store = MemoryStore()

    def make(**options: Any) -> ChatInteractions:
        model = make_model(sessions=store, **options)
        wait_by(model, clock.sleep)
        return model

    return make


def inputs(emulator: Emulator) -> list[list[str]]:
    """Return the texts of each create's input; no agent was given an instruction."""
    creates = [
        one["body"]
        for one in emulator.requests()
        if one["method"] == "POST" and one["path"].endswith("/interactions")
    ]
    assert all("system_instruction" not in body for body in creates if "agent" in body)
    return [
        [
            step["content"][0]["text"]
            for step in body["input"]
            if step["type"] == "user_input"
        ]
        for body in creates
    ]


def test_instruction_of_deep_research_is_told_once_as_input(
    make: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    agent = make(agent=RESEARCH)
    said: list[Any] = [BRIEF, HumanMessage("Trains")]
    said += [agent.invoke(said), HumanMessage("And buses?")]

    agent.invoke(said)

    assert inputs(emulator) == [["Be brief.", "Trains"], ["And buses?"]]


def test_changed_instruction_is_told_again(
    make: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    agent = make(agent=RESEARCH)
    said: list[Any] = [BRIEF, HumanMessage("Trains")]
    said += [agent.invoke(said), HumanMessage("And buses?")]

    agent.invoke([SystemMessage("Be long."), *said[1:]])

    assert inputs(emulator)[1] == ["Be long.", "And buses?"]


def test_model_goes_on_from_research_that_was_instructed(
    make: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    said: list[Any] = [BRIEF, HumanMessage("Trains")]
    said += [make(agent=RESEARCH).invoke(said), HumanMessage("In a word?")]

    reply = make().invoke(said)

    assert reply.response_metadata["plan_reason"] == "continue"
    assert inputs(emulator)[1] == ["In a word?"]


def test_instruction_is_told_again_where_the_server_forgot(
    make: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    agent = make(agent=RESEARCH)
    said: list[Any] = [BRIEF, HumanMessage("Trains")]
    said += [agent.invoke(said), HumanMessage("And buses?")]
    emulator.fault(on="create", do={"expire": True})

    agent.invoke(said)

    assert inputs(emulator)[-1] == ["Be brief.", "Trains", "And buses?"]


@pytest.mark.parametrize("family", [RESEARCH, ANTIGRAVITY])
def test_configuration_without_a_type_gets_that_of_the_agent(
    make: Callable[..., ChatInteractions], emulator: Emulator, family: str
) -> None:
    config = {
        RESEARCH: {"thinking_summaries": "auto"},
        ANTIGRAVITY: {"max_total_tokens": 100_000},
    }[family]

    make(agent=family, agent_config=config).invoke("Trains")

    kind = family.removesuffix("-preview-04-2026").removesuffix("-preview-09-2026")
    assert emulator.requests()[0]["body"]["agent_config"] == {**config, "type": kind}


def test_servers_of_tools_have_names_that_an_agent_takes(
    make: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    names = ["files", "My Server", "my-server"]
    servers = [
        {"type": "mcp_server", "name": name, "url": "https://mcp.example"}
        for name in names
    ]

    make(agent=RESEARCH, tools=servers).invoke("Trains")

    sent = [tool["name"] for tool in emulator.requests()[0]["body"]["tools"]]
    assert sent[0] == "files"
    assert len(set(sent)) == 3
    assert all(re.fullmatch("myserver[0-9a-f]{8}", name) for name in sent[1:])


def test_functions_are_refused_by_name_before_they_are_sent(
    make: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    agent = make(agent=RESEARCH).bind_tools([FUNCTION])

    with pytest.raises(ConfigurationError, match=r"takes no functions \(fetch\)"):
        agent.invoke("Trains")

    assert emulator.requests() == []


def test_functions_that_need_a_stored_answer_are_refused_by_name(
    make: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    agent = make(agent=ANTIGRAVITY, store=False).bind_tools([FUNCTION])

    with pytest.raises(ConfigurationError, match=r"\(fetch\) only where its answers"):
        agent.invoke("Count the files")

    assert emulator.requests() == []


@pytest.mark.parametrize("kind", ["audio", "video"])
def test_content_that_an_agent_does_not_take_is_refused_with_its_place(
    make: Callable[..., ChatInteractions], emulator: Emulator, kind: str
) -> None:
    block = {"type": kind, "url": "https://example.com/x", "mime_type": f"{kind}/mp4"}
    said = [HumanMessage("Hear this:"), HumanMessage([block])]

    with pytest.raises(
        UnsupportedContentError, match=f"takes no {kind}, which step 2 of"
    ):
        make(agent=ANTIGRAVITY).invoke(said)

    assert emulator.requests() == []


def test_form_of_the_answer_is_refused_by_name_before_it_is_sent(
    make: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    agent = make(agent=ANTIGRAVITY).with_structured_output(SCHEMA)

    with pytest.raises(ConfigurationError, match=f"{ANTIGRAVITY} takes no response_f"):
        agent.invoke("Trains")

    assert emulator.requests() == []


def test_agent_without_background_answers_at_once_unless_that_was_asked_for(
    make: Callable[..., ChatInteractions], emulator: Emulator
) -> None:
    """API: Antigravity said so from May to September 2026."""
    refused = {"status": 400, "message": NO_BACKGROUND}
    emulator.fault(do=refused, times=9, match={"background": True})
    agent = make(agent=ANTIGRAVITY)

    for question in ("Count the files", "Name them"):
        message = agent.invoke(question)
        assert message.text
    with pytest.raises(InteractionsError, match="does not support using background"):
        agent.invoke("Delete them", background=True)

    asked = [
        one["body"].get("background")
        for one in emulator.requests()
        if one["method"] == "POST"
    ]
    assert asked == [True, None, None, True]
