"""An option that more than one adapter takes is declared once, and said in one way."""

from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel

from interactions_autogen._config import InteractionsClientConfig
from interactions_autogen._options import ClientOptions
from interactions_core.options.declared import (
    AnswerOptions,
    ClientArguments,
    CommonOptions,
)
from interactions_core.options.differences import OWN
from interactions_core.options.said import Adapter
from interactions_core.options.table import OPTIONS, option_of
from interactions_langgraph import ChatInteractions
from tests.canaries import SECRET_OPTIONS
from tests.docs.option_tables import ADAPTERS, with_rows
from tests.docs.pages import ROOT

CLASSES: dict[Adapter, type[BaseModel]] = {
    "autogen": InteractionsClientConfig,
    "langgraph": ChatInteractions,
}


# The tests of canaries of the adapters that take it give it themselves.
GIVEN_BESIDE = {"webhook_config"}


def test_every_option_that_may_hide_a_secret_hides_one_in_the_tests_of_canaries() -> (
    None
):
    hiding = {name for name, option in OPTIONS.items() if option.said.may_hide}

    assert hiding - SECRET_OPTIONS.keys() == GIVEN_BESIDE


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_guide_says_of_shared_options_what_core_says(adapter: Adapter) -> None:
    """Mend it with `python -m tests.docs.option_tables`."""
    page = (ROOT / "docs" / f"{adapter}.md").read_text()

    assert with_rows(adapter, page) == page


@pytest.mark.parametrize("adapter", CLASSES)
def test_fields_are_what_core_declares(adapter: Adapter) -> None:
    """Also those that an adapter declares itself, because their type is its own."""
    declared = CLASSES[adapter].model_fields

    for name, option in OPTIONS.items():
        if adapter in option.said.takers:
            own, field = option_of(adapter, name), declared[name]
            assert field.description == own.sentence, name
            assert field.get_default(call_default_factory=True) == own.default, name


def test_keywords_of_constructors_have_the_types_of_the_fields() -> None:
    types: dict[str, Any] = {}
    for options in (CommonOptions, AnswerOptions):
        types |= get_type_hints(options)

    assert get_type_hints(ClientArguments) == types
    assert get_type_hints(ClientOptions).keys() - {"client"} == set(
        InteractionsClientConfig.model_fields
    )


def test_a_framework_differs_only_where_there_is_something_to_say() -> None:
    for (adapter, name), own in OWN.items():
        shared = OPTIONS[name]
        assert adapter in shared.said.takers
        assert own.why
        assert (own.text, own.default) != (shared.said.text, shared.default)
