"""Parts of values that are stored once: wherever messages or large things are."""

import dataclasses
import random
import string
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from langchain_core.messages import AnyMessage, BaseMessage, HumanMessage
from langgraph.graph.message import add_messages
from langgraph.types import Send
from pydantic import BaseModel, model_validator

from interactions_langgraph import InteractionsSaver
from tests.langgraph.checkpoints import at, count, put_value, size_of, talk, value_of


@pytest.fixture
def saver(store_url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(store_url) as saver:
        yield saver


@dataclasses.dataclass
class State:
    messages: list[BaseMessage]
    turn: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    messages: list[BaseMessage]


class Model(BaseModel):
    messages: Annotated[list[AnyMessage], add_messages]
    turn: int = 0


class Outer(BaseModel):
    inner: Model


class Counted(BaseModel):
    messages: list[AnyMessage]
    length: int = 0

    @model_validator(mode="after")
    def count(self) -> "Counted":
        self.length = len(self.messages)
        return self


Wrap = Callable[[Any], Any]

WRAPS = [
    pytest.param(lambda m: State(m, 3), id="dataclass"),
    pytest.param(Frozen, id="frozen dataclass"),
    pytest.param(lambda m: Model(messages=m, turn=3), id="pydantic"),
    pytest.param(lambda m: Outer(inner=Model(messages=m)), id="nested pydantic"),
    pytest.param(lambda m: Send("n", State(m)), id="Send of a dataclass"),
    pytest.param(lambda m: [{"state": Model(messages=m)}], id="list of dicts"),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("wrap", WRAPS)
def test_messages_inside_are_stored_once_and_come_back(
    wrap: Wrap, saver: InteractionsSaver
) -> None:
    config = at()
    for length in range(1, 11):
        config = put_value(saver, wrap(talk(length)), config, version=length)
        saver.put_writes(config, [("another channel", wrap(talk(length)))], "task")

    found = saver.get_tuple(config)

    assert count(saver, "checkpoint_nodes") == 10
    assert value_of(saver, config) == wrap(talk(10))
    assert found is not None
    assert found.pending_writes == [("task", "another channel", wrap(talk(10)))]


@pytest.mark.filterwarnings("ignore")
def test_a_class_that_looks_at_its_messages_is_stored_whole(
    saver: InteractionsSaver,
) -> None:
    value = Counted(messages=talk(3))

    assert value_of(saver, put_value(saver, value)) == value
    assert value.length == 3


@pytest.mark.parametrize("kind", [str, bytes])
def test_a_large_part_of_a_changing_value_is_stored_once(
    kind: Any, saver: InteractionsSaver
) -> None:
    rng = random.Random(1)
    text = "".join(rng.choices(string.ascii_letters, k=100_000))
    large = text if kind is str else text.encode()
    config = at()
    empty = size_of(saver)
    for n in range(50):
        value = {"images": [{"data": large, "note": n}], "turn": n}
        config = put_value(saver, value, config, version=n)

    assert value_of(saver, config) == {
        "images": [{"data": large, "note": 49}],
        "turn": 49,
    }
    assert size_of(saver) - empty < 400_000


def test_a_value_that_is_read_back_can_be_changed_freely(
    saver: InteractionsSaver,
) -> None:
    config = put_value(saver, State([HumanMessage("a", id="1")]))

    value_of(saver, config).messages.append("rubbish")

    assert value_of(saver, config).messages == [HumanMessage("a", id="1")]
