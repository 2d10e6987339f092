"""What changed before the list, told by `explain` under every adapter."""

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import pytest

from interactions_core import explain, open_store
from interactions_core.explaining.setups import SetupChange
from interactions_emulator import Emulator
from tests.adapters.drivers import DRIVERS, Driver, Message
from tests.adapters.talk import WEATHER, bodies, system, user
from tests.conftest import Clock

ADAPTERS = sorted(DRIVERS.keys() & {"langgraph", "autogen", "crewai"})
TURNS = 14


def tool(name: str, text: str = "Does it.") -> Message:
    return WEATHER | {"name": name, "description": text}


@dataclass(frozen=True)
class Before:
    """What is sent before the list."""

    model: str = "gemini-3.5-flash"
    instruction: str = "Be brief."
    tools: tuple[tuple[str, str], ...] = (("book", "Books."), ("search", "Seeks."))
    temperature: float = 0.5


class Talk:
    """One conversation that each turn goes on with, whatever stands before it."""

    def __init__(self, adapter: str, shared: dict[str, Any], clock: Clock) -> None:
        self.store = open_store(shared["sessions"])
        self._adapter, self._shared, self._clock = adapter, shared, clock
        self._drivers: dict[tuple[str, float], Driver] = {}
        self._said: list[Message] = []

    def ask(self, before: Before) -> SetupChange | None:
        """Take a turn, and tell what changed."""
        self._clock.advance(1.0)
        options = {"model": before.model, "temperature": before.temperature}
        key = (before.model, before.temperature)
        if key not in self._drivers:
            made = DRIVERS[self._adapter](self._shared | options, self._clock)
            self._drivers[key] = made
        self._said.append(user(f"Turn {len(self._said)}"))
        lead = [system(before.instruction)] if before.instruction else []
        tools = [tool(*each) for each in before.tools]
        self._said.append(self._drivers[key].ask([*lead, *self._said], tools))
        _, entry = self.store.ledger()[-1]
        return explain(self.store, entry.key).setup

    def close(self) -> None:
        for driver in self._drivers.values():
            driver.close()


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with Emulator(clock=clock) as running:
        yield running


@pytest.fixture(params=ADAPTERS)
def conversation(
    request: pytest.FixtureRequest, sessions_url: str, emulator: Emulator, clock: Clock
) -> Iterator[Talk]:
    shared = {"sessions": sessions_url, "base_url": emulator.url}
    made = Talk(request.param, shared, clock)
    yield made
    made.close()


def changed(told: SetupChange | None) -> dict[str, object]:
    """Return the parts that changed, and which of them by name."""
    assert told is not None
    assert told.those("unknown") == ()
    return {
        each.part: (each.added, each.removed, each.changed, each.is_moved)
        for each in told.those("changed")
    }


NO_NAMES = ((), (), (), False)
ONE_PART: dict[str, tuple[Before, dict[str, object]]] = {
    "nothing": (Before(), {}),
    "model": (Before(model="gemini-3.8-flash"), {"model": NO_NAMES}),
    "instruction": (Before(instruction="Be long."), {"instruction": NO_NAMES}),
    "no instruction": (Before(instruction=""), {"instruction": NO_NAMES}),
    "a tool more": (
        Before(tools=(*Before.tools, ("pay", "Pays."))),
        {"tools": (("pay",), (), (), False)},
    ),
    "a tool less": (
        Before(tools=Before.tools[:1]),
        {"tools": ((), ("search",), (), False)},
    ),
    "no tools": (Before(tools=()), {"tools": ((), ("book", "search"), (), False)}),
    "another tool": (
        Before(tools=(Before.tools[0], ("search", "Looks."))),
        {"tools": ((), (), ("search",), False)},
    ),
    "another order": (
        Before(tools=Before.tools[::-1]),
        {"tools": ((), (), (), True)},
    ),
    "an option": (
        Before(temperature=0.75),
        {"options": ((), (), ("temperature",), False)},
    ),
}


@pytest.mark.parametrize("part", ONE_PART)
def test_the_part_that_changed_is_named_and_no_other(
    conversation: Talk, part: str, emulator: Emulator
) -> None:
    now, wanted = ONE_PART[part]
    assert conversation.ask(Before()) is None

    told = conversation.ask(now)

    assert changed(told) == wanted
    assert told is not None
    assert told.turn == 1
    # Whatever changed, the answer before was continued.
    first, second = bodies(emulator)
    assert "previous_interaction_id" not in first
    assert second["previous_interaction_id"]


def test_what_changes_at_random_is_told_exactly(conversation: Talk) -> None:
    seed = random.randrange(sys.maxsize)
    print(f"seed {seed}")  # noqa: T201  what failed can be done again
    chance = random.Random(seed)
    before = Before()
    conversation.ask(before)

    for _ in range(TURNS):
        now = _changed(before, chance)
        assert changed(conversation.ask(now)) == _wanted(before, now)
        before = now


def test_an_instruction_that_changes_with_every_call_is_counted(
    conversation: Talk,
) -> None:
    told = None
    for minute in range(6):
        told = conversation.ask(Before(instruction=f"It is 14:5{minute}."))

    assert told is not None
    part = told.part("instruction")
    assert (part.changes, part.among, part.values) == (5, 6, 6)


def _changed(before: Before, chance: random.Random) -> Before:
    """Change some parts, or none."""
    tools = [*before.tools]
    edits: list[Callable[[], object]] = [
        lambda: chance.shuffle(tools),
        lambda: tools.pop() if tools else None,
        lambda: tools.append((f"tool_{chance.randrange(99)}", "New.")),
        lambda: tools.append((tools.pop()[0], f"{chance.random()}")) if tools else None,
    ]
    if chance.random() < 0.5:
        chance.choice(edits)()
    changes = {
        "model": chance.choice(["gemini-3.5-flash", "gemini-3.8-flash"]),
        "instruction": chance.choice(["", "Be brief.", f"It is {chance.random()}."]),
        "temperature": chance.choice([0.25, 0.5, 1.0]),
    }
    chosen = {name: each for name, each in changes.items() if chance.random() < 0.4}
    return replace(before, tools=tuple(dict(tools).items()), **chosen)


def _wanted(before: Before, now: Before) -> dict[str, object]:
    then, tools = dict(before.tools), dict(now.tools)
    both = [name for name in tools if name in then]
    names = (
        tuple(name for name in tools if name not in then),
        tuple(name for name in then if name not in tools),
        tuple(name for name in both if then[name] != tools[name]),
        [name for name in then if name in tools] != both,
    )
    return {
        **({"model": NO_NAMES} if before.model != now.model else {}),
        **({} if before.instruction == now.instruction else {"instruction": NO_NAMES}),
        **({"tools": names} if before.tools != now.tools else {}),
        **(
            {"options": ((), (), ("temperature",), False)}
            if before.temperature != now.temperature
            else {}
        ),
    }


def test_another_response_format_is_told_as_that(
    emulator: Emulator, sessions_url: str
) -> None:
    """LangGraph's adapter, whose `with_structured_output` asks for one."""
    if "langgraph" not in DRIVERS:
        pytest.skip("the adapter is not installed")
    model = import_module("interactions_langgraph").ChatInteractions(
        model="gemini-3.5-flash", api_key="k", sessions=sessions_url,
        base_url=emulator.url,
    )  # fmt: skip
    schemas = [
        {"title": title, "type": "object", "properties": {"a": {"type": "string"}}}
        for title in ("One", "Two")
    ]
    said: list[Any] = [("user", "Say a.")]
    for schema in schemas:
        asked = model.with_structured_output(
            schema, method="json_schema", include_raw=True
        )
        said += [asked.invoke(said)["raw"], ("user", "Again.")]
    store = open_store(sessions_url)
    _, entry = store.ledger()[-1]

    told = explain(store, entry.key).setup

    assert told is not None
    assert [each.part for each in told.those("changed")] == ["response_format"]
