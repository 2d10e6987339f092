"""Why everything was sent again: twelve misses, planted under every adapter."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from interactions_core import Explanation, SqliteStore, explain, open_store
from interactions_core.explaining.as_json import as_json
from interactions_core.explaining.explanation import Amount
from interactions_core.transcript.sizes import step_size
from interactions_core.transcript.steps import user_input
from interactions_emulator import Emulator
from tests.adapters.drivers import DRIVERS, Driver, Message
from tests.adapters.talk import WEATHER, made_again, results, system, talk, user
from tests.conftest import Clock

ADAPTERS = sorted(DRIVERS.keys() & {"langgraph", "autogen", "crewai"})
DAY_S = 86_400.0


class Desk:
    """An adapter, its store, and what was asked last."""

    def __init__(self, adapter: str, options: dict[str, Any], clock: Clock) -> None:
        self.adapter, self.options, self.clock = adapter, options, clock
        self.store = open_store(options["sessions"])
        self._made: list[Driver] = []

    def driver(self, **options: Any) -> Driver:
        self._made.append(DRIVERS[self.adapter](self.options | options, self.clock))
        return self._made[-1]

    def explained(self) -> Explanation:
        """Explain what was answered last."""
        _, entry = self.store.ledger()[-1]
        return explain(self.store, entry.key)

    def close(self) -> None:
        for driver in self._made:
            driver.close()


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with Emulator(clock=clock) as running:
        yield running


@pytest.fixture(params=ADAPTERS)
def desk(
    request: pytest.FixtureRequest, sessions_url: str, emulator: Emulator, clock: Clock
) -> Iterator[Desk]:
    options = {"sessions": sessions_url, "base_url": emulator.url}
    made = Desk(request.param, options, clock)
    yield made
    made.close()


def edit_in_the_middle(desk: Desk) -> None:
    said = made_again(talk(driver := desk.driver(), "My cat is Tom.", "Two", "Three"))
    said[2] = user("Another two")
    driver.ask([*said, user("Four")])


def trimmed_list(desk: Desk) -> None:
    said = made_again(talk(driver := desk.driver(), "One", "Two", "Three"))
    driver.ask([*said[2:], user("Four")])


def summary(desk: Desk) -> None:
    said = made_again(talk(driver := desk.driver(), "One", "Two", "Three"))
    driver.ask([user("So far: one and two."), *said[4:], user("Four")])


def changed_system(desk: Desk) -> None:
    driver = desk.driver()
    said = [system("Be brief."), user("One")]
    said.append(driver.ask(said))
    driver.ask([system("Be long."), *said[1:], user("Two")])


def changed_result(desk: Desk) -> None:
    said = with_tool_result(desk, driver := desk.driver(), "sunny")
    said[2] |= {"content": "rainy"}
    driver.ask([*said, user("And tomorrow?")], [WEATHER])


def with_tool_result(desk: Desk, driver: Driver, text: str) -> list[Message]:
    del desk
    said = [user("Please call get_weather.")]
    said.append(driver.ask(said, [WEATHER]))
    said += results(said[-1], text)
    said.append(driver.ask(said, [WEATHER]))
    return [*made_again(said)]


def other_key(desk: Desk) -> None:
    said = made_again(talk(desk.driver(), "My word is swordfish.", "Two"))
    desk.driver(api_key="another").ask([*said, user("Three")])


def expired(desk: Desk) -> None:
    said = talk(driver := desk.driver(), "One", "Two")
    desk.clock.advance(56 * DAY_S)
    driver.ask([*said, user("Three")])


def retry(desk: Desk) -> None:
    said = talk(driver := desk.driver(), "One", "Two")
    driver.ask(said[:-1])


def fork(desk: Desk) -> None:
    said = talk(driver := desk.driver(), "One", "Two", "Three")
    driver.ask([*said[:4], user("Something else")])


def number_through_json(desk: Desk) -> None:
    text = '{"id": 12345678901234567890, "sky": "clear"}'
    said = with_tool_result(desk, driver := desk.driver(), text)
    said[2] |= {"content": text.replace("567890", "567000")}
    driver.ask([*said, user("And tomorrow?")], [WEATHER])


MISSES: dict[str, tuple[Callable[[Desk], None], tuple[Any, ...]]] = {
    "edit in the middle": (edit_in_the_middle, ("fork", "forked", 3, "edited")),
    "trimmed list": (trimmed_list, ("root", "no_prefix_fits", 1, "trimmed")),
    "summary": (summary, ("root", "no_prefix_fits", 1, "summarised")),
    "changed system": (changed_system, ("continue", "system_changed", 0, "")),
    "changed tool result": (
        changed_result,
        ("fork", "forked", 3, "result_changed"),
    ),
    "other key": (other_key, ("root", "another_account", 0, "")),
    "expired": (expired, ("expired", "expired", 0, "")),
    "retry": (retry, ("retry", "sibling", 0, "")),
    "fork": (fork, ("fork", "forked", 5, "edited")),
    "number through JSON": (
        number_through_json,
        ("fork", "forked", 3, "number_changed"),
    ),
}


@pytest.mark.parametrize("miss", sorted(MISSES))
def test_a_miss_is_explained_by_its_step_and_kind(desk: Desk, miss: str) -> None:
    plant, wanted = MISSES[miss]

    plant(desk)

    assert in_short(desk.explained()) == wanted


@pytest.mark.parametrize("miss", sorted(MISSES.keys() - {"number through JSON"}))
def test_a_miss_is_explained_where_the_store_keeps_no_content(
    miss: str, desk: Desk, emulator: Emulator, tmp_path: Path, clock: Clock
) -> None:
    """Ours: without content a number that changed is a result that changed."""
    path, (plant, wanted) = tmp_path / "signatures.db", MISSES[miss]
    store = SqliteStore(path, mirror="signatures")
    bare = Desk(desk.adapter, {"sessions": store, "base_url": emulator.url}, clock)

    plant(bare)

    told = bare.explained()
    assert in_short(told) == wanted
    assert told.difference is None or told.difference.now.text is None
    assert told.difference is None or told.difference.now.size > 0
    bare.close()
    store.close()


def test_a_picture_that_was_encoded_anew_is_named(desk: Desk) -> None:
    """AutoGen's adapter knows a picture by its pixels, so that nothing is missed."""
    said = [picture(desk.adapter, level=1)]
    said.append(desk.driver().ask(said))
    again = [picture(desk.adapter, level=9), *said[1:], user("And its colour?")]

    desk.driver().ask(again)

    told = desk.explained()
    if desk.adapter == "autogen":
        assert in_short(told) == ("continue", "continues", 0, "")
        return
    assert in_short(told) == ("root", "no_prefix_fits", 1, "media_changed")
    assert told.difference is not None
    assert "image/png" in str(told.difference.now.text)


def test_an_interaction_of_another_store_is_foreign_or_not_known(
    desk: Desk, tmp_path: Path
) -> None:
    """LangGraph's messages name the interaction that made them; others' do not."""
    elsewhere = desk.driver(sessions=f"memory:elsewhere {tmp_path}")
    said = talk(elsewhere, "One", "Two")

    desk.driver().ask([*said, user("Three")])

    told = in_short(desk.explained())
    known = desk.adapter == "langgraph"
    assert told == (
        ("foreign", "foreign", 0, "") if known else ("root", "new_conversation", 0, "")
    )


def test_of_another_account_nothing_is_told_but_that_it_is_one(desk: Desk) -> None:
    other_key(desk)

    told = desk.explained()

    first, *_, last = desk.store.ledger()
    # What was sent now is this account's own.
    said = json.dumps(as_json(told, hide_content=True))
    assert told.sentence.endswith("the conversation was begun under another account.")
    assert (told.nearest, told.difference, told.turn, told.turns) == ("", None, 1, 1)
    assert "swordfish" not in said
    assert first[1].key not in said
    assert last[0].credential != first[0].credential
    assert first[0].credential not in said


def test_an_edit_is_told_with_both_texts_what_it_took_and_what_to_do(
    desk: Desk,
) -> None:
    said = made_again(talk(driver := desk.driver(), "It is 14:56. Hello!", "Two"))
    driver.ask([user("It is 15:00. Hello!"), *said[1:], user("Three")])

    told = desk.explained()

    found = told.difference
    assert found is not None
    assert found.then is not None
    assert (found.then.text, found.now.text) == (
        "It is 14:56. Hello!",
        "It is 15:00. Hello!",
    )
    assert (found.step, found.of, found.role) == (1, 5, "user")
    # In full each reply goes with its hidden steps.
    assert told.sent.steps >= 5
    assert told.chained == Amount(1, step_size(user_input("Three").wire))
    assert told.entry is not None
    assert told.entry.usage.input_tokens > 0
    assert told.advice.startswith("keep what changes out of the first message")


def picture(adapter: str, level: int) -> Message:
    """Show the same picture, compressed more or less."""
    file = io.BytesIO()
    plain = Image.new("RGB", (40, 40), (200, 30, 30))
    plain.save(file, "png", compress_level=level)
    data = base64.b64encode(file.getvalue()).decode()
    if adapter == "autogen":
        shown: Any = import_module("autogen_core").Image.from_base64(data)
        own: Any = import_module("autogen_core.models").UserMessage(
            content=["What is this?", shown], source="user"
        )
        return {"role": "user", "content": "", "own": own}
    address = {"url": f"data:image/png;base64,{data}"}
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": address},
    ]
    if adapter == "crewai":
        own = {"role": "user", "content": content}
        return {"role": "user", "content": "", "own": own}
    own = import_module("langchain_core.messages").HumanMessage(content)
    return {"role": "user", "content": "", "own": own}


def in_short(told: Explanation) -> tuple[Any, ...]:
    step, change = 0, ""
    if told.difference is not None:
        step, change = told.difference.step, told.difference.change
    return told.why, told.because, step, change
