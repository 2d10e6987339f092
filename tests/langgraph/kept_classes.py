"""Objects of all kinds that LangGraph's serializer writes, for savers to read back."""

import dataclasses
import enum
import ipaddress
import random
import re
import uuid
from collections import deque
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.store.base import Item
from langgraph.types import Command, Interrupt, Send
from pydantic import BaseModel, RootModel, SecretStr, field_validator
from pydantic.v1 import BaseModel as OldModel

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=ZoneInfo("UTC"))


class Color(enum.StrEnum):
    RED = "red"


class Bit(enum.IntFlag):
    ONE = 1


class Tags(set[Any]):
    pass


class Line(deque[Any]):
    pass


class Pair(NamedTuple):
    left: Any = None
    right: Any = None


@dataclasses.dataclass
class Box:
    held: Any = None
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Parcel:
    """As hashable as a `Send`, and with its fields."""

    node: str
    arg: Any


@dataclasses.dataclass
class Counted:
    held: Any
    size: int = dataclasses.field(default=0)

    def __post_init__(self) -> None:
        self.size = len(repr(self.held))


class Model(BaseModel):
    held: Any = None
    note: str = ""


class Lower(BaseModel):
    text: str = ""
    messages: list[AnyMessage] = []

    @field_validator("text")
    @classmethod
    def lower(cls, text: str) -> str:
        return text.lower()


class Profile(BaseModel):
    name: str = "Ada"


class ProfileOfToday(BaseModel):
    """The same class in the next release, with a field that it must have."""

    name: str = "Ada"
    email: str


ProfileOfToday.__name__ = "Profile"


class Roots(RootModel[list[int]]):
    pass


class Old(OldModel):
    held: Any = None


class Plain:
    """A class without anything that others would know it by."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({vars(self)})"


class Duck(Plain):
    """Written like a pydantic model, because it can be dumped like one."""

    def __init__(self, held: Any = None) -> None:
        self.held = held

    def model_dump(self) -> dict[str, Any]:
        return {"held": self.held}


class OldDuck(Plain):
    """Written like a pydantic model of the first version, likewise."""

    def __init__(self, held: Any = None) -> None:
        self.held = held

    def dict(self) -> Any:
        return {"held": self.held}


class Whisper(Plain):
    """Written like a `SecretStr`, because it can be asked for its secret."""

    def __init__(self, held: Any) -> None:
        self._held = held

    def get_secret_value(self) -> Any:
        return self._held


class Errand(Plain):
    """Written like a `Send`, because it has the attributes of one."""

    def __init__(self, to: str, what: Any) -> None:
        self.node = to
        self.arg = what


def nested(rng: random.Random, depth: int = 4) -> Any:
    """Make a random value that LangGraph's serializer can write."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(LEAVES)(rng)
    return rng.choice(HOLDERS)(rng, lambda: nested(rng, depth - 1))


def _text(rng: random.Random) -> str:
    size = rng.choice([0, 3, 20, 5_000])
    return "".join(rng.choices("abcÄß 漢", k=size))


def _messages(rng: random.Random) -> list[Any]:
    kinds: list[Callable[[], Any]] = [
        lambda: HumanMessage(_text(rng), id=str(rng.random())),
        lambda: AIMessage(
            _text(rng), tool_calls=[{"name": "f", "args": {"a": 1}, "id": "1"}]
        ),
        lambda: ToolMessage(_text(rng), tool_call_id="1"),
    ]
    return [rng.choice(kinds)() for _ in range(rng.randrange(4))]


DATA: list[Callable[[random.Random], Any]] = [
    _text,
    lambda rng: _text(rng).encode(),
    lambda rng: rng.choice([None, True, 0, -1, 2**40, 1.5]),
    lambda _: Color.RED,
    lambda _: Bit.ONE,
    lambda rng: SecretStr(_text(rng)),
    lambda rng: Whisper(_text(rng)),
    lambda rng: Tags(rng.choices(range(9), k=3)),
    lambda rng: frozenset(rng.choices(range(9), k=3)),
    lambda _: Decimal("1.10"),
    lambda _: uuid.UUID(int=7),
    lambda _: Path("a/b"),
    lambda _: re.compile("a+", re.IGNORECASE),
    lambda _: WHEN,
    lambda _: date(2026, 1, 2),
    lambda _: time(1, 2, 3, tzinfo=timezone(timedelta(hours=1))),
    lambda _: timedelta(days=1, seconds=2),
    lambda _: ZoneInfo("Europe/Paris"),
    lambda _: ipaddress.ip_address("::1"),
    lambda _: ipaddress.ip_network("10.0.0.0/8"),
    lambda rng: Document(page_content=_text(rng), metadata={"a": 1}),
    lambda rng: Interrupt(_text(rng), id="1"),
    lambda _: Roots([1, 2]),
    lambda _: np.arange(6).reshape(2, 3),
    lambda rng: Item(
        value={"a": _text(rng)},
        key="k",
        namespace=("n",),
        created_at=WHEN,
        updated_at=WHEN,
    ),
    lambda _: ValueError("an exception"),
]

LEAVES = [
    *DATA,
    _messages,
    lambda rng: HumanMessage(_text(rng), id="1"),
    lambda rng: Lower(text=_text(rng), messages=_messages(rng)),
]

Make = Callable[[], Any]

HOLDERS: list[Callable[[random.Random, Make], Any]] = [
    lambda rng, make: {f"k{n}": make() for n in range(rng.randrange(4))},
    lambda rng, make: {n: make() for n in range(rng.randrange(3))},
    lambda rng, make: [make() for _ in range(rng.randrange(4))],
    lambda _, make: (make(), make()),
    lambda _, make: Box(make(), "x"),
    lambda _, make: Counted(make()),
    lambda _, make: Parcel("n", make()),
    lambda _, make: Pair(make(), make()),
    # LangGraph's own savers give a dict for a message where a field says nothing.
    lambda rng, _: Model(held={"k": [rng.choice(DATA)(rng)]}),
    lambda _, make: Old(held=make()),
    lambda _, make: Duck(make()),
    lambda _, make: OldDuck(make()),
    lambda _, make: Errand("n", make()),
    lambda _, make: Send("n", make()),
    lambda _, make: Line([make(), make()]),
    lambda _, make: Command(update={"a": make()}, goto="n"),
]
