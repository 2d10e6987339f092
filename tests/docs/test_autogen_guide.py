"""The tables of the AutoGen guide against the class."""

import ast
import asyncio
import datetime as dt
import re
from typing import Any

import pytest
from autogen_core.logging import LLMCallEvent
from autogen_core.models import UserMessage

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.autogen.event_log import event_log
from tests.docs.pages import ROOT, blocks_of, rows_of

GUIDE = ROOT / "docs" / "autogen.md"
HELLO = [UserMessage(content="Hello", source="user")]


def value_of(cell: str) -> object:
    text = cell.strip("`")
    if text.startswith("timedelta"):
        return dt.timedelta(days=int(re.sub(r"\D", "", text)))
    return ast.literal_eval(text)


def names_in(cells: Any) -> set[str]:
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_option_table_has_the_options_and_their_defaults() -> None:
    rows = rows_of(GUIDE, "option")

    documented = {name.strip("`"): value_of(cells[0]) for name, cells in rows.items()}
    fields = InteractionsChatCompletionClient.component_config_schema.model_fields
    assert documented == {
        name: field.get_default(call_default_factory=True)
        for name, field in fields.items()
    }


def test_call_option_table_has_what_a_call_takes(emulator: Emulator) -> None:
    documented = names_in(rows_of(GUIDE, "option of a call"))
    client = InteractionsChatCompletionClient(
        model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
    )

    with pytest.raises(ConfigurationError) as refused:
        asyncio.run(client.create(HELLO, extra_create_args={"no_such_thing": 1}))

    known = str(refused.value).partition("known: ")[2].split(", ")
    assert documented == set(known)


def test_event_table_has_the_keys_of_an_event(emulator: Emulator) -> None:
    documented = names_in(rows_of(GUIDE, "key of the event"))
    client = InteractionsChatCompletionClient(
        model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
    )

    with event_log() as events:
        asyncio.run(client.create(HELLO))

    [event] = [event for event in events if isinstance(event, LLMCallEvent)]
    # Of a call that asks its built-in tools separately.
    optional = {"separate_interaction_id", "job"}
    assert documented - optional == event.kwargs.keys() - {"type"}


def test_moving_a_team_over_changes_at_most_three_lines() -> None:
    [diff] = blocks_of(GUIDE, "diff")
    lines = diff.text.splitlines()

    added = [line[1:] for line in lines if line.startswith("+")]
    assert len(added) == len(lines) - len(added) <= 3
    example = (ROOT / "examples" / "autogen_quickstart.py").read_text(encoding="utf-8")
    assert added[0] in example
    assert "InteractionsChatCompletionClient(" in example
