"""Random conversations come back from an export as the lists that they were."""

import random
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    ToolMessage,
    messages_from_dict,
)

from interactions_core import MemoryStore, export
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from interactions_langgraph._messages.messages import read_messages
from tests.adapters.export_talks import PDF, PNG
from tests.adapters.talk import WEATHER
from tests.conftest import Clock
from tests.waiting import go_by

PICTURE = {"type": "image", "base64": PNG, "mime_type": "image/png"}
BLOCKS: list[Any] = [
    *({"type": "text", "text": said} for said in ("a", "", "  ", "ü\n", "```")),
    PICTURE,
    PICTURE | {"resolution": "high"},
    {"type": "image", "url": "https://a.example/b.png"},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
    {"type": "file", "base64": PDF, "mime_type": "application/pdf"},
    {"type": "file", "file_id": "files/abc", "mime_type": "text/csv"},
]
TEXTS = ["Hello.", "get_weather in Rome and Oslo, please.", "", "[called x with {}]"]


def user(dice: random.Random) -> BaseMessage:
    if dice.random() < 0.6:
        return HumanMessage(dice.choice(TEXTS))
    return HumanMessage([dice.choice(BLOCKS) for _ in range(dice.randint(1, 3))])


def results(dice: random.Random, answer: AIMessage) -> list[BaseMessage]:
    """Answer most calls, some by name, some in vain, some with pictures."""
    contents: list[Any] = ["sunny", "", [BLOCKS[0]], [BLOCKS[0], dice.choice(BLOCKS)]]
    return [
        ToolMessage(
            dice.choice(contents),
            tool_call_id=call["id"],
            name=dice.choice([call["name"], None]),
            status=dice.choice(["success", "error"]),
        )
        for call in answer.tool_calls
        if dice.random() < 0.9
    ]


def opening(dice: random.Random) -> list[BaseMessage]:
    """Begin with what another model said, or with nothing."""
    if dice.random() < 0.6:
        return []
    names = ["get_weather", "odd name!"]
    calls: Any = [
        {"name": dice.choice(names), "args": {"city": "Bonn"}, "id": f"f{i}"}
        for i in range(dice.randint(0, 2))
    ]
    answer = AIMessage("Let me see.", tool_calls=calls)
    return [user(dice), answer, *results(dice, answer)]


def played(dice: random.Random, model: Any) -> list[BaseMessage]:
    """Have a conversation; it ends with an answer."""
    said = opening(dice)
    for _ in range(dice.randint(1, 4)):
        said += [user(dice) for _ in range(dice.choice([1, 1, 1, 2]))]
        said.append(answer := model.invoke(said))
        for _ in range(2):
            if not answer.tool_calls:
                break
            said += results(dice, answer)
            said.append(answer := model.invoke(said))
    return said


@pytest.mark.parametrize("seed", range(15))
def test_a_list_comes_back_with_the_digest_that_it_had(
    emulator: Emulator, clock: Clock, seed: int
) -> None:
    """Ours: what has the same digest continues the same interaction."""
    store = MemoryStore()
    model = ChatInteractions(
        model="gemini-3.5-flash", api_key="k", base_url=emulator.url, sessions=store
    )
    go_by(model, clock)
    said = played(random.Random(seed), model.bind_tools([WEATHER]))
    model.close()

    [done, *_] = export(store, to="langchain")

    messages: Any = done.as_json()["messages"]
    back = read_messages(messages_from_dict(messages)).transcript
    there = read_messages(said).transcript
    assert [step.wire for step in back.steps] == [step.wire for step in there.steps]
    assert back.request_digest == there.request_digest
