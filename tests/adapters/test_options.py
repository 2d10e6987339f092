"""Options that an adapter hands to core and to the API."""

import pytest

from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.adapters.conftest import MakeDriver
from tests.adapters.talk import WEATHER, bodies, user


def test_misspelt_value_is_refused_before_anything_is_sent(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    with pytest.raises((ConfigurationError, ValueError), match="max_retries"):
        make_driver(max_retries="many").ask([user("Hello.")])

    assert emulator.requests() == []


def test_built_in_tools_go_beside_functions(
    make_driver: MakeDriver, emulator: Emulator
) -> None:
    search = {"type": "google_search"}

    make_driver(tools=[search]).ask([user("Hello.")], [WEATHER])

    assert bodies(emulator)[0]["tools"] == [search, WEATHER]
