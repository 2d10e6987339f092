"""The tables of the LangGraph guide against the classes."""

import ast
import datetime as dt
import re
from typing import Any, get_args

import pytest
from langchain_core.language_models import BaseChatModel
from langgraph.checkpoint.memory import InMemorySaver

from interactions_core import exceptions
from interactions_core.records.interactions import LedgerEntry, Reason
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.docs.pages import ROOT, rows_of

GUIDE = ROOT / "docs" / "langgraph.md"
CONCEPTS = ROOT / "docs" / "concepts.md"


def own_fields() -> dict[str, Any]:
    theirs = BaseChatModel.model_fields
    return {k: v for k, v in ChatInteractions.model_fields.items() if k not in theirs}


def value_of(cell: str) -> object:
    text = cell.strip("`")
    if text.startswith("timedelta"):
        return dt.timedelta(days=int(re.sub(r"\D", "", text)))
    return ast.literal_eval(text)


def names_in(cells: Any) -> set[str]:
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_option_table_has_the_fields_and_their_defaults() -> None:
    rows = rows_of(GUIDE, "option")

    documented = {name.strip("`"): value_of(cells[0]) for name, cells in rows.items()}
    actual = {
        name: field.get_default(call_default_factory=True)
        for name, field in own_fields().items()
    }
    assert documented == actual


def test_call_option_table_has_what_a_call_takes(emulator: Emulator) -> None:
    documented = names_in(rows_of(GUIDE, "option of a call"))
    model = ChatInteractions(
        model="gemini-3.5-flash", base_url=emulator.url, api_key="k"
    )

    with pytest.raises(exceptions.ConfigurationError) as refused:
        model.invoke("Hi", no_such_thing=1)

    known = str(refused.value).partition("known: ")[2].split(", ")
    assert documented == set(known)


@pytest.mark.parametrize("store", [True, False], ids=["stored", "unstored"])
def test_metadata_table_has_the_keys_of_a_reply(
    store: bool,  # noqa: FBT001
    emulator: Emulator,
) -> None:
    documented = names_in(rows_of(GUIDE, "key of `response_metadata`"))
    model = ChatInteractions(
        model="gemini-3.5-flash",
        base_url=emulator.url,
        api_key="k",
        sessions=f"memory:guide {store}",
        store=store,
    )

    metadata = model.invoke("My name is Ada.").response_metadata

    optional = {"grounding_metadata", "server_tools", "output_version"}
    optional |= {"finish_message", "separate_interaction_id", "job"}
    optional |= set() if store else {"interaction_anchor"}
    assert set(metadata) == documented - optional
    assert set(metadata.get("interaction_anchor", ())) in (
        {"digest", "expires_at", "mac"},
        set(),
    )


def test_error_table_names_classes_that_exist() -> None:
    named = names_in(rows_of(GUIDE, "class")) - {
        "LookupError",
        "ModuleNotFoundError",
        "ValueError",
    }

    for name in named:
        assert issubclass(getattr(exceptions, name), exceptions.InteractionsError)
    assert named == {
        name
        for name in vars(exceptions)
        if name.endswith("Error") and name != "InteractionsError"
    }


@pytest.mark.parametrize("method", ["delete_for_runs", "copy_thread", "prune"])
def test_methods_said_to_be_there_are_there(method: str) -> None:
    text = GUIDE.read_text(encoding="utf-8")

    assert f"`{method}(" in text
    assert getattr(InteractionsSaver, method) is not getattr(
        InMemorySaver.__mro__[1], method
    )


def test_reason_table_has_every_reason() -> None:

    documented = names_in(rows_of(CONCEPTS, "reason"))

    assert documented == set(get_args(Reason))


def test_ledger_table_has_every_field() -> None:

    documented = names_in(rows_of(CONCEPTS, "field of an entry"))

    assert documented == set(LedgerEntry.__slots__)
